-- step 1 page public.track, tracks: 3 rows
SELECT t."genre_id" AS c0, t."name" AS c1
FROM (SELECT DISTINCT ON (t."genre_id") t."genre_id" AS "genre_id", t."name" AS "name"
    FROM "public"."track" AS t
    ORDER BY t."genre_id" DESC NULLS FIRST, t."name" ASC, t."track_id" ASC) AS t
WHERE t."genre_id" IS NOT NULL
ORDER BY t."genre_id" DESC NULLS FIRST
LIMIT CAST($1 AS "pg_catalog"."int8")

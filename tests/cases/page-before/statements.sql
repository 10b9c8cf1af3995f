-- step 1 page public.artist, artists: 3 rows
SELECT rows.c0
FROM (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."artist_id" < (SELECT CAST($1 AS "pg_catalog"."int4") AS value)
    ORDER BY t."artist_id" DESC
    LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

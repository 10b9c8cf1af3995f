-- step 1 page public.track, tracks: 2 rows
SELECT rows.c0, rows.c1, rows.c2
FROM (SELECT t."name" AS c0, o1."album_id" IS DISTINCT FROM NULL AS c1, CAST(o1."released" AS
  "pg_catalog"."text") AS c2
    FROM "public"."track" AS t
    LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
    WHERE o1."released" IS NOT NULL OR o1."released" IS NULL AND t."track_id" < (SELECT CAST($1 AS
      "pg_catalog"."int4") AS value)
    ORDER BY o1."released" DESC NULLS FIRST, t."track_id" DESC
    LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 join public.album, tracks.nodes.album: joined to step 1

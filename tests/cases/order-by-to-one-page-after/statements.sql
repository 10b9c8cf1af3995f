-- step 1 page public.track, tracks: 2 rows
SELECT t."name" AS c0, t."album_id" AS c1
FROM "public"."track" AS t
LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
WHERE o1."released" IS NOT NULL OR o1."released" IS NULL AND t."track_id" < CAST($1 AS
  "pg_catalog"."int4")
ORDER BY o1."released" DESC NULLS FIRST, t."track_id" DESC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.album, tracks.nodes.album: 2 keys, 2 rows
SELECT CAST(t."released" AS "pg_catalog"."text") AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

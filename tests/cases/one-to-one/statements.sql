-- step 1 page public.album, albums: 3 rows
SELECT t."title" AS c0, t."album_id" AS c1
FROM "public"."album" AS t
WHERE t."album_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))
ORDER BY t."album_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.album_cover, albums.nodes.albumCover: 3 keys, 2 rows
SELECT CAST(t."format" AS "pg_catalog"."text") AS c0, t."image" AS c1, t."album_id" AS c2, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album_cover" AS t ON t."album_id" = keys.key0

-- step 3 batch-to-one public.album, albums.nodes.albumCover.album: 2 keys, 2 rows
SELECT t."title" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

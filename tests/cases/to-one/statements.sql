-- step 1 page public.album, albums: 7 rows
SELECT t."title" AS c0, t."artist_id" AS c1
FROM "public"."album" AS t
ORDER BY t."album_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.artist, albums.nodes.artist: 4 keys, 4 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

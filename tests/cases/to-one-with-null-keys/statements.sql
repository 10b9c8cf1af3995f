-- step 1 page public.track, tracks: 3 rows
SELECT t."name" AS c0, t."album_id" AS c1, t."genre_id" AS c2
FROM "public"."track" AS t
WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.album, tracks.nodes.album: 2 keys, 2 rows
SELECT t."title" AS c0, t."artist_id" AS c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 3 batch-to-one public.artist, tracks.nodes.album.artist: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 4 batch-to-one public.genre, tracks.nodes.genre: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

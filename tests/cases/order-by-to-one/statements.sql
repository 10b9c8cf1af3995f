-- step 1 page public.track, tracks: 4 rows
SELECT t."name" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1, t."album_id" AS c2
FROM "public"."track" AS t
LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
LEFT OUTER JOIN "public"."artist" AS o2 ON o1."artist_id" = o2."artist_id"
ORDER BY o2."name" DESC NULLS LAST, o1."title" ASC NULLS LAST, t."unit_price" DESC, t."track_id"
  DESC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.album, tracks.nodes.album: 3 keys, 3 rows
SELECT t."title" AS c0, t."artist_id" AS c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 3 batch-to-one public.artist, tracks.nodes.album.artist: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

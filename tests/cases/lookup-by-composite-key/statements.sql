-- step 1 lookup public.playlist_track, playlistTrack: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, t."track_id" AS c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  keys(key0, key1, ord)
JOIN "public"."playlist_track" AS t ON t."playlist_id" = keys.key0 AND t."track_id" = keys.key1

-- step 2 batch-to-one public.playlist, playlistTrack.playlist: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."playlist" AS t ON t."playlist_id" = keys.key0

-- step 3 batch-to-one public.track, playlistTrack.track: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 4 lookup public.album, album: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  keys(key0, key1, ord)
JOIN "public"."album" AS t ON t."artist_id" = keys.key0 AND t."title" = keys.key1

-- step 5 lookup public.playlist_track, swapped: 1 keys, 0 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  keys(key0, key1, ord)
JOIN "public"."playlist_track" AS t ON t."playlist_id" = keys.key0 AND t."track_id" = keys.key1

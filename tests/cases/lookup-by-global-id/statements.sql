-- step 1 lookup public.artist, artist: 1 keys, 1 rows
SELECT t."artist_id" AS c0, t."name" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 lookup public.playlist_track, playlistTrack: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, t."track_id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value), (SELECT CAST($2 AS
  "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, key1, ord)
JOIN "public"."playlist_track" AS t ON t."playlist_id" = keys.key0 AND t."track_id" = keys.key1

-- step 3 lookup public.review, review: 1 keys, 1 rows
SELECT CAST(t."id" AS "pg_catalog"."text") AS c0, t."id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_text") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."review" AS t ON t."id" = CAST(keys.key0 AS "pg_catalog"."uuid")

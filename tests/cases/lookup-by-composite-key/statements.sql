-- step 1 lookup public.playlist_track, playlistTrack: 1 keys, 1 rows
SELECT o1."playlist_id" IS DISTINCT FROM NULL AS c0, o1."name" AS c1, o2."track_id" IS DISTINCT FROM
  NULL AS c2, o2."name" AS c3, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value), (SELECT CAST($2 AS
  "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, key1, ord)
JOIN "public"."playlist_track" AS t ON t."playlist_id" = keys.key0 AND t."track_id" = keys.key1
LEFT OUTER JOIN "public"."playlist" AS o1 ON t."playlist_id" = o1."playlist_id"
LEFT OUTER JOIN "public"."track" AS o2 ON t."track_id" = o2."track_id"

-- step 2 join public.playlist, playlistTrack.playlist: joined to step 1

-- step 3 join public.track, playlistTrack.track: joined to step 1

-- step 4 lookup public.album, album: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, key1, ord)
JOIN "public"."album" AS t ON t."artist_id" = keys.key0 AND t."title" = keys.key1

-- step 5 lookup public.playlist_track, swapped: 1 keys, 0 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value), (SELECT CAST($2 AS
  "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, key1, ord)
JOIN "public"."playlist_track" AS t ON t."playlist_id" = keys.key0 AND t."track_id" = keys.key1

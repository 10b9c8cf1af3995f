-- step 1 update public.track, updateTrack: 1 rows
UPDATE "public"."track" AS t SET "name"=CAST($1 AS "pg_catalog"."text") WHERE t."track_id" = CAST($2
  AS "pg_catalog"."int4") RETURNING t."name" AS c0, t."album_id" AS c1

-- step 2 batch-to-one public.album, updateTrack.track.album: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 3 batch-counts public.track, updateTrack.track.album.tracks: not run

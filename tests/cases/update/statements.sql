-- step 1 update public.track, updateTrack: 1 rows
UPDATE "public"."track" AS t SET "name"=CAST($1 AS "pg_catalog"."text"), "composer"=CAST($2 AS
  "pg_catalog"."text") WHERE t."track_id" = CAST($3 AS "pg_catalog"."int4") RETURNING t."name" AS
  c0, t."composer" AS c1, t."milliseconds" AS c2, t."album_id" AS c3

-- step 2 batch-to-one public.album, updateTrack.track.album: 1 keys, 1 rows
SELECT t."title" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 3 update public.artist, byId: 1 rows
UPDATE "public"."artist" AS t SET "country"=CAST($1 AS "pg_catalog"."text") WHERE t."artist_id" =
  CAST($2 AS "pg_catalog"."int4") RETURNING t."name" AS c0, t."country" AS c1

-- step 4 update public.track, noRow: 0 rows
UPDATE "public"."track" AS t SET "name"=CAST($1 AS "pg_catalog"."text") WHERE t."track_id" = CAST($2
  AS "pg_catalog"."int4") RETURNING t."name" AS c0

-- step 1 update public.playlist, updatePlaylist: 1 rows
UPDATE "public"."playlist" AS t SET "name"=t."name" WHERE t."playlist_id" = CAST($1 AS
  "pg_catalog"."int4") RETURNING t."playlist_id" AS c0

-- step 1 update public.playlist, updatePlaylist: 2 keys, 1 rows
SELECT t."track_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

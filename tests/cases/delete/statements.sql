-- step 1 delete public.playlist, deletePlaylist: 1 rows
DELETE FROM "public"."playlist" AS t WHERE t."playlist_id" = CAST($1 AS "pg_catalog"."int4")
  RETURNING t."name" AS c0, t."playlist_id" AS c1

-- step 2 batch-counts public.track, deletePlaylist.playlist.tracks: 1 keys, 1 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."playlist_track" AS j
    JOIN "public"."track" AS t ON j."track_id" = t."track_id"
    WHERE j."playlist_id" = keys.key0) AS counts ON true

-- step 3 delete public.playlist, noRow: 0 rows
DELETE FROM "public"."playlist" AS t WHERE t."playlist_id" = CAST($1 AS "pg_catalog"."int4")
  RETURNING t."name" AS c0

-- step 1 lookup public.playlist, playlist: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."playlist" AS t ON t."playlist_id" = keys.key0

-- step 2 batch-pages public.track, playlist.tracks: 1 keys, 3 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."name" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0 AND (t."unit_price", t."track_id") < ((SELECT CAST(CAST($2
          AS "pg_catalog"."text") AS "pg_catalog"."numeric") AS value), (SELECT CAST($3 AS
          "pg_catalog"."int4") AS value))
        ORDER BY t."unit_price" DESC, t."track_id" DESC
        LIMIT (SELECT CAST($4 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 1 page public.playlist, playlists: 3 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."playlist_id" AS c1
    FROM "public"."playlist" AS t
    ORDER BY t."playlist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-pages public.track, playlists.nodes.tracks: 3 keys, 6 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."name" AS c0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."track_id" DESC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 3 batch-counts public.track, playlists.nodes.tracks: 3 keys, 3 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."playlist_track" AS j
    JOIN "public"."track" AS t ON j."track_id" = t."track_id"
    WHERE j."playlist_id" = keys.key0) AS counts ON true

-- step 4 page public.track, tracks: 6 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."track_id" AS c1
    FROM "public"."track" AS t
    ORDER BY t."track_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 5 batch-pages public.playlist, tracks.nodes.playlists: 6 keys, 5 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."name" AS c0
        FROM "public"."playlist_track" AS j
        JOIN "public"."playlist" AS t ON j."playlist_id" = t."playlist_id"
        WHERE j."track_id" = keys.key0
        ORDER BY t."name" DESC NULLS FIRST, t."playlist_id" DESC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

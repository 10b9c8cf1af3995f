-- step 1 page public.artist, artists: 0 rows
SELECT t."name" AS c0, t."artist_id" AS c1, t."artist_id" AS o0
FROM "public"."artist" AS t
WHERE t."name" = CAST($1 AS "pg_catalog"."text")
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 count public.artist, artists: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t
WHERE t."name" = CAST($1 AS "pg_catalog"."text")

-- step 3 batch-pages public.album, artists.nodes.albums: not run

-- step 4 lookup public.playlist, playlist: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."playlist" AS t ON t."playlist_id" = keys.key0

-- step 5 batch-pages public.track, playlist.tracks: 1 keys, 0 rows
SELECT page.c0, page.o0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.o0 AS o0
    FROM (SELECT t."name" AS c0, t."track_id" AS o0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 6 batch-counts public.track, playlist.tracks: 1 keys, 1 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."playlist_track" AS j
    JOIN "public"."track" AS t ON j."track_id" = t."track_id"
    WHERE j."playlist_id" = keys.key0) AS counts ON true

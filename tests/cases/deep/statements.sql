-- step 1 page public.artist, artists: 2 rows
SELECT rows.c0
FROM (SELECT t."artist_id" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.album, artists.nodes.albums: 2 keys, 4 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."album_id" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 3 batch-pages public.track, artists.nodes.albums.edges.node.tracks: 4 keys, 5 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1, rows.c2 AS c2
    FROM (SELECT t."name" AS c0, t."genre_id" AS c1, t."track_id" AS c2
        FROM "public"."track" AS t
        WHERE t."album_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 4 batch-to-one public.genre, artists.nodes.albums.edges.node.tracks.nodes.genre: 2 keys, 2 rows
SELECT t."name" AS c0, t."genre_id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 5 batch-pages public.track, artists.nodes.albums.edges.node.tracks.nodes.genre.tracks: 2 keys, 2 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."media_type_id" AS c0, t."album_id" AS c1
        FROM "public"."track" AS t
        WHERE t."genre_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 6 batch-to-one public.media_type, artists.nodes.albums.edges.node.tracks.nodes.genre.tracks.nodes.mediaType: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."media_type" AS t ON t."media_type_id" = keys.key0

-- step 7 batch-to-one public.album, artists.nodes.albums.edges.node.tracks.nodes.genre.tracks.nodes.album: 2 keys, 2 rows
SELECT o1."artist_id" IS DISTINCT FROM NULL AS c0, o1."name" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0
LEFT OUTER JOIN "public"."artist" AS o1 ON t."artist_id" = o1."artist_id"

-- step 8 join public.artist, artists.nodes.albums.edges.node.tracks.nodes.genre.tracks.nodes.album.artist: joined to step 7

-- step 9 batch-pages public.playlist, artists.nodes.albums.edges.node.tracks.nodes.playlists: 5 keys, 3 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."name" AS c0
        FROM "public"."playlist_track" AS j
        JOIN "public"."playlist" AS t ON j."playlist_id" = t."playlist_id"
        WHERE j."track_id" = keys.key0
        ORDER BY t."playlist_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

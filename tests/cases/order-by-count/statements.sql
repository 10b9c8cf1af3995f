-- step 1 page public.artist, artists: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY (SELECT count(*) AS count_1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id") DESC, t."name" ASC, t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-counts public.album, artists.nodes.albums: 5 keys, 5 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0) AS counts ON true

-- step 3 page public.track, throughAJunction: 3 rows
SELECT rows.c0
FROM (SELECT t."name" AS c0
    FROM "public"."track" AS t
    ORDER BY (SELECT count(*) AS count_1
        FROM "public"."playlist_track" AS j1
        JOIN "public"."playlist" AS r1 ON j1."playlist_id" = r1."playlist_id"
        WHERE t."track_id" = j1."track_id") DESC, t."track_id" DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 4 page public.track, behindToOne: 4 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."album_id" AS c1
    FROM "public"."track" AS t
    LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
    ORDER BY (SELECT count(*) AS count_1
        FROM "public"."track" AS r1
        WHERE o1."album_id" = r1."album_id") ASC, t."track_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 5 lookup public.artist, artist: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 6 batch-pages public.album, artist.albums: 1 keys, 2 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."title" AS c0, t."album_id" AS c1
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY (SELECT count(*) AS count_1
            FROM "public"."track" AS r1
            WHERE t."album_id" = r1."album_id") ASC, t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 7 batch-counts public.track, artist.albums.nodes.tracks: 2 keys, 2 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."track" AS t
    WHERE t."album_id" = keys.key0) AS counts ON true

-- step 1 lookup public.artist, artist: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 batch-pages public.album, artist.albums: not run

-- step 3 lookup public.artist, ordered: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 4 batch-pages public.album, ordered.albums: 1 keys, 2 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0 AND (t."title", t."album_id") > ((SELECT CAST($2 AS
          "pg_catalog"."text") AS value), (SELECT CAST($3 AS "pg_catalog"."int4") AS value))
        ORDER BY t."title" ASC, t."album_id" ASC
        LIMIT (SELECT CAST($4 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 5 lookup public.playlist, elsewhere: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."playlist" AS t ON t."playlist_id" = keys.key0

-- step 6 batch-pages public.track, elsewhere.tracks: not run

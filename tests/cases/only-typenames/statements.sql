-- step 1 page public.artist, artists: 2 rows
SELECT rows.c0
FROM (SELECT t."artist_id" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.album, artists.nodes.albums: 2 keys, 4 rows
SELECT keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT
    FROM (SELECT
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

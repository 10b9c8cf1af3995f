-- step 1 page public.artist, artists: 2 rows
SELECT rows.c0, rows.c1, rows.c2, rows.c3
FROM (SELECT t."name" AS c0, t."artist_id" AS c1, t."country" AS c2, CAST(t."formed" AS
  "pg_catalog"."text") AS c3
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.album, artists.nodes.albums: 2 keys, 2 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

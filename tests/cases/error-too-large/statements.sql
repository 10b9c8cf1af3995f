-- step 1 lookup public.artist, first: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 batch-counts public.album, first.albums: not run

-- step 3 lookup public.artist, last: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 4 batch-counts public.album, last.albums: not run

-- step 5 lookup public.artist, most: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 6 batch-pages public.album, most.albums: 1 keys, 2 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 1024) AS page ON true

-- step 7 batch-counts public.album, most.albums: 1 keys, 1 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0) AS counts ON true

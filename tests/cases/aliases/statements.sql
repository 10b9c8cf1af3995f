-- step 1 lookup public.artist, one: 1 keys, 1 rows
SELECT t."name" AS c0, t."artist_id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 batch-pages public.album, one.old: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 3 batch-pages public.album, one.new: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" DESC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 4 lookup public.artist, two: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

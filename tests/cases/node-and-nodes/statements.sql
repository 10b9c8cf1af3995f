-- step 1 lookup public.artist, node: 1 keys, 1 rows
SELECT t."artist_id" AS c0, t."name" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 lookup public.artist, nodes: 2 keys, 2 rows
SELECT t."artist_id" AS c0, t."name" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 3 batch-pages public.album, nodes.albums: 2 keys, 2 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 4 lookup public.album, nodes: 1 keys, 1 rows
SELECT t."album_id" AS c0, t."title" AS c1, o1."artist_id" IS DISTINCT FROM NULL AS c2, o1."name" AS
  c3, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0
LEFT OUTER JOIN "public"."artist" AS o1 ON t."artist_id" = o1."artist_id"

-- step 5 join public.artist, nodes.artist: joined to step 4

-- step 6 lookup public.review, nodes: 1 keys, 1 rows
SELECT CAST(t."id" AS "pg_catalog"."text") AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_text") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."review" AS t ON t."id" = CAST(keys.key0 AS "pg_catalog"."uuid")

-- step 1 page public.artist, artists: 4 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.album, artists.nodes.albums: 4 keys, 6 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS c1
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0 AND (t."title" <> CAST($2 AS "pg_catalog"."text"))
    ORDER BY t."released" DESC NULLS LAST, t."album_id" DESC
    LIMIT CAST($3 AS "pg_catalog"."int8")) AS page ON true

-- step 3 batch-counts public.album, artists.nodes.albums: 4 keys, 4 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0 AND (t."title" <> CAST($2 AS "pg_catalog"."text"))) AS counts ON
      true

-- step 1 page public.artist, artists: 4 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.album, artists.nodes.albums: 4 keys, 7 rows
SELECT page.c0, page.c1, page.o0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS c1,
  CAST(t."released" AS "pg_catalog"."text") AS o0
    FROM (SELECT DISTINCT ON (t."released") t."released" AS "released", t."title" AS "title"
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."released" DESC NULLS FIRST, t."title" ASC, t."album_id" ASC) AS t
    ORDER BY t."released" DESC NULLS FIRST
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS page ON true

-- step 3 batch-counts public.album, artists.nodes.albums: 4 keys, 4 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM (SELECT DISTINCT t."released" AS "released"
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0) AS t) AS counts ON true

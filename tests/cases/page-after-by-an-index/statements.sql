-- step 1 page public.album, albums: 3 rows
SELECT rows.c0, rows.c1, rows.o0, rows.o1
FROM ((SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS c1, CAST(t."released" AS
  "pg_catalog"."text") AS o0, t."album_id" AS o1
        FROM "public"."album" AS t
        WHERE (t."released", t."album_id") > ((SELECT CAST(CAST($1 AS "pg_catalog"."text") AS
          "pg_catalog"."date") AS value), (SELECT CAST($2 AS "pg_catalog"."int4") AS value))
        ORDER BY t."released" ASC NULLS LAST, t."album_id" ASC
        LIMIT 16) UNION ALL (SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS
          c1, CAST(t."released" AS "pg_catalog"."text") AS o0, t."album_id" AS o1
        FROM "public"."album" AS t
        WHERE t."released" IS NULL
        ORDER BY t."released" ASC NULLS LAST, t."album_id" ASC
        LIMIT 16)) AS rows
LIMIT (SELECT CAST($3 AS "pg_catalog"."int8") AS value)

-- step 2 page public.artist, artists: 1 rows
SELECT rows.c0
FROM (SELECT t."artist_id" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 3 batch-pages public.album, artists.nodes.albums: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."title" AS c0
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0 AND (t."released", t."album_id") < ((SELECT CAST(CAST($2 AS
      "pg_catalog"."text") AS "pg_catalog"."date") AS value), (SELECT CAST($3 AS
      "pg_catalog"."int4") AS value))
    ORDER BY t."released" ASC NULLS LAST, t."album_id" ASC
    LIMIT CAST($4 AS "pg_catalog"."int8") OFFSET CAST($5 AS "pg_catalog"."int8")) AS page ON true

-- step 4 lookup public.artist, accept: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 5 batch-pages public.album, accept.albums: 1 keys, 0 rows
SELECT page.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM ((SELECT t."title" AS c0
            FROM "public"."album" AS t
            WHERE t."artist_id" = keys.key0 AND (t."released", t."album_id") > ((SELECT CAST(CAST($2
              AS "pg_catalog"."text") AS "pg_catalog"."date") AS value), (SELECT CAST($3 AS
              "pg_catalog"."int4") AS value))
            ORDER BY t."released" ASC NULLS LAST, t."album_id" ASC
            LIMIT CAST($4 AS "pg_catalog"."int8") + CAST($5 AS "pg_catalog"."int8")) UNION ALL
              (SELECT t."title" AS c0
            FROM "public"."album" AS t
            WHERE t."artist_id" = keys.key0 AND t."released" IS NULL
            ORDER BY t."released" ASC NULLS LAST, t."album_id" ASC
            LIMIT CAST($4 AS "pg_catalog"."int8") + CAST($5 AS "pg_catalog"."int8"))) AS rows
    LIMIT CAST($4 AS "pg_catalog"."int8") OFFSET CAST($5 AS "pg_catalog"."int8")) AS page ON true

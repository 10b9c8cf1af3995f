-- step 1 page public.artist, asc: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" ASC NULLS LAST, t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 page public.artist, ascNullsFirst: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" ASC NULLS FIRST, t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 3 page public.artist, ascNullsLast: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" ASC NULLS LAST, t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 4 page public.artist, desc: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" DESC NULLS FIRST, t."artist_id" DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 5 page public.artist, descNullsFirst: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" DESC NULLS FIRST, t."artist_id" DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 6 page public.artist, descNullsLast: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."country" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."country" DESC NULLS LAST, t."artist_id" DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 1 page public.artist, artists: 3 rows
SELECT rows.c0, rows.o0
FROM (SELECT t."name" AS c0, t."artist_id" AS o0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 count public.artist, artists: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t

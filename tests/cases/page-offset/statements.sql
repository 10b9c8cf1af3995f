-- step 1 page public.artist, artists: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8") OFFSET CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.artist, beyond: 0 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8") OFFSET CAST($2 AS "pg_catalog"."int8")

-- step 3 count public.artist, beyond: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t

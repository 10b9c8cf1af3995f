-- step 1 page public.artist, forwards: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."artist_id" > CAST($1 AS "pg_catalog"."int4") AND t."artist_id" < CAST($2 AS
  "pg_catalog"."int4")
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 2 page public.artist, backwards: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."artist_id" > CAST($1 AS "pg_catalog"."int4") AND t."artist_id" < CAST($2 AS
  "pg_catalog"."int4")
ORDER BY t."artist_id" DESC
LIMIT CAST($3 AS "pg_catalog"."int8")

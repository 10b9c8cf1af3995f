-- step 1 page public.artist, and: 1 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE (t."country" = CAST($1 AS "pg_catalog"."text")) AND (t."name" LIKE CAST($2 AS
  "pg_catalog"."text"))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 2 page public.artist, beside: 1 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE (t."name" LIKE CAST($1 AS "pg_catalog"."text")) AND (t."country" = CAST($2 AS
  "pg_catalog"."text"))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 3 page public.artist, or: 3 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE (t."country" = CAST($1 AS "pg_catalog"."text")) OR (t."name" LIKE CAST($2 AS
  "pg_catalog"."text"))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 4 page public.artist, not: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (t."country" = CAST($1 AS "pg_catalog"."text"))
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.artist, nested: 3 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (t."country" IS NULL OR (t."country" = CAST($1 AS "pg_catalog"."text")) AND NOT (t."name"
  = CAST($2 AS "pg_catalog"."text")))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 6 page public.artist, nothing: 0 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE false
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 7 count public.artist, everything: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t

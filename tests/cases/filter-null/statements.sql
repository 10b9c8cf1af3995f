-- step 1 page public.artist, null: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."formed" IS NULL
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 count public.artist, notNull: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t
WHERE t."formed" IS NOT NULL

-- step 3 page public.artist, either: 3 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."formed" IS NULL OR (t."formed" < CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."date"))
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.customer, jsonNull: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE t."preferences" IS NULL
ORDER BY t."customer_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 5 page public.artist, neIsNotNull: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."country" <> CAST($1 AS "pg_catalog"."text")
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

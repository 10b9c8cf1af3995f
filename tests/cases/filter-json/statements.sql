-- step 1 page public.customer, contains: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE CAST(t."preferences" AS "pg_catalog"."jsonb") @> CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonb")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.customer, containedBy: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE CAST(t."preferences" AS "pg_catalog"."jsonb") <@ CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonb")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 3 page public.customer, hasKey: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE CAST(t."preferences" AS "pg_catalog"."jsonb") ? CAST($1 AS "pg_catalog"."text")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.customer, path: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS "pg_catalog"."jsonb") @@
  CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
  jsonb_path_query_array(CAST(t."preferences" AS "pg_catalog"."jsonb"), CAST(CAST($1 AS
  "pg_catalog"."text") AS "pg_catalog"."jsonpath"), '{}', true) != CAST('[null]' AS
  "pg_catalog"."jsonb"))
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.customer, predicate: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS "pg_catalog"."jsonb") @@
  CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
  jsonb_path_query_array(CAST(t."preferences" AS "pg_catalog"."jsonb"), CAST(CAST($1 AS
  "pg_catalog"."text") AS "pg_catalog"."jsonpath"), '{}', true) != CAST('[null]' AS
  "pg_catalog"."jsonb"))
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.customer, noPredicate: 0 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS "pg_catalog"."jsonb") @@
  CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
  jsonb_path_query_array(CAST(t."preferences" AS "pg_catalog"."jsonb"), CAST(CAST($1 AS
  "pg_catalog"."text") AS "pg_catalog"."jsonpath"), '{}', true) != CAST('[null]' AS
  "pg_catalog"."jsonb"))
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 7 page public.customer, eq: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE CAST(t."preferences" AS "pg_catalog"."jsonb") = CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonb")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 8 page public.customer, null: 3 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE CAST(t."preferences" AS "pg_catalog"."jsonb") <> CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."jsonb")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

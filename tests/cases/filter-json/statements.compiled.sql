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
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."email" AS c0
    FROM "public"."customer" AS t
    WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST(sets.v1 AS
      "pg_catalog"."text") AS "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS
      "pg_catalog"."jsonb") @@ CAST(CAST(sets.v1 AS "pg_catalog"."text") AS
      "pg_catalog"."jsonpath"), jsonb_path_query_array(CAST(t."preferences" AS
      "pg_catalog"."jsonb"), CAST(CAST(sets.v1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
      '{}', true) != CAST('[null]' AS "pg_catalog"."jsonb"))
    ORDER BY t."customer_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 5 page public.customer, predicate: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."email" AS c0
    FROM "public"."customer" AS t
    WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST(sets.v1 AS
      "pg_catalog"."text") AS "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS
      "pg_catalog"."jsonb") @@ CAST(CAST(sets.v1 AS "pg_catalog"."text") AS
      "pg_catalog"."jsonpath"), jsonb_path_query_array(CAST(t."preferences" AS
      "pg_catalog"."jsonb"), CAST(CAST(sets.v1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
      '{}', true) != CAST('[null]' AS "pg_catalog"."jsonb"))
    ORDER BY t."customer_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 6 page public.customer, noPredicate: 0 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."email" AS c0
    FROM "public"."customer" AS t
    WHERE (CAST(t."preferences" AS "pg_catalog"."jsonb") @? CAST(CAST(sets.v1 AS
      "pg_catalog"."text") AS "pg_catalog"."jsonpath")) AND coalesce(CAST(t."preferences" AS
      "pg_catalog"."jsonb") @@ CAST(CAST(sets.v1 AS "pg_catalog"."text") AS
      "pg_catalog"."jsonpath"), jsonb_path_query_array(CAST(t."preferences" AS
      "pg_catalog"."jsonb"), CAST(CAST(sets.v1 AS "pg_catalog"."text") AS "pg_catalog"."jsonpath"),
      '{}', true) != CAST('[null]' AS "pg_catalog"."jsonb"))
    ORDER BY t."customer_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

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

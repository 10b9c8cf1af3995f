-- step 1 function public.add, add: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int4"[]) AS value)) WITH ORDINALITY AS sets(v0, ord)
JOIN LATERAL (SELECT "public"."add"("a" => CAST(sets.v0 AS "pg_catalog"."int4")) AS c0) AS answer ON
  true

-- step 2 function public.add, more: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int4"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."int4"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT "public"."add"("a" => CAST(sets.v0 AS "pg_catalog"."int4"), "b" => CAST(sets.v1
  AS "pg_catalog"."int4")) AS c0) AS answer ON true

-- step 3 function public.add, missing: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int4"[]) AS value)) WITH ORDINALITY AS sets(v0, ord)
JOIN LATERAL (SELECT "public"."add"("a" => CAST(sets.v0 AS "pg_catalog"."int4")) AS c0) AS answer ON
  true

-- step 4 function public.add, nothing: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int4"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."int4"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT "public"."add"("a" => CAST(sets.v0 AS "pg_catalog"."int4"), "b" => CAST(sets.v1
  AS "pg_catalog"."int4")) AS c0) AS answer ON true

-- step 5 function public.add, addByAB: 1 rows
SELECT "public"."add"("a" => CAST($1 AS "pg_catalog"."text"), "b" => CAST($2 AS
  "pg_catalog"."text")) AS c0

-- step 6 function public.converted, converted: 1 rows
SELECT (SELECT CAST(CASE WHEN (NOT ROW("r".*) IS NULL) THEN json_build_array(r."cents",
  CAST(r."first_format" AS "pg_catalog"."text")) END AS "pg_catalog"."text") AS anon_1
    FROM "public"."converted"("given" => CAST(CAST($1 AS "pg_catalog"."text") AS
      "public"."money_of"), "formats" => CAST(CAST($2 AS "pg_catalog"."text") AS
      "public"."_cover_format")) AS r) AS c0

-- step 7 function public.converted, none: 1 rows
SELECT (SELECT CAST(CASE WHEN (NOT ROW("r".*) IS NULL) THEN json_build_array(r."cents",
  CAST(r."first_format" AS "pg_catalog"."text")) END AS "pg_catalog"."text") AS anon_1
    FROM "public"."converted"("given" => CAST(CAST($1 AS "pg_catalog"."text") AS
      "public"."money_of")) AS r) AS c0

-- step 8 function public.sales, sales: 1 rows
SELECT (SELECT CAST(coalesce(json_agg(CASE WHEN (NOT ROW("r".*) IS NULL) THEN
  json_build_array(CAST(r."day" AS "pg_catalog"."text"), CAST(r."total" AS "pg_catalog"."text"))
  END), '[]') AS "pg_catalog"."text") AS coalesce_1
    FROM "public"."sales"("since" => CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."date"))
      AS r) AS c0

-- step 9 function public.sales, all: 1 rows
SELECT (SELECT CAST(coalesce(json_agg(CASE WHEN (NOT ROW("r".*) IS NULL) THEN
  json_build_array(CAST(r."day" AS "pg_catalog"."text"), CAST(r."total" AS "pg_catalog"."text"))
  END), '[]') AS "pg_catalog"."text") AS coalesce_1
    FROM "public"."sales"() AS r) AS c0

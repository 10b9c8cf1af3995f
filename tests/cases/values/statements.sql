-- step 1 page public.customer, customers: 4 rows
SELECT rows.c0
FROM (SELECT t."preferences" AS c0
    FROM "public"."customer" AS t
    ORDER BY t."customer_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 page public.employee, employees: 4 rows
SELECT rows.c0
FROM (SELECT CAST(t."hired" AS "pg_catalog"."text") AS c0
    FROM "public"."employee" AS t
    ORDER BY t."employee_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 3 page public.invoice, invoices: 3 rows
SELECT rows.c0, rows.c1
FROM (SELECT CAST(t."invoice_date" AS "pg_catalog"."text") AS c0, CAST(t."total" AS
  "pg_catalog"."text") AS c1
    FROM "public"."invoice" AS t
    ORDER BY t."invoice_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 4 page public.album_cover, albumCovers: 2 rows
SELECT rows.c0, rows.c1
FROM (SELECT CAST(t."format" AS "pg_catalog"."text") AS c0, t."image" AS c1
    FROM "public"."album_cover" AS t
    ORDER BY t."album_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 5 page public.recommendation, recommendations: 3 rows
SELECT rows.c0
FROM (SELECT CAST(CAST(t."weight" AS "pg_catalog"."text") AS "pg_catalog"."float8") AS c0
    FROM "public"."recommendation" AS t
    ORDER BY t."liked_album_id" ASC, t."other_album_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 6 page public.track, tracks: 3 rows
SELECT t."bytes" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1, CAST(t."tags" AS
  "pg_catalog"."text"[]) AS c2
FROM "public"."track" AS t
WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

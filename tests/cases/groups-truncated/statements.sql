-- step 1 groups public.invoice, invoices.hour: 3 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT date_trunc('hour', t."invoice_date", 'UTC') AS k0, count(*) AS a0
    FROM "public"."invoice" AS t GROUP BY date_trunc('hour', t."invoice_date", 'UTC')) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 groups public.invoice, invoices.day: 3 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT date_trunc('day', t."invoice_date", 'UTC') AS k0, count(*) AS a0
    FROM "public"."invoice" AS t GROUP BY date_trunc('day', t."invoice_date", 'UTC')) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 3 groups public.invoice, invoices.week: 2 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT date_trunc('week', t."invoice_date", 'UTC') AS k0, count(*) AS a0
    FROM "public"."invoice" AS t GROUP BY date_trunc('week', t."invoice_date", 'UTC')) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 4 groups public.invoice, invoices.month: 3 rows
SELECT groups.k0 AS c0, CAST(groups.k1 AS "pg_catalog"."text") AS c1, CAST(groups.a0 AS
  "pg_catalog"."text") AS c2
FROM (SELECT t."customer_id" AS k0, date_trunc('month', t."invoice_date", 'UTC') AS k1,
  sum(t."total") AS a0
    FROM "public"."invoice" AS t GROUP BY t."customer_id", date_trunc('month', t."invoice_date",
      'UTC')) AS groups
ORDER BY groups.k0 ASC NULLS LAST, groups.k1 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 5 groups public.invoice, invoices.quarter: 1 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT date_trunc('quarter', t."invoice_date", 'UTC') AS k0, count(*) AS a0
    FROM "public"."invoice" AS t GROUP BY date_trunc('quarter', t."invoice_date", 'UTC')) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 6 groups public.invoice, invoices.whole: 3 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0
FROM (SELECT t."invoice_date" AS k0
    FROM "public"."invoice" AS t GROUP BY t."invoice_date") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 7 groups public.album, albums.groups: 7 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1, CAST(groups.a1 AS
  "pg_catalog"."text") AS c2
FROM (SELECT CAST(date_trunc('year', CAST(t."released" AS "pg_catalog"."timestamp")) AS
  "pg_catalog"."date") AS k0, count(*) AS a0, min(t."released") AS a1
    FROM "public"."album" AS t GROUP BY CAST(date_trunc('year', CAST(t."released" AS
      "pg_catalog"."timestamp")) AS "pg_catalog"."date")) AS groups
ORDER BY groups.k0 DESC NULLS FIRST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 8 groups public.employee, employees.groups: 3 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT date_trunc('quarter', t."hired") AS k0, count(*) AS a0
    FROM "public"."employee" AS t GROUP BY date_trunc('quarter', t."hired")) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

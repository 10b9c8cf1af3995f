-- step 1 page public.employee, employees: 4 rows
SELECT t."last_name" AS c0, t."reports_to" AS c1, t."employee_id" AS c2
FROM "public"."employee" AS t
ORDER BY t."employee_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 batch-to-one public.employee, employees.nodes.employeeByReportsTo: 2 keys, 2 rows
SELECT t."last_name" AS c0, t."reports_to" AS c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."employee" AS t ON t."employee_id" = keys.key0

-- step 3 batch-to-one public.employee, employees.nodes.employeeByReportsTo.employeeByReportsTo: 1 keys, 1 rows
SELECT t."last_name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."employee" AS t ON t."employee_id" = keys.key0

-- step 4 batch-pages public.employee, employees.nodes.employees: 4 keys, 3 rows
SELECT page.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."last_name" AS c0
    FROM "public"."employee" AS t
    WHERE t."reports_to" = keys.key0
    ORDER BY t."employee_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS page ON true

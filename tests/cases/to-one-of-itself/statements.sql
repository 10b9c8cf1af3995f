-- step 1 page public.employee, employees: 4 rows
SELECT limited.c0, o1."employee_id" IS DISTINCT FROM NULL AS c1, o1."last_name" AS c2,
  o2."employee_id" IS DISTINCT FROM NULL AS c3, o2."last_name" AS c4, limited.c5
FROM (SELECT rows.c0 AS c0, rows.c5 AS c5, rows.k0 AS k0, rows.s0 AS s0
    FROM (SELECT t."last_name" AS c0, t."employee_id" AS c5, t."reports_to" AS k0, t."employee_id"
      AS s0
        FROM "public"."employee" AS t
        ORDER BY t."employee_id" ASC
        LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS limited
LEFT OUTER JOIN "public"."employee" AS o1 ON limited.k0 = o1."employee_id"
LEFT OUTER JOIN "public"."employee" AS o2 ON o1."reports_to" = o2."employee_id"
ORDER BY limited.s0 ASC

-- step 2 join public.employee, employees.nodes.employeeByReportsTo: joined to step 1

-- step 3 join public.employee, employees.nodes.employeeByReportsTo.employeeByReportsTo: joined to step 2

-- step 4 batch-pages public.employee, employees.nodes.employees: 4 keys, 3 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."last_name" AS c0
        FROM "public"."employee" AS t
        WHERE t."reports_to" = keys.key0
        ORDER BY t."employee_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 1 page public.best_seller, bestSellers: 3 rows
SELECT rows.c0, rows.c1
FROM (SELECT numbered.c0 AS c0, numbered.c1 AS c1
    FROM (SELECT t."name" AS c0, t."sold" AS c1, row_number() OVER (ORDER BY t."sold" DESC NULLS
      FIRST, t."name" ASC NULLS LAST) AS position
        FROM "public"."best_seller" AS t) AS numbered
    WHERE numbered.position > (SELECT CAST($1 AS "pg_catalog"."int8") AS value)
    ORDER BY numbered.position ASC
    LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 1 delete public.contract, deleteContract: 0 rows
DELETE FROM "public"."contract" AS t WHERE t."contract_id" = CAST($1 AS "pg_catalog"."int4") AND
  t."version" = CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."int4") RETURNING 1 AS c0

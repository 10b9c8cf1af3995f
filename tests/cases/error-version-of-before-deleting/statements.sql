-- step 1 delete public.contract, deleteContract: 0 rows
DELETE FROM "public"."contract" AS t WHERE t."contract_id" = CAST($1 AS "pg_catalog"."int4") AND
  t."version" = CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."int4") RETURNING 1 AS c0

-- step 1 delete public.contract, deleteContract: 1 keys, 1 rows
SELECT t."contract_id" IS DISTINCT FROM NULL AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."contract" AS t ON t."contract_id" = keys.key0

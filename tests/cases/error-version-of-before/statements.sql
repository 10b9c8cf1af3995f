-- step 1 update public.contract, first: 1 rows
UPDATE "public"."contract" AS t SET "terms"=CAST($1 AS "pg_catalog"."text"), "version"=(t."version"
  + 1) WHERE t."contract_id" = CAST($2 AS "pg_catalog"."int4") AND t."version" = CAST(CAST($3 AS
  "pg_catalog"."text") AS "pg_catalog"."int4") RETURNING t."version" AS c0

-- step 2 update public.contract, second: 0 rows
UPDATE "public"."contract" AS t SET "terms"=CAST($1 AS "pg_catalog"."text"), "version"=(t."version"
  + 1) WHERE t."contract_id" = CAST($2 AS "pg_catalog"."int4") AND t."version" = CAST(CAST($3 AS
  "pg_catalog"."text") AS "pg_catalog"."int4") RETURNING t."version" AS c0

-- step 2 update public.contract, second: 1 keys, 1 rows
SELECT t."contract_id" IS DISTINCT FROM NULL AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."contract" AS t ON t."contract_id" = keys.key0

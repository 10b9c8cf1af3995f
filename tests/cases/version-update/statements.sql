-- step 1 update public.contract, updateContract: 1 rows
UPDATE "public"."contract" AS t SET "terms"=CAST($1 AS "pg_catalog"."text"), "version"=(t."version"
  + 1) WHERE t."contract_id" = CAST($2 AS "pg_catalog"."int4") AND t."version" = CAST(CAST($3 AS
  "pg_catalog"."text") AS "pg_catalog"."int4") RETURNING t."terms" AS c0, t."version" AS c1

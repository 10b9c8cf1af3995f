-- step 1 update public.contract, updateContracts: 2 rows
UPDATE "public"."contract" AS t SET "terms"=CAST($1 AS "pg_catalog"."text"), "version"=(t."version"
  + 1) WHERE t."artist_id" IS NOT NULL RETURNING t."version" AS c0

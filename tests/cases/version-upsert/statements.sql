-- step 1 insert public.contract, createContracts: 2 rows
INSERT INTO "public"."contract" ("contract_id", "terms") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("contract_id") DO UPDATE SET "terms" = excluded."terms", "version" =
  ("public"."contract"."version" + 1) RETURNING "public"."contract"."contract_id" AS c0,
  "public"."contract"."terms" AS c1, "public"."contract"."version" AS c2

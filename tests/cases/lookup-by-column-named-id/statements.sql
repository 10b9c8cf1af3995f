-- step 1 lookup public.review, review: 1 keys, 1 rows
SELECT t."id" AS c0, t."stars" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_text") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."review" AS t ON t."id" = CAST(keys.key0 AS "pg_catalog"."uuid")

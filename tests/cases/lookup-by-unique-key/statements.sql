-- step 1 lookup public.customer, customer: 1 keys, 1 rows
SELECT t."customer_id" AS c0, t."newsletter" AS c1, t."preferences" AS c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."customer" AS t ON t."email" = keys.key0

-- step 2 lookup public.artist, artist: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."name" = keys.key0

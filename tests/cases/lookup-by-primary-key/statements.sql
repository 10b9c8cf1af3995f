-- step 1 lookup public.artist, artist: 1 keys, 1 rows
SELECT t."name" AS c0, t."country" AS c1, CAST(t."formed" AS "pg_catalog"."text") AS c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 lookup public.invoice_line, invoiceLine: 1 keys, 1 rows
SELECT CAST(t."unit_price" AS "pg_catalog"."text") AS c0, t."quantity" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."invoice_line" AS t ON t."invoice_line_id" = keys.key0

-- step 1 delete public.invoice_line, deleteInvoiceLines: 3 rows
DELETE FROM "public"."invoice_line" AS t WHERE EXISTS (SELECT 1
    FROM "public"."invoice" AS r1
    WHERE t."invoice_id" = r1."invoice_id" AND (EXISTS (SELECT 1
            FROM "public"."customer" AS r2
            WHERE r1."customer_id" = r2."customer_id" AND (r2."country" = CAST($1 AS
              "pg_catalog"."text"))))) RETURNING t."invoice_line_id" AS c0, t."track_id" AS c1

-- step 2 batch-to-one public.track, deleteInvoiceLines.invoiceLines.track: 3 keys, 3 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

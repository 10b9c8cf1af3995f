-- step 1 delete public.invoice_line, deleteInvoiceLines: 5 rows
DELETE FROM "public"."invoice_line" AS t RETURNING 1 AS c0

-- step 2 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."artist"."name" AS c0

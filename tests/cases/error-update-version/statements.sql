-- step 1 update public.artist, updateArtist: 0 rows
UPDATE "public"."artist" AS t SET "name"=CAST($1 AS "pg_catalog"."text") WHERE t."artist_id" =
  CAST($2 AS "pg_catalog"."int4") AND t."xmin" = CAST(CAST($3 AS "pg_catalog"."text") AS
  "pg_catalog"."xid") RETURNING 1 AS c0

-- step 1 update public.artist, updateArtist: 1 keys, 1 rows
SELECT t."artist_id" IS DISTINCT FROM NULL AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 1 function public.reprice, reprice: 2 rows
SELECT t."name" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1,
  "public"."track_label"("t".*) AS c2, t."album_id" AS c3
FROM "public"."reprice"("percent" => CAST($1 AS "pg_catalog"."int4"), VARIADIC "track_ids" =>
  CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."_int4")) AS t
WHERE NOT ROW("t".*) IS NULL

-- step 2 batch-to-one public.album, reprice.tracks.album: 1 keys, 1 rows
SELECT t."title" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 3 function public.reprice, defaults: 2 rows
SELECT t."track_id" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1
FROM "public"."reprice"() AS t
WHERE NOT ROW("t".*) IS NULL

-- step 1 page public.track, eq: 3 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."unit_price" = CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."numeric")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.track, ne: 5 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."unit_price" <> CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."numeric")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 3 page public.track, lt: 1 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."milliseconds" < CAST($1 AS "pg_catalog"."int4")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.track, lte: 2 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."milliseconds" <= CAST($1 AS "pg_catalog"."int4")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.track, gt: 1 rows
SELECT t."name" AS c0, t."bytes" AS c1
FROM "public"."track" AS t
WHERE t."bytes" > CAST($1 AS "pg_catalog"."int8")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.track, gte: 0 rows
SELECT t."name" AS c0, t."bytes" AS c1
FROM "public"."track" AS t
WHERE t."bytes" >= CAST($1 AS "pg_catalog"."int8")
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 7 page public.artist, between: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE (t."formed" < CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."date")) AND (t."formed" >=
  CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."date"))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 8 page public.invoice, instant: 1 rows
SELECT t."invoice_id" AS c0
FROM "public"."invoice" AS t
WHERE t."invoice_date" < CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."timestamptz")
ORDER BY t."invoice_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 9 page public.album_cover, enum: 1 rows
SELECT t."album_id" AS c0
FROM "public"."album_cover" AS t
WHERE t."format" = CAST(CAST($1 AS "pg_catalog"."text") AS "public"."cover_format")
ORDER BY t."album_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 10 page public.customer, boolean: 1 rows
SELECT t."email" AS c0
FROM "public"."customer" AS t
WHERE t."newsletter" = CAST($1 AS "pg_catalog"."bool")
ORDER BY t."customer_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 11 page public.album_cover, bytes: 1 rows
SELECT t."album_id" AS c0
FROM "public"."album_cover" AS t
WHERE t."image" = CAST($1 AS "pg_catalog"."bytea")
ORDER BY t."album_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 12 page public.recommendation, float: 1 rows
SELECT t."liked_album_id" AS c0, t."other_album_id" AS c1
FROM "public"."recommendation" AS t
WHERE t."weight" = CAST(CAST($1 AS "pg_catalog"."float8") AS "pg_catalog"."float4")
ORDER BY t."liked_album_id" ASC, t."other_album_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

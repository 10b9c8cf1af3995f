-- step 1 page public.concert, containsValue: 2 rows
SELECT t."concert_id" AS c0, CAST(CASE WHEN (t."ages" IS NOT DISTINCT FROM NULL) THEN NULL ELSE
  json_build_array(isempty(t."ages"), lower(t."ages"), lower_inc(t."ages"), upper(t."ages"),
  upper_inc(t."ages")) END AS "pg_catalog"."text") AS c1
FROM "public"."concert" AS t
WHERE t."ages" @> CAST(CAST($1 AS "pg_catalog"."int4") AS "pg_catalog"."int4")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.concert, contains: 3 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."ages" @> CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."int4range")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 3 page public.concert, containedBy: 3 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."ages" <@ CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."int4range")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.concert, overlaps: 1 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."during" && CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."tstzrange")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.concert, eq: 1 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."ages" = CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."int4range")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.concert, ne: 3 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."ages" <> CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."int4range")
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

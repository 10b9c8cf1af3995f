-- step 1 page public.track, contains: 2 rows
SELECT t."name" AS c0, CAST(t."tags" AS "pg_catalog"."text"[]) AS c1
FROM "public"."track" AS t
WHERE t."tags" @> CAST(CAST($1 AS "pg_catalog"."text"[]) AS "pg_catalog"."text"[])
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.track, containedBy: 3 rows
SELECT t."name" AS c0, CAST(t."tags" AS "pg_catalog"."text"[]) AS c1
FROM "public"."track" AS t
WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4")) AND (t."tags" <@ CAST(CAST($2 AS
  "pg_catalog"."text"[]) AS "pg_catalog"."text"[]))
ORDER BY t."track_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 3 page public.track, overlaps: 2 rows
SELECT t."name" AS c0, CAST(t."tags" AS "pg_catalog"."text"[]) AS c1
FROM "public"."track" AS t
WHERE t."tags" && CAST(CAST($1 AS "pg_catalog"."text"[]) AS "pg_catalog"."text"[])
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.track, eq: 1 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."tags" = CAST(CAST($1 AS "pg_catalog"."text"[]) AS "pg_catalog"."text"[])
ORDER BY t."track_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 count public.track, ne: 1 rows
SELECT count(*) AS count_1
FROM "public"."track" AS t
WHERE t."tags" <> CAST(CAST($1 AS "pg_catalog"."text"[]) AS "pg_catalog"."text"[])

-- step 6 count public.track, containsNothing: 1 rows
SELECT count(*) AS count_1
FROM "public"."track" AS t
WHERE t."tags" @> CAST(CAST($1 AS "pg_catalog"."text"[]) AS "pg_catalog"."text"[])

-- step 1 aggregate public.track, tracks.first: 1 rows
SELECT count(*) AS c0, sum(t."milliseconds") AS c1, CAST(sum(t."bytes") AS "pg_catalog"."text") AS
  c2, CAST(sum(t."unit_price") AS "pg_catalog"."text") AS c3, min(t."name") AS c4
FROM "public"."track" AS t

-- step 2 groups public.track, tracks.one: 2 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."media_type_id" AS k0, count(*) AS a0
    FROM "public"."track" AS t GROUP BY t."media_type_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 3 groups public.track, tracks.two: 1 rows
SELECT groups.k0 AS c0
FROM (SELECT t."media_type_id" AS k0
    FROM "public"."track" AS t GROUP BY t."media_type_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 4 groups public.track, tracks.three: 3 rows
SELECT true AS c0
FROM (SELECT t."genre_id" AS k0, t."media_type_id" AS k1, count(*) AS a0
    FROM "public"."track" AS t GROUP BY t."genre_id", t."media_type_id") AS groups
WHERE groups.a0 > CAST($1 AS "pg_catalog"."int4")
ORDER BY groups.k0 ASC NULLS LAST, groups.k1 ASC NULLS LAST
LIMIT CAST($2 AS "pg_catalog"."int8")

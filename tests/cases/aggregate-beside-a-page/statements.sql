-- step 1 page public.track, tracks: 2 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE t."milliseconds" > CAST($1 AS "pg_catalog"."int4")
ORDER BY t."milliseconds" DESC, t."track_id" DESC
LIMIT CAST($2 AS "pg_catalog"."int8") OFFSET CAST($3 AS "pg_catalog"."int8")

-- step 2 count public.track, tracks: 1 rows
SELECT count(*) AS count_1
FROM "public"."track" AS t
WHERE t."milliseconds" > CAST($1 AS "pg_catalog"."int4")

-- step 3 aggregate public.track, tracks.aggregate: 1 rows
SELECT count(*) AS c0, max(t."milliseconds") AS c1, min(t."milliseconds") AS c2
FROM "public"."track" AS t
WHERE t."milliseconds" > CAST($1 AS "pg_catalog"."int4")

-- step 4 groups public.track, tracks.groups: 4 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."genre_id" AS k0, count(*) AS a0
    FROM "public"."track" AS t
    WHERE t."milliseconds" > CAST($1 AS "pg_catalog"."int4") GROUP BY t."genre_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 1 groups public.track, tracks.groups: 5 rows
SELECT groups.k0 AS c0, NULL AS c1, groups.a0 AS c2, groups.a1 AS c3, groups.a2 AS c4
FROM (SELECT t."genre_id" AS k0, count(*) AS a0, sum(t."milliseconds") AS a1, max(t."name") AS a2
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

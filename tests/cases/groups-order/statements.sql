-- step 1 groups public.track, tracks.count: 5 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."genre_id" AS k0, count(*) AS a0
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
ORDER BY groups.a0 DESC NULLS FIRST, groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 groups public.track, tracks.sum: 5 rows
SELECT groups.k0 AS c0, CAST(groups.a0 AS "pg_catalog"."text") AS c1
FROM (SELECT t."genre_id" AS k0, sum(t."bytes") AS a0
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
ORDER BY groups.a0 DESC NULLS LAST, groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 3 groups public.track, tracks.avg: 7 rows
SELECT groups.k0 AS c0, CAST(groups.a0 AS "pg_catalog"."text") AS c1
FROM (SELECT t."album_id" AS k0, avg(t."unit_price") AS a0
    FROM "public"."track" AS t GROUP BY t."album_id") AS groups
ORDER BY groups.a0 ASC NULLS LAST, groups.k0 DESC NULLS FIRST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 4 groups public.track, tracks.min: 4 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."composer" AS k0, min(t."name") AS a0
    FROM "public"."track" AS t GROUP BY t."composer") AS groups
ORDER BY groups.a0 DESC NULLS FIRST, groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 5 groups public.track, tracks.distinct: 2 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."media_type_id" AS k0, count(DISTINCT t."album_id") AS a0
    FROM "public"."track" AS t GROUP BY t."media_type_id") AS groups
ORDER BY groups.a0 ASC NULLS LAST, groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 6 groups public.track, tracks.key: 5 rows
SELECT groups.k0 AS c0, groups.k1 AS c1
FROM (SELECT t."media_type_id" AS k0, t."genre_id" AS k1
    FROM "public"."track" AS t GROUP BY t."media_type_id", t."genre_id") AS groups
ORDER BY groups.k1 DESC NULLS FIRST, groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 7 groups public.track, tracks.window: 2 rows
SELECT groups.k0 AS c0
FROM (SELECT t."album_id" AS k0
    FROM "public"."track" AS t GROUP BY t."album_id") AS groups
ORDER BY groups.k0 ASC NULLS FIRST
LIMIT CAST($1 AS "pg_catalog"."int8") OFFSET CAST($2 AS "pg_catalog"."int8")

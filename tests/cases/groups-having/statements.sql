-- step 1 groups public.track, by.groups: 3 rows
SELECT groups.k0 AS c0, groups.a0 AS c1, groups.a1 AS c2
FROM (SELECT t."album_id" AS k0, count(*) AS a0, sum(t."milliseconds") AS a1
    FROM "public"."track" AS t GROUP BY t."album_id") AS groups
WHERE (groups.a0 >= CAST($1 AS "pg_catalog"."int4")) AND (groups.a1 > CAST(CAST($2 AS
  "pg_catalog"."text") AS "pg_catalog"."numeric"))
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 2 groups public.track, or.groups: 4 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."album_id" AS k0, max(t."name") AS a0, count(DISTINCT t."composer") AS a1
    FROM "public"."track" AS t GROUP BY t."album_id") AS groups
WHERE groups.a0 = ANY (CAST($1 AS "pg_catalog"."text"[])) OR NOT (groups.a1 > CAST($2 AS
  "pg_catalog"."int4"))
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 3 groups public.track, and.groups: 4 rows
SELECT groups.k0 AS c0, CAST(groups.a0 AS "pg_catalog"."text") AS c1
FROM (SELECT t."album_id" AS k0, avg(t."unit_price") AS a0, min(t."bytes") AS a1
    FROM "public"."track" AS t GROUP BY t."album_id") AS groups
WHERE (groups.a0 < CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."numeric")) AND groups.a1 IS
  NOT NULL
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 groups public.track, given.groups: 3 rows
SELECT groups.k0 AS c0, groups.a0 AS c1
FROM (SELECT t."genre_id" AS k0, count(*) AS a0, max(t."unit_price") AS a1
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
WHERE (groups.a0 <> CAST($1 AS "pg_catalog"."int4")) AND (groups.a1 <= CAST(CAST($2 AS
  "pg_catalog"."text") AS "pg_catalog"."numeric"))
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 5 groups public.track, none.groups: 0 rows
SELECT groups.k0 AS c0
FROM (SELECT t."genre_id" AS k0
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
WHERE false
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 6 groups public.track, all.groups: 5 rows
SELECT groups.k0 AS c0
FROM (SELECT t."genre_id" AS k0
    FROM "public"."track" AS t GROUP BY t."genre_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

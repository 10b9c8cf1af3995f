-- step 1 groups public.track, tracks.groups: 4 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text"[]) AS c0, groups.a0 AS c1
FROM (SELECT t."tags" AS k0, count(*) AS a0
    FROM "public"."track" AS t GROUP BY t."tags") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 groups public.customer, customers.groups: 2 rows
SELECT groups.k0 AS c0, NULL AS c1, groups.a0 AS c2, groups.a1 AS c3, groups.a2 AS c4
FROM (SELECT t."newsletter" AS k0, count(*) AS a0, bool_and(t."newsletter") AS a1,
  bool_or(t."newsletter") AS a2
    FROM "public"."customer" AS t GROUP BY t."newsletter") AS groups
ORDER BY groups.k0 DESC NULLS FIRST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 3 aggregate public.album_cover, albumCovers.aggregate: 1 rows
SELECT CAST(max(t."format") AS "pg_catalog"."text") AS c0, decode(max(encode(t."image", 'hex')
  COLLATE "C"), 'hex') AS c1
FROM "public"."album_cover" AS t

-- step 4 groups public.album_cover, albumCovers.groups: 2 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.k1 AS c1, CAST(groups.a0 AS
  "pg_catalog"."text") AS c2, groups.a1 AS c3, CAST(groups.a2 AS "pg_catalog"."text") AS c4,
  groups.a3 AS c5
FROM (SELECT t."format" AS k0, t."image" AS k1, min(t."format") AS a0, decode(min(encode(t."image",
  'hex') COLLATE "C"), 'hex') AS a1, max(t."format") AS a2, decode(max(encode(t."image", 'hex')
  COLLATE "C"), 'hex') AS a3
    FROM "public"."album_cover" AS t GROUP BY t."format", t."image") AS groups
ORDER BY groups.k0 ASC NULLS LAST, groups.k1 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 5 aggregate public.play, plays.aggregate: 1 rows
SELECT count(*) AS c0, CAST(min(t."played_at") AS "pg_catalog"."text") AS c1
FROM "public"."play" AS t

-- step 6 groups public.play, plays.groups: 3 rows
SELECT groups.k1 AS c0, CAST(groups.k0 AS "pg_catalog"."text") AS c1, groups.a0 AS c2
FROM (SELECT t."played_at" AS k0, t."track_id" AS k1, count(*) AS a0
    FROM "public"."play" AS t GROUP BY t."played_at", t."track_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST, groups.k1 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 7 aggregate public.review, reviews.aggregate: 1 rows
SELECT CAST(min(CAST(t."id" AS "pg_catalog"."text") COLLATE "C") AS "pg_catalog"."uuid") AS c0,
  CAST(max(CAST(t."id" AS "pg_catalog"."text") COLLATE "C") AS "pg_catalog"."uuid") AS c1,
  sum(t."stars") AS c2
FROM "public"."review" AS t

-- step 8 aggregate public.recommendation, recommendations.aggregate: 1 rows
SELECT CAST(CAST(sum(t."weight") AS "pg_catalog"."text") AS "pg_catalog"."float8") AS c0,
  avg(t."weight") AS c1, CAST(CAST(max(t."weight") AS "pg_catalog"."text") AS "pg_catalog"."float8")
  AS c2
FROM "public"."recommendation" AS t

-- step 9 aggregate public.best_seller, bestSellers.aggregate: 1 rows
SELECT CAST(sum(t."sold") AS "pg_catalog"."text") AS c0
FROM "public"."best_seller" AS t

-- step 10 groups public.best_seller, bestSellers.groups: 1 rows
SELECT groups.k0 AS c0, groups.a0 AS c1, groups.a1 AS c2
FROM (SELECT t."sold" AS k0, count(*) AS a0, max(t."name") AS a1
    FROM "public"."best_seller" AS t GROUP BY t."sold") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 1 aggregate public.track, all.aggregate: 1 rows
SELECT count(*) AS c0, CAST(sum(t."bytes") AS "pg_catalog"."text") AS c1
FROM "public"."track" AS t
WHERE (t."bytes" >= CAST($1 AS "pg_catalog"."int8")) OR (t."composer" = CAST($2 AS
  "pg_catalog"."text"))

-- step 2 aggregate public.track, none.aggregate: 1 rows
SELECT count(*) AS c0, count(DISTINCT t."name") AS c1, CAST(sum(t."bytes") AS "pg_catalog"."text")
  AS c2, CAST(avg(t."unit_price") AS "pg_catalog"."text") AS c3, min(t."name") AS c4,
  max(t."track_id") AS c5
FROM "public"."track" AS t
WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))

-- step 3 groups public.track, none.groups: 0 rows
SELECT groups.k0 AS c0
FROM (SELECT t."genre_id" AS k0
    FROM "public"."track" AS t
    WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4")) GROUP BY t."genre_id") AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($2 AS "pg_catalog"."int8")

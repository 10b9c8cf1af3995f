-- step 1 estimate public.track, tracks: 1 rows
EXPLAIN (FORMAT JSON) SELECT 1
FROM "public"."track" AS t
WHERE t."track_id" = CAST($1 AS "pg_catalog"."int4")

-- step 2 estimate public.track, none: 1 rows
EXPLAIN (FORMAT JSON) SELECT 1
FROM "public"."track" AS t
WHERE false

-- step 1 page public.play, plays: 3 rows
SELECT CAST(t."played_at" AS "pg_catalog"."text") AS c0, t."track_id" AS c1
FROM "public"."play" AS t
WHERE t."ctid" > CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."tid")
ORDER BY t."ctid" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 count public.play, plays: 1 rows
SELECT count(*) AS count_1
FROM "public"."play" AS t

-- step 3 batch-to-one public.track, plays.nodes.track: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

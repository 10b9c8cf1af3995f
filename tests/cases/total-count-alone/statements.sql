-- step 1 count public.track, tracks: 1 rows
SELECT count(*) AS count_1
FROM "public"."track" AS t

-- step 2 count public.artist, artists: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t
WHERE t."country" = CAST($1 AS "pg_catalog"."text")

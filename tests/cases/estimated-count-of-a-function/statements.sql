-- step 1 estimate public.track, searchTracks: 1 rows
EXPLAIN (FORMAT JSON) SELECT 1
FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t
WHERE t."track_id" = CAST($2 AS "pg_catalog"."int4")

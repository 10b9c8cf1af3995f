-- step 1 page public.track, searchTracks: 4 rows
SELECT numbered.c0
FROM (SELECT t."name" AS c0, row_number() OVER () AS position
    FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t) AS numbered
WHERE numbered.position > (SELECT CAST($2 AS "pg_catalog"."int8") AS value)
ORDER BY numbered.position ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

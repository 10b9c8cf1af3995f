-- step 1 page public.artist, artists: 3 rows
SELECT rows.c0
FROM (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 1 page public.artist, artists: 5 rows
SELECT rows.c0
FROM (SELECT t."artist_id" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-groups public.album, artists.nodes.albums.groups: not run

-- step 1 page public.artist, artists: 5 rows
SELECT t."artist_id" AS c0
FROM "public"."artist" AS t
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 2 batch-groups public.album, artists.nodes.albums.groups: not run

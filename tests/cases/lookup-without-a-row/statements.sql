-- step 1 lookup public.artist, artist: 1 keys, 0 rows
SELECT t."name" AS c0, t."artist_id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 batch-pages public.album, artist.albums: not run

-- step 3 batch-counts public.album, artist.albums: not run

-- step 4 lookup public.artist, there: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

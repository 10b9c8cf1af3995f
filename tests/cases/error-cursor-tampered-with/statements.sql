-- step 1 lookup public.artist, noCursor: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 2 batch-pages public.album, noCursor.albums: not run

-- step 3 lookup public.artist, empty: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 4 batch-pages public.album, empty.albums: not run

-- step 5 lookup public.artist, lengthened: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 6 batch-pages public.album, lengthened.albums: not run

-- step 7 lookup public.genre, genre: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 1 lookup public.artist, garbage: not run

-- step 2 lookup public.artist, number: not run

-- step 3 lookup public.artist, otherType: not run

-- step 4 lookup public.artist, noKey: not run

-- step 5 lookup public.artist, wrongKey: not run

-- step 6 lookup public.genre, genre: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 7 lookup public.album, nodes: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

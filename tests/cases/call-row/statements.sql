-- step 1 function public.rename_artist, renameArtist: 1 rows
SELECT t."name" AS c0, t."country" AS c1, t."artist_id" AS c2
FROM "public"."rename_artist"("artist_id" => CAST($1 AS "pg_catalog"."int4"), "new_name" => CAST($2
  AS "pg_catalog"."text")) AS t
WHERE NOT ROW("t".*) IS NULL

-- step 2 batch-pages public.album, renameArtist.artist.albums: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS page ON true

-- step 3 batch-counts public.track, renameArtist.artist.tracks: 1 keys, 1 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."artist" AS p
    JOIN "public"."artist_tracks"("p".*) AS t ON true
    WHERE p."artist_id" = keys.key0) AS counts ON true

-- step 4 function public.rename_artist, again: 0 rows
SELECT t."name" AS c0
FROM "public"."rename_artist"("artist_id" => CAST($1 AS "pg_catalog"."int4"), "new_name" => CAST($2
  AS "pg_catalog"."text")) AS t
WHERE NOT ROW("t".*) IS NULL

-- step 1 page public.album, albums: 7 rows
SELECT limited.c0, o1."artist_id" IS DISTINCT FROM NULL AS c1, o1."name" AS c2
FROM (SELECT rows.c0 AS c0, rows.k0 AS k0, rows.s0 AS s0
    FROM (SELECT t."title" AS c0, t."artist_id" AS k0, t."album_id" AS s0
        FROM "public"."album" AS t
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS limited
LEFT OUTER JOIN "public"."artist" AS o1 ON limited.k0 = o1."artist_id"
ORDER BY limited.s0 ASC

-- step 2 join public.artist, albums.nodes.artist: joined to step 1

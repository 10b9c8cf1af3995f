-- step 1 page public.track, tracks: 4 rows
SELECT rows.c0, rows.c1, rows.c2, rows.c3, rows.c4, rows.c5
FROM (SELECT t."name" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1, o1."album_id" IS
  DISTINCT FROM NULL AS c2, o1."title" AS c3, o2."artist_id" IS DISTINCT FROM NULL AS c4, o2."name"
  AS c5
    FROM "public"."track" AS t
    LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
    LEFT OUTER JOIN "public"."artist" AS o2 ON o1."artist_id" = o2."artist_id"
    ORDER BY o2."name" DESC NULLS LAST, o1."title" ASC NULLS LAST, t."unit_price" DESC, t."track_id"
      DESC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 join public.album, tracks.nodes.album: joined to step 1

-- step 3 join public.artist, tracks.nodes.album.artist: joined to step 2

-- step 1 page public.track, tracks: 3 rows
SELECT limited.c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o1."title" AS c2, o2."artist_id" IS
  DISTINCT FROM NULL AS c3, o2."name" AS c4, o3."genre_id" IS DISTINCT FROM NULL AS c5, o3."name" AS
  c6
FROM (SELECT t."name" AS c0, t."album_id" AS k0, t."genre_id" AS k1, t."track_id" AS s0
    FROM "public"."track" AS t
    WHERE t."track_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))
    ORDER BY t."track_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
LEFT OUTER JOIN "public"."artist" AS o2 ON o1."artist_id" = o2."artist_id"
LEFT OUTER JOIN "public"."genre" AS o3 ON limited.k1 = o3."genre_id"
ORDER BY limited.s0 ASC

-- step 2 join public.album, tracks.nodes.album: joined to step 1

-- step 3 join public.artist, tracks.nodes.album.artist: joined to step 2

-- step 4 join public.genre, tracks.nodes.genre: joined to step 1

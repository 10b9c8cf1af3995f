-- step 1 page public.album, albums: 3 rows
SELECT limited.c0, o1."album_id" IS DISTINCT FROM NULL AS c1, CAST(o1."format" AS
  "pg_catalog"."text") AS c2, o1."image" AS c3, o2."album_id" IS DISTINCT FROM NULL AS c4,
  o2."title" AS c5
FROM (SELECT t."title" AS c0, t."album_id" AS k0, t."album_id" AS s0
    FROM "public"."album" AS t
    WHERE t."album_id" = ANY (CAST($1 AS "pg_catalog"."_int4"))
    ORDER BY t."album_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."album_cover" AS o1 ON limited.k0 = o1."album_id"
LEFT OUTER JOIN "public"."album" AS o2 ON o1."album_id" = o2."album_id"
ORDER BY limited.s0 ASC

-- step 2 join public.album_cover, albums.nodes.albumCover: joined to step 1

-- step 3 join public.album, albums.nodes.albumCover.album: joined to step 2

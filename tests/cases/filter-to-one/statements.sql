-- step 1 page public.track, tracks: 4 rows
SELECT limited.c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o2."artist_id" IS DISTINCT FROM NULL
  AS c2, o2."name" AS c3
FROM (SELECT t."name" AS c0, t."album_id" AS k0, t."track_id" AS s0
    FROM "public"."track" AS t
    WHERE EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."album_id" = r1."album_id" AND (EXISTS (SELECT 1
                FROM "public"."artist" AS r2
                WHERE r1."artist_id" = r2."artist_id" AND (r2."country" = CAST($1 AS
                  "pg_catalog"."text")))))
    ORDER BY t."track_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
LEFT OUTER JOIN "public"."artist" AS o2 ON o1."artist_id" = o2."artist_id"
ORDER BY limited.s0 ASC

-- step 2 join public.album, tracks.nodes.album: joined to step 1

-- step 3 join public.artist, tracks.nodes.album.artist: joined to step 2

-- step 4 page public.track, not: 2 rows
SELECT t."name" AS c0, t."album_id" AS c1
FROM "public"."track" AS t
WHERE NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."album_id" = r1."album_id" AND (r1."title" = CAST($1 AS "pg_catalog"."text"))))
ORDER BY t."track_id" DESC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.track, inside: 2 rows
SELECT t."name" AS c0, t."album_id" AS c1
FROM "public"."track" AS t
WHERE EXISTS (SELECT 1
    FROM "public"."album" AS r1
    WHERE t."album_id" = r1."album_id" AND NOT (r1."title" = CAST($1 AS "pg_catalog"."text")))
ORDER BY t."track_id" DESC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.album, thereIsOne: 2 rows
SELECT t."title" AS c0
FROM "public"."album" AS t
WHERE EXISTS (SELECT 1
    FROM "public"."album_cover" AS r1
    WHERE t."album_id" = r1."album_id")
ORDER BY t."album_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 7 page public.album, either: 2 rows
SELECT t."title" AS c0
FROM "public"."album" AS t
WHERE (EXISTS (SELECT 1
        FROM "public"."album_cover" AS r1
        WHERE t."album_id" = r1."album_id" AND (r1."format" = CAST(CAST($1 AS "pg_catalog"."text")
          AS "public"."cover_format")))) OR (EXISTS (SELECT 1
        FROM "public"."artist" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."name" = CAST($2 AS "pg_catalog"."text"))))
ORDER BY t."album_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 8 count public.album, either: 1 rows
SELECT count(*) AS count_1
FROM "public"."album" AS t
WHERE (EXISTS (SELECT 1
        FROM "public"."album_cover" AS r1
        WHERE t."album_id" = r1."album_id" AND (r1."format" = CAST(CAST($1 AS "pg_catalog"."text")
          AS "public"."cover_format")))) OR (EXISTS (SELECT 1
        FROM "public"."artist" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."name" = CAST($2 AS "pg_catalog"."text"))))

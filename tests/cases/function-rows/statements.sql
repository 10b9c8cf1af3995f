-- step 1 page public.track, searchTracks: 4 rows
SELECT limited.c0, limited.c1, o1."album_id" IS DISTINCT FROM NULL AS c2, o1."title" AS c3,
  limited.o0
FROM (SELECT numbered.c0 AS c0, numbered.c1 AS c1, numbered.k0 AS k0, numbered.position AS o0,
  numbered.position AS s0
    FROM (SELECT t."name" AS c0, "public"."track_label"("t".*) AS c1, t."album_id" AS k0,
      row_number() OVER () AS position
        FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t) AS numbered
    ORDER BY numbered.position ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
ORDER BY limited.s0 ASC

-- step 2 count public.track, searchTracks: 1 rows
SELECT count(*) AS count_1
FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t

-- step 3 join public.album, searchTracks.edges.node.album: joined to step 1

-- step 4 aggregate public.track, searchTracks.aggregate: 1 rows
SELECT count(*) AS c0, min(t."name") AS c1
FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t

-- step 5 page public.track, tagged: 2 rows
SELECT numbered.c0
FROM (SELECT t."name" AS c0, row_number() OVER () AS position
    FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text"), "tag" => CAST($2 AS
      "pg_catalog"."text")) AS t) AS numbered
ORDER BY numbered.position ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 6 page public.track, all: 2 rows
SELECT numbered.c0, numbered.position AS o0
FROM (SELECT t."name" AS c0, row_number() OVER (ORDER BY t."name" ASC, t."track_id" ASC) AS position
    FROM "public"."search_tracks"("term" => CAST($1 AS "pg_catalog"."text")) AS t
    WHERE EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."album_id" = r1."album_id" AND (r1."title" LIKE CAST($2 AS "pg_catalog"."text"))))
          AS numbered
ORDER BY numbered.position DESC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 1 page public.album, albums: 4 rows
SELECT limited.c0, limited.c1, o1."artist_id" IS DISTINCT FROM NULL AS c2, o1."name" AS c3
FROM (SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS c1, t."artist_id" AS k0,
  t."released" AS s0, t."album_id" AS s1
    FROM (SELECT DISTINCT ON (t."artist_id") t."artist_id" AS "artist_id", t."title" AS "title",
      t."released" AS "released", t."album_id" AS "album_id"
        FROM "public"."album" AS t
        ORDER BY t."artist_id" ASC, t."released" DESC NULLS LAST, t."album_id" DESC) AS t
    ORDER BY t."released" DESC NULLS LAST, t."album_id" DESC
    LIMIT CAST($1 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."artist" AS o1 ON limited.k0 = o1."artist_id"
ORDER BY limited.s0 DESC NULLS LAST, limited.s1 DESC

-- step 2 count public.album, albums: 1 rows
SELECT count(*) AS count_1
FROM (SELECT DISTINCT t."artist_id" AS "artist_id"
    FROM "public"."album" AS t) AS t

-- step 3 join public.artist, albums.nodes.artist: joined to step 1

-- step 4 aggregate public.album, albums.aggregate: 1 rows
SELECT count(*) AS c0, CAST(max(t."released") AS "pg_catalog"."text") AS c1
FROM (SELECT DISTINCT ON (t."artist_id") t."artist_id" AS "artist_id", t."released" AS "released"
    FROM "public"."album" AS t
    ORDER BY t."artist_id" ASC, t."released" DESC NULLS LAST, t."album_id" DESC) AS t

-- step 5 groups public.album, albums.groups: 2 rows
SELECT CAST(groups.k0 AS "pg_catalog"."text") AS c0, groups.a0 AS c1
FROM (SELECT CAST(date_trunc('year', CAST(t."released" AS "pg_catalog"."timestamp")) AS
  "pg_catalog"."date") AS k0, count(*) AS a0
    FROM (SELECT DISTINCT ON (t."artist_id") t."artist_id" AS "artist_id", t."released" AS
      "released"
        FROM "public"."album" AS t
        ORDER BY t."artist_id" ASC, t."released" DESC NULLS LAST, t."album_id" DESC) AS t GROUP BY
          CAST(date_trunc('year', CAST(t."released" AS "pg_catalog"."timestamp")) AS
          "pg_catalog"."date")) AS groups
ORDER BY groups.k0 ASC NULLS LAST
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 1 page public.artist, artists: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-counts public.album, artists.nodes.albums: 5 keys, 5 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0) AS counts ON true

-- step 3 batch-aggregates public.album, artists.nodes.albums.aggregate: 5 keys, 5 rows
SELECT made.c0, made.c1, made.c2, made.c3, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS c0, min(t."title") AS c1, CAST(min(t."released") AS
  "pg_catalog"."text") AS c2, CAST(max(t."released") AS "pg_catalog"."text") AS c3
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0) AS made ON true

-- step 4 page public.track, tracks: 4 rows
SELECT limited.c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o1."album_id" AS c2
FROM (SELECT rows.c0 AS c0, rows.k0 AS k0, rows.s0 AS s0
    FROM (SELECT t."name" AS c0, t."album_id" AS k0, t."track_id" AS s0
        FROM "public"."track" AS t
        ORDER BY t."track_id" DESC
        LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS limited
LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
ORDER BY limited.s0 DESC

-- step 5 join public.album, tracks.nodes.album: joined to step 4

-- step 6 batch-aggregates public.track, tracks.nodes.album.tracks.aggregate: 3 keys, 3 rows
SELECT made.c0, made.c1, made.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS c0, CAST(avg(t."milliseconds") AS "pg_catalog"."text") AS c1,
  count(DISTINCT t."composer") AS c2
    FROM "public"."track" AS t
    WHERE t."album_id" = keys.key0) AS made ON true

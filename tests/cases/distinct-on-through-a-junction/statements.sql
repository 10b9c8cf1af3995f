-- step 1 page public.playlist, playlists: 3 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."playlist_id" AS c1
    FROM "public"."playlist" AS t
    ORDER BY t."playlist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 2 batch-pages public.track, playlists.nodes.tracks: 3 keys, 6 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."name" AS c0, t."album_id" AS c1, t."genre_id" AS c2
    FROM (SELECT DISTINCT ON (t."album_id", t."genre_id") t."album_id" AS "album_id", t."genre_id"
      AS "genre_id", t."name" AS "name", t."milliseconds" AS "milliseconds", t."track_id" AS
      "track_id"
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."album_id" ASC NULLS LAST, t."genre_id" ASC NULLS LAST, o1."title" DESC NULLS
          FIRST, t."milliseconds" DESC, t."track_id" DESC) AS t
    LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
    ORDER BY o1."title" DESC NULLS FIRST, t."milliseconds" DESC, t."track_id" DESC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS page ON true

-- step 3 batch-counts public.track, playlists.nodes.tracks: 3 keys, 3 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM (SELECT DISTINCT t."album_id" AS "album_id", t."genre_id" AS "genre_id"
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0) AS t) AS counts ON true

-- step 4 batch-to-one public.album, playlists.nodes.tracks.nodes.album: 5 keys, 5 rows
SELECT t."title" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 5 batch-aggregates public.track, playlists.nodes.tracks.aggregate: 3 keys, 3 rows
SELECT made.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT sum(t."milliseconds") AS c0
    FROM (SELECT DISTINCT ON (t."album_id", t."genre_id") t."album_id" AS "album_id", t."genre_id"
      AS "genre_id", t."milliseconds" AS "milliseconds"
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."album_id" ASC NULLS LAST, t."genre_id" ASC NULLS LAST, o1."title" DESC NULLS
          FIRST, t."milliseconds" DESC, t."track_id" DESC) AS t) AS made ON true

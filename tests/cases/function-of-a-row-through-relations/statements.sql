-- step 1 lookup public.album, album: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 2 batch-pages public.track, album.tracks: 1 keys, 2 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT "public"."track_label"("t".*) AS c0, (SELECT CAST(CASE WHEN (NOT ROW("r".*) IS
      NULL) THEN json_build_array(CAST(r."amount" AS "pg_catalog"."text"), r."currency") END AS
      "pg_catalog"."text") AS anon_1
            FROM "public"."track_price"("t".*, "rate" => CAST(CAST($2 AS "pg_catalog"."text") AS
              "pg_catalog"."numeric")) AS r) AS c1
        FROM "public"."track" AS t
        WHERE t."album_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($3 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 3 lookup public.playlist, playlist: 1 keys, 1 rows
SELECT t."playlist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."playlist" AS t ON t."playlist_id" = keys.key0

-- step 4 batch-pages public.track, playlist.tracks: 1 keys, 4 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT o1."genre_id" IS DISTINCT FROM NULL AS c0, o1."name" AS c1, limited.c2 AS c2
    FROM (SELECT rows.c2 AS c2, rows.k0 AS k0, rows.s0 AS s0
        FROM (SELECT t."album_id" AS c2, t."genre_id" AS k0, t."track_id" AS s0
            FROM "public"."playlist_track" AS j
            JOIN "public"."track" AS t ON j."track_id" = t."track_id"
            WHERE j."playlist_id" = keys.key0
            ORDER BY t."track_id" ASC
            LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
        LIMIT 64) AS limited
    LEFT OUTER JOIN "public"."genre" AS o1 ON limited.k0 = o1."genre_id"
    ORDER BY limited.s0 ASC) AS page ON true

-- step 5 join public.genre, playlist.tracks.nodes.genre: joined to step 4

-- step 6 batch-to-one public.album, playlist.tracks.nodes.album: 4 keys, 4 rows
SELECT t."title" AS c0, t."album_id" AS c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 7 batch-to-one public.track, playlist.tracks.nodes.album.firstTrack: 4 keys, 4 rows
SELECT "public"."track_label"("t".*) AS c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o1."title" AS
  c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN ("public"."album" AS p
    JOIN "public"."album_first_track"("p".*) AS t ON true) ON p."album_id" = keys.key0
LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
WHERE NOT ROW("t".*) IS NULL

-- step 8 join public.album, playlist.tracks.nodes.album.firstTrack.album: joined to step 7

-- step 9 page public.playlist_track, playlistTracks: 3 rows
SELECT rows.c0
FROM (SELECT t."track_id" AS c0
    FROM "public"."playlist_track" AS t
    ORDER BY t."playlist_id" ASC, t."track_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

-- step 10 batch-to-one public.track, playlistTracks.nodes.track: 3 keys, 3 rows
SELECT "public"."track_label"("t".*) AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 11 lookup public.track, track: 1 keys, 1 rows
SELECT "public"."track_label"("t".*) AS c0, (SELECT CAST(CASE WHEN (NOT ROW("r".*) IS NULL) THEN
  json_build_array(CAST(r."amount" AS "pg_catalog"."text"), r."currency") END AS
  "pg_catalog"."text") AS anon_1
    FROM "public"."track_price"("t".*, "rate" => CAST(CAST($1 AS "pg_catalog"."text") AS
      "pg_catalog"."numeric")) AS r) AS c1, keys.ord
FROM unnest((SELECT CAST($2 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

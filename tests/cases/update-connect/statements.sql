-- step 1 update public.playlist, updatePlaylist: 1 rows
UPDATE "public"."playlist" AS t SET "name"=t."name" WHERE t."playlist_id" = CAST($1 AS
  "pg_catalog"."int4") RETURNING t."name" AS c0, t."playlist_id" AS c1, t."playlist_id" AS c2

-- step 1 update public.playlist, updatePlaylist: 3 keys, 2 rows
SELECT t."track_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 1 update public.playlist, updatePlaylist: 1 rows
DELETE FROM "public"."playlist_track" AS t USING unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, ord) WHERE t."playlist_id" = given.v0 AND
  t."track_id" = given.v1 RETURNING given.ord

-- step 1 update public.playlist, updatePlaylist: 2 keys, 2 rows
SELECT t."track_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 1 update public.playlist, updatePlaylist: 1 rows
INSERT INTO "public"."playlist_track" ("playlist_id", "track_id") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("playlist_id", "track_id") DO NOTHING RETURNING 1 AS c0

-- step 2 batch-pages public.track, updatePlaylist.playlist.tracks: 1 keys, 4 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."track_id" AS c0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 3 update public.playlist, updatePlaylists: 2 rows
UPDATE "public"."playlist" AS t SET "name"=CAST($1 AS "pg_catalog"."text") WHERE t."playlist_id" >=
  CAST($2 AS "pg_catalog"."int4") RETURNING t."playlist_id" AS c0, t."name" AS c1, t."playlist_id"
  AS c2

-- step 3 update public.playlist, updatePlaylists: 2 keys, 2 rows
SELECT t."track_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 3 update public.playlist, updatePlaylists: 3 rows
INSERT INTO "public"."playlist_track" ("playlist_id", "track_id") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("playlist_id", "track_id") DO NOTHING RETURNING 1 AS c0

-- step 4 batch-pages public.track, updatePlaylists.playlists.tracks: 2 keys, 6 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."track_id" AS c0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

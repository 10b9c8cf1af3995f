-- step 1 insert public.playlist, createPlaylists: 3 rows
INSERT INTO "public"."playlist" ("playlist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."playlist"."name" AS c0, "public"."playlist"."playlist_id" AS
  c1, "public"."playlist"."playlist_id" AS c2

-- step 1 insert public.playlist, createPlaylists: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "media_type_id", "milliseconds", "unit_price")
  SELECT given.v0, given.v1, given.v2, given.v3, given.v4
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST(CAST($5 AS "pg_catalog"."_text") AS
  "pg_catalog"."numeric"[])) WITH ORDINALITY AS given(v0, v1, v2, v3, v4, ord)
ORDER BY given.ord RETURNING "public"."track"."track_id" AS c0

-- step 1 insert public.playlist, createPlaylists: 2 keys, 2 rows
SELECT t."track_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."track" AS t ON t."track_id" = keys.key0

-- step 1 insert public.playlist, createPlaylists: 4 rows
INSERT INTO "public"."playlist_track" ("playlist_id", "track_id") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("playlist_id", "track_id") DO NOTHING RETURNING 1 AS c0

-- step 2 batch-pages public.track, createPlaylists.playlists.tracks: 3 keys, 4 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."track_id" AS c0, t."name" AS c1
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

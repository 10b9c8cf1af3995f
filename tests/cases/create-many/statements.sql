-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "media_type_id", "milliseconds", "unit_price",
  "tags") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, CAST(given.v5 AS
  "pg_catalog"."_text") AS v5
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST(CAST($5 AS "pg_catalog"."_text") AS
  "pg_catalog"."numeric"[]), CAST($6 AS "pg_catalog"."_text")) WITH ORDINALITY AS given(v0, v1, v2,
  v3, v4, v5, ord)
ORDER BY given.ord RETURNING "public"."track"."track_id" AS c0, "public"."track"."name" AS c1,
  CAST("public"."track"."unit_price" AS "pg_catalog"."text") AS c2, CAST("public"."track"."tags" AS
  "pg_catalog"."text"[]) AS c3, "public"."track"."album_id" AS c4

-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "album_id", "media_type_id", "milliseconds",
  "unit_price") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST($5 AS "pg_catalog"."_int4"),
  CAST(CAST($6 AS "pg_catalog"."_text") AS "pg_catalog"."numeric"[])) WITH ORDINALITY AS given(v0,
  v1, v2, v3, v4, v5, ord)
ORDER BY given.ord RETURNING "public"."track"."track_id" AS c0, "public"."track"."name" AS c1,
  CAST("public"."track"."unit_price" AS "pg_catalog"."text") AS c2, CAST("public"."track"."tags" AS
  "pg_catalog"."text"[]) AS c3, "public"."track"."album_id" AS c4

-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "media_type_id", "milliseconds", "bytes",
  "unit_price", "tags") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5,
  CAST(given.v6 AS "pg_catalog"."_text") AS v6
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST($5 AS "pg_catalog"."int8"[]),
  CAST(CAST($6 AS "pg_catalog"."_text") AS "pg_catalog"."numeric"[]), CAST($7 AS
  "pg_catalog"."_text")) WITH ORDINALITY AS given(v0, v1, v2, v3, v4, v5, v6, ord)
ORDER BY given.ord RETURNING "public"."track"."track_id" AS c0, "public"."track"."name" AS c1,
  CAST("public"."track"."unit_price" AS "pg_catalog"."text") AS c2, CAST("public"."track"."tags" AS
  "pg_catalog"."text"[]) AS c3, "public"."track"."album_id" AS c4

-- step 2 batch-to-one public.album, createTracks.tracks.album: 1 keys, 1 rows
SELECT t."title" AS c0, o1."artist_id" IS DISTINCT FROM NULL AS c1, o1."name" AS c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0
LEFT OUTER JOIN "public"."artist" AS o1 ON t."artist_id" = o1."artist_id"

-- step 3 join public.artist, createTracks.tracks.album.artist: joined to step 2

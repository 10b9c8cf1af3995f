-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."artist"."artist_id" AS c0

-- step 1 insert public.track, createTracks: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."name" = keys.key0

-- step 1 insert public.track, createTracks: 2 rows
INSERT INTO "public"."album" ("album_id", "title", "artist_id") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."album"."album_id" AS c0

-- step 1 insert public.track, createTracks: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, key1, ord)
JOIN "public"."album" AS t ON t."artist_id" = keys.key0 AND t."title" = keys.key1

-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."genre" ("genre_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."genre"."genre_id" AS c0

-- step 1 insert public.track, createTracks: 1 keys, 1 rows
SELECT t."media_type_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."media_type" AS t ON t."media_type_id" = keys.key0

-- step 1 insert public.track, createTracks: 3 rows
INSERT INTO "public"."track" ("track_id", "name", "media_type_id", "milliseconds", "unit_price",
  "album_id") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST(CAST($5 AS "pg_catalog"."_text") AS
  "pg_catalog"."numeric"[]), CAST($6 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2,
  v3, v4, v5, ord)
ORDER BY given.ord RETURNING "public"."track"."name" AS c0, "public"."track"."album_id" AS c1,
  "public"."track"."genre_id" AS c2, "public"."track"."media_type_id" AS c3

-- step 1 insert public.track, createTracks: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "milliseconds", "unit_price", "genre_id",
  "media_type_id") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST(CAST($4 AS "pg_catalog"."_text") AS "pg_catalog"."numeric"[]), CAST($5
  AS "pg_catalog"."_int4"), CAST($6 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2,
  v3, v4, v5, ord)
ORDER BY given.ord RETURNING "public"."track"."name" AS c0, "public"."track"."album_id" AS c1,
  "public"."track"."genre_id" AS c2, "public"."track"."media_type_id" AS c3

-- step 2 batch-to-one public.album, createTracks.tracks.album: 3 keys, 3 rows
SELECT t."title" AS c0, o1."artist_id" IS DISTINCT FROM NULL AS c1, o1."name" AS c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0
LEFT OUTER JOIN "public"."artist" AS o1 ON t."artist_id" = o1."artist_id"

-- step 3 join public.artist, createTracks.tracks.album.artist: joined to step 2

-- step 4 batch-to-one public.genre, createTracks.tracks.genre: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 5 batch-to-one public.media_type, createTracks.tracks.mediaType: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."media_type" AS t ON t."media_type_id" = keys.key0

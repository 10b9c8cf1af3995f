-- step 1 insert public.album, createAlbums: 1 keys, 1 rows
SELECT t."artist_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."name" = keys.key0

-- step 1 insert public.album, createAlbums: 2 rows
INSERT INTO "public"."album" ("album_id", "title", "artist_id") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."album"."title" AS c0, "public"."album"."artist_id" AS c1,
  "public"."album"."album_id" AS c2, "public"."album"."album_id" AS c3

-- step 1 insert public.album, createAlbums: 1 rows
INSERT INTO "public"."album_cover" ("format", "image", "album_id") SELECT given.v0, given.v1,
  given.v2
FROM unnest(CAST(CAST($1 AS "pg_catalog"."_text") AS "public"."cover_format"[]), CAST($2 AS
  "pg_catalog"."bytea"[]), CAST($3 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2,
  ord)
ORDER BY given.ord RETURNING 1 AS c0

-- step 2 batch-to-one public.artist, createAlbums.albums.artist: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."artist" AS t ON t."artist_id" = keys.key0

-- step 3 batch-to-one public.album_cover, createAlbums.albums.albumCover: 2 keys, 1 rows
SELECT CAST(t."format" AS "pg_catalog"."text") AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album_cover" AS t ON t."album_id" = keys.key0

-- step 4 insert public.album_cover, createAlbumCover: 1 rows
INSERT INTO "public"."album" ("album_id", "title", "artist_id") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."album"."album_id" AS c0

-- step 4 insert public.album_cover, createAlbumCover: 1 rows
INSERT INTO "public"."album_cover" ("format", "image", "album_id") SELECT given.v0, given.v1,
  given.v2
FROM unnest(CAST(CAST($1 AS "pg_catalog"."_text") AS "public"."cover_format"[]), CAST($2 AS
  "pg_catalog"."bytea"[]), CAST($3 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2,
  ord)
ORDER BY given.ord RETURNING CAST("public"."album_cover"."format" AS "pg_catalog"."text") AS c0,
  "public"."album_cover"."album_id" AS c1

-- step 5 batch-to-one public.album, createAlbumCover.albumCover.album: 1 keys, 1 rows
SELECT t."title" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."artist"."name" AS c0, "public"."artist"."artist_id" AS c1,
  "public"."artist"."artist_id" AS c2

-- step 1 insert public.artist, createArtist: 2 rows
INSERT INTO "public"."album" ("album_id", "title", "artist_id") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."album"."album_id" AS c0

-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."album" ("album_id", "title", "released", "artist_id") SELECT given.v0,
  given.v1, given.v2, given.v3
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST(CAST($3 AS
  "pg_catalog"."_text") AS "pg_catalog"."date"[]), CAST($4 AS "pg_catalog"."_int4")) WITH ORDINALITY
  AS given(v0, v1, v2, v3, ord)
ORDER BY given.ord RETURNING "public"."album"."album_id" AS c0

-- step 1 insert public.artist, createArtist: 1 keys, 1 rows
SELECT t."genre_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 1 insert public.artist, createArtist: 1 keys, 1 rows
SELECT t."media_type_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."media_type" AS t ON t."media_type_id" = keys.key0

-- step 1 insert public.artist, createArtist: 2 rows
INSERT INTO "public"."track" ("track_id", "name", "media_type_id", "milliseconds", "unit_price",
  "album_id") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST($4 AS "pg_catalog"."_int4"), CAST(CAST($5 AS "pg_catalog"."_text") AS
  "pg_catalog"."numeric"[]), CAST($6 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2,
  v3, v4, v5, ord)
ORDER BY given.ord RETURNING 1 AS c0

-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."track" ("track_id", "name", "milliseconds", "unit_price", "album_id",
  "genre_id", "media_type_id") SELECT given.v0, given.v1, given.v2, given.v3, given.v4, given.v5,
  given.v6
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4"), CAST(CAST($4 AS "pg_catalog"."_text") AS "pg_catalog"."numeric"[]), CAST($5
  AS "pg_catalog"."_int4"), CAST($6 AS "pg_catalog"."_int4"), CAST($7 AS "pg_catalog"."_int4")) WITH
  ORDINALITY AS given(v0, v1, v2, v3, v4, v5, v6, ord)
ORDER BY given.ord RETURNING 1 AS c0

-- step 2 batch-pages public.album, createArtist.artist.albums: 1 keys, 3 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1, rows.c2 AS c2
    FROM (SELECT t."title" AS c0, CAST(t."released" AS "pg_catalog"."text") AS c1, t."album_id" AS
      c2
        FROM "public"."album" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 3 batch-pages public.track, createArtist.artist.albums.nodes.tracks: 3 keys, 3 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1, rows.c2 AS c2
    FROM (SELECT t."name" AS c0, t."genre_id" AS c1, t."media_type_id" AS c2
        FROM "public"."track" AS t
        WHERE t."album_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 4 batch-to-one public.genre, createArtist.artist.albums.nodes.tracks.nodes.genre: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 5 batch-to-one public.media_type, createArtist.artist.albums.nodes.tracks.nodes.mediaType: 2 keys, 2 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."media_type" AS t ON t."media_type_id" = keys.key0

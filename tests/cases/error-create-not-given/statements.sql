-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."artist"."artist_id" AS c0

-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."album" ("album_id", "title", "artist_id") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."album"."album_id" AS c0

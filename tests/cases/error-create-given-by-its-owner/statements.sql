-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."artist"."artist_id" AS c0

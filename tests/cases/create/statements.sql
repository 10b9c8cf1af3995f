-- step 1 insert public.artist, createArtist: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name", "formed") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST(CAST($3 AS
  "pg_catalog"."_text") AS "pg_catalog"."date"[])) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."artist"."artist_id" AS c0, "public"."artist"."name" AS c1,
  "public"."artist"."country" AS c2, CAST("public"."artist"."formed" AS "pg_catalog"."text") AS c3

-- step 2 batch-counts public.album, createArtist.artist.albums: 1 keys, 1 rows
SELECT counts.n, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0) AS counts ON true

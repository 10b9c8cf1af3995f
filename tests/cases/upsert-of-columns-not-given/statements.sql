-- step 1 insert public.artist, updated: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("artist_id") DO UPDATE SET "name" = excluded."name", "country" =
  excluded."country" RETURNING "public"."artist"."name" AS c0, "public"."artist"."country" AS c1

-- step 2 insert public.artist, several: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name", "country") SELECT given.v0, given.v1, given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."text"[])) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord ON CONFLICT ("artist_id") DO UPDATE SET "country" = excluded."country" RETURNING
  "public"."artist"."artist_id" AS c0, "public"."artist"."name" AS c1, "public"."artist"."country"
  AS c2

-- step 2 insert public.artist, several: 1 rows
INSERT INTO "public"."artist" ("artist_id", "name") SELECT given.v0, given.v1
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[])) WITH ORDINALITY AS
  given(v0, v1, ord)
ORDER BY given.ord ON CONFLICT ("artist_id") DO UPDATE SET "country" = excluded."country" RETURNING
  "public"."artist"."artist_id" AS c0, "public"."artist"."name" AS c1, "public"."artist"."country"
  AS c2

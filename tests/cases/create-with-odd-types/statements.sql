-- step 1 insert public.concert, createConcert: 1 rows
INSERT INTO "public"."concert" ("concert_id", "during", "ages", "review") SELECT given.v0,
  CAST(given.v1 AS "pg_catalog"."tstzrange") AS v1, CAST(given.v2 AS "pg_catalog"."int4range") AS
  v2, given.v3
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_text"), CAST($3 AS
  "pg_catalog"."_text"), CAST($4 AS "pg_catalog"."text"[])) WITH ORDINALITY AS given(v0, v1, v2, v3,
  ord)
ORDER BY given.ord RETURNING CAST(CASE WHEN ("public"."concert"."during" IS NOT DISTINCT FROM NULL)
  THEN NULL ELSE json_build_array(isempty("public"."concert"."during"),
  CAST(lower("public"."concert"."during") AS "pg_catalog"."text"),
  lower_inc("public"."concert"."during"), CAST(upper("public"."concert"."during") AS
  "pg_catalog"."text"), upper_inc("public"."concert"."during")) END AS "pg_catalog"."text") AS c0,
  CAST(CASE WHEN ("public"."concert"."ages" IS NOT DISTINCT FROM NULL) THEN NULL ELSE
  json_build_array(isempty("public"."concert"."ages"), lower("public"."concert"."ages"),
  lower_inc("public"."concert"."ages"), upper("public"."concert"."ages"),
  upper_inc("public"."concert"."ages")) END AS "pg_catalog"."text") AS c1, CASE WHEN
  ("public"."concert"."words" IS NOT DISTINCT FROM NULL) THEN NULL ELSE format('%s',
  "public"."concert"."words") END AS c2

-- step 2 insert public.customer, createCustomer: 1 rows
INSERT INTO "public"."customer" ("customer_id", "email", "preferences") SELECT given.v0, given.v1,
  given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."jsonb"[])) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."customer"."preferences" AS c0,
  "public"."customer"."newsletter" AS c1, "public"."customer"."country" AS c2

-- step 3 insert public.customer, null: 1 rows
INSERT INTO "public"."customer" ("customer_id", "email", "preferences") SELECT given.v0, given.v1,
  given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."text"[]), CAST($3 AS
  "pg_catalog"."jsonb"[])) WITH ORDINALITY AS given(v0, v1, v2, ord)
ORDER BY given.ord RETURNING "public"."customer"."preferences" AS c0

-- step 4 insert public.album_cover, createAlbumCover: 1 rows
INSERT INTO "public"."album_cover" ("album_id", "format", "image") SELECT given.v0, given.v1,
  given.v2
FROM unnest(CAST($1 AS "pg_catalog"."_int4"), CAST(CAST($2 AS "pg_catalog"."_text") AS
  "public"."cover_format"[]), CAST($3 AS "pg_catalog"."bytea"[])) WITH ORDINALITY AS given(v0, v1,
  v2, ord)
ORDER BY given.ord RETURNING CAST("public"."album_cover"."format" AS "pg_catalog"."text") AS c0,
  "public"."album_cover"."image" AS c1

-- step 5 insert public.review, createReview: 1 rows
INSERT INTO "public"."review" ("id", "album_id") SELECT given.v0, given.v1
FROM unnest(CAST(CAST($1 AS "pg_catalog"."_text") AS "pg_catalog"."uuid"[]), CAST($2 AS
  "pg_catalog"."_int4")) WITH ORDINALITY AS given(v0, v1, ord)
ORDER BY given.ord RETURNING "public"."review"."id" AS c0, "public"."review"."stars" AS c1

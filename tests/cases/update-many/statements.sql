-- step 1 update public.track, updateTracks: 3 rows
UPDATE "public"."track" AS t SET "unit_price"=CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."numeric"), "tags"=CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."_text")
  WHERE EXISTS (SELECT 1
    FROM "public"."genre" AS r1
    WHERE t."genre_id" = r1."genre_id" AND (r1."name" = CAST($3 AS "pg_catalog"."text"))) RETURNING
      t."name" AS c0, CAST(t."unit_price" AS "pg_catalog"."text") AS c1, CAST(t."tags" AS
      "pg_catalog"."text"[]) AS c2, t."genre_id" AS c3

-- step 2 batch-to-one public.genre, updateTracks.tracks.genre: 1 keys, 1 rows
SELECT t."name" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."genre" AS t ON t."genre_id" = keys.key0

-- step 3 update public.track, none: 0 rows
UPDATE "public"."track" AS t SET "unit_price"=CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."numeric") WHERE t."track_id" = ANY (CAST($2 AS "pg_catalog"."_int4")) RETURNING
  t."name" AS c0

-- step 1 update public.track, updateTracks: 10 rows
UPDATE "public"."track" AS t SET "unit_price"=CAST(CAST($1 AS "pg_catalog"."text") AS
  "pg_catalog"."numeric") RETURNING 1 AS c0

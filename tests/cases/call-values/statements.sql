-- step 1 function public.count_plays, before: 1 rows
SELECT "public"."count_plays"() AS c0

-- step 2 function public.forget_plays, forgetPlays: 1 rows
SELECT 1 AS c0
FROM "public"."forget_plays"() AS t

-- step 3 function public.count_plays, countPlays: 1 rows
SELECT "public"."count_plays"("at_least" => CAST($1 AS "pg_catalog"."int4")) AS c0

-- step 4 function public.add_artist, addArtist: 1 rows
SELECT t."artist_id" AS c0, t."name" AS c1, t."country" AS c2, CAST(t."formed" AS
  "pg_catalog"."text") AS c3
FROM "public"."add_artist"("new" => CAST(CAST($1 AS "pg_catalog"."text") AS "public"."artist")) AS t
WHERE NOT ROW("t".*) IS NULL

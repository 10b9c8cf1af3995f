-- step 1 function public.forget_plays, forgetPlays: 1 rows
SELECT 1 AS c0
FROM "public"."forget_plays"() AS t

-- step 2 function public.count_plays, countPlays: 1 rows
SELECT "public"."count_plays"() AS c0

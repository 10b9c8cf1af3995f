-- step 1 function public.rename_artist, renameArtist: 1 rows
SELECT t."name" AS c0
FROM "public"."rename_artist"("artist_id" => CAST($1 AS "pg_catalog"."int4"), "new_name" => CAST($2
  AS "pg_catalog"."text")) AS t
WHERE NOT ROW("t".*) IS NULL

-- step 2 function public.count_plays, countPlays: not run

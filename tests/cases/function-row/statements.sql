-- step 1 function public.longest_track, longestTrack: 1 rows
SELECT t."name" AS c0, "public"."track_label"("t".*) AS c1, o1."album_id" IS DISTINCT FROM NULL AS
  c2, o1."title" AS c3, o2."artist_id" IS DISTINCT FROM NULL AS c4, o2."name" AS c5, o3."genre_id"
  IS DISTINCT FROM NULL AS c6, o3."name" AS c7
FROM "public"."longest_track"() AS t
LEFT OUTER JOIN "public"."album" AS o1 ON t."album_id" = o1."album_id"
LEFT OUTER JOIN "public"."artist" AS o2 ON o1."artist_id" = o2."artist_id"
LEFT OUTER JOIN "public"."genre" AS o3 ON t."genre_id" = o3."genre_id"
WHERE NOT ROW("t".*) IS NULL

-- step 2 join public.album, longestTrack.album: joined to step 1

-- step 3 join public.artist, longestTrack.album.artist: joined to step 2

-- step 4 join public.genre, longestTrack.genre: joined to step 1

-- step 5 function public.no_track, noTrack: 0 rows
SELECT t."name" AS c0, (SELECT CASE WHEN (stored."xmin" IS NOT DISTINCT FROM NULL) THEN NULL ELSE
  format('%s', stored."xmin") END AS anon_1
    FROM "public"."track" AS stored
    WHERE stored."track_id" = t."track_id") AS c1
FROM "public"."no_track"(CAST($1 AS "pg_catalog"."int4")) AS t
WHERE NOT ROW("t".*) IS NULL

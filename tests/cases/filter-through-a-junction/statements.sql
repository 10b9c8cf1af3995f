-- step 1 page public.playlist, playlists: 2 rows
SELECT t."name" AS c0
FROM "public"."playlist" AS t
WHERE EXISTS (SELECT 1
    FROM "public"."playlist_track" AS j1
    JOIN "public"."track" AS r1 ON j1."track_id" = r1."track_id"
    WHERE t."playlist_id" = j1."playlist_id" AND (r1."name" = CAST($1 AS "pg_catalog"."text")))
ORDER BY t."playlist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.track, tracks: 3 rows
SELECT t."name" AS c0
FROM "public"."track" AS t
WHERE (EXISTS (SELECT 1
        FROM "public"."playlist_track" AS j1
        JOIN "public"."playlist" AS r1 ON j1."playlist_id" = r1."playlist_id"
        WHERE t."track_id" = j1."track_id" AND r1."name" = ANY (CAST($1 AS "pg_catalog"."text"[]))))
          AND NOT (EXISTS (SELECT 1
        FROM "public"."playlist_track" AS j1
        JOIN "public"."playlist" AS r1 ON j1."playlist_id" = r1."playlist_id"
        WHERE t."track_id" = j1."track_id" AND (r1."name" = CAST($2 AS "pg_catalog"."text"))))
ORDER BY t."track_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

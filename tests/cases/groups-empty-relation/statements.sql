-- step 1 page public.playlist, playlists: 1 rows
SELECT t."playlist_id" AS c0
FROM "public"."playlist" AS t
WHERE t."name" = CAST($1 AS "pg_catalog"."text")
ORDER BY t."playlist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 batch-aggregates public.track, playlists.nodes.tracks.aggregate: 1 keys, 1 rows
SELECT made.c0, made.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS c0, max(t."name") AS c1
    FROM "public"."playlist_track" AS j
    JOIN "public"."track" AS t ON j."track_id" = t."track_id"
    WHERE j."playlist_id" = keys.key0) AS made ON true

-- step 3 batch-groups public.track, playlists.nodes.tracks.groups: 1 keys, 0 rows
SELECT made.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT groups.k0 AS c0
    FROM (SELECT t."genre_id" AS k0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0 GROUP BY t."genre_id") AS groups
    ORDER BY groups.k0 ASC NULLS LAST
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS made ON true

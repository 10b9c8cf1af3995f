-- step 1 page public.playlist, playlists: 3 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."playlist_id" AS c1
    FROM "public"."playlist" AS t
    ORDER BY t."playlist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-aggregates public.track, playlists.nodes.tracks.aggregate: 3 keys, 3 rows
SELECT made.c0, made.c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS c0, sum(t."milliseconds") AS c1
    FROM "public"."playlist_track" AS j
    JOIN "public"."track" AS t ON j."track_id" = t."track_id"
    WHERE j."playlist_id" = keys.key0 AND (t."genre_id" = CAST($2 AS "pg_catalog"."int4"))) AS made
      ON true

-- step 3 batch-groups public.track, playlists.nodes.tracks.groups: 3 keys, 2 rows
SELECT made.c0, made.c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT groups.k0 AS c0, groups.a0 AS c1
    FROM (SELECT t."composer" AS k0, count(*) AS a0
        FROM "public"."playlist_track" AS j
        JOIN "public"."track" AS t ON j."track_id" = t."track_id"
        WHERE j."playlist_id" = keys.key0 AND (t."genre_id" = CAST($2 AS "pg_catalog"."int4")) GROUP
          BY t."composer") AS groups
    ORDER BY groups.a0 DESC NULLS FIRST, groups.k0 ASC NULLS LAST
    LIMIT CAST($3 AS "pg_catalog"."int8")) AS made ON true

-- step 1 page public.artist, artists: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-pages public.track, artists.nodes.tracks: 5 keys, 9 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT numbered.c0 AS c0, numbered.c1 AS c1, numbered.c2 AS c2
    FROM (SELECT t."name" AS c0, t."milliseconds" AS c1, t."album_id" AS c2, row_number() OVER () AS
      position
        FROM "public"."artist" AS p
        JOIN "public"."artist_tracks"("p".*) AS t ON true
        WHERE p."artist_id" = keys.key0) AS numbered
    ORDER BY numbered.position ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS page ON true

-- step 3 batch-counts public.track, artists.nodes.tracks: 5 keys, 5 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."artist" AS p
    JOIN "public"."artist_tracks"("p".*) AS t ON true
    WHERE p."artist_id" = keys.key0) AS counts ON true

-- step 4 batch-to-one public.album, artists.nodes.tracks.nodes.album: 6 keys, 6 rows
SELECT t."title" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 5 batch-aggregates public.track, artists.nodes.tracks.aggregate: 5 keys, 5 rows
SELECT made.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT max(t."milliseconds") AS c0
    FROM "public"."artist" AS p
    JOIN "public"."artist_tracks"("p".*) AS t ON true
    WHERE p."artist_id" = keys.key0) AS made ON true

-- step 6 batch-pages public.track, artists.nodes.long: 5 keys, 3 rows
SELECT page.c0, page.o0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT numbered.c0 AS c0, numbered.position AS o0
    FROM (SELECT "public"."track_label"("t".*) AS c0, row_number() OVER (ORDER BY t."name" ASC,
      t."track_id" ASC) AS position
        FROM "public"."artist" AS p
        JOIN "public"."artist_tracks"("p".*, "longer_than" => CAST($2 AS "pg_catalog"."int4")) AS t
          ON true
        WHERE p."artist_id" = keys.key0 AND (t."unit_price" > CAST(CAST($3 AS "pg_catalog"."text")
          AS "pg_catalog"."numeric"))) AS numbered
    ORDER BY numbered.position ASC
    LIMIT CAST($4 AS "pg_catalog"."int8")) AS page ON true

-- step 7 batch-groups public.track, artists.nodes.long.groups: 5 keys, 3 rows
SELECT made.c0, made.c1, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT groups.k0 AS c0, groups.a0 AS c1
    FROM (SELECT t."album_id" AS k0, count(*) AS a0
        FROM "public"."artist" AS p
        JOIN "public"."artist_tracks"("p".*, "longer_than" => CAST($2 AS "pg_catalog"."int4")) AS t
          ON true
        WHERE p."artist_id" = keys.key0 AND (t."unit_price" > CAST(CAST($3 AS "pg_catalog"."text")
          AS "pg_catalog"."numeric")) GROUP BY t."album_id") AS groups
    ORDER BY groups.k0 ASC NULLS LAST
    LIMIT CAST($4 AS "pg_catalog"."int8")) AS made ON true

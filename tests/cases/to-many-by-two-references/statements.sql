-- step 1 lookup public.album, album: 1 keys, 1 rows
SELECT t."album_id" AS c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN "public"."album" AS t ON t."album_id" = keys.key0

-- step 2 batch-pages public.recommendation, album.recommendationsByLikedAlbumId: 1 keys, 1 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT limited.c0 AS c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o1."title" AS c2
    FROM (SELECT rows.c0 AS c0, rows.k0 AS k0, rows.s0 AS s0, rows.s1 AS s1
        FROM (SELECT CAST(CAST(t."weight" AS "pg_catalog"."text") AS "pg_catalog"."float8") AS c0,
          t."other_album_id" AS k0, t."liked_album_id" AS s0, t."other_album_id" AS s1
            FROM "public"."recommendation" AS t
            WHERE t."liked_album_id" = keys.key0
            ORDER BY t."liked_album_id" ASC, t."other_album_id" ASC
            LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
        LIMIT 64) AS limited
    LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
    ORDER BY limited.s0 ASC, limited.s1 ASC) AS page ON true

-- step 3 join public.album, album.recommendationsByLikedAlbumId.nodes.otherAlbum: joined to step 2

-- step 4 batch-pages public.recommendation, album.recommendationsByOtherAlbumId: 1 keys, 1 rows
SELECT page.c0, page.c1, page.c2, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT limited.c0 AS c0, o1."album_id" IS DISTINCT FROM NULL AS c1, o1."title" AS c2
    FROM (SELECT rows.c0 AS c0, rows.k0 AS k0, rows.s0 AS s0, rows.s1 AS s1
        FROM (SELECT CAST(CAST(t."weight" AS "pg_catalog"."text") AS "pg_catalog"."float8") AS c0,
          t."liked_album_id" AS k0, t."liked_album_id" AS s0, t."other_album_id" AS s1
            FROM "public"."recommendation" AS t
            WHERE t."other_album_id" = keys.key0
            ORDER BY t."liked_album_id" ASC, t."other_album_id" ASC
            LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
        LIMIT 64) AS limited
    LEFT OUTER JOIN "public"."album" AS o1 ON limited.k0 = o1."album_id"
    ORDER BY limited.s0 ASC, limited.s1 ASC) AS page ON true

-- step 5 join public.album, album.recommendationsByOtherAlbumId.nodes.likedAlbum: joined to step 4

-- step 6 batch-pages public.album, album.albumsByRecommendationOtherAlbumId: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."recommendation" AS j
        JOIN "public"."album" AS t ON j."other_album_id" = t."album_id"
        WHERE j."liked_album_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 7 batch-pages public.album, album.albumsByRecommendationLikedAlbumId: 1 keys, 1 rows
SELECT page.c0, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0
    FROM (SELECT t."title" AS c0
        FROM "public"."recommendation" AS j
        JOIN "public"."album" AS t ON j."liked_album_id" = t."album_id"
        WHERE j."other_album_id" = keys.key0
        ORDER BY t."album_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

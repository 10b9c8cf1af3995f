-- step 1 page public.genre, genres: 4 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."genre_id" AS c1
    FROM "public"."genre" AS t
    ORDER BY t."genre_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-groups public.track, genres.nodes.tracks.groups: 4 keys, 4 rows
SELECT made.c0, made.c1, made.c2, made.c3, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT groups.k0 AS c0, groups.k1 AS c1, groups.a1 AS c2, groups.a0 AS c3
    FROM (SELECT t."media_type_id" AS k0, t."composer" AS k1, sum(t."milliseconds") AS a0, count(*)
      AS a1
        FROM "public"."track" AS t
        WHERE t."genre_id" = keys.key0 AND (t."unit_price" > CAST(CAST($2 AS "pg_catalog"."text") AS
          "pg_catalog"."numeric")) GROUP BY t."media_type_id", t."composer") AS groups
    ORDER BY groups.a0 DESC NULLS FIRST, groups.k0 ASC NULLS LAST, groups.k1 ASC NULLS LAST
    LIMIT CAST($3 AS "pg_catalog"."int8")) AS made ON true

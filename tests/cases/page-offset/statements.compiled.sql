-- step 1 page public.artist, artists: 2 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."int8"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8") OFFSET CAST(sets.v1 AS "pg_catalog"."int8")) AS
      answer ON true

-- step 2 page public.artist, beyond: 0 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."int8"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8") OFFSET CAST(sets.v1 AS "pg_catalog"."int8")) AS
      answer ON true

-- step 3 count public.artist, beyond: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t

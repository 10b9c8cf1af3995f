-- step 1 page public.artist, like: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 2 page public.artist, ilike: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."name" ILIKE CAST($1 AS "pg_catalog"."text")
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 3 page public.artist, startsWith: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 4 page public.artist, endsWith: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 5 page public.artist, contains: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 6 page public.artist, containsLiterally: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 7 page public.artist, containsNothing: 0 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."name" AS c0
    FROM "public"."artist" AS t
    WHERE t."name" LIKE CAST(sets.v1 AS "pg_catalog"."text")
    ORDER BY t."artist_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 8 page public.artist, regex: 1 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE t."name" ~ CAST($1 AS "pg_catalog"."text")
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 1 page public.artist, some: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE EXISTS (SELECT 1
    FROM "public"."album" AS r1
    WHERE t."artist_id" = r1."artist_id" AND (r1."released" >= CAST(CAST($1 AS "pg_catalog"."text")
      AS "pg_catalog"."date")))
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 count public.artist, any: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t
WHERE EXISTS (SELECT 1
    FROM "public"."album" AS r1
    WHERE t."artist_id" = r1."artist_id")

-- step 3 page public.artist, none: 3 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."released" >= CAST(CAST($1 AS
          "pg_catalog"."text") AS "pg_catalog"."date"))))
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.artist, nothing: 1 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id"))
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 5 page public.artist, every: 4 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."released" IS NOT NULL) IS NOT true))
ORDER BY t."artist_id" ASC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 6 page public.artist, unknown: 2 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."released" < CAST(CAST($1 AS
          "pg_catalog"."text") AS "pg_catalog"."date")) IS NOT true))
ORDER BY t."artist_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 7 page public.artist, together: 3 rows
SELECT t."name" AS c0
FROM "public"."artist" AS t
WHERE (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."title" LIKE CAST($1 AS "pg_catalog"."text"))))
          AND NOT (EXISTS (SELECT 1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id" AND (r1."title" LIKE CAST($2 AS "pg_catalog"."text"))
          IS NOT true))
ORDER BY t."artist_id" ASC
LIMIT CAST($3 AS "pg_catalog"."int8")

-- step 8 count public.artist, whatever: 1 rows
SELECT count(*) AS count_1
FROM "public"."artist" AS t

-- step 1 page public.genre, in: 2 rows
SELECT t."genre_id" AS c0
FROM "public"."genre" AS t
WHERE t."name" = ANY (CAST($1 AS "pg_catalog"."text"[]))
ORDER BY t."genre_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.genre, notIn: 1 rows
SELECT t."genre_id" AS c0
FROM "public"."genre" AS t
WHERE t."name" != ALL (CAST($1 AS "pg_catalog"."text"[]))
ORDER BY t."genre_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 3 page public.genre, inNone: 0 rows
SELECT t."genre_id" AS c0
FROM "public"."genre" AS t
WHERE t."name" = ANY (CAST($1 AS "pg_catalog"."text"[]))
ORDER BY t."genre_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 4 page public.genre, notInNone: 4 rows
SELECT t."genre_id" AS c0
FROM "public"."genre" AS t
WHERE t."name" != ALL (CAST($1 AS "pg_catalog"."text"[]))
ORDER BY t."genre_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 5 page public.review, uuids: 1 rows
SELECT t."id" AS c0
FROM "public"."review" AS t
WHERE t."id" = ANY (CAST(CAST($1 AS "pg_catalog"."_text") AS "pg_catalog"."uuid"[]))
ORDER BY t."id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.album_cover, enums: 1 rows
SELECT CAST(t."format" AS "pg_catalog"."text") AS c0
FROM "public"."album_cover" AS t
WHERE t."format" = ANY (CAST(CAST($1 AS "pg_catalog"."_text") AS "public"."cover_format"[]))
ORDER BY t."album_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

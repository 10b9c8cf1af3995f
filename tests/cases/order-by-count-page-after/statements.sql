-- step 1 page public.artist, artists: 3 rows
SELECT rows.c0, rows.o0, rows.o1
FROM (SELECT t."name" AS c0, (SELECT count(*) AS count_1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id") AS o0, t."artist_id" AS o1
    FROM "public"."artist" AS t
    WHERE ((SELECT count(*) AS count_1
            FROM "public"."album" AS r1
            WHERE t."artist_id" = r1."artist_id"), t."artist_id") < ((SELECT CAST($1 AS
              "pg_catalog"."int8") AS value), (SELECT CAST($2 AS "pg_catalog"."int4") AS value))
    ORDER BY (SELECT count(*) AS count_1
        FROM "public"."album" AS r1
        WHERE t."artist_id" = r1."artist_id") DESC, t."artist_id" DESC
    LIMIT (SELECT CAST($3 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

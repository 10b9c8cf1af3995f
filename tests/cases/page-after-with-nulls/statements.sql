-- step 1 page public.artist, artists: 3 rows
SELECT rows.c0, rows.c1, rows.c2
FROM (SELECT t."name" AS c0, CAST(t."formed" AS "pg_catalog"."text") AS c1, t."country" AS c2
    FROM "public"."artist" AS t
    WHERE t."formed" IS NOT NULL OR t."formed" IS NULL AND (t."country" < (SELECT CAST($1 AS
      "pg_catalog"."text") AS value) OR t."country" IS NULL OR t."country" = (SELECT CAST($1 AS
      "pg_catalog"."text") AS value) AND t."artist_id" < (SELECT CAST($2 AS "pg_catalog"."int4") AS
      value))
    ORDER BY t."formed" ASC NULLS FIRST, t."country" DESC NULLS LAST, t."artist_id" DESC
    LIMIT (SELECT CAST($3 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

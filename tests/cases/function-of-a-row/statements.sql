-- step 1 page public.track, tracks: 4 rows
SELECT t."name" AS c0, "public"."track_label"("t".*) AS c1, (SELECT CAST(CASE WHEN (NOT ROW("r".*)
  IS NULL) THEN json_build_array(CAST(r."amount" AS "pg_catalog"."text"), r."currency") END AS
  "pg_catalog"."text") AS anon_1
    FROM "public"."track_price"("t".*) AS r) AS c2, (SELECT CAST(CASE WHEN (NOT ROW("r".*) IS NULL)
      THEN json_build_array(CAST(r."amount" AS "pg_catalog"."text"), r."currency") END AS
      "pg_catalog"."text") AS anon_2
    FROM "public"."track_price"("t".*, "currency" => CAST($1 AS "pg_catalog"."text"), "rate" =>
      CAST(CAST($2 AS "pg_catalog"."text") AS "pg_catalog"."numeric")) AS r) AS c3, (SELECT
      CAST(coalesce(array_agg(r."v"), '{}') AS "pg_catalog"."int4"[]) AS coalesce_1
    FROM "public"."track_lengths"("t".*, VARIADIC "units" => CAST(CAST($3 AS "pg_catalog"."text") AS
      "pg_catalog"."_int4")) AS r(v)) AS c4, (SELECT CAST(coalesce(array_agg(r."v"), '{}') AS
      "pg_catalog"."int4"[]) AS coalesce_2
    FROM "public"."track_lengths"("t".*, VARIADIC "units" => CAST(CAST($4 AS "pg_catalog"."text") AS
      "pg_catalog"."_int4")) AS r(v)) AS c5
FROM "public"."track" AS t
ORDER BY t."track_id" ASC
LIMIT CAST($5 AS "pg_catalog"."int8") OFFSET CAST($6 AS "pg_catalog"."int8")

-- step 2 page public.best_seller, bestSellers: 1 rows
SELECT rows.c0, rows.c1
FROM (SELECT numbered.c0 AS c0, numbered.c1 AS c1
    FROM (SELECT t."name" AS c0, "public"."best_seller_share"("t".*) AS c1, row_number() OVER (ORDER
      BY t."name" ASC NULLS LAST, t."sold" ASC NULLS LAST) AS position
        FROM "public"."best_seller" AS t) AS numbered
    ORDER BY numbered.position ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 16

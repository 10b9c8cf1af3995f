-- step 1 page public.track, tracks: 3 rows
SELECT "public"."track_label"("t"."whole row") AS c0, t."name" AS c1, (SELECT CAST(CASE WHEN (NOT
  ROW("r".*) IS NULL) THEN json_build_array(CAST(r."amount" AS "pg_catalog"."text"), r."currency")
  END AS "pg_catalog"."text") AS anon_1
    FROM "public"."track_price"("t"."whole row") AS r) AS c2
FROM (SELECT DISTINCT ON (t."album_id") t."album_id" AS "album_id", CAST(ROW("t".*) AS
  "public"."track") AS "whole row", t."name" AS "name", t."milliseconds" AS "milliseconds",
  t."track_id" AS "track_id"
    FROM "public"."track" AS t
    ORDER BY t."album_id" ASC NULLS LAST, t."milliseconds" DESC, t."track_id" DESC) AS t
ORDER BY t."milliseconds" DESC, t."track_id" DESC
LIMIT CAST($1 AS "pg_catalog"."int8")

-- step 1 aggregate public.track, tracks.aggregate: 1 rows
SELECT count(*) AS c0, count(DISTINCT t."album_id") AS c1, count(DISTINCT t."composer") AS c2,
  count(DISTINCT t."tags") AS c3, sum(t."milliseconds") AS c4, CAST(sum(t."bytes") AS
  "pg_catalog"."text") AS c5, CAST(sum(t."unit_price") AS "pg_catalog"."text") AS c6,
  CAST(avg(t."milliseconds") AS "pg_catalog"."text") AS c7, CAST(avg(t."bytes") AS
  "pg_catalog"."text") AS c8, CAST(avg(t."unit_price") AS "pg_catalog"."text") AS c9, min(t."name")
  AS c10, min(t."composer") AS c11, min(t."milliseconds") AS c12, min(t."bytes") AS c13,
  CAST(min(t."unit_price") AS "pg_catalog"."text") AS c14, max(t."name") AS c15, max(t."composer")
  AS c16, max(t."milliseconds") AS c17, max(t."bytes") AS c18, CAST(max(t."unit_price") AS
  "pg_catalog"."text") AS c19
FROM "public"."track" AS t

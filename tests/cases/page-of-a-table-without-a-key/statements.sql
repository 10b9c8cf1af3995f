-- step 1 page public.play, plays: 3 rows
SELECT limited.c0, o1."track_id" IS DISTINCT FROM NULL AS c1, o1."name" AS c2
FROM (SELECT rows.c0 AS c0, rows.k0 AS k0, rows.s0 AS s0
    FROM (SELECT CAST(t."played_at" AS "pg_catalog"."text") AS c0, t."track_id" AS k0, t."ctid" AS
      s0
        FROM "public"."play" AS t
        WHERE t."ctid" > (SELECT CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."tid") AS
          value)
        ORDER BY t."ctid" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 16) AS limited
LEFT OUTER JOIN "public"."track" AS o1 ON limited.k0 = o1."track_id"
ORDER BY limited.s0 ASC

-- step 2 count public.play, plays: 1 rows
SELECT count(*) AS count_1
FROM "public"."play" AS t

-- step 3 join public.track, plays.nodes.track: joined to step 1

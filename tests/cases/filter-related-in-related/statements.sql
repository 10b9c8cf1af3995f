-- step 1 page public.artist, artists: 5 rows
SELECT rows.c0, rows.c1
FROM (SELECT t."name" AS c0, t."artist_id" AS c1
    FROM "public"."artist" AS t
    ORDER BY t."artist_id" ASC
    LIMIT (SELECT CAST($1 AS "pg_catalog"."int8") AS value)) AS rows
LIMIT 64

-- step 2 batch-pages public.album, artists.nodes.albums: 5 keys, 3 rows
SELECT page.c0, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT t."title" AS c0
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0 AND (EXISTS (SELECT 1
            FROM "public"."track" AS r1
            WHERE t."album_id" = r1."album_id" AND (EXISTS (SELECT 1
                    FROM "public"."genre" AS r2
                    WHERE r1."genre_id" = r2."genre_id" AND NOT (EXISTS (SELECT 1
                            FROM "public"."track" AS r3
                            WHERE r2."genre_id" = r3."genre_id" AND r3."composer" IS NULL))))))
    ORDER BY t."album_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS page ON true

-- step 3 batch-counts public.album, artists.nodes.albums: 5 keys, 5 rows
SELECT counts.n, keys.ord
FROM unnest(CAST($1 AS "pg_catalog"."_int4")) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT count(*) AS n
    FROM "public"."album" AS t
    WHERE t."artist_id" = keys.key0 AND (EXISTS (SELECT 1
            FROM "public"."track" AS r1
            WHERE t."album_id" = r1."album_id" AND (EXISTS (SELECT 1
                    FROM "public"."genre" AS r2
                    WHERE r1."genre_id" = r2."genre_id" AND NOT (EXISTS (SELECT 1
                            FROM "public"."track" AS r3
                            WHERE r2."genre_id" = r3."genre_id" AND r3."composer" IS NULL))))))) AS
                              counts ON true

-- step 4 page public.employee, employees: 2 rows
SELECT limited.c0, o1."employee_id" IS DISTINCT FROM NULL AS c1, o1."last_name" AS c2
FROM (SELECT t."last_name" AS c0, t."reports_to" AS k0, t."employee_id" AS s0
    FROM "public"."employee" AS t
    WHERE EXISTS (SELECT 1
        FROM "public"."employee" AS r1
        WHERE t."employee_id" = r1."reports_to" AND NOT (EXISTS (SELECT 1
                FROM "public"."customer" AS r2
                WHERE r1."employee_id" = r2."support_rep_id" AND (r2."newsletter" = CAST($1 AS
                  "pg_catalog"."bool")) IS NOT true)))
    ORDER BY t."employee_id" ASC
    LIMIT CAST($2 AS "pg_catalog"."int8")) AS limited
LEFT OUTER JOIN "public"."employee" AS o1 ON limited.k0 = o1."employee_id"
ORDER BY limited.s0 ASC

-- step 5 join public.employee, employees.nodes.employeeByReportsTo: joined to step 4

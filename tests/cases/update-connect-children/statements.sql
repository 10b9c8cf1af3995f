-- step 1 update public.album, updateAlbum: 1 rows
UPDATE "public"."album" AS t SET "title"=CAST($1 AS "pg_catalog"."text") WHERE t."album_id" =
  CAST($2 AS "pg_catalog"."int4") RETURNING t."title" AS c0, t."album_id" AS c1, t."album_id" AS c2

-- step 1 update public.album, updateAlbum: 1 rows
UPDATE "public"."track" AS t SET "album_id"=NULL FROM unnest(CAST($1 AS "pg_catalog"."_int4"),
  CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(k0, v0, ord) WHERE t."track_id" =
  given.k0 AND t."album_id" = given.v0 RETURNING given.ord

-- step 1 update public.album, updateAlbum: 3 rows
UPDATE "public"."track" AS t SET "album_id"=given.v0 FROM unnest(CAST($1 AS "pg_catalog"."_int4"),
  CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS given(k0, v0, ord) WHERE t."track_id" =
  given.k0 RETURNING given.ord

-- step 2 batch-pages public.track, updateAlbum.album.tracks: 1 keys, 3 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."track_id" AS c0, t."name" AS c1
        FROM "public"."track" AS t
        WHERE t."album_id" = keys.key0
        ORDER BY t."track_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 1 update public.artist, updateArtist: 1 rows
UPDATE "public"."artist" AS t SET "country"=t."country" WHERE t."artist_id" = CAST($1 AS
  "pg_catalog"."int4") RETURNING t."artist_id" AS c0, t."artist_id" AS c1

-- step 1 update public.artist, updateArtist: 1 rows
UPDATE "public"."contract" AS t SET "artist_id"=given.v0, "version"=(t."version" + 1) FROM
  unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  given(k0, v0, ord) WHERE t."contract_id" = given.k0 RETURNING given.ord

-- step 2 batch-pages public.contract, updateArtist.artist.contracts: 1 keys, 1 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."contract_id" AS c0, t."version" AS c1
        FROM "public"."contract" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."contract_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

-- step 3 update public.artist, releasing: 1 rows
UPDATE "public"."artist" AS t SET "country"=t."country" WHERE t."artist_id" = CAST($1 AS
  "pg_catalog"."int4") RETURNING t."artist_id" AS c0, t."artist_id" AS c1

-- step 3 update public.artist, releasing: 1 rows
UPDATE "public"."contract" AS t SET "artist_id"=NULL, "version"=(t."version" + 1) FROM
  unnest(CAST($1 AS "pg_catalog"."_int4"), CAST($2 AS "pg_catalog"."_int4")) WITH ORDINALITY AS
  given(k0, v0, ord) WHERE t."contract_id" = given.k0 AND t."artist_id" = given.v0 RETURNING
  given.ord

-- step 4 batch-pages public.contract, releasing.artist.contracts: 1 keys, 1 rows
SELECT page.c0, page.c1, keys.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."_int4") AS value)) WITH ORDINALITY AS keys(key0, ord)
JOIN LATERAL (SELECT rows.c0 AS c0, rows.c1 AS c1
    FROM (SELECT t."contract_id" AS c0, t."version" AS c1
        FROM "public"."contract" AS t
        WHERE t."artist_id" = keys.key0
        ORDER BY t."contract_id" ASC
        LIMIT (SELECT CAST($2 AS "pg_catalog"."int8") AS value)) AS rows
    LIMIT 64) AS page ON true

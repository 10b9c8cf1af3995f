-- step 1 page public.concert, text: 1 rows
SELECT t."review" AS c0
FROM "public"."concert" AS t
WHERE to_tsvector(CAST('english' AS "pg_catalog"."regconfig"), CAST(t."review" AS
  "pg_catalog"."text")) @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"), CAST($1
  AS "pg_catalog"."text"))
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 2 page public.concert, phrase: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."concert_id" AS c0
    FROM "public"."concert" AS t
    WHERE to_tsvector(CAST('english' AS "pg_catalog"."regconfig"), CAST(t."review" AS
      "pg_catalog"."text")) @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"),
      CAST(sets.v1 AS "pg_catalog"."text"))
    ORDER BY t."concert_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 3 page public.concert, without: 1 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."concert_id" AS c0
    FROM "public"."concert" AS t
    WHERE to_tsvector(CAST('english' AS "pg_catalog"."regconfig"), CAST(t."review" AS
      "pg_catalog"."text")) @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"),
      CAST(sets.v1 AS "pg_catalog"."text"))
    ORDER BY t."concert_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 4 page public.concert, either: 3 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."concert_id" AS c0
    FROM "public"."concert" AS t
    WHERE to_tsvector(CAST('english' AS "pg_catalog"."regconfig"), CAST(t."review" AS
      "pg_catalog"."text")) @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"),
      CAST(sets.v1 AS "pg_catalog"."text"))
    ORDER BY t."concert_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

-- step 5 page public.concert, vector: 1 rows
SELECT t."concert_id" AS c0
FROM "public"."concert" AS t
WHERE t."words" @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"), CAST($1 AS
  "pg_catalog"."text"))
ORDER BY t."concert_id" ASC
LIMIT CAST($2 AS "pg_catalog"."int8")

-- step 6 page public.concert, whatever: 0 rows
SELECT answer.c0, sets.ord
FROM unnest((SELECT CAST($1 AS "pg_catalog"."int8"[]) AS value), (SELECT CAST($2 AS
  "pg_catalog"."text"[]) AS value)) WITH ORDINALITY AS sets(v0, v1, ord)
JOIN LATERAL (SELECT t."concert_id" AS c0
    FROM "public"."concert" AS t
    WHERE to_tsvector(CAST('english' AS "pg_catalog"."regconfig"), CAST(t."review" AS
      "pg_catalog"."text")) @@ websearch_to_tsquery(CAST('english' AS "pg_catalog"."regconfig"),
      CAST(sets.v1 AS "pg_catalog"."text"))
    ORDER BY t."concert_id" ASC
    LIMIT CAST(sets.v0 AS "pg_catalog"."int8")) AS answer ON true

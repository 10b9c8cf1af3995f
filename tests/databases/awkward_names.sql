-- Names that real databases have and that SQL, GraphQL, Python or a template could trip over.
-- Every table holds a few rows, so that reading each column of each table is a test.

-- Reserved words of SQL ---------------------------------------------------------------------------

CREATE TABLE "user" (
    "select" int PRIMARY KEY,
    "from" text,
    "where" text,
    "order" int,
    "group" int,
    "table" text,
    "limit" int,
    "default" boolean,
    "user" text
);
INSERT INTO "user" VALUES
    (1, 'from 1', 'where 1', 10, 100, 'table 1', 5, true, 'one'),
    (2, 'from 2', NULL, 20, NULL, 'table 2', NULL, false, 'two');

CREATE TABLE "order" (
    "group" int REFERENCES "user",
    "table" int NOT NULL REFERENCES "user",
    "check" int PRIMARY KEY
);
INSERT INTO "order" VALUES (1, 2, 1), (NULL, 1, 2), (2, 2, 3);

-- Quotes, blanks and everything a statement or template could take for its own ----------------------

CREATE TABLE "it's ""quoted"" and spaced" (
    "primary key" int PRIMARY KEY,
    "a""b" text,
    "a'b" text,
    "a\b" text,
    "a.b" text,
    "a;b" text,
    "a--b" text,
    "/* a */" text,
    "a
b" text,
    "a	b" text,
    " leading" text,
    "trailing " text,
    "%" text,
    "%s" text,
    "%(name)s" text,
    "%%" text,
    ":name" text,
    "a:b" text,
    "$1" text,
    "$$" text,
    "?" text,
    "{}" text,
    "{name}" text,
    "{{a}}" text,
    "[a]" text,
    "a,b" text,
    "(a)" text,
    "a=b" text,
    "@a" text,
    "#a" text,
    "`a`" text,
    "<a>" text,
    "&amp;" text
);
INSERT INTO "it's ""quoted"" and spaced"
SELECT n, 'a"b', 'a''b', 'a\b', 'a.b', 'a;b', 'a--b', '/* a */', E'a\nb', E'a\tb', ' leading', 'trailing ',
    '%', '%s', '%(name)s', '%%', ':name', 'a:b', '$1', '$$', '?', '{}', '{name}', '{{a}}', '[a]', 'a,b', '(a)',
    'a=b', '@a', '#a', '`a`', '<a>', '&amp;'
FROM generate_series(1, 2) AS n;

CREATE TABLE "schema.like.name" (id int PRIMARY KEY, "quoted parent" int REFERENCES "it's ""quoted"" and spaced");
INSERT INTO "schema.like.name" VALUES (1, 1), (2, 1), (3, NULL);

CREATE TABLE "dollar$" (id int PRIMARY KEY, "cost$" numeric, "$cost" numeric, "co$t" numeric);
INSERT INTO "dollar$" VALUES (1, 1.10, 2.20, 3.30);

CREATE TABLE "100%" (id int PRIMARY KEY, "50%_off" boolean, "%d" int);
INSERT INTO "100%" VALUES (1, true, 50), (2, false, NULL);

CREATE TABLE "new
line" (id int PRIMARY KEY, "two
lines" text);
INSERT INTO "new
line" VALUES (1, E'two\nlines');

-- Unicode -------------------------------------------------------------------------------------------

CREATE TABLE "Größe" (id int PRIMARY KEY, "Straße" text, "naïve_café" text, "İstanbul" text, "ﬁ" text);
INSERT INTO "Größe" VALUES (1, 'Straße', 'naïve café', 'İstanbul', 'ﬁ');

CREATE TABLE "商品" (
    "番号" int PRIMARY KEY,
    "名前" text NOT NULL,
    "親番号" int REFERENCES "商品",
    "Größe_id" int REFERENCES "Größe"
);
INSERT INTO "商品" VALUES (1, '茶', NULL, 1), (2, '緑茶', 1, 1), (3, '紅茶', 1, NULL);

CREATE TABLE "🦄" ("🔑" int PRIMARY KEY, "🌈 colour" text, "👩‍👧" text, "🌈colour" text);
INSERT INTO "🦄" VALUES (1, 'red', 'family', 'blue');

CREATE TABLE "🚀" (id int PRIMARY KEY, "🦄" int REFERENCES "🦄");
INSERT INTO "🚀" VALUES (1, 1), (2, NULL);

-- The same letter once composed and once not: two names for PostgreSQL, one for the eye.
CREATE TABLE "café" (id int PRIMARY KEY, "é" text, U&"e\0301" text);
INSERT INTO "café" VALUES (1, 'composed', 'decomposed');

CREATE TABLE "ελληνικά" (id int PRIMARY KEY, "όνομα" text, "имя" text, "שם" text, "اسم" text);
INSERT INTO "ελληνικά" VALUES (1, 'όνομα', 'имя', 'שם', 'اسم');

-- No GraphQL names ----------------------------------------------------------------------------------

CREATE TABLE "1st" (id int PRIMARY KEY, "2nd" text, "3" text, "4_4" text);
INSERT INTO "1st" VALUES (1, 'second', 'three', 'four'), (2, NULL, NULL, NULL);

CREATE TABLE "2024" (id int PRIMARY KEY, "1st" int REFERENCES "1st", "1st_id" int REFERENCES "1st");
INSERT INTO "2024" VALUES (1, 1, 2), (2, 1, NULL);

CREATE TABLE "-" (id int PRIMARY KEY, "--" text, "---" text, "_" text, "__" text, "." text, " " text);
INSERT INTO "-" VALUES (1, 'two', 'three', 'underscore', 'two underscores', 'dot', 'blank');

CREATE TABLE "_" (id int PRIMARY KEY);
INSERT INTO "_" VALUES (1);

CREATE TABLE "!?" (id int PRIMARY KEY);
INSERT INTO "!?" VALUES (1);

CREATE TABLE "__type" (id int PRIMARY KEY, __typename text, __schema text, __type text, "__" text, _id int);
INSERT INTO "__type" VALUES (1, 'a typename', 'a schema', 'a type', 'underscores', 2);

CREATE TABLE _private (_id int PRIMARY KEY, _name text, name_ text, __name__ text);
INSERT INTO _private VALUES (1, 'before', 'after', 'around');

-- Names that meet when they become camelCase --------------------------------------------------------

CREATE TABLE user_account (
    id int PRIMARY KEY,
    first_name text,
    "firstName" text,
    "FirstName" text,
    "first-name" text,
    "first name" text,
    "FIRST_NAME" text,
    first__name text,
    firstname text,
    line1 text,
    line_1 text,
    "URL" text,
    url text,
    "userID" text,
    user_id text,
    "HTTPServer2Name" text
);
INSERT INTO user_account VALUES
    (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o');

CREATE TABLE "UserAccount" (id int PRIMARY KEY, which text DEFAULT 'UserAccount');
INSERT INTO "UserAccount" VALUES (1);
CREATE TABLE "userAccount" (id int PRIMARY KEY, which text DEFAULT 'userAccount');
INSERT INTO "userAccount" VALUES (1);
CREATE TABLE "user-account" (id int PRIMARY KEY, which text DEFAULT 'user-account');
INSERT INTO "user-account" VALUES (1);
CREATE TABLE user_accounts (id int PRIMARY KEY, which text DEFAULT 'user_accounts');
INSERT INTO user_accounts VALUES (1);
CREATE TABLE "USER_ACCOUNT" (id int PRIMARY KEY, which text DEFAULT 'USER_ACCOUNT');
INSERT INTO "USER_ACCOUNT" VALUES (1);

CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'Ada');
CREATE TABLE people (id int PRIMARY KEY, person_id int REFERENCES person);
INSERT INTO people VALUES (1, 1);

-- Singular and plural are one word, or look like it.
CREATE TABLE sheep (id int PRIMARY KEY, parent_sheep int REFERENCES sheep);
INSERT INTO sheep VALUES (1, NULL), (2, 1);
CREATE TABLE series (id int PRIMARY KEY);
INSERT INTO series VALUES (1);
CREATE TABLE news (id int PRIMARY KEY, series_id int REFERENCES series);
INSERT INTO news VALUES (1, 1), (2, 1);
CREATE TABLE data (id int PRIMARY KEY, status text);
INSERT INTO data VALUES (1, 'new');
CREATE TABLE status (id int PRIMARY KEY);
INSERT INTO status VALUES (1);
CREATE TABLE address (id int PRIMARY KEY);
INSERT INTO address VALUES (1);
CREATE TABLE addresses (id int PRIMARY KEY, address int REFERENCES address, address_id int REFERENCES address);
INSERT INTO addresses VALUES (1, 1, 1);

-- Names the schema needs for itself -----------------------------------------------------------------

CREATE TABLE query (id int PRIMARY KEY, query text);
INSERT INTO query VALUES (1, 'a query');
CREATE TABLE mutation (id int PRIMARY KEY, query_id int REFERENCES query);
INSERT INTO mutation VALUES (1, 1);
CREATE TABLE subscription (id int PRIMARY KEY);
INSERT INTO subscription VALUES (1);
CREATE TABLE node (id int PRIMARY KEY, node_id int REFERENCES node);
INSERT INTO node VALUES (1, NULL), (2, 1);
CREATE TABLE page_info (id int PRIMARY KEY, has_next_page boolean);
INSERT INTO page_info VALUES (1, false);
CREATE TABLE connection (id int PRIMARY KEY);
INSERT INTO connection VALUES (1);
CREATE TABLE edge (id int PRIMARY KEY);
INSERT INTO edge VALUES (1);
CREATE TABLE string (id int PRIMARY KEY, string text);
INSERT INTO string VALUES (1, 'a string');
CREATE TABLE "int" (id int PRIMARY KEY);
INSERT INTO "int" VALUES (1);
CREATE TABLE "float" (id int PRIMARY KEY);
INSERT INTO "float" VALUES (1);
CREATE TABLE "boolean" (id int PRIMARY KEY);
INSERT INTO "boolean" VALUES (1);
CREATE TABLE id (id int PRIMARY KEY);
INSERT INTO id VALUES (1);
CREATE TABLE date (id int PRIMARY KEY, date date);
INSERT INTO date VALUES (1, '2026-01-02');
CREATE TABLE "json" (id int PRIMARY KEY, "json" json);
INSERT INTO "json" VALUES (1, '{"json": 1}');
CREATE TABLE uuid (id int PRIMARY KEY);
INSERT INTO uuid VALUES (1);
CREATE TABLE big_int (id int PRIMARY KEY, big_int int8);
INSERT INTO big_int VALUES (1, 9007199254740993);
CREATE TABLE date_time (id int PRIMARY KEY);
INSERT INTO date_time VALUES (1);
CREATE TABLE "decimal" (id int PRIMARY KEY);
INSERT INTO "decimal" VALUES (1);
CREATE TABLE "__schema" (id int PRIMARY KEY);
INSERT INTO "__schema" VALUES (1);

-- What the schema makes of `foo` is already there as tables.
CREATE TABLE foo (id int PRIMARY KEY, name text UNIQUE);
INSERT INTO foo VALUES (1, 'one'), (2, 'two');
CREATE TABLE foo_connection (id int PRIMARY KEY, foo_id int REFERENCES foo);
INSERT INTO foo_connection VALUES (1, 1), (2, 1);
CREATE TABLE foo_edge (id int PRIMARY KEY, foo_id int REFERENCES foo);
INSERT INTO foo_edge VALUES (1, 2);
CREATE TABLE foo_filter (id int PRIMARY KEY);
INSERT INTO foo_filter VALUES (1);
CREATE TABLE foo_key (id int PRIMARY KEY);
INSERT INTO foo_key VALUES (1);
CREATE TABLE foo_order_by (id int PRIMARY KEY);
INSERT INTO foo_order_by VALUES (1);
CREATE TABLE foos_connection (id int PRIMARY KEY);
INSERT INTO foos_connection VALUES (1);
CREATE TABLE string_filter (id int PRIMARY KEY);
INSERT INTO string_filter VALUES (1);

-- Columns named like what a type, an argument list, a filter or a connection has of its own.
CREATE TABLE column_names (
    id int PRIMARY KEY,
    row_id int,
    "rowId" int,
    node int,
    nodes int,
    filter int,
    first int,
    last int,
    before int,
    after int,
    "offset" int,
    by int,
    order_by int,
    "orderBy" int,
    __typename text,
    "and" int,
    "or" int,
    "not" int,
    "in" int,
    eq int,
    is_null int,
    edges int,
    cursor int,
    page_info int,
    total_count int,
    aggregate int,
    groups int,
    count int,
    "some" int,
    every int,
    none int,
    "null" int,
    "true" boolean,
    "false" boolean,
    "on" int,
    type int,
    fragment int,
    input int,
    query int,
    ord int,
    key0 int,
    j int,
    t int
);
INSERT INTO column_names
SELECT n, 10 * n, 20 * n, n, n, n, n, n, n, n, n, n, n, n, 'name ' || n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n,
    NULL, true, false, n, n, n, n, n, n, n, n, n
FROM generate_series(1, 3) AS n;

-- No column is called id, but one could be taken for it.
CREATE TABLE global_id (row_id int PRIMARY KEY, node_id text, "ID" text, "Id" text);
INSERT INTO global_id VALUES (1, 'node', 'ID', 'Id');

-- The key is not the column named id.
CREATE TABLE id_is_no_key (code text PRIMARY KEY, id int);
INSERT INTO id_is_no_key VALUES ('a', 7), ('b', NULL);

-- Names of Python's.
CREATE TABLE "class" (
    self int PRIMARY KEY,
    def text,
    "None" text,
    "import" text,
    lambda text,
    __init__ text,
    __class__ text,
    __dict__ text,
    __slots__ text,
    keys text,
    items text,
    "values" text,
    get text,
    "index" text,
    metadata text,
    c text
);
INSERT INTO "class" VALUES (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o');

-- Relations whose natural names are taken -----------------------------------------------------------

CREATE TABLE album (id int PRIMARY KEY, title text, tracks int, track text);
INSERT INTO album VALUES (1, 'First', 2, 'no relation'), (2, 'Second', 0, NULL);

CREATE TABLE track (
    id int PRIMARY KEY,
    album text,
    album_id int REFERENCES album,
    album_fk int REFERENCES album,
    albumid int REFERENCES album,
    "albumId" int REFERENCES album,
    _id int REFERENCES album,
    album_by_albumid text
);
INSERT INTO track VALUES
    (1, 'text', 1, 2, 1, 2, 1, 'taken'),
    (2, NULL, NULL, 1, NULL, NULL, 2, NULL);

-- A column that is key, foreign key and called id.
CREATE TABLE album_cover (id int PRIMARY KEY REFERENCES album, node_id int REFERENCES album);
INSERT INTO album_cover VALUES (1, 2), (2, 2);

-- Two foreign keys over one column.
CREATE TABLE review (id int PRIMARY KEY, album_id int REFERENCES album);
ALTER TABLE review ADD CONSTRAINT "same column, same target" FOREIGN KEY (album_id) REFERENCES album;
ALTER TABLE review ADD CONSTRAINT "same column, other target" FOREIGN KEY (album_id) REFERENCES foo;
INSERT INTO review VALUES (1, 1), (2, 2);

-- Length --------------------------------------------------------------------------------------------

CREATE TABLE a_name_of_sixty_characters_which_is_about_as_long_as_they_get (
    id int PRIMARY KEY,
    a_column_name_of_sixty_three_characters_the_most_that_there_is text,
    a_column_name_of_sixty_three_characters_the_most_that_there_i2 text
);
INSERT INTO a_name_of_sixty_characters_which_is_about_as_long_as_they_get VALUES (1, 'is', 'i2');
CREATE TABLE a_name_of_sixty_characters_which_is_about_as_long_as_they_ge2 (
    id int PRIMARY KEY,
    a_name_of_sixty_characters_which_is_about_as_long_as_they_id
        int REFERENCES a_name_of_sixty_characters_which_is_about_as_long_as_they_get,
    a_name_of_sixty_characters_which_is_about_as_long_as_they_i2
        int REFERENCES a_name_of_sixty_characters_which_is_about_as_long_as_they_get
);
INSERT INTO a_name_of_sixty_characters_which_is_about_as_long_as_they_ge2 VALUES (1, 1, NULL), (2, NULL, 1);
CREATE TABLE x (y int PRIMARY KEY);
INSERT INTO x VALUES (1);

-- Width -----------------------------------------------------------------------------------------------

CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;

CREATE TABLE only_a_key (only_a_key int PRIMARY KEY);
INSERT INTO only_a_key VALUES (1), (2);

-- Numbers of dropped columns stay behind as gaps.
CREATE TABLE dropped_columns (a int, id int PRIMARY KEY, b text, c int UNIQUE, d text);
ALTER TABLE dropped_columns DROP COLUMN a, DROP COLUMN b;
INSERT INTO dropped_columns VALUES (1, 2, 'd');

-- Schemas ---------------------------------------------------------------------------------------------

CREATE SCHEMA sales;
CREATE SCHEMA "Archive";
CREATE SCHEMA "it's a ""schema"".name";
CREATE SCHEMA "スキーマ";

CREATE TABLE invoice (id int PRIMARY KEY, place text DEFAULT 'public');
INSERT INTO invoice VALUES (1);
CREATE TABLE sales.invoice (id int PRIMARY KEY, invoice_id int REFERENCES public.invoice, place text DEFAULT 'sales');
INSERT INTO sales.invoice VALUES (1, 1), (2, 1);
CREATE TABLE "Archive".invoice (id int PRIMARY KEY, invoice_id int REFERENCES sales.invoice, place text DEFAULT 'Archive');
INSERT INTO "Archive".invoice VALUES (1, 2), (2, NULL);
CREATE TABLE "it's a ""schema"".name".invoice (id int PRIMARY KEY, place text DEFAULT 'quoted');
INSERT INTO "it's a ""schema"".name".invoice VALUES (1);
CREATE TABLE "it's a ""schema"".name"."it's a ""table"".name" (id int PRIMARY KEY);
INSERT INTO "it's a ""schema"".name"."it's a ""table"".name" VALUES (1);
CREATE TABLE "スキーマ"."テーブル" ("列" int PRIMARY KEY, sales_invoice int REFERENCES sales.invoice);
INSERT INTO "スキーマ"."テーブル" VALUES (1, 1);

-- A table whose bare name is that of another's schema and name put together.
CREATE TABLE sales_invoice (id int PRIMARY KEY);
INSERT INTO sales_invoice VALUES (1);

-- One type name in two schemas, one of them in place of PostgreSQL's own.
CREATE TYPE public.stage AS ENUM ('draft', 'final');
CREATE TYPE sales.stage AS ENUM ('lead', 'won', 'lost');
CREATE TYPE sales.text AS (value pg_catalog.text);
CREATE TABLE sales.deal (id int PRIMARY KEY, stage sales.stage, document public.stage, "text" sales.text, plain pg_catalog.text);
INSERT INTO sales.deal VALUES (1, 'won', 'draft', ROW('in a row'), 'plain'), (2, NULL, NULL, NULL, NULL);

-- Comments become descriptions --------------------------------------------------------------------------

COMMENT ON TABLE foo IS E'Triple quotes """ and \\backslashes\\ and\nline\r\nbreaks,\n    indented.\n';
COMMENT ON COLUMN foo.id IS '"""';
COMMENT ON COLUMN foo.name IS E'ends with a backslash \\';
COMMENT ON TABLE "🦄" IS '🦄 is a unicorn';
COMMENT ON COLUMN "商品"."名前" IS E'  名前: ends with a quote "';
COMMENT ON TABLE no_columns IS E'\n\n';
COMMENT ON TYPE sales.stage IS 'How far a deal is; "won" ends it.';

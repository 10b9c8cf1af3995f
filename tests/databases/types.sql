-- Every type, a table for each family: extreme values, odd values, and NULL.

-- The script itself must not depend on the settings of the session.
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SET datestyle = 'ISO, MDY';
SET xmloption = 'content';

-- Numbers ---------------------------------------------------------------------------------------------

CREATE TABLE integers (id int PRIMARY KEY, small int2, medium int4, big int8);
INSERT INTO integers VALUES
    (1, -32768, -2147483648, -9223372036854775808),
    (2, 32767, 2147483647, 9223372036854775807),
    (3, 0, 0, 0),
    (4, 1, -1, 9007199254740993),
    (5, NULL, NULL, NULL);

CREATE TABLE numerics (
    id int PRIMARY KEY,
    plain numeric,
    money_like numeric(12, 2),
    whole numeric(20),
    rounded numeric(5, -3),
    tiny numeric(3, 5),
    huge numeric(1000, 500)
);
INSERT INTO numerics VALUES
    (1, 'NaN', 'NaN', 'NaN', 'NaN', 'NaN', 'NaN'),
    (2, 'Infinity', 0.00, 12345678901234567890, 99999000, 0.00999, 1),
    (3, '-Infinity', -0.01, -1, -1000, -0.00001, -1),
    (4, 0.1000, 1234567890.12, 0, 0, 0, 1e-500),
    (5, 1e500, 1.10, 1, 1499, 0.00001, 1e499),
    (6, -1e-500, 9999999999.99, 1, 1500, 0.00001, -1e499),
    (7, 1e131071, 1, 1, 1000, 0, 0),
    (8, 1e-16383, 1, 1, 1000, 0, 0),
    (9, 9007199254740993.00000000000000000001, 1, 1, 1000, 0, 0),
    (10, 100, 100, 100, 100000, 0, 100),
    (11, 1.0, 1, 1, 1000, 0, 1),
    (12, 1.00, 1, 1, 1000, 0, 1),
    (13, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE floats (id int PRIMARY KEY, single float4, double float8);
INSERT INTO floats VALUES
    (1, 'NaN', 'NaN'),
    (2, 'Infinity', 'Infinity'),
    (3, '-Infinity', '-Infinity'),
    (4, '-0', '-0'),
    (5, 0, 0),
    (6, 3.4028235e38, 1.7976931348623157e308),
    (7, -3.4028235e38, -1.7976931348623157e308),
    (8, 1.17549435e-38, 2.2250738585072014e-308),
    (9, 1e-45, 5e-324),
    (10, 0.1, 0.1),
    (11, 16777217, 9007199254740993),
    (12, 1e15, 1e15),
    (13, 1e-7, 1e-7),
    (14, 0.3, 0.30000000000000004),
    (15, NULL, NULL);

CREATE TABLE monies (id int PRIMARY KEY, amount money);
INSERT INTO monies VALUES
    (1, '-92233720368547758.08'), (2, '92233720368547758.07'), (3, '0'), (4, '1234.5'), (5, '-0.01'), (6, NULL);

CREATE TABLE booleans (id int PRIMARY KEY, flag boolean);
INSERT INTO booleans VALUES (1, true), (2, false), (3, NULL);

-- Text --------------------------------------------------------------------------------------------------

CREATE TABLE texts (
    id int PRIMARY KEY,
    plain text,
    limited varchar(20),
    unlimited varchar,
    fixed char(5),
    single char,
    name name,
    byte "char",
    c_sorted text COLLATE "C",
    unicode_sorted text COLLATE "pg_unicode_fast"
);
INSERT INTO texts VALUES
    (1, '', '', '', '', '', '', '', '', ''),
    (2, ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '),
    (3, E'line\nbreak\r\n\ttab', E'\n', E'\\', E'\n', E'\n', E'\n', E'\n', E'\n', E'\n'),
    (4, '"quoted" ''quoted'' \ %s :name $1 {} --', '"', '''', '"', '"', '"', '"', '"', '"'),
    (5, 'é ñ ü ß 日本語 עברית العربية', 'ß', '日本語', 'é', 'é', 'é', '\351', 'é', 'é'),
    (6, U&'e\0301', U&'e\0301', U&'e\0301', U&'e\0301', 'e', U&'e\0301', '\377', U&'e\0301', U&'e\0301'),
    (7, '👩‍👧‍👦🏳️‍🌈', '🦄', U&'\+10FFFF', '🦄', '🦄', '🦄', '\200', '🦄', '🦄'),
    (8, U&'\FFFE\FFFD\FEFF\200B\2028\2029\0001\001F\007F\0085', U&'\FEFF', U&'\FFFF', U&'\2028', U&'\0001', U&'\202E',
        '\001', U&'\0001', U&'\0001'),
    (9, 'null', 'null', 'true', 'null', '0', 'null', '0', 'a', 'a'),
    (10, '<script>alert(1)</script>', '</script>', '&lt;', '<', '<', '<', '<', 'A', 'A'),
    (11, repeat('ä', 100000), repeat('x', 20), repeat('🦄', 1000), 'abcde', 'Z', repeat('n', 63), '~', 'b', 'b'),
    (12, 'abc ', 'abc ', 'abc ', 'abc ', 'a', 'abc ', 'a', 'Ä', 'Ä'),
    (13, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE uuids (id int PRIMARY KEY, value uuid);
INSERT INTO uuids VALUES
    (1, '00000000-0000-0000-0000-000000000000'),
    (2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
    (3, '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}'),
    (4, NULL);

CREATE TABLE bytes (id int PRIMARY KEY, value bytea);
INSERT INTO bytes VALUES
    (1, ''), (2, '\x00'), (3, '\xff'), (4, '\xdeadbeef'),
    (5, (SELECT string_agg(set_byte('\x00', 0, n), '' ORDER BY n) FROM generate_series(0, 255) AS n)),
    (6, convert_to(repeat('long', 20000), 'UTF8')),
    (7, NULL);

CREATE TABLE bits (id int PRIMARY KEY, one bit, eight bit(8), varying varbit, limited bit varying(5));
INSERT INTO bits VALUES
    (1, B'0', B'00000000', B'', B''),
    (2, B'1', B'11111111', B'1', B'10101'),
    (3, B'1', X'0F', repeat('10', 100)::varbit, B'0'),
    (4, NULL, NULL, NULL, NULL);

-- Time ----------------------------------------------------------------------------------------------------

CREATE TABLE dates (id int PRIMARY KEY, value date);
INSERT INTO dates VALUES
    (1, 'infinity'), (2, '-infinity'), (3, '4713-01-01 BC'), (4, '5874897-12-31'), (5, '0001-12-31 BC'),
    (6, '0001-01-01'), (7, '0099-03-04'), (8, '1582-10-10'), (9, '1970-01-01'), (10, '2024-02-29'), (11, '9999-12-31'),
    (12, '10000-01-01'), (13, '2000-01-01'), (14, NULL);

CREATE TABLE times (id int PRIMARY KEY, plain time, zoned timetz, rounded time(0));
INSERT INTO times VALUES
    (1, '00:00:00', '00:00:00+15:59:59', '00:00:00'),
    (2, '24:00:00', '24:00:00-15:59:59', '24:00:00'),
    (3, '23:59:59.999999', '23:59:59.999999+00', '23:59:59.5'),
    (4, '12:30', '12:30+05:30', '12:30'),
    (5, '00:00:00.000001', '00:00:00.000001-03:30', '01:02:03'),
    (6, '04:05:06.789', '04:05:06.789-08', '04:05:06'),
    (7, '12:00', '12:00+00:00:01', '12:00'),
    (8, NULL, NULL, NULL);

CREATE TABLE timestamps (id int PRIMARY KEY, local timestamp, instant timestamptz, rounded timestamp(0), whole timestamptz(3));
INSERT INTO timestamps VALUES
    (1, 'infinity', 'infinity', 'infinity', 'infinity'),
    (2, '-infinity', '-infinity', '-infinity', '-infinity'),
    (3, '4713-11-24 00:00:00 BC', '4713-11-24 00:00:00+00 BC', '4713-11-24 00:00:00 BC', '4713-11-24 00:00:00+00 BC'),
    (4, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '294276-12-31 23:59:59', '294276-12-31 23:59:59.999+00'),
    (5, '0001-12-31 23:59:59.999999 BC', '0001-12-31 23:59:59.999999+00 BC', '0001-12-31 23:59:59 BC', '0001-12-31 23:59:59.999+00 BC'),
    (6, '0001-01-01', '0001-01-01 00:00:00+00', '0001-01-01', '0001-01-01+00'),
    (7, '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999+00', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999+00'),
    (8, '10000-01-01', '10000-01-01 00:00:00+00', '10000-01-01', '10000-01-01+00'),
    (9, '1970-01-01', '1969-12-31 19:00:00-05', '1970-01-01 00:00:00.5', '1970-01-01+00'),
    (10, '2026-03-29 02:30:00', '2026-03-29 02:30:00 Europe/Vienna', '2026-03-29 02:30:00', '2026-10-25 02:30:00 Europe/Vienna'),
    (11, '2026-01-02 03:04:05.000001', '2026-01-02 03:04:05.1+05:30', '2026-01-02 03:04:05', '2026-01-02 03:04:05.001+00'),
    (12, '1883-11-18 12:03:57', '1883-11-18 12:03:57 America/New_York', '1883-11-18 12:03:58', '1883-11-18 12:03:57+00'),
    (13, NULL, NULL, NULL, NULL);

CREATE TABLE intervals (id int PRIMARY KEY, value interval, days interval day, hours interval(0));
INSERT INTO intervals VALUES
    (1, '0', '0', '0'),
    (2, '178956970 years 7 months 2147483647 days 2562047788 hours 54.775807 seconds', '1 day', '1 sec'),
    (3, '-178956970 years -8 months -2147483648 days -2562047788 hours -54.775807 seconds', '-1 day', '-1 sec'),
    (4, '1 month -1 day +00:00:01', '1 month', '1.5 sec'),
    (5, '-1 year +2 months -3 days +04:05:06.789', '36 hours', '0.4 sec'),
    (6, '-0.000001 seconds', '0', '0'),
    (7, '1 year -13 months', '0', '0'),
    (8, '24 hours', '1 day', '24 hours'),
    (9, '1 day', '1 day', '1 day'),
    (10, '1 month', '30 days', '720 hours'),
    (11, '1 day -24 hours', '0', '0'),
    (12, 'infinity', 'infinity', 'infinity'),
    (13, '-infinity', '-infinity', '-infinity'),
    (14, '2562047788:00:54.775807', '1 day', '1 hour'),
    (15, 'P1Y2M3DT4H5M6.7S', 'P1D', 'PT1H'),
    (16, '100000 hours 0.5 seconds', '1 day', '1 hour'),
    (17, NULL, NULL, NULL);

-- Documents -----------------------------------------------------------------------------------------------

-- json keeps its text as it came in: blanks, equal keys, escapes that no jsonb takes.
CREATE TABLE jsons (id int PRIMARY KEY, plain json, parsed jsonb);
INSERT INTO jsons VALUES
    (1, 'null', 'null'),
    (2, 'true', 'false'),
    (3, '0', '-0'),
    (4, '-0.0', '1.000'),
    (5, '"text"', '"text"'),
    (6, '""', '""'),
    (7, '[]', '[]'),
    (8, '{}', '{}'),
    (9, '{"a" : 1,   "a": 2}', '{"a": 1, "a": 2}'),
    (10, '123456789012345678901234567890', '123456789012345678901234567890'),
    (11, '1e400', '1e400'),
    (12, '1E-400', '1E-400'),
    (13, '0.1000000000000000000000000000001', '0.1000000000000000000000000000001'),
    (14, '9007199254740993', '9007199254740993'),
    (15, '"\u0000"', '"\u0001"'),
    (16, '"\ud800"', '"\ud83e\udd84"'),
    (17, '{"": {"\"": "é 🦄 \u00e9 \\ \/ \n"}}', '{"": {"\"": "é 🦄 \u00e9 \\ \/ \n"}}'),
    (18, E' [1 ,\n 2,\t[null , {"b":[ ]}]]  ', '[1, 2, [null, {"b": []}]]'),
    (19, (repeat('[', 1000) || repeat(']', 1000))::json, (repeat('{"a":', 1000) || '1' || repeat('}', 1000))::jsonb),
    (20, '{"__typename": "x", "id": null, "1": [1e2, 1.0E+2, 100]}', '{"__typename": "x", "id": null, "1": [1e2, 1.0E+2, 100]}'),
    (21, ('"' || repeat('x', 100000) || '"')::json, to_jsonb(repeat('x', 100000))),
    (22, NULL, NULL);

CREATE TABLE paths (id int PRIMARY KEY, value jsonpath);
INSERT INTO paths VALUES (1, '$'), (2, 'strict $.a[*] ? (@ > 1)'), (3, NULL);

CREATE TABLE search_texts (id int PRIMARY KEY, vector tsvector, query tsquery);
INSERT INTO search_texts VALUES
    (1, '', ''),
    (2, to_tsvector('english', 'The fat cats sat on a mat'), to_tsquery('english', 'fat & (cat | !rat) <-> mat')),
    (3, '''a b'':1A,2B ''it''''s'':3 é', '''it''''s'':*A & !é'),
    (4, NULL, NULL);

-- Networks, geometry, identifiers -------------------------------------------------------------------------

CREATE TABLE networks (id int PRIMARY KEY, address inet, network cidr, hardware macaddr, hardware8 macaddr8);
INSERT INTO networks VALUES
    (1, '0.0.0.0', '0.0.0.0/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00'),
    (2, '255.255.255.255', '255.255.255.255/32', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
    (3, '192.168.1.5/24', '192.168.0.0/16', '08-00-2b-01-02-03', '08:00:2b:01:02:03'),
    (4, '::', '::/0', '0800.2b01.0203', '08002b:0102030405'),
    (5, '::ffff:1.2.3.4/96', '2001:db8::/32', NULL, NULL),
    (6, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff::/128', NULL, NULL),
    (7, NULL, NULL, NULL, NULL);

CREATE TABLE shapes (
    id int PRIMARY KEY,
    point point,
    line line,
    segment lseg,
    box box,
    path path,
    polygon polygon,
    circle circle
);
INSERT INTO shapes VALUES
    (1, '(0,0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(1,0))', '<(0,0),1>'),
    (2, '(-0,1e300)', '{0,-1,5}', '[(0,0),(0,0)]', '(0,0),(0,0)', '((0,0),(1,1))', '((0,0))', '<(0,0),0>'),
    (3, '(NaN,Infinity)', '[(0,0),(1,2)]', '[(-Infinity,0),(NaN,1)]', '(Infinity,1),(-Infinity,0)', '[(1,2)]', '((0,0),(0,1))',
        '<(0.1,-0.2),Infinity>'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE system_types (
    id int PRIMARY KEY,
    oid oid,
    regclass regclass,
    regtype regtype,
    regproc regproc,
    regprocedure regprocedure,
    regoper regoper,
    regoperator regoperator,
    regrole regrole,
    regnamespace regnamespace,
    regconfig regconfig,
    regdictionary regdictionary,
    regcollation regcollation,
    tid tid,
    xid xid,
    xid8 xid8,
    cid cid,
    pg_lsn pg_lsn,
    pg_snapshot pg_snapshot,
    txid_snapshot txid_snapshot,
    refcursor refcursor,
    aclitem aclitem,
    int2vector int2vector,
    oidvector oidvector
);
INSERT INTO system_types VALUES
    (1, 0, 'pg_class', 'int4', 'now', 'abs(int4)', '||/', '+(int4,int4)', 'postgres', 'pg_catalog', 'english', 'simple', '"C"',
        '(0,1)', '0', '0', '0', '0/0', '1:1:', '1:1:', 'cursor', 'postgres=r/postgres', '', ''),
    (2, 4294967295, '4294967295', 'integers', '0', '4294967295', '0', '0', '4294967295', 'public', '4294967295', '0', '4294967295',
        '(4294967295,65535)', '4294967295', '18446744073709551615', '4294967295', 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15',
        '10:20:10,14,15', '', '=arwdDxtm/postgres', '1 2 -3', '1 4294967295'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL);

-- Of an extension.
CREATE EXTENSION vector;
CREATE TABLE embeddings (id int PRIMARY KEY, dense vector(3), half halfvec(3), sparse sparsevec(5));
INSERT INTO embeddings VALUES
    (1, '[1,2.5,-3e-8]', '[1,2,3]', '{1:1.5,5:-2}/5'), (2, '[0,0,0]', '[0,0,0]', '{}/5'), (3, NULL, NULL, NULL);

-- Enums -----------------------------------------------------------------------------------------------------

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
-- What no GraphQL enum value may be called, or what collides once it is made one.
CREATE TYPE odd_label AS ENUM (
    '', ' ', 'with space', 'with-dash', 'with_dash', 'withDash', 'WITH_DASH', '1st', '42', 'ünï', '日本', '🦄',
    'true', 'false', 'null', '__typename', 'a"b', 'a''b', 'a\b', 'a,b', '{}', '%', 'NULL', 'Sad', 'sad', 'SAD',
    'a label of sixty-three bytes, which is as long as they can get.'
);
ALTER TYPE odd_label ADD VALUE 'added later' BEFORE 'with space';
CREATE TYPE no_labels AS ENUM ();
CREATE TABLE enums (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok', odd odd_label, none no_labels);
INSERT INTO enums
SELECT row_number() OVER (ORDER BY label), 'ok', label, NULL FROM unnest(enum_range(NULL::odd_label)) AS label;
INSERT INTO enums VALUES (101, 'sad', NULL, NULL), (102, 'happy', NULL, NULL);

-- Composites --------------------------------------------------------------------------------------------------

CREATE TYPE address AS (street text, zip char(5), place point);
CREATE TYPE contact AS (name text, home address, tags text[], mood mood);
CREATE TYPE odd_names AS ("select" int, "a b" text, "id" int, "__typename" text, "aB" int, a_b int);
CREATE TYPE no_attributes AS ();
CREATE TYPE changed AS (a int, b text, c json);
ALTER TYPE changed DROP ATTRIBUTE b;
CREATE TABLE composites (
    id int PRIMARY KEY,
    address address,
    contact contact,
    odd odd_names,
    nothing no_attributes,
    changed changed,
    row_of_table integers,
    addresses address[]
);
INSERT INTO composites VALUES
    (1, ROW('Main "Street", (1)', '12345', '(1,2)'), ROW('Ada', ROW('Home', '1', NULL), '{a,NULL,"b c"}', 'happy'),
        ROW(1, 'a b', 2, 'type', 3, 4), ROW(), ROW(1, '{"c": 1}'), ROW(1, 2, 3, 4),
        ARRAY[ROW('First', '1', NULL), NULL, ROW(NULL, NULL, NULL)]::address[]),
    (2, ROW(NULL, NULL, NULL), ROW(NULL, NULL, NULL, NULL), ROW(NULL, NULL, NULL, NULL, NULL, NULL), NULL, ROW(NULL, NULL),
        ROW(NULL, NULL, NULL, NULL), '{}'),
    (3, ROW('', '', '(0,0)'), ROW('', ROW('', '', NULL), '{}', 'sad'), ROW(0, '', 0, '', 0, 0), NULL, NULL, NULL, '{NULL}'),
    (4, ROW('\ ,()"''', '🦄', NULL), ROW(E'\n', NULL, '{{a,b},{c,d}}', NULL), NULL, NULL, NULL, NULL, NULL),
    (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- Domains -----------------------------------------------------------------------------------------------------

CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN small_positive AS positive CHECK (VALUE < 100);
CREATE DOMAIN required AS text NOT NULL;
CREATE DOMAIN required_twice AS required;
CREATE DOMAIN defaulted AS int DEFAULT 7;
CREATE DOMAIN email AS varchar(100) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN int_list AS int[] CHECK (cardinality(VALUE) < 10);
CREATE DOMAIN place AS address;
CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
CREATE DOMAIN period AS daterange;
CREATE DOMAIN document AS jsonb;
CREATE DOMAIN instant AS timestamptz;
CREATE DOMAIN amount AS numeric(12, 2);
CREATE DOMAIN big AS int8;
CREATE TYPE with_domains AS (positive small_positive, list int_list, place place);
CREATE DOMAIN of_domains AS with_domains;
CREATE TABLE domains (
    id int PRIMARY KEY,
    positive positive,
    small small_positive,
    required required,
    required_twice required_twice,
    defaulted defaulted,
    email email,
    list int_list,
    place place,
    mood good_mood,
    period period,
    document document,
    instant instant,
    amount amount,
    big big,
    composite of_domains,
    positives positive[],
    lists int_list[],
    composites of_domains[]
);
INSERT INTO domains VALUES
    (1, 1, 1, 'r', 'rr', DEFAULT, 'a@b', '{1,2}', ROW('s', '1', '(1,1)'), 'ok', '[2026-01-01,2026-02-01)', '{"a": 1}', 'infinity',
        1.10, 9007199254740993, ROW(1, '{1}', ROW('s', '1', NULL)), '{1,2}', ARRAY['{1,2}', '{3}']::int_list[],
        ARRAY[ROW(1, '{1}', NULL)]::of_domains[]),
    (2, 2147483647, 99, '', '', NULL, '@', '{}', ROW(NULL, NULL, NULL), 'happy', 'empty', 'null', '4713-11-24 00:00:00+00 BC',
        'NaN', -9223372036854775808, ROW(NULL, NULL, NULL), '{NULL}', '{NULL}', '{}'),
    (3, NULL, NULL, ' ', ' ', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- Ranges ------------------------------------------------------------------------------------------------------

CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE mood_range AS RANGE (subtype = mood);
CREATE TYPE amount_range AS RANGE (subtype = amount);
CREATE TABLE ranges (
    id int PRIMARY KEY,
    int4 int4range,
    int8 int8range,
    num numrange,
    date daterange,
    local tsrange,
    instant tstzrange,
    float float_range,
    text text_range,
    mood mood_range,
    amount amount_range
);
INSERT INTO ranges VALUES
    (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty'),
    (2, '(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '(,)'),
    (3, '[1,5)', '[1,5)', '[1.5,2.50]', '[2026-01-01,2026-02-01)', '[2026-01-01,2026-01-01 12:00]',
        '[2026-01-01 00:00+00,2026-01-02 00:00+00)', '[-0,0.1]', '[a,b)', '[sad,ok]', '[1.10,2.20]'),
    (4, '(1,5]', '(1,5]', '(1.5,2.5)', '(2026-01-01,2026-02-01]', '(2026-01-01,2026-02-01)', '(2026-01-01+00,2026-01-02+00]',
        '(1,2)', '("a,""b","b c)"]', '(sad,happy)', '(1,2)'),
    (5, '[1,1]', '[1,1]', '[1,1.0]', '[2026-01-01,2026-01-01]', '[2026-01-01,2026-01-01]', '[2026-01-01+00,2026-01-01+00]', '[1,1]',
        '["",""]', '[ok,ok]', '[1,1]'),
    (6, '[-2147483648,2147483647)', '[-9223372036854775808,9223372036854775807)', '[-Infinity,Infinity)', '[-infinity,infinity)',
        '[-infinity,infinity]', '[-infinity,infinity]', '[-Infinity,NaN]', U&'[\+01F984,\+10FFFF]', '[sad,)', '[-1,)'),
    (7, '[5,)', '(,5)', '[1e-20,NaN]', '[4713-01-01 BC,)', '(,294276-12-31 23:59:59.999999]', '[4713-11-24 00:00:00+00 BC,)',
        '[5e-324,)', '(,"\\"]', '(,ok]', '(,0)'),
    (8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE multiranges (
    id int PRIMARY KEY,
    int4 int4multirange,
    int8 int8multirange,
    num nummultirange,
    date datemultirange,
    local tsmultirange,
    instant tstzmultirange,
    text text_multirange
);
INSERT INTO multiranges VALUES
    (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    (2, '{(,)}', '{(,)}', '{(,)}', '{(,)}', '{(,)}', '{(,)}', '{(,)}'),
    (3, '{[1,3),[5,)}', '{(,1),[9007199254740993,9007199254740994)}', '{[1.5,2.50],(3,NaN]}', '{[2026-01-01,infinity)}',
        '{[2026-01-01,2026-01-02),[2026-01-03,)}', '{[-infinity,2026-01-01 00:00+00)}', '{[a,b),["c,}",d]}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- Arrays --------------------------------------------------------------------------------------------------------

CREATE TABLE arrays (
    id int PRIMARY KEY,
    ints int[],
    bigs int8[],
    texts text[],
    booleans boolean[],
    floats float8[],
    numerics numeric[],
    uuids uuid[],
    bytes bytea[],
    dates date[],
    times time[],
    locals timestamp[],
    instants timestamptz[],
    intervals interval[],
    jsons json[],
    jsonbs jsonb[],
    moods mood[],
    odds odd_label[],
    ranges int4range[],
    instant_ranges tstzrange[],
    multiranges int4multirange[],
    points point[],
    boxes box[],
    chars char(3)[],
    names name[],
    inets inet[],
    monies money[],
    fixed int[3][3]
);
INSERT INTO arrays (id) VALUES (1);
INSERT INTO arrays VALUES
    (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
        '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}',
        '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}',
        '{NULL}', '{NULL}', '{NULL}'),
    (4,
        '{1,-2147483648,NULL,2147483647}',
        '{9007199254740993,-9223372036854775808}',
        '{"",NULL,"NULL","null","a b","a,b","{}","\"","\\","é🦄"," ","
"}',
        '{true,false,NULL}',
        '{NaN,Infinity,-Infinity,-0,5e-324,1.7976931348623157e308}',
        '{NaN,Infinity,1.10,1e100}',
        '{00000000-0000-0000-0000-000000000000,NULL}',
        ARRAY['\x', '\x00ff', NULL]::bytea[],
        '{infinity,-infinity,"4713-01-01 BC",10000-01-01,2026-01-02}',
        '{24:00:00,00:00:00.000001}',
        '{infinity,"4713-11-24 00:00:00 BC","10000-01-01 00:00:00"}',
        '{-infinity,"2026-01-02 03:04:05.1+05:30","294276-12-31 23:59:59.999999+00"}',
        '{infinity,"-1 year 2 days","178000000 years"}',
        ARRAY['{"a" : 1, "a": 2}', 'null', NULL, '1e400', '[]']::json[],
        ARRAY['{"a": 1}', 'null', NULL, '1e400', '[]']::jsonb[],
        '{sad,happy,NULL}',
        '{"",NULL,"NULL","null","with space","a\"b","a,b","{}","a\\b"}',
        '{empty,"[1,5)","(,)",NULL}',
        '{"[2026-01-01 00:00+00,)","(-infinity,infinity)"}',
        '{"{}","{[1,3),[5,)}"}',
        '{"(1,2)","(NaN,-Infinity)",NULL}',
        '{(1,1),(0,0);(2,2),(1,1);NULL}',
        '{a,abc,NULL}',
        '{a,"b c"}',
        '{192.168.1.5/24,::1}',
        '{"$1,234.50",-0.01}',
        '{{1,2,3},{4,5,6},{7,8,9}}'),
    (5,
        '{{1,2},{3,NULL}}',
        '{{{1},{2}},{{3},{4}}}',
        '{{"a,b","{c}"},{"",NULL}}',
        '{{true},{false}}',
        '{{1.5,2.5}}',
        '{{1.10,2.20}}',
        '{{00000000-0000-0000-0000-000000000000}}',
        ARRAY[['\x00'], ['\x01']]::bytea[],
        '{{2026-01-02},{infinity}}',
        '{{12:00}}',
        '{{2026-01-02}}',
        '{{"2026-01-02 00:00+00"}}',
        '{{"1 day"}}',
        ARRAY[['{}', '[]'], ['1', NULL]]::json[],
        ARRAY[['{}', '[]'], ['1', NULL]]::jsonb[],
        '{{sad,ok},{happy,NULL}}',
        '{{"with space"},{""}}',
        '{{"[1,5)"},{empty}}',
        '{{"(,)"}}',
        '{{"{}"}}',
        '{{"(1,2)"},{"(3,4)"}}',
        '{{(1,1),(0,0)};{(2,2),(1,1)}}',
        '{{a},{b}}',
        '{{a}}',
        '{{::1}}',
        '{{1}}',
        '{1}'),
    (6,
        '[0:2]={1,2,3}',
        '[-5:-4]={1,2}',
        '[2:2]={"a"}',
        '[0:0]={true}',
        '[0:0]={1}',
        '[0:0]={1}',
        NULL,
        NULL,
        '[0:0]={2026-01-02}',
        NULL,
        NULL,
        '[0:0]={"2026-01-02 00:00+00"}',
        NULL,
        '[0:0]={1}',
        '[0:0]={1}',
        '[0:1]={sad,NULL}',
        NULL,
        '[0:0]={"[1,5)"}',
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        '[1:2][-2:-1]={{1,2},{3,4}}');

-- Values of the database's making ---------------------------------------------------------------------------

CREATE TABLE made (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    by_default int GENERATED BY DEFAULT AS IDENTITY,
    serial serial,
    a int NOT NULL DEFAULT 1,
    b int,
    stored int GENERATED ALWAYS AS (a * 2) STORED,
    virtual int GENERATED ALWAYS AS (a + coalesce(b, 0)) VIRTUAL,
    stored_text text GENERATED ALWAYS AS ('a is ' || a::text) STORED NOT NULL,
    at timestamptz NOT NULL DEFAULT '2026-01-02 03:04:05+00'
);
INSERT INTO made (a, b) VALUES (1, NULL), (2, 20), (3, -3);

-- Keys of every sort -----------------------------------------------------------------------------------------

CREATE TABLE keyed_by_bigint (key int8 PRIMARY KEY, other int8 REFERENCES keyed_by_bigint);
INSERT INTO keyed_by_bigint VALUES (-9223372036854775808, NULL), (9007199254740993, -9223372036854775808);
CREATE TABLE keyed_by_text (key text PRIMARY KEY, other text REFERENCES keyed_by_text);
INSERT INTO keyed_by_text VALUES ('', NULL), (' ', ''), ('a"b''c\d', ' '), ('🦄é', NULL), ('["a"]', NULL), (E'a\nb', '');
CREATE TABLE keyed_by_char (key char(5) PRIMARY KEY, other char(3) REFERENCES keyed_by_char);
INSERT INTO keyed_by_char VALUES ('', NULL), ('a', NULL), ('ab', 'a'), ('abcde', '');
CREATE TABLE keyed_by_numeric (key numeric PRIMARY KEY, other numeric REFERENCES keyed_by_numeric);
INSERT INTO keyed_by_numeric VALUES ('NaN', 'NaN'), (1.00, 'NaN'), (2.5, 1), ('-Infinity', 1.0000), (1e30, NULL);
CREATE TABLE keyed_by_float (key float8 PRIMARY KEY, other float8 REFERENCES keyed_by_float);
INSERT INTO keyed_by_float VALUES ('NaN', 'NaN'), ('Infinity', NULL), ('-0', 'Infinity'), (0.1, 0), (5e-324, 0.1);
CREATE TABLE keyed_by_boolean (key boolean PRIMARY KEY, other boolean REFERENCES keyed_by_boolean);
INSERT INTO keyed_by_boolean VALUES (true, true), (false, true);
CREATE TABLE keyed_by_uuid (key uuid PRIMARY KEY, other uuid REFERENCES keyed_by_uuid);
INSERT INTO keyed_by_uuid VALUES
    ('00000000-0000-0000-0000-000000000000', NULL),
    ('ffffffff-ffff-ffff-ffff-ffffffffffff', '00000000-0000-0000-0000-000000000000');
CREATE TABLE keyed_by_bytes (key bytea PRIMARY KEY, other bytea REFERENCES keyed_by_bytes);
INSERT INTO keyed_by_bytes VALUES ('\x', NULL), ('\x00', '\x'), ('\xff00', '\x00');
CREATE TABLE keyed_by_date (key date PRIMARY KEY, other date REFERENCES keyed_by_date);
INSERT INTO keyed_by_date VALUES ('infinity', NULL), ('0044-03-15 BC', 'infinity'), ('10000-01-01', '0044-03-15 BC');
CREATE TABLE keyed_by_instant (key timestamptz PRIMARY KEY, other timestamptz REFERENCES keyed_by_instant);
INSERT INTO keyed_by_instant VALUES
    ('-infinity', NULL), ('2026-01-02 03:04:05.000001+00', '-infinity'), ('0044-03-15 00:00+00 BC', '2026-01-02 03:04:05.000001+00');
CREATE TABLE keyed_by_time (key time PRIMARY KEY, other time REFERENCES keyed_by_time);
INSERT INTO keyed_by_time VALUES ('24:00', NULL), ('00:00', '24:00');
-- Equal for PostgreSQL, however they are written.
CREATE TABLE keyed_by_interval (key interval PRIMARY KEY, other interval REFERENCES keyed_by_interval);
INSERT INTO keyed_by_interval VALUES ('1 month', '30 days'), ('1 day', '24 hours'), ('-infinity', '720 hours');
CREATE TABLE keyed_by_enum (key odd_label PRIMARY KEY, other odd_label REFERENCES keyed_by_enum);
INSERT INTO keyed_by_enum VALUES ('', NULL), ('with space', ''), ('null', 'with space');
CREATE TABLE keyed_by_domain (key small_positive PRIMARY KEY, other small_positive REFERENCES keyed_by_domain);
INSERT INTO keyed_by_domain VALUES (1, NULL), (2, 1);
CREATE TABLE keyed_by_inet (key inet PRIMARY KEY, other inet REFERENCES keyed_by_inet);
INSERT INTO keyed_by_inet VALUES ('::1', NULL), ('10.0.0.1/8', '::1');
CREATE TABLE keyed_by_json (key jsonb PRIMARY KEY, other jsonb REFERENCES keyed_by_json);
INSERT INTO keyed_by_json VALUES ('null', NULL), ('{"a": [1, "b"]}', 'null'), ('1.0', '1');
CREATE TABLE keyed_by_range (key daterange PRIMARY KEY, other daterange REFERENCES keyed_by_range);
INSERT INTO keyed_by_range VALUES ('empty', NULL), ('[2026-01-01,)', 'empty');
CREATE TABLE keyed_by_array (key text[] PRIMARY KEY, other text[] REFERENCES keyed_by_array);
INSERT INTO keyed_by_array VALUES ('{}', NULL), ('{NULL,"a,b"}', '{}'), ('{{a},{b}}', '{NULL,"a,b"}');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE keyed_by_composite (key pair PRIMARY KEY, other pair REFERENCES keyed_by_composite);
INSERT INTO keyed_by_composite VALUES (ROW(1, 'a'), NULL), (ROW(2, NULL), ROW(1, 'a'));
CREATE TABLE keyed_by_many (
    a text, b timestamptz, c numeric, d uuid, e boolean, f mood, g date,
    PRIMARY KEY (a, b, c, d, e, f, g)
);
INSERT INTO keyed_by_many VALUES
    ('', 'infinity', 'NaN', '00000000-0000-0000-0000-000000000000', true, 'sad', '-infinity'),
    ('', 'infinity', 1.10, '00000000-0000-0000-0000-000000000000', false, 'sad', '10000-01-01');

-- Comments --------------------------------------------------------------------------------------------------

COMMENT ON TYPE mood IS 'How one feels.';
COMMENT ON TYPE address IS 'Where one lives.';
COMMENT ON COLUMN address.zip IS 'Five characters, filled up with blanks.';
COMMENT ON DOMAIN positive IS 'More than nothing.';
COMMENT ON TYPE float_range IS 'From one float to another.';

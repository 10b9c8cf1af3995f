-- Every way in which rows belong together, with few rows: some related, some not, some dangling.

-- Keys of several columns ---------------------------------------------------------------------------

CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO country VALUES ('AT', 'Austria'), ('CH', 'Switzerland'), ('IS', 'Iceland');

CREATE TABLE region (
    country_code char(2) NOT NULL REFERENCES country,
    code text NOT NULL,
    name text,
    PRIMARY KEY (country_code, code)
);
INSERT INTO region VALUES ('AT', '9', 'Wien'), ('AT', '7', 'Tirol'), ('CH', 'ZH', 'Zürich'), ('CH', '7', NULL);

-- MATCH SIMPLE: a reference with one column NULL is none.
CREATE TABLE city (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    country_code char(2) REFERENCES country,
    region_code text,
    FOREIGN KEY (country_code, region_code) REFERENCES region,
    UNIQUE (country_code, name)
);
INSERT INTO city (name, country_code, region_code) VALUES
    ('Wien', 'AT', '9'), ('Innsbruck', 'AT', '7'), ('Zürich', 'CH', 'ZH'), ('Winterthur', 'CH', 'ZH'),
    ('Reykjavík', 'IS', NULL), ('Atlantis', NULL, '9'), ('Nowhere', NULL, NULL);

-- The reference names its columns in another order than the key.
CREATE TABLE landmark (
    id int PRIMARY KEY,
    region_code text,
    country_code char(2),
    CONSTRAINT landmark_region FOREIGN KEY (region_code, country_code) REFERENCES region (code, country_code)
        MATCH FULL
);
INSERT INTO landmark VALUES (1, '9', 'AT'), (2, '7', 'CH'), (3, NULL, NULL);

-- A key of three columns of three types, one of them a reference.
CREATE TABLE reading (
    region_code text,
    country_code char(2),
    taken_at timestamptz,
    sensor uuid,
    value numeric,
    PRIMARY KEY (taken_at, sensor, country_code),
    FOREIGN KEY (country_code, region_code) REFERENCES region
);
INSERT INTO reading VALUES
    ('9', 'AT', '2026-01-01 00:00:00.000001+00', '00000000-0000-0000-0000-000000000001', 1.5),
    ('9', 'AT', '2026-01-01 00:00:00.000002+00', '00000000-0000-0000-0000-000000000001', -0.5),
    ('ZH', 'CH', 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'NaN');

-- No key, and rows that are equal -------------------------------------------------------------------

CREATE TABLE log_entry (country_code char(2) REFERENCES country, message text, logged_at timestamp);
INSERT INTO log_entry VALUES
    ('AT', 'same', '2026-01-01'), ('AT', 'same', '2026-01-01'), ('CH', 'other', NULL), (NULL, 'none', NULL);

CREATE TABLE unrelated (a int, b json);
INSERT INTO unrelated VALUES (1, '{"b": 1}'), (1, '{"b": 1}'), (NULL, NULL);

-- A table without rows.
CREATE TABLE never_filled (id int PRIMARY KEY, country_code char(2) REFERENCES country);

-- Self-reference --------------------------------------------------------------------------------------

CREATE TABLE employee (
    id int PRIMARY KEY,
    name text NOT NULL,
    reports_to int REFERENCES employee,
    mentor_id int REFERENCES employee
);
INSERT INTO employee VALUES
    (1, 'Ada', NULL, NULL), (2, 'Ben', 1, 3), (3, 'Cleo', 1, 1), (4, 'Dag', 2, NULL), (5, 'Eve', 5, 5);

CREATE TABLE category (
    tree int NOT NULL,
    id int NOT NULL,
    parent_id int,
    name text,
    PRIMARY KEY (tree, id),
    FOREIGN KEY (tree, parent_id) REFERENCES category
);
INSERT INTO category VALUES (1, 1, NULL, 'root'), (1, 2, 1, 'leaf'), (1, 3, 2, 'leaf of leaf'), (2, 1, NULL, 'other');

-- Several references between two tables ---------------------------------------------------------------

CREATE TABLE airport (id int PRIMARY KEY, code text NOT NULL UNIQUE);
INSERT INTO airport VALUES (1, 'VIE'), (2, 'ZRH'), (3, 'KEF');

CREATE TABLE flight (
    id int PRIMARY KEY,
    origin_id int NOT NULL REFERENCES airport,
    destination_id int NOT NULL REFERENCES airport,
    alternate int REFERENCES airport (id),
    number text
);
INSERT INTO flight VALUES (1, 1, 2, NULL, 'OS 1'), (2, 2, 1, 3, 'LX 2'), (3, 1, 3, 3, 'OS 3'), (4, 1, 1, 1, NULL);

-- References in both directions.
CREATE TABLE hub (id int PRIMARY KEY, airport_id int UNIQUE REFERENCES airport);
INSERT INTO hub VALUES (1, 1), (2, 3), (3, NULL);
ALTER TABLE airport ADD COLUMN hub_id int REFERENCES hub;
UPDATE airport SET hub_id = 1;

-- Cycles ----------------------------------------------------------------------------------------------

CREATE TABLE department (id int PRIMARY KEY, name text, head_id int NOT NULL);
CREATE TABLE staff (id int PRIMARY KEY, name text, department_id int NOT NULL REFERENCES department);
ALTER TABLE department ADD CONSTRAINT department_head FOREIGN KEY (head_id) REFERENCES staff
    DEFERRABLE INITIALLY DEFERRED;
INSERT INTO department VALUES (1, 'Research', 1), (2, 'Sales', 3);
INSERT INTO staff VALUES (1, 'Fay', 1), (2, 'Gil', 1), (3, 'Hal', 2);

CREATE TABLE rock (id int PRIMARY KEY, beats_id int);
CREATE TABLE scissors (id int PRIMARY KEY, beats_id int);
CREATE TABLE paper (id int PRIMARY KEY, beats_id int REFERENCES rock);
ALTER TABLE rock ADD FOREIGN KEY (beats_id) REFERENCES scissors;
ALTER TABLE scissors ADD FOREIGN KEY (beats_id) REFERENCES paper;
INSERT INTO rock VALUES (1, NULL);
INSERT INTO paper VALUES (1, 1);
INSERT INTO scissors VALUES (1, 1);
UPDATE rock SET beats_id = 1;

-- One to one --------------------------------------------------------------------------------------------

CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, born date);
INSERT INTO person VALUES (1, 'Ida', '1990-05-01'), (2, 'Jon', NULL), (3, 'Kim', '2001-12-31'), (4, 'Lea', '1990-05-01');

CREATE TABLE passport (id int PRIMARY KEY, person_id int NOT NULL UNIQUE REFERENCES person, number text);
INSERT INTO passport VALUES (1, 1, 'P1'), (2, 3, 'P3');

CREATE TABLE locker (id int PRIMARY KEY, person_id int REFERENCES person);
CREATE UNIQUE INDEX locker_person ON locker (person_id);
INSERT INTO locker VALUES (1, 1), (2, NULL), (3, NULL);

-- The key is the reference, twice over.
CREATE TABLE person_detail (person_id int PRIMARY KEY REFERENCES person, bio text);
INSERT INTO person_detail VALUES (1, 'Ida''s'), (2, NULL);
CREATE TABLE person_detail_note (person_id int PRIMARY KEY REFERENCES person_detail, note text);
INSERT INTO person_detail_note VALUES (1, 'a note');

-- Unique by two columns, both of the reference; and unique by more than the reference.
CREATE TABLE region_flag (
    id int PRIMARY KEY,
    country_code char(2),
    region_code text,
    UNIQUE (region_code, country_code),
    FOREIGN KEY (country_code, region_code) REFERENCES region
);
INSERT INTO region_flag VALUES (1, 'AT', '9'), (2, NULL, '9'), (3, NULL, '9');
CREATE TABLE address (
    id int PRIMARY KEY,
    person_id int NOT NULL REFERENCES person,
    kind text NOT NULL,
    UNIQUE (person_id, kind)
);
INSERT INTO address VALUES (1, 1, 'home'), (2, 1, 'work'), (3, 2, 'home');

-- Two references to one table, one of them unique.
CREATE TABLE marriage (
    id int PRIMARY KEY,
    first_id int NOT NULL UNIQUE REFERENCES person,
    second_id int NOT NULL UNIQUE REFERENCES person,
    witness_id int REFERENCES person
);
INSERT INTO marriage VALUES (1, 1, 2, 3), (2, 3, 4, 1);

-- Junctions -----------------------------------------------------------------------------------------------

CREATE TABLE playlist (id int PRIMARY KEY, name text);
CREATE TABLE track (id int PRIMARY KEY, title text NOT NULL);
INSERT INTO playlist VALUES (1, 'Morning'), (2, 'Evening'), (3, 'Empty');
INSERT INTO track SELECT n, 'Track ' || n FROM generate_series(1, 6) AS n;

CREATE TABLE playlist_track (
    playlist_id int REFERENCES playlist,
    track_id int REFERENCES track,
    PRIMARY KEY (playlist_id, track_id)
);
INSERT INTO playlist_track VALUES (1, 1), (1, 2), (1, 3), (2, 3), (2, 4);

-- A second one between the same two.
CREATE TABLE favourite (
    playlist_id int REFERENCES playlist,
    track_id int REFERENCES track,
    PRIMARY KEY (track_id, playlist_id)
);
INSERT INTO favourite VALUES (1, 3), (3, 3), (3, 6);

CREATE TABLE student (id int PRIMARY KEY, name text);
CREATE TABLE course (id int PRIMARY KEY, title text);
CREATE TABLE room (id int PRIMARY KEY, name text);
INSERT INTO student VALUES (1, 'Mia'), (2, 'Noa'), (3, 'Olu');
INSERT INTO course VALUES (1, 'Logic'), (2, 'Optics');
INSERT INTO room VALUES (1, 'Blue');

-- With columns of its own.
CREATE TABLE enrolment (
    student_id int REFERENCES student,
    course_id int REFERENCES course,
    grade numeric(2, 1),
    enrolled_on date NOT NULL DEFAULT current_date,
    PRIMARY KEY (student_id, course_id)
);
INSERT INTO enrolment VALUES (1, 1, 1.3, '2026-01-01'), (1, 2, NULL, '2026-01-02'), (2, 1, 2.0, '2026-01-01');

-- With a key of its own, the pair unique.
CREATE TABLE waiting (
    id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    student_id int NOT NULL REFERENCES student,
    course_id int NOT NULL REFERENCES course,
    UNIQUE (student_id, course_id)
);
INSERT INTO waiting (student_id, course_id) VALUES (3, 1), (3, 2), (2, 2);

-- No key at all, so that a pair can stand twice.
CREATE TABLE attendance (student_id int REFERENCES student, course_id int REFERENCES course);
INSERT INTO attendance VALUES (1, 1), (1, 1), (2, 1), (NULL, 2);

-- Three ways.
CREATE TABLE lesson (
    student_id int REFERENCES student,
    course_id int REFERENCES course,
    room_id int REFERENCES room,
    PRIMARY KEY (student_id, course_id, room_id)
);
INSERT INTO lesson VALUES (1, 1, 1), (2, 1, 1);

-- A table with itself.
CREATE TABLE friendship (
    person_id int REFERENCES person,
    friend_id int REFERENCES person,
    PRIMARY KEY (person_id, friend_id)
);
INSERT INTO friendship VALUES (1, 2), (2, 1), (1, 3), (4, 4);

-- Over a key of two columns.
CREATE TABLE language (id int PRIMARY KEY, name text);
INSERT INTO language VALUES (1, 'Deutsch'), (2, 'Rumantsch');
CREATE TABLE region_language (
    country_code char(2),
    region_code text,
    language_id int REFERENCES language,
    PRIMARY KEY (country_code, region_code, language_id),
    FOREIGN KEY (country_code, region_code) REFERENCES region
);
INSERT INTO region_language VALUES ('AT', '9', 1), ('CH', 'ZH', 1), ('CH', '7', 1), ('CH', '7', 2);

-- References to what is no primary key ----------------------------------------------------------------------

CREATE TABLE product (
    id int PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    ean text,
    maker text,
    model text,
    UNIQUE (maker, model)
);
CREATE UNIQUE INDEX product_ean ON product (ean);
INSERT INTO product VALUES (1, 'A-1', '4000', 'Acme', 'One'), (2, 'A-2', NULL, 'Acme', 'Two'), (3, 'B-1', NULL, NULL, NULL);

CREATE TABLE stock (
    sku text PRIMARY KEY REFERENCES product (sku),
    ean text REFERENCES product (ean),
    maker text,
    model text,
    amount int NOT NULL DEFAULT 0,
    FOREIGN KEY (maker, model) REFERENCES product (maker, model)
);
INSERT INTO stock VALUES ('A-1', '4000', 'Acme', 'Two', 5), ('B-1', NULL, 'Acme', NULL, 0);

-- The referring column has another type than the key.
CREATE TABLE shipment (id bigint PRIMARY KEY, product_id bigint REFERENCES product, tag varchar(10) REFERENCES airport (code));
INSERT INTO shipment VALUES (9007199254740993, 1, 'VIE'), (-9223372036854775808, 2, NULL);

-- Kinds of unique keys ------------------------------------------------------------------------------------

CREATE TABLE unique_keys (
    id int PRIMARY KEY,
    plain int CONSTRAINT unique_plain UNIQUE,
    late int CONSTRAINT unique_late UNIQUE DEFERRABLE INITIALLY DEFERRED,
    one_null int CONSTRAINT unique_one_null UNIQUE NULLS NOT DISTINCT,
    included int,
    payload text,
    partial int,
    expression text,
    indexed int,
    CONSTRAINT unique_included UNIQUE (included) INCLUDE (payload),
    CONSTRAINT unique_pair UNIQUE (plain, late),
    CONSTRAINT excluded EXCLUDE USING btree (partial WITH =)
);
CREATE UNIQUE INDEX unique_partial ON unique_keys (partial) WHERE partial > 0;
CREATE UNIQUE INDEX unique_expression ON unique_keys (lower(expression));
CREATE UNIQUE INDEX unique_indexed ON unique_keys (indexed DESC NULLS LAST);
CREATE UNIQUE INDEX unique_mixed ON unique_keys (plain, (partial + 1));
CREATE INDEX plain_hash ON unique_keys USING hash (payload);
INSERT INTO unique_keys VALUES
    (1, 1, 1, NULL, 1, 'one', 1, 'One', 1), (2, NULL, NULL, 2, 2, 'two', -1, 'Two', NULL);

-- PostgreSQL 18's temporal keys: the columns of such a key do not identify a row.
CREATE TABLE booking (
    rooms int4range,
    during daterange,
    guest text,
    PRIMARY KEY (rooms, during WITHOUT OVERLAPS)
);
INSERT INTO booking VALUES ('[1,2)', '[2026-01-01,2026-01-03)', 'Ida'), ('[1,2)', '[2026-01-03,2026-01-05)', 'Jon');
CREATE TABLE breakfast (
    id int PRIMARY KEY,
    rooms int4range,
    on_days daterange,
    FOREIGN KEY (rooms, PERIOD on_days) REFERENCES booking (rooms, PERIOD during)
);
INSERT INTO breakfast VALUES (1, '[1,2)', '[2026-01-02,2026-01-04)');

-- References that the database does not vouch for ---------------------------------------------------------

CREATE TABLE owner (id int PRIMARY KEY, name text);
INSERT INTO owner VALUES (1, 'Pia');
CREATE TABLE pet (id int PRIMARY KEY, owner_id int NOT NULL, vet_id int NOT NULL, sitter_id int NOT NULL);
INSERT INTO pet VALUES (1, 1, 1, 1), (2, 99, 99, 1);
ALTER TABLE pet
    ADD CONSTRAINT pet_owner FOREIGN KEY (owner_id) REFERENCES owner NOT VALID,
    ADD CONSTRAINT pet_vet FOREIGN KEY (vet_id) REFERENCES owner NOT ENFORCED,
    ADD CONSTRAINT pet_sitter FOREIGN KEY (sitter_id) REFERENCES owner;

-- Likewise NOT NULL.
CREATE TABLE not_null (id int PRIMARY KEY, certain int NOT NULL, unchecked int, checked int);
INSERT INTO not_null VALUES (1, 1, NULL, 1);
ALTER TABLE not_null ADD CONSTRAINT not_null_unchecked NOT NULL unchecked NOT VALID;
ALTER TABLE not_null ADD CONSTRAINT not_null_checked NOT NULL checked NOT VALID;
ALTER TABLE not_null VALIDATE CONSTRAINT not_null_checked;

-- Across schemas -------------------------------------------------------------------------------------------

CREATE SCHEMA crm;
CREATE SCHEMA billing;
CREATE TABLE crm.customer (id int PRIMARY KEY, name text, person_id int REFERENCES public.person);
CREATE TABLE billing.invoice (
    id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES crm.customer,
    total numeric(12, 2)
);
CREATE TABLE note (id int PRIMARY KEY, invoice_id int REFERENCES billing.invoice, text text);
-- The same pair of tables in two schemas.
CREATE TABLE crm.person (id int PRIMARY KEY, person_id int UNIQUE REFERENCES public.person);
ALTER TABLE person ADD COLUMN contact_id int REFERENCES crm.person;
INSERT INTO crm.customer VALUES (1, 'Customer 1', 1), (2, 'Customer 2', NULL);
INSERT INTO billing.invoice VALUES (1, 1, 10.50), (2, 1, -3), (3, 2, 0);
INSERT INTO note VALUES (1, 1, 'first'), (2, NULL, 'none');
INSERT INTO crm.person VALUES (1, 2), (2, NULL);
UPDATE person SET contact_id = 2 WHERE id = 1;

-- Partitioned tables -----------------------------------------------------------------------------------------

CREATE TABLE station (id int PRIMARY KEY, name text);
INSERT INTO station VALUES (1, 'Summit'), (2, 'Valley'), (3, 'Closed');
CREATE TABLE measurement (
    station_id int NOT NULL REFERENCES station,
    taken_on date NOT NULL,
    value numeric,
    PRIMARY KEY (station_id, taken_on)
) PARTITION BY RANGE (taken_on);
CREATE TABLE measurement_2025 PARTITION OF measurement FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE measurement_2026 PARTITION OF measurement FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY LIST (station_id);
CREATE TABLE measurement_2026_1 PARTITION OF measurement_2026 FOR VALUES IN (1);
CREATE TABLE measurement_2026_rest PARTITION OF measurement_2026 DEFAULT;
CREATE TABLE measurement_rest PARTITION OF measurement DEFAULT;
CREATE INDEX measurement_value ON measurement (value);
-- Not valid until each partition has its part of it.
CREATE UNIQUE INDEX measurement_unfinished ON ONLY measurement (taken_on, station_id);
INSERT INTO measurement VALUES
    (1, '2025-06-01', 1.5), (1, '2026-06-01', 2.5), (2, '2026-06-01', NULL), (2, '1999-12-31', -1), (1, 'infinity', 0);
-- A reference to the partitioned table, and one to a partition of it, which is no table here.
CREATE TABLE measurement_flag (
    id int PRIMARY KEY,
    station_id int,
    taken_on date,
    flag text,
    FOREIGN KEY (station_id, taken_on) REFERENCES measurement
);
INSERT INTO measurement_flag VALUES (1, 1, '2026-06-01', 'high'), (2, 1, '2026-06-01', 'late'), (3, NULL, NULL, NULL);
CREATE TABLE old_measurement_flag (
    id int PRIMARY KEY,
    station_id int,
    taken_on date,
    CONSTRAINT old_measurement FOREIGN KEY (station_id, taken_on) REFERENCES measurement_2025
);
INSERT INTO old_measurement_flag VALUES (1, 1, '2025-06-01');
-- Partitioned by a column that is not unique, without a key, and without partitions.
CREATE TABLE event (station_id int REFERENCES station, what text) PARTITION BY HASH (what);
CREATE TABLE event_0 PARTITION OF event FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE event_1 PARTITION OF event FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO event VALUES (1, 'storm'), (1, 'storm'), (2, 'sun'), (NULL, 'fog');
CREATE TABLE no_partitions (id int PRIMARY KEY) PARTITION BY LIST (id);

-- Inheritance ------------------------------------------------------------------------------------------------

-- Reading a parent reads its children too, and their rows are not under its constraints.
CREATE TABLE vehicle (
    id int PRIMARY KEY,
    owner_id int REFERENCES owner,
    wheels int NOT NULL,
    name text CONSTRAINT vehicle_name NOT NULL NO INHERIT
);
CREATE TABLE car (doors int, PRIMARY KEY (id)) INHERITS (vehicle);
CREATE TABLE amphibian (knots int) INHERITS (car);
INSERT INTO vehicle VALUES (1, 1, 2, 'bicycle');
INSERT INTO car VALUES (1, 77, 4, 'car with the id of the bicycle', 3), (2, NULL, 4, NULL, 5);
INSERT INTO amphibian VALUES (3, NULL, 4, NULL, 2, 10);
CREATE TABLE repair (id int PRIMARY KEY, vehicle_id int REFERENCES vehicle, car_id int REFERENCES car);
INSERT INTO repair VALUES (1, 1, 1), (2, NULL, 2);

-- Views ------------------------------------------------------------------------------------------------------

CREATE VIEW adult AS SELECT id, name, born FROM person WHERE born < '2000-01-01';
CREATE VIEW adult_name AS SELECT name, upper(name) AS shouted FROM adult;
CREATE VIEW adult_passport AS
    SELECT a.id AS person_id, a.name, p.number FROM adult a LEFT JOIN passport p ON p.person_id = a.id;
CREATE VIEW person_as_caller WITH (security_invoker = on) AS SELECT * FROM person;
CREATE VIEW person_as_owner WITH (security_invoker = off) AS SELECT * FROM person;
CREATE VIEW numbers (n, square) AS SELECT n, n * n FROM generate_series(1, 3) AS n;
CREATE VIEW empty_view AS SELECT;
CREATE RECURSIVE VIEW chain (id, name, depth) AS
    SELECT id, name, 0 FROM employee WHERE reports_to IS NULL
    UNION ALL
    SELECT e.id, e.name, c.depth + 1 FROM employee e JOIN chain c ON e.reports_to = c.id;
CREATE VIEW crm.invoiced AS
    SELECT c.name, sum(i.total) AS total FROM crm.customer c JOIN billing.invoice i ON i.customer_id = c.id GROUP BY c.name;

CREATE VIEW writable AS SELECT s.id, s.name, d.name AS department FROM staff s JOIN department d ON d.id = s.department_id;
CREATE FUNCTION write_through() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE staff SET name = NEW.name WHERE id = OLD.id;
    RETURN NEW;
END
$$;
CREATE TRIGGER writable_update INSTEAD OF UPDATE ON writable FOR EACH ROW EXECUTE FUNCTION write_through();

CREATE MATERIALIZED VIEW person_summary AS
    SELECT p.id, p.name, count(a.id) AS addresses FROM person p LEFT JOIN address a ON a.person_id = p.id GROUP BY p.id;
CREATE UNIQUE INDEX person_summary_id ON person_summary (id);
CREATE VIEW person_summary_view AS SELECT * FROM person_summary;

-- Row-level security, which does not bind the owner ------------------------------------------------------------

CREATE TABLE diary (id int PRIMARY KEY, person_id int REFERENCES person, entry text);
INSERT INTO diary VALUES (1, 1, 'Dear diary'), (2, 2, 'Mine');
ALTER TABLE diary ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON diary USING (false);

-- Functions, some of which fail for some arguments, or for some rows --------------------------------------------

CREATE TYPE span AS (low int, high int, names text[]);

CREATE FUNCTION cities_like(pattern text DEFAULT '%', most int DEFAULT 3) RETURNS SETOF city STABLE LANGUAGE sql
    AS $$ SELECT * FROM city WHERE name LIKE pattern ORDER BY name DESC, id LIMIT greatest(most, 0) $$;
CREATE FUNCTION employees_between(span span, VARIADIC ids int[]) RETURNS SETOF employee STABLE LANGUAGE sql
    AS $$ SELECT * FROM employee WHERE id BETWEEN span.low AND span.high OR id = ANY (ids) ORDER BY id % 2, id $$;
CREATE FUNCTION flights_to(code text, by int DEFAULT 1) RETURNS SETOF flight STABLE LANGUAGE plpgsql AS $$
    BEGIN
        IF by = 2 THEN RAISE EXCEPTION 'Nobody goes to % by %.', code, by; END IF;
        RETURN QUERY SELECT f.* FROM flight AS f JOIN airport AS a ON a.id = f.destination_id
            WHERE flights_to.code IS NULL OR a.code > flights_to.code ORDER BY f.number;
    END $$;
CREATE FUNCTION same_cities(given city[]) RETURNS SETOF city STABLE LANGUAGE sql
    AS $$ SELECT * FROM unnest(given) $$;
CREATE FUNCTION adults_twice() RETURNS SETOF adult STABLE LANGUAGE sql
    AS $$ SELECT * FROM adult UNION ALL SELECT * FROM adult ORDER BY id $$;
CREATE FUNCTION log_of(country country) RETURNS SETOF log_entry STABLE LANGUAGE sql
    AS $$ SELECT * FROM log_entry WHERE country_code = country.code ORDER BY message $$;
CREATE FUNCTION nth_person(int DEFAULT 1, text DEFAULT 'x') RETURNS person STABLE STRICT LANGUAGE sql
    AS $$ SELECT * FROM person ORDER BY id LIMIT 1 OFFSET greatest($1, 0) $$;
CREATE FUNCTION share(part int, whole int DEFAULT 2) RETURNS numeric IMMUTABLE LANGUAGE sql
    AS $$ SELECT round(part::numeric / whole, 3) $$;
CREATE FUNCTION spans(lowest int) RETURNS SETOF span STABLE LANGUAGE sql
    AS $$ SELECT lowest, n, ARRAY['a', NULL] FROM generate_series(lowest, 2) AS n UNION ALL SELECT NULL, NULL, NULL $$;
CREATE FUNCTION extent(given int[] DEFAULT '{}') RETURNS TABLE (low int, high int) STABLE LANGUAGE sql
    AS $$ SELECT min(n), max(n) FROM unnest(given) AS n GROUP BY n % 2 ORDER BY 1 $$;

CREATE FUNCTION employee_shout(e employee, mark text DEFAULT '!', times int DEFAULT 1) RETURNS text STABLE LANGUAGE sql
    AS $$ SELECT upper(e.name) || repeat(mark, least(times, 5)) $$;
CREATE FUNCTION employee_cautious(e employee, unlike int) RETURNS int STABLE LANGUAGE plpgsql AS $$
    BEGIN
        IF e.id = unlike THEN RAISE EXCEPTION 'Not %.', unlike USING ERRCODE = 'check_violation'; END IF;
        RETURN e.id + unlike;
    END $$;
CREATE FUNCTION employee_spans(e employee, VARIADIC more int[]) RETURNS SETOF span STABLE LANGUAGE sql
    AS $$ SELECT e.id, n, ARRAY[e.name] FROM unnest(more) AS n $$;
CREATE FUNCTION employee_next(e employee, step int DEFAULT 1) RETURNS employee STABLE LANGUAGE sql
    AS $$ SELECT n.* FROM employee AS n WHERE n.id = e.id + step $$;
CREATE FUNCTION employee_others(e employee, apart_from int[] DEFAULT '{}') RETURNS SETOF employee STABLE LANGUAGE sql
    AS $$ SELECT o.* FROM employee AS o WHERE o.id <> e.id AND o.id <> ALL (apart_from) ORDER BY o.name DESC $$;
CREATE FUNCTION person_lockers(p person, most int DEFAULT 1) RETURNS SETOF locker STABLE LANGUAGE plpgsql AS $$
    BEGIN
        IF p.id = most THEN RAISE EXCEPTION 'There are no % lockers.', most; END IF;
        RETURN QUERY SELECT * FROM locker ORDER BY id DESC LIMIT greatest(most, 0);
    END $$;
CREATE FUNCTION region_cities_by_name(r region, "first" int DEFAULT 2) RETURNS SETOF city STABLE LANGUAGE sql
    AS $$ SELECT * FROM city WHERE (country_code, region_code) = (r.country_code, r.code)
          ORDER BY name LIMIT greatest("first", 0) $$;
CREATE FUNCTION adult_age(a adult, "on" date DEFAULT '2026-01-01') RETURNS interval STABLE LANGUAGE sql
    AS $$ SELECT age("on", a.born) $$;
CREATE FUNCTION log_entry_length(l log_entry) RETURNS int STABLE LANGUAGE sql AS $$ SELECT length(l.message) $$;

-- Comments -----------------------------------------------------------------------------------------------------

COMMENT ON TABLE person IS 'A human being.';
COMMENT ON COLUMN person.born IS 'Day of birth.';
COMMENT ON CONSTRAINT person_pkey ON person IS 'The number of a person.';
COMMENT ON CONSTRAINT passport_person_id_key ON passport IS 'One passport each.';
COMMENT ON CONSTRAINT passport_person_id_fkey ON passport IS 'Whose it is.';
COMMENT ON INDEX locker_person IS 'One locker each.';
COMMENT ON VIEW adult IS 'Born before the year 2000.';
COMMENT ON COLUMN adult.born IS 'Always known.';
COMMENT ON MATERIALIZED VIEW person_summary IS 'Counted once.';
COMMENT ON TABLE measurement IS 'What stations see.';

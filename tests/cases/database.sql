-- A small music store: the tables that the contract's examples speak of, with rows that can be read at a glance.

CREATE TYPE cover_format AS ENUM ('jpeg', 'png', 'hand-drawn');

CREATE TABLE artist (
    artist_id int PRIMARY KEY,
    name text NOT NULL UNIQUE,
    country text,
    formed date
);
INSERT INTO artist VALUES
    (1, 'AC/DC', 'Australia', '1973-11-01'),
    (2, 'Accept', 'Germany', '1976-01-01'),
    (3, 'Björk', 'Iceland', NULL),
    (4, 'Can', 'Germany', '1968-06-01'),
    (5, 'Unsigned 100%', NULL, NULL);

CREATE TABLE album (
    album_id int PRIMARY KEY,
    title text NOT NULL,
    artist_id int NOT NULL REFERENCES artist,
    released date,
    UNIQUE (artist_id, title)
);
INSERT INTO album VALUES
    (1, 'Let There Be Rock', 1, '1977-03-21'),
    (2, 'Restless and Wild', 2, '1982-10-02'),
    (3, 'Balls to the Wall', 2, '1983-12-05'),
    (4, 'Post', 3, '1995-06-13'),
    (5, 'Homogenic', 3, '1997-09-22'),
    (6, 'Tago Mago', 4, NULL),
    (7, 'Powerage', 1, '1978-05-05');
CREATE INDEX ON album (released);

-- One to one: the key is the reference.
CREATE TABLE album_cover (
    album_id int PRIMARY KEY REFERENCES album,
    format cover_format NOT NULL,
    image bytea NOT NULL
);
INSERT INTO album_cover VALUES (1, 'jpeg', '\xffd8'), (4, 'hand-drawn', '\x00');

CREATE TABLE genre (genre_id int PRIMARY KEY, name text);
INSERT INTO genre VALUES (1, 'Rock'), (2, 'Metal'), (3, 'Electronic'), (4, NULL);

CREATE TABLE media_type (media_type_id int PRIMARY KEY, name text NOT NULL);
INSERT INTO media_type VALUES (1, 'MPEG'), (2, 'AAC');

CREATE TABLE track (
    track_id int PRIMARY KEY,
    name text NOT NULL,
    album_id int REFERENCES album,
    media_type_id int NOT NULL REFERENCES media_type,
    genre_id int REFERENCES genre,
    composer text,
    milliseconds int NOT NULL,
    bytes bigint,
    unit_price numeric(10, 2) NOT NULL,
    tags text[] NOT NULL DEFAULT '{}'
);
INSERT INTO track VALUES
    (1, 'Go Down', 1, 1, 1, 'Young, Scott', 331180, 10847611, 0.99, '{live,loud}'),
    (2, 'Dog Eat Dog', 1, 1, 1, 'Young, Scott', 215196, 7032162, 0.99, '{}'),
    (3, 'Fast as a Shark', 2, 2, 2, NULL, 230619, 3990994, 0.99, '{loud}'),
    (4, 'Princess of the Dawn', 2, 2, 2, 'Deaffy', 375418, 6290521, 0.99, '{}'),
    (5, 'Balls to the Wall', 3, 2, 2, NULL, 342562, 5510424, 0.99, '{}'),
    (6, 'Army of Me', 4, 1, 3, 'Björk', 234000, 9007199254740993, 1.29, '{}'),
    (7, 'Hyperballad', 4, 1, 3, 'Björk', 321000, NULL, 1.29, '{}'),
    (8, 'Jóga', 5, 1, 3, 'Björk', 305000, NULL, 1.29, '{}'),
    (9, 'Halleluwah', 6, 1, NULL, NULL, 1112000, NULL, 2.50, '{long}'),
    (10, 'Untitled', NULL, 1, 4, NULL, 1000, 1, 0.00, '{}');

CREATE TABLE playlist (playlist_id int PRIMARY KEY, name text);
INSERT INTO playlist VALUES (1, 'Loud'), (2, 'Quiet'), (3, 'Empty');

CREATE TABLE playlist_track (
    playlist_id int REFERENCES playlist,
    track_id int REFERENCES track,
    PRIMARY KEY (playlist_id, track_id)
);
INSERT INTO playlist_track VALUES (1, 1), (1, 3), (1, 5), (1, 6), (2, 7), (2, 8), (2, 6);

CREATE TABLE employee (
    employee_id int PRIMARY KEY,
    last_name text NOT NULL,
    first_name text NOT NULL,
    reports_to int REFERENCES employee,
    hired timestamp
);
INSERT INTO employee VALUES
    (1, 'Adams', 'Andrew', NULL, '2002-08-14 09:00'),
    (2, 'Edwards', 'Nancy', 1, '2002-05-01 00:00'),
    (3, 'Peacock', 'Jane', 2, '2002-04-01 12:30:15.5'),
    (4, 'Park', 'Margaret', 2, NULL);

CREATE TABLE customer (
    customer_id int PRIMARY KEY,
    email text NOT NULL UNIQUE,
    country text,
    support_rep_id int REFERENCES employee,
    newsletter boolean NOT NULL DEFAULT false,
    preferences jsonb
);
INSERT INTO customer VALUES
    (1, 'luis@example.com', 'Brazil', 3, true, '{"theme": "dark", "volume": 11}'),
    (2, 'leonie@example.com', 'Germany', 4, false, NULL),
    (3, 'bjorn@example.com', 'Norway', 4, false, 'null'),
    (4, 'none@example.com', NULL, NULL, false, '[1, 2.50]');

CREATE TABLE invoice (
    invoice_id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customer,
    invoice_date timestamptz NOT NULL,
    total numeric(10, 2) NOT NULL
);
INSERT INTO invoice VALUES
    (1, 2, '2009-01-01 10:00:00+01', 1.98),
    (2, 1, '2009-01-02 00:00:00+00', 3.79),
    (3, 1, '2009-02-03 04:05:06.789+00', 0.99);

CREATE TABLE invoice_line (
    invoice_line_id int PRIMARY KEY,
    invoice_id int NOT NULL REFERENCES invoice,
    track_id int NOT NULL REFERENCES track,
    unit_price numeric(10, 2) NOT NULL,
    quantity smallint NOT NULL
);
INSERT INTO invoice_line VALUES
    (1, 1, 1, 0.99, 1), (2, 1, 2, 0.99, 1), (3, 2, 6, 1.29, 1), (4, 2, 9, 2.50, 1), (5, 3, 3, 0.99, 1);

-- Two references to one table.
CREATE TABLE recommendation (
    liked_album_id int NOT NULL REFERENCES album,
    other_album_id int NOT NULL REFERENCES album,
    weight real,
    PRIMARY KEY (liked_album_id, other_album_id)
);
INSERT INTO recommendation VALUES (1, 7, 0.9), (1, 2, 0.5), (2, 3, 0.1);

CREATE VIEW best_seller AS
    SELECT t.name, sum(l.quantity) AS sold
    FROM invoice_line AS l JOIN track AS t USING (track_id)
    GROUP BY t.name;

-- A column that is itself named id, and a table without a key.
CREATE TABLE review (id uuid PRIMARY KEY, album_id int NOT NULL REFERENCES album, stars int, text text);
INSERT INTO review VALUES
    ('00000000-0000-0000-0000-00000000000a', 1, 5, 'Loud.'),
    ('00000000-0000-0000-0000-00000000000b', 1, 4, NULL),
    ('00000000-0000-0000-0000-00000000000c', 4, 5, 'Odd, in a good way.');
CREATE TABLE play (track_id int REFERENCES track, played_at timestamptz);
INSERT INTO play VALUES
    (1, '2024-01-01 00:00+00'), (1, '2024-01-01 00:00+00'), (3, '2024-01-02 00:00+00'), (NULL, NULL);

COMMENT ON TABLE artist IS 'Who makes the music.';
COMMENT ON COLUMN artist.name IS 'As it stands on the cover.';
COMMENT ON TYPE cover_format IS 'How a cover is stored.';

CREATE TABLE concert (
    concert_id int PRIMARY KEY,
    artist_id int REFERENCES artist,
    during tstzrange,
    ages int4range,
    review text,
    words tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(review, ''))) STORED
);
CREATE INDEX ON concert USING gist (during);
CREATE INDEX ON concert USING gin (to_tsvector('english', review));
INSERT INTO concert VALUES
    (1, 1, '[1978-05-05 20:00+00,1978-05-05 23:00+00)', '[16,)', 'Loud, louder, loudest: it shook the walls.'),
    (2, 1, '[1980-07-01 20:00+00,1980-07-01 22:30+00)', '[18,100)', NULL),
    (3, 3, '[1995-10-01 19:00+00,)', '(,)', 'Quiet songs about volcanoes, and a loud one.'),
    (4, 4, 'empty', NULL, 'It did not take place.'),
    (5, NULL, NULL, 'empty', 'Walls, and more walls.');

-- Rows with a version column.
CREATE TABLE contract (
    contract_id int PRIMARY KEY,
    artist_id int REFERENCES artist ON DELETE CASCADE,
    terms text NOT NULL,
    version int NOT NULL DEFAULT 1
);
COMMENT ON COLUMN contract.version IS E'@version\nHow often it was written.';
INSERT INTO contract VALUES (1, 1, 'Five albums.', 1), (2, 1, 'A tour.', 7), (3, NULL, 'A single.', 2);

-- Functions of rows: fields of their type.
CREATE TYPE money_of AS (amount numeric, currency text);
CREATE FUNCTION track_label(track track) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT track.name || coalesce(' by ' || track.composer, '') $$;
CREATE FUNCTION track_price(t track, currency text DEFAULT 'EUR', rate numeric DEFAULT 1) RETURNS money_of
    STABLE LANGUAGE sql AS $$ SELECT ROW(t.unit_price * rate, currency)::money_of $$;
CREATE FUNCTION track_lengths(t track, VARIADIC units int[]) RETURNS SETOF int STABLE LANGUAGE sql
    AS $$ SELECT t.milliseconds / unit FROM unnest(units) AS unit $$;
CREATE FUNCTION album_first_track(a album) RETURNS track STABLE LANGUAGE sql
    AS $$ SELECT * FROM track WHERE album_id = a.album_id ORDER BY track_id LIMIT 1 $$;
CREATE FUNCTION artist_tracks(a artist, longer_than int DEFAULT 0) RETURNS SETOF track STABLE LANGUAGE sql
    AS $$ SELECT t.* FROM track AS t JOIN album USING (album_id)
          WHERE artist_id = a.artist_id AND milliseconds > longer_than ORDER BY milliseconds DESC $$;
CREATE FUNCTION best_seller_share(b best_seller) RETURNS double precision STABLE LANGUAGE sql
    AS $$ SELECT b.sold::float8 / (SELECT sum(quantity) FROM invoice_line) $$;

-- Fields of Query.
CREATE FUNCTION add(a int, b int DEFAULT 2) RETURNS int IMMUTABLE STRICT LANGUAGE sql AS $$ SELECT a + b $$;
CREATE FUNCTION add(a text, b text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT a || b $$;
CREATE FUNCTION longest_track() RETURNS track STABLE LANGUAGE sql
    AS $$ SELECT * FROM track ORDER BY milliseconds DESC LIMIT 1 $$;
CREATE FUNCTION no_track(int) RETURNS track STABLE LANGUAGE sql AS $$ SELECT * FROM track WHERE track_id = -$1 $$;
CREATE FUNCTION search_tracks(term text, tag text DEFAULT NULL) RETURNS SETOF track STABLE LANGUAGE sql
    AS $$ SELECT * FROM track WHERE (name || coalesce(composer, '')) ILIKE '%' || term || '%'
          AND (tag IS NULL OR tag = ANY (tags)) ORDER BY name DESC $$;
COMMENT ON FUNCTION search_tracks IS 'Tracks whose name or composer has the term, from Z to A.';
CREATE FUNCTION sales(since date DEFAULT '2000-01-01') RETURNS TABLE (day date, total numeric) STABLE LANGUAGE sql
    AS $$ SELECT invoice_date::date, sum(total) FROM invoice WHERE invoice_date >= since GROUP BY 1 ORDER BY 1 $$;
CREATE FUNCTION converted(given money_of, formats cover_format[] DEFAULT '{}', OUT cents int, OUT first_format cover_format)
    IMMUTABLE LANGUAGE sql AS $$ SELECT (given.amount * 100)::int, formats[1] $$;
CREATE FUNCTION refuse(reason text) RETURNS int STABLE LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'Not today: %', reason; END $$;

-- Fields of Mutation.
CREATE FUNCTION rename_artist(artist_id int, new_name text) RETURNS artist LANGUAGE sql
    AS $$ UPDATE artist AS a SET name = new_name WHERE a.artist_id = rename_artist.artist_id RETURNING * $$;
CREATE FUNCTION reprice(percent int DEFAULT 10, VARIADIC track_ids int[] DEFAULT '{1,2}') RETURNS SETOF track LANGUAGE sql
    AS $$ UPDATE track SET unit_price = unit_price * (100 + percent) / 100
          WHERE track_id = ANY (track_ids) RETURNING * $$;
CREATE FUNCTION forget_plays() RETURNS void LANGUAGE sql AS $$ DELETE FROM play $$;
CREATE FUNCTION count_plays(at_least int DEFAULT 0) RETURNS int LANGUAGE plpgsql
    AS $$ BEGIN
        IF (SELECT count(*) FROM play) < at_least THEN RAISE EXCEPTION 'There are too few plays.'; END IF;
        RETURN (SELECT count(*) FROM play);
    END $$;
CREATE FUNCTION add_artist(new artist) RETURNS artist LANGUAGE sql
    AS $$ INSERT INTO artist SELECT new.* RETURNING * $$;

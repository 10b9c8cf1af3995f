-- A music store with the tables of Chinook, made up: as many tracks as music.tracks says, and everything
-- else in proportion. Equal sizes give equal rows. The numbers of albums of an artist, and of tracks of an
-- album, repeat every 20 and every 10: a page of artists weighs the same wherever it starts.

CREATE FUNCTION pg_temp.tracks() RETURNS bigint LANGUAGE sql STABLE
    RETURN current_setting('music.tracks')::bigint;

-- A number below `bound` that looks random.
CREATE FUNCTION pg_temp.scatter(n bigint, salt bigint, bound bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(n, salt) & 9223372036854775807) % bound;

CREATE FUNCTION pg_temp.word(n bigint, salt bigint) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (ARRAY[
        'Amber', 'Arrow', 'Autumn', 'Blue', 'Bridge', 'Candle', 'Canyon', 'City', 'Cloud', 'Corner', 'Crystal',
        'Dance', 'Dawn', 'Desert', 'Diamond', 'Distant', 'Dream', 'Echo', 'Ember', 'Empty', 'Evening', 'Falling',
        'Feather', 'Fire', 'Forest', 'Garden', 'Ghost', 'Golden', 'Harbor', 'Heart', 'Hidden', 'Highway',
        'Horizon', 'Hunter', 'Island', 'Journey', 'Lantern', 'Letter', 'Light', 'Lonely', 'Machine', 'Marble',
        'Midnight', 'Mirror', 'Moon', 'Morning', 'Mountain', 'Night', 'Northern', 'Ocean', 'Paper', 'Quiet',
        'Rain', 'River', 'Shadow', 'Silver', 'Stone', 'Summer', 'Thunder', 'Velvet', 'Violet', 'Wild', 'Window',
        'Winter'
    ])[1 + pg_temp.scatter(n, salt, 64)];

CREATE TABLE artist (artist_id int PRIMARY KEY, name varchar(120));
CREATE TABLE album (
    album_id int PRIMARY KEY,
    title varchar(160) NOT NULL,
    artist_id int NOT NULL REFERENCES artist
);
CREATE TABLE genre (genre_id int PRIMARY KEY, name varchar(120));
CREATE TABLE media_type (media_type_id int PRIMARY KEY, name varchar(120));
CREATE TABLE track (
    track_id int PRIMARY KEY,
    name varchar(200) NOT NULL,
    album_id int REFERENCES album,
    media_type_id int NOT NULL REFERENCES media_type,
    genre_id int REFERENCES genre,
    composer varchar(220),
    milliseconds int NOT NULL,
    bytes int,
    unit_price numeric(10, 2) NOT NULL
);
CREATE TABLE playlist (playlist_id int PRIMARY KEY, name varchar(120));
CREATE TABLE playlist_track (
    playlist_id int NOT NULL REFERENCES playlist,
    track_id int NOT NULL REFERENCES track,
    PRIMARY KEY (playlist_id, track_id)
);
CREATE TABLE employee (
    employee_id int PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    first_name varchar(20) NOT NULL,
    title varchar(30),
    reports_to int REFERENCES employee,
    birth_date timestamp,
    hire_date timestamp,
    city varchar(40),
    country varchar(40),
    email varchar(60)
);
CREATE TABLE customer (
    customer_id int PRIMARY KEY,
    first_name varchar(40) NOT NULL,
    last_name varchar(20) NOT NULL,
    company varchar(80),
    city varchar(40),
    country varchar(40),
    postal_code varchar(10),
    phone varchar(24),
    email varchar(60) NOT NULL,
    support_rep_id int REFERENCES employee
);
CREATE TABLE invoice (
    invoice_id int PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customer,
    invoice_date timestamp NOT NULL,
    billing_city varchar(40),
    billing_country varchar(40),
    total numeric(10, 2) NOT NULL
);
CREATE TABLE invoice_line (
    invoice_line_id int PRIMARY KEY,
    invoice_id int NOT NULL REFERENCES invoice,
    track_id int NOT NULL REFERENCES track,
    unit_price numeric(10, 2) NOT NULL,
    quantity int NOT NULL
);

-- Foreign keys are checked row by row while rows come in: they are made so that they hold.
SET session_replication_role = replica;

INSERT INTO genre SELECT n, 'Genre ' || pg_temp.word(n, 1) FROM generate_series(1, 100) AS n;
INSERT INTO media_type VALUES
    (1, 'MPEG audio file'), (2, 'Protected AAC audio file'), (3, 'Protected MPEG-4 video file'),
    (4, 'Purchased AAC audio file'), (5, 'AAC audio file');

-- Artists have 1 to 14 albums, 4 on average; albums have 1 to 17 tracks, 10 on average.
CREATE TEMPORARY TABLE album_of (place int PRIMARY KEY, artist int);
INSERT INTO album_of
SELECT row_number() OVER (ORDER BY artist) - 1, artist
FROM unnest(ARRAY[1, 2, 1, 3, 1, 14, 2, 1, 6, 1, 4, 2, 12, 1, 3, 8, 1, 2, 10, 5]) WITH ORDINALITY AS a(albums, artist),
    generate_series(1, albums);
CREATE TEMPORARY TABLE track_of (place int PRIMARY KEY, album int);
INSERT INTO track_of
SELECT row_number() OVER (ORDER BY album) - 1, album
FROM unnest(ARRAY[10, 12, 8, 14, 11, 9, 13, 1, 17, 5]) WITH ORDINALITY AS a(tracks, album),
    generate_series(1, tracks);
ANALYZE album_of, track_of;

INSERT INTO artist
SELECT n, pg_temp.word(n, 2) || ' ' || pg_temp.word(n, 3)
FROM generate_series(1, pg_temp.tracks() / 40 + 20) AS n;

INSERT INTO album
SELECT n + 1, pg_temp.word(n, 4) || ' ' || pg_temp.word(n, 5), n / 80 * 20 + artist
FROM generate_series(0, pg_temp.tracks() / 10 + 10) AS n JOIN album_of ON place = n % 80;

INSERT INTO track
SELECT
    n + 1,
    pg_temp.word(n, 6) || ' ' || pg_temp.word(n, 7) || ' ' || pg_temp.word(n, 8),
    n / 100 * 10 + album,
    (ARRAY[1, 1, 1, 1, 1, 1, 2, 3, 4, 5])[1 + pg_temp.scatter(n, 9, 10)],
    1 + pg_temp.scatter(n, 10, 100),
    CASE WHEN pg_temp.scatter(n, 11, 7) > 1 THEN pg_temp.word(n / 100, 12) || ' ' || pg_temp.word(n / 50, 13) END,
    60000 + pg_temp.scatter(n, 14, 400000),
    1000000 + pg_temp.scatter(n, 15, 14000000),
    CASE WHEN pg_temp.scatter(n, 16, 16) = 0 THEN 1.99 ELSE 0.99 END
FROM generate_series(0, pg_temp.tracks() - 1) AS n JOIN track_of ON place = n % 100;

INSERT INTO playlist SELECT n, pg_temp.word(n, 17) FROM generate_series(1, pg_temp.tracks() / 200 + 1) AS n;
INSERT INTO playlist_track
SELECT DISTINCT 1 + pg_temp.scatter(n, 18, pg_temp.tracks() / 200 + 1), 1 + n % pg_temp.tracks()
FROM generate_series(0, pg_temp.tracks() * 3 / 2) AS n;

INSERT INTO employee
SELECT
    n, pg_temp.word(n, 19), pg_temp.word(n, 20), 'Sales Support Agent', nullif(n / 2, 0),
    timestamp '1970-01-01' + n * interval '400 days', timestamp '2002-05-01' + n * interval '40 days',
    pg_temp.word(n, 21), 'Canada', 'employee' || n || '@example.org'
FROM generate_series(1, 8) AS n;
INSERT INTO customer
SELECT
    n, pg_temp.word(n, 22), pg_temp.word(n, 23), CASE WHEN n % 6 = 0 THEN pg_temp.word(n, 24) END,
    pg_temp.word(n, 25), 'Country ' || pg_temp.scatter(n, 26, 24), lpad(n::text, 5, '0'),
    '+1 555 ' || lpad(n::text, 7, '0'), 'customer' || n || '@example.org', 3 + n % 3
FROM generate_series(1, pg_temp.tracks() / 100 + 1) AS n;
INSERT INTO invoice
SELECT
    n + 1, customer_id, timestamp '2009-01-01' + pg_temp.scatter(n, 27, 2000) * interval '1 day', city, country,
    (99 * (1 + pg_temp.scatter(n, 28, 10))) / 100.0
FROM generate_series(0, (pg_temp.tracks() / 100 + 1) * 7 - 1) AS n JOIN customer ON customer_id = 1 + n / 7;
INSERT INTO invoice_line
SELECT n + 1, 1 + n / 5, 1 + pg_temp.scatter(n, 29, pg_temp.tracks()), 0.99, 1
FROM generate_series(0, (pg_temp.tracks() / 100 + 1) * 35 - 1) AS n;

RESET session_replication_role;

CREATE INDEX ON album (artist_id);
CREATE INDEX ON track (album_id);
CREATE INDEX ON track (media_type_id);
CREATE INDEX ON track (genre_id);
CREATE INDEX ON playlist_track (track_id);
CREATE INDEX ON employee (reports_to);
CREATE INDEX ON customer (support_rep_id);
CREATE INDEX ON invoice (customer_id);
CREATE INDEX ON invoice_line (invoice_id);
CREATE INDEX ON invoice_line (track_id);

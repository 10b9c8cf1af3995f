-- Events, as many as depth.rows says: three of five belong to stream 1 and kind 1, one of five has NULLs.

CREATE TABLE stream (stream_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE event (
    event_id bigint PRIMARY KEY,
    stream_id int NOT NULL REFERENCES stream,
    kind int NOT NULL,
    day date NOT NULL,
    score int,
    level int NOT NULL,
    label text NOT NULL
);
INSERT INTO stream SELECT n, 'stream ' || n FROM generate_series(1, 65) AS n;

SET session_replication_role = replica;
INSERT INTO event
SELECT
    n,
    CASE WHEN n % 5 < 3 THEN 1 ELSE 2 + (hashint4(n) & 63) END,
    CASE WHEN n % 5 < 3 THEN 1 ELSE 2 + (hashint4(n + 1) & 63) END,
    date '1000-01-01' + n / 50,
    CASE WHEN n % 5 > 0 THEN hashint4(n + 2) & 65535 END,
    hashint4(n + 3) & 7,
    md5(n::text)
FROM generate_series(1, current_setting('depth.rows')::int) AS n;
RESET session_replication_role;

CREATE INDEX ON event (day);
CREATE INDEX ON event (score, event_id);
CREATE INDEX ON event (score NULLS FIRST, event_id);
CREATE INDEX ON event (level, event_id DESC);
CREATE INDEX ON event (label, event_id);
CREATE INDEX ON event (stream_id, event_id);
CREATE INDEX ON event (stream_id, score, event_id);
CREATE INDEX ON event (kind, label, event_id);

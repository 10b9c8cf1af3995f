-- One thing leads to another: actions of foreign keys, triggers, views, functions, policies, partitions.
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL, mentor_id int REFERENCES artist ON DELETE SET NULL);
CREATE TABLE album (
    album_id int PRIMARY KEY, code text UNIQUE, title text NOT NULL, artist_id int REFERENCES artist ON DELETE CASCADE
);
CREATE TABLE genre (genre_id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE album_genre (
    album_id int REFERENCES album ON DELETE CASCADE, genre_id int REFERENCES genre, PRIMARY KEY (album_id, genre_id)
);
CREATE TABLE note (note_id int PRIMARY KEY, owner text NOT NULL DEFAULT current_setting('request.jwt.claims')::json ->> 'sub', text text NOT NULL);
CREATE TABLE reader (name text PRIMARY KEY, may_read bool NOT NULL);
CREATE TABLE audited (audited_id int PRIMARY KEY, value int NOT NULL);
CREATE TABLE audit (audit_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value int NOT NULL);
CREATE TABLE event (event_id int, kind text, PRIMARY KEY (event_id)) PARTITION BY RANGE (event_id);
CREATE TABLE event_low PARTITION OF event FOR VALUES FROM (0) TO (100);
CREATE VIEW album_count AS SELECT artist_id, count(*) AS albums FROM album GROUP BY artist_id;
CREATE VIEW slow AS SELECT 1 AS one FROM (SELECT pg_sleep(0.01)) AS slept;
CREATE FUNCTION titles() RETURNS text STABLE LANGUAGE sql AS $$ SELECT string_agg(title, ',' ORDER BY album_id) FROM album $$;
CREATE FUNCTION retitle(suffix text) RETURNS int VOLATILE LANGUAGE sql AS $$
    UPDATE album SET title = left(title, 5) || suffix RETURNING album_id $$;
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO public.audit (value) VALUES (new.value); RETURN new; END $$;
CREATE TRIGGER audited AFTER INSERT OR UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION keep_audit();
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON note TO member USING (
    owner = current_setting('request.jwt.claims', true)::json ->> 'sub'
    AND (SELECT may_read FROM reader WHERE name = owner)
) WITH CHECK (true);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO visitor, member;
REVOKE ALL ON note FROM visitor;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO member;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO member;

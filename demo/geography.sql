-- The world's air geography: read-only reference data from ISO standards (package pycountry) and
-- the airport list of package airportsdata.

COMMENT ON SCHEMA public IS 'The world''s airports, and the trips that people make between them.';

CREATE DOMAIN latitude AS double precision CHECK (VALUE BETWEEN -90 AND 90);
COMMENT ON DOMAIN latitude IS 'Degrees north of the equator, negative to the south.';

CREATE DOMAIN longitude AS double precision CHECK (VALUE BETWEEN -180 AND 180);
COMMENT ON DOMAIN longitude IS 'Degrees east of Greenwich, negative to the west.';

CREATE TYPE language_scope AS ENUM ('individual', 'macrolanguage', 'special');
COMMENT ON TYPE language_scope IS 'Whether a language code stands for one language, for a group of close ones, or for a special case.';

CREATE TYPE language_status AS ENUM ('living', 'extinct', 'historical', 'constructed', 'special');
COMMENT ON TYPE language_status IS 'Whether a language is spoken today.';


CREATE TABLE country (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}$'),
    alpha3_code text NOT NULL UNIQUE CHECK (alpha3_code ~ '^[A-Z]{3}$'),
    numeric_code smallint UNIQUE CHECK (numeric_code BETWEEN 1 AND 999),
    name text NOT NULL UNIQUE,
    official_name text,
    flag text NOT NULL
);
COMMENT ON TABLE country IS 'A country or territory of ISO 3166-1, and Kosovo under its user-assigned code.';
COMMENT ON COLUMN country.code IS 'ISO 3166-1 alpha-2 code, such as CH.';
COMMENT ON COLUMN country.alpha3_code IS 'ISO 3166-1 alpha-3 code, such as CHE.';
COMMENT ON COLUMN country.numeric_code IS 'ISO 3166-1 numeric code, such as 756; Kosovo has none.';
COMMENT ON COLUMN country.name IS 'Name in English: the common one where ISO 3166 gives one.';
COMMENT ON COLUMN country.official_name IS 'Official name in English, where it differs.';
COMMENT ON COLUMN country.flag IS 'The flag, as an emoji.';


CREATE TABLE subdivision (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
    country_id text NOT NULL REFERENCES country,
    parent_id text REFERENCES subdivision,
    name text NOT NULL,
    category text NOT NULL,
    CHECK (parent_id <> code)
);
CREATE INDEX ON subdivision (country_id, name);
CREATE INDEX ON subdivision (parent_id);
CREATE INDEX ON subdivision (name);
COMMENT ON TABLE subdivision IS 'A principal subdivision of a country by ISO 3166-2: a state, province, canton, council area.';
COMMENT ON COLUMN subdivision.code IS 'ISO 3166-2 code, such as CH-ZH.';
COMMENT ON COLUMN subdivision.country_id IS 'Code of the country it is part of.';
COMMENT ON COLUMN subdivision.parent_id IS 'Code of the larger subdivision it is part of, if any.';
COMMENT ON COLUMN subdivision.name IS 'Name, as ISO 3166-2 gives it.';
COMMENT ON COLUMN subdivision.category IS 'What it is called in its country: State, Province, Canton and so on.';
COMMENT ON CONSTRAINT subdivision_country_id_fkey ON subdivision IS 'The country it is part of.';
COMMENT ON CONSTRAINT subdivision_parent_id_fkey ON subdivision IS 'The larger subdivision it is part of.';


CREATE TABLE currency (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    numeric_code smallint NOT NULL UNIQUE CHECK (numeric_code BETWEEN 1 AND 999),
    name text NOT NULL
);
CREATE INDEX ON currency (name);
COMMENT ON TABLE currency IS 'A currency or fund of ISO 4217.';
COMMENT ON COLUMN currency.code IS 'ISO 4217 code, such as CHF.';
COMMENT ON COLUMN currency.numeric_code IS 'ISO 4217 numeric code, such as 756.';
COMMENT ON COLUMN currency.name IS 'Name in English.';


CREATE TABLE country_currency (
    country_id text NOT NULL REFERENCES country,
    currency_id text NOT NULL REFERENCES currency,
    PRIMARY KEY (country_id, currency_id)
);
CREATE INDEX ON country_currency (currency_id);
COMMENT ON TABLE country_currency IS
    'Which currencies and funds belong to a country. ISO 4217 codes begin with their country''s code, from which most '
    'rows are derived; currencies that several countries share come from a list made by hand after ISO 4217.';
COMMENT ON COLUMN country_currency.country_id IS 'Code of the country.';
COMMENT ON COLUMN country_currency.currency_id IS 'Code of the currency.';
COMMENT ON CONSTRAINT country_currency_country_id_fkey ON country_currency IS 'The country.';
COMMENT ON CONSTRAINT country_currency_currency_id_fkey ON country_currency IS 'The currency.';


CREATE TABLE language (
    code text PRIMARY KEY CHECK (code ~ '^[a-z]{3}$'),
    alpha2_code text UNIQUE CHECK (alpha2_code ~ '^[a-z]{2}$'),
    name text NOT NULL UNIQUE,
    scope language_scope NOT NULL,
    status language_status NOT NULL
);
CREATE INDEX ON language (status, name);
COMMENT ON TABLE language IS 'A language of ISO 639-3.';
COMMENT ON COLUMN language.code IS 'ISO 639-3 code, such as deu.';
COMMENT ON COLUMN language.alpha2_code IS 'ISO 639-1 code, such as de; only widely used languages have one.';
COMMENT ON COLUMN language.name IS 'Name in English.';
COMMENT ON COLUMN language.scope IS 'What the code stands for.';
COMMENT ON COLUMN language.status IS 'Whether it is spoken today.';


CREATE TABLE time_zone (
    name text PRIMARY KEY,
    january_offset interval NOT NULL,
    july_offset interval NOT NULL,
    changes_clocks boolean NOT NULL GENERATED ALWAYS AS (january_offset <> july_offset) STORED
);
CREATE INDEX ON time_zone (january_offset);
COMMENT ON TABLE time_zone IS 'A time zone of the IANA database in which at least one airport lies.';
COMMENT ON COLUMN time_zone.name IS 'IANA name, such as Europe/Zurich.';
COMMENT ON COLUMN time_zone.january_offset IS 'How far its clocks are ahead of UTC in January 2026.';
COMMENT ON COLUMN time_zone.july_offset IS 'How far its clocks are ahead of UTC in July 2026.';
COMMENT ON COLUMN time_zone.changes_clocks IS 'Whether January and July differ.';


CREATE TABLE country_time_zone (
    country_id text NOT NULL REFERENCES country,
    time_zone_id text NOT NULL REFERENCES time_zone,
    PRIMARY KEY (country_id, time_zone_id)
);
CREATE INDEX ON country_time_zone (time_zone_id);
COMMENT ON TABLE country_time_zone IS
    'Which time zones a country''s airports lie in: derived from the airports, not from a law.';
COMMENT ON COLUMN country_time_zone.country_id IS 'Code of the country.';
COMMENT ON COLUMN country_time_zone.time_zone_id IS 'Name of the time zone.';
COMMENT ON CONSTRAINT country_time_zone_country_id_fkey ON country_time_zone IS 'The country.';
COMMENT ON CONSTRAINT country_time_zone_time_zone_id_fkey ON country_time_zone IS 'The time zone.';


CREATE TABLE metropolitan_area (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    country_id text NOT NULL REFERENCES country,
    name text NOT NULL
);
CREATE INDEX ON metropolitan_area (country_id);
CREATE INDEX ON metropolitan_area (name);
COMMENT ON TABLE metropolitan_area IS 'A city with several airports, to which IATA gives a code of its own.';
COMMENT ON COLUMN metropolitan_area.code IS 'IATA code of the city, such as LON.';
COMMENT ON COLUMN metropolitan_area.country_id IS 'Code of the country it lies in.';
COMMENT ON COLUMN metropolitan_area.name IS 'Name of the city.';
COMMENT ON CONSTRAINT metropolitan_area_country_id_fkey ON metropolitan_area IS 'The country it lies in.';


CREATE TABLE airport (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    icao text UNIQUE CHECK (icao ~ '^[A-Z0-9]{4}$'),
    iata text UNIQUE CHECK (iata ~ '^[A-Z0-9]{3}$'),
    local_code text,
    name text NOT NULL,
    city text,
    country_id text NOT NULL REFERENCES country,
    subdivision_id text REFERENCES subdivision,
    region text,
    metropolitan_area_id text REFERENCES metropolitan_area,
    time_zone_id text NOT NULL REFERENCES time_zone,
    latitude latitude NOT NULL,
    longitude longitude NOT NULL,
    elevation_feet integer NOT NULL CHECK (elevation_feet BETWEEN -2000 AND 20000),
    elevation_metres integer NOT NULL GENERATED ALWAYS AS (round(elevation_feet * 0.3048)) STORED,
    search_document tsvector NOT NULL GENERATED ALWAYS AS (
        to_tsvector(
            'simple', name || ' ' || coalesce(city, '') || ' ' || coalesce(icao, '') || ' ' || coalesce(iata, '')
        )
    ) STORED,
    CONSTRAINT airport_has_a_code CHECK (icao IS NOT NULL OR iata IS NOT NULL)
);
CREATE INDEX ON airport (country_id, name);
CREATE INDEX ON airport (subdivision_id);
CREATE INDEX ON airport (metropolitan_area_id);
CREATE INDEX ON airport (time_zone_id);
CREATE INDEX ON airport (name);
CREATE INDEX ON airport (city);
CREATE INDEX ON airport (local_code);
CREATE INDEX ON airport (latitude, longitude);
CREATE INDEX ON airport (elevation_feet);
CREATE INDEX ON airport USING gin (search_document);
COMMENT ON TABLE airport IS 'An airport or airfield.';
COMMENT ON COLUMN airport.id IS 'Number in this database.';
COMMENT ON COLUMN airport.icao IS 'ICAO location indicator, such as LSZH, or the code in its form that its country uses.';
COMMENT ON COLUMN airport.iata IS 'IATA code, such as ZRH; airports without scheduled flights mostly have none.';
COMMENT ON COLUMN airport.local_code IS 'Code given by its country''s aviation authority.';
COMMENT ON COLUMN airport.name IS 'Name.';
COMMENT ON COLUMN airport.city IS 'City that it serves.';
COMMENT ON COLUMN airport.country_id IS 'Code of the country it lies in.';
COMMENT ON COLUMN airport.subdivision_id IS
    'Code of the subdivision it lies in, where the name of its region is that of exactly one of its country''s subdivisions.';
COMMENT ON COLUMN airport.region IS 'Name of its region, as airportsdata gives it.';
COMMENT ON COLUMN airport.metropolitan_area_id IS 'Code of the city with several airports of which it is one.';
COMMENT ON COLUMN airport.time_zone_id IS 'Name of the time zone it lies in.';
COMMENT ON COLUMN airport.latitude IS 'Degrees north.';
COMMENT ON COLUMN airport.longitude IS 'Degrees east.';
COMMENT ON COLUMN airport.elevation_feet IS 'Height above mean sea level in feet.';
COMMENT ON COLUMN airport.elevation_metres IS 'Height above mean sea level in metres.';
COMMENT ON COLUMN airport.search_document IS 'Words of its name, city and codes, for full-text search.';
COMMENT ON CONSTRAINT airport_country_id_fkey ON airport IS 'The country it lies in.';
COMMENT ON CONSTRAINT airport_subdivision_id_fkey ON airport IS 'The subdivision it lies in.';
COMMENT ON CONSTRAINT airport_metropolitan_area_id_fkey ON airport IS 'The city with several airports of which it is one.';
COMMENT ON CONSTRAINT airport_time_zone_id_fkey ON airport IS 'The time zone it lies in.';

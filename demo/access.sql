-- Who may see what: anyone the geography, travellers their own trips.

-- Roles belong to all databases of a server: another load may have made them, or be about to.
DO $$
BEGIN
    CREATE ROLE demo_server LOGIN NOINHERIT;
    CREATE ROLE demo_anonymous;
    CREATE ROLE demo_traveller;
    GRANT demo_anonymous, demo_traveller TO demo_server;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;

-- The geography is for everyone, and so are the routes: they tell how many fly, and not who.
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT SELECT ON
    country, subdivision, currency, country_currency, language, time_zone, country_time_zone,
    metropolitan_area, airport, country_overview, route
TO PUBLIC;


CREATE FUNCTION current_traveller_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT CASE WHEN pg_input_is_valid(sub, 'uuid') THEN sub::uuid END
    FROM (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub' AS sub) AS claims
);
COMMENT ON FUNCTION current_traveller_id IS 'Identity of the traveller who asks, from the claim sub.';
REVOKE EXECUTE ON FUNCTION current_traveller_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_traveller_id TO demo_traveller;

-- In a subquery, the function is called once for each statement and indexes serve.
ALTER TABLE traveller ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON traveller TO demo_traveller USING (id = (SELECT current_traveller_id()));

ALTER TABLE traveller_language ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON traveller_language TO demo_traveller
    USING (traveller_id = (SELECT current_traveller_id()));

ALTER TABLE trip ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON trip TO demo_traveller USING (traveller_id = (SELECT current_traveller_id()));

-- The policy of trips holds within these: only one's own are found. Nobody reads who comes along, as
-- companions are other travellers.
ALTER TABLE leg ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON leg TO demo_traveller USING (trip_id IN (SELECT id FROM trip));
ALTER TABLE trip_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON trip_review TO demo_traveller USING (trip_id IN (SELECT id FROM trip));
ALTER TABLE trip_companion ENABLE ROW LEVEL SECURITY;

-- Without WITH CHECK of their own, policies check new rows by USING.
GRANT SELECT ON traveller, traveller_language, trip_itinerary TO demo_traveller;
GRANT SELECT, INSERT, UPDATE, DELETE ON trip, leg, trip_review TO demo_traveller;

-- Views and functions over the geography and the travels.

CREATE VIEW country_overview WITH (security_invoker = true) AS
SELECT
    country.code AS country_id,
    country.name,
    count(airport.id) AS airports,
    count(airport.iata) AS airports_with_iata_code,
    max(airport.elevation_metres) AS highest_airport_metres,
    avg(airport.elevation_metres)::numeric(7, 1) AS average_elevation_metres
FROM country
LEFT JOIN airport ON airport.country_id = country.code
GROUP BY country.code;
COMMENT ON VIEW country_overview IS 'Figures about the airports of each country.';
COMMENT ON COLUMN country_overview.country_id IS 'Code of the country.';
COMMENT ON COLUMN country_overview.name IS 'Name of the country.';
COMMENT ON COLUMN country_overview.airports IS 'How many airports it has.';
COMMENT ON COLUMN country_overview.airports_with_iata_code IS 'How many of them have an IATA code.';
COMMENT ON COLUMN country_overview.highest_airport_metres IS 'Elevation of the highest of them in metres.';
COMMENT ON COLUMN country_overview.average_elevation_metres IS 'Their average elevation in metres.';


CREATE VIEW trip_itinerary WITH (security_invoker = true) AS
SELECT
    trip.id AS trip_id,
    trip.title,
    traveller.given_name || ' ' || traveller.family_name AS traveller_name,
    count(*) AS legs,
    array_agg(coalesce(departure.iata, departure.icao) ORDER BY leg.position)
        || (array_agg(coalesce(arrival.iata, arrival.icao) ORDER BY leg.position DESC))[1] AS stops,
    sum(leg.distance_km) AS distance_km,
    sum(leg.flight_time) AS flight_time,
    tstzrange(min(leg.departs_at), max(leg.arrives_at)) AS away
FROM trip
JOIN traveller ON traveller.id = trip.traveller_id
JOIN leg ON leg.trip_id = trip.id
JOIN airport AS departure ON departure.id = leg.departure_airport_id
JOIN airport AS arrival ON arrival.id = leg.arrival_airport_id
GROUP BY trip.id, traveller.id;
COMMENT ON VIEW trip_itinerary IS 'The way that each trip takes.';
COMMENT ON COLUMN trip_itinerary.trip_id IS 'Number of the trip.';
COMMENT ON COLUMN trip_itinerary.title IS 'Title of the trip.';
COMMENT ON COLUMN trip_itinerary.traveller_name IS 'Name of the traveller.';
COMMENT ON COLUMN trip_itinerary.legs IS 'How many legs it has.';
COMMENT ON COLUMN trip_itinerary.stops IS 'Codes of its airports, IATA''s where they have one, first to last.';
COMMENT ON COLUMN trip_itinerary.distance_km IS 'Length of all legs in kilometres.';
COMMENT ON COLUMN trip_itinerary.flight_time IS 'Time spent in the air.';
COMMENT ON COLUMN trip_itinerary.away IS 'From the first departure to the last arrival.';


CREATE MATERIALIZED VIEW route AS
SELECT
    leg.departure_airport_id,
    leg.arrival_airport_id,
    count(*) AS legs,
    count(DISTINCT trip.traveller_id) AS travellers,
    min(leg.distance_km) AS distance_km,
    avg(leg.flight_time) AS average_flight_time
FROM leg
JOIN trip ON trip.id = leg.trip_id
WHERE trip.status <> 'cancelled'
GROUP BY leg.departure_airport_id, leg.arrival_airport_id
WITH NO DATA;
CREATE UNIQUE INDEX ON route (departure_airport_id, arrival_airport_id);
CREATE INDEX ON route (arrival_airport_id);
CREATE INDEX ON route (legs);
COMMENT ON MATERIALIZED VIEW route IS 'Pairs of airports between which travellers fly, as of the last refresh.';
COMMENT ON COLUMN route.departure_airport_id IS 'Number of the airport of departure.';
COMMENT ON COLUMN route.arrival_airport_id IS 'Number of the airport of arrival.';
COMMENT ON COLUMN route.legs IS 'How many legs go this way.';
COMMENT ON COLUMN route.travellers IS 'How many travellers go this way.';
COMMENT ON COLUMN route.distance_km IS 'Great-circle distance in kilometres.';
COMMENT ON COLUMN route.average_flight_time IS 'How long it takes on average.';


CREATE FUNCTION great_circle_km(
    from_latitude double precision,
    from_longitude double precision,
    to_latitude double precision,
    to_longitude double precision
) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 2 * 6371.0088 * asin(least(1, sqrt(
    power(sind((to_latitude - from_latitude) / 2), 2)
    + cosd(from_latitude) * cosd(to_latitude) * power(sind((to_longitude - from_longitude) / 2), 2)
)));
COMMENT ON FUNCTION great_circle_km IS 'Distance of two points on the globe in kilometres.';

CREATE FUNCTION airports_near(latitude double precision, longitude double precision, radius_km double precision)
RETURNS SETOF airport LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT airport.*
    FROM airport
    WHERE great_circle_km($1, $2, airport.latitude, airport.longitude) <= $3
    ORDER BY great_circle_km($1, $2, airport.latitude, airport.longitude), airport.id;
END;
COMMENT ON FUNCTION airports_near IS 'Airports within a radius of a point, nearest first.';

CREATE FUNCTION airport_label(airport airport) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (airport).name || ' (' || coalesce((airport).iata, (airport).icao) || ')';
COMMENT ON FUNCTION airport_label(airport) IS 'Name and code, to show to people.';

CREATE FUNCTION trip_distance_km(trip trip) RETURNS double precision LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(leg.distance_km), 0) FROM leg WHERE leg.trip_id = (trip).id);
COMMENT ON FUNCTION trip_distance_km(trip) IS 'Length of all legs in kilometres.';

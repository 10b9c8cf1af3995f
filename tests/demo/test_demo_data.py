from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import UUID

import airportsdata
import asyncpg
import pycountry
import pytest

from core.errors import StartupError
from demo.data import create_database, ensure_loaded
from demo.geography import read_geography
from demo.travel import FREQUENT_TRAVELLERS, TRAVELLERS, TRIPS, TRIPS_OF_FREQUENT, invent_travels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from demo.postgres import EmbeddedPostgres

LOAD = """
import asyncio, sys
from demo.data import ensure_loaded

asyncio.run(ensure_loaded(sys.argv[1], progress=True))
"""


@pytest.fixture(scope="session")
async def demo_url(create_database: Callable[[str], Awaitable[str]]) -> str:
    """A database with the demo data; who changes it rolls back."""
    url = await create_database("")
    await ensure_loaded(url, progress=False)
    return url


@pytest.fixture
async def demo(demo_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the demo data, in a transaction that is rolled back."""
    connection = await asyncpg.connect(demo_url)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def fetch_value(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_holds_the_whole_world(demo: asyncpg.Connection) -> None:
    expected = {
        "country": len(pycountry.countries) + 1,  # Kosovo
        "subdivision": len(pycountry.subdivisions),
        "currency": len(pycountry.currencies),
        "language": len(pycountry.languages),
        "metropolitan_area": len(airportsdata.load_iata_macs()),
        "airport": len(airportsdata.load("ICAO")),
        "traveller": TRAVELLERS,
        "trip": TRIPS,
    }
    found = {table: await demo.fetchval(f"SELECT count(*) FROM {table}") for table in expected}
    assert found == expected
    assert 27_000 < found["airport"] < 30_000
    assert 9_000 < await demo.fetchval("SELECT count(*) FROM leg") < 12_000


async def test_no_relation_is_empty(demo: asyncpg.Connection) -> None:
    names = await demo.fetch(
        "SELECT relname FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"
    )
    assert len(names) == 18
    for (name,) in names:
        assert await demo.fetchval(f"SELECT EXISTS (SELECT FROM {name})"), name


async def test_relates_what_belongs_together(demo: asyncpg.Connection) -> None:
    zurich = await demo.fetchrow("SELECT * FROM airport WHERE iata = 'ZRH'")
    assert zurich is not None
    assert (zurich["icao"], zurich["country_id"], zurich["subdivision_id"]) == ("LSZH", "CH", "CH-ZH")
    assert zurich["time_zone_id"] == "Europe/Zurich"
    assert 1_400 < zurich["elevation_feet"] < 1_430
    assert zurich["elevation_metres"] == round(zurich["elevation_feet"] * 0.3048)
    assert await demo.fetchval("SELECT metropolitan_area_id FROM airport WHERE iata = 'LHR'") == "LON"
    assert await demo.fetchval("SELECT parent_id FROM subdivision WHERE code = 'GB-ABE'") == "GB-SCT"
    currencies = "SELECT array_agg(currency_id ORDER BY 1) FROM country_currency WHERE country_id = $1"
    assert await demo.fetchval(currencies, "CH") == ["CHE", "CHF", "CHW"]
    assert await demo.fetchval(currencies, "FR") == ["EUR"]
    # Only two territories have no currency of their own by ISO 4217.
    without = await demo.fetch(
        "SELECT code FROM country EXCEPT SELECT country_id FROM country_currency ORDER BY code"
    )
    assert [code for (code,) in without] == ["AQ", "GS"]


async def test_most_airports_find_their_subdivision_and_none_a_foreign_one(demo: asyncpg.Connection) -> None:
    assert await demo.fetchval("SELECT avg((subdivision_id IS NOT NULL)::int) FROM airport") > 0.8
    foreign = await demo.fetchval(
        "SELECT count(*) FROM airport JOIN subdivision ON code = subdivision_id "
        "WHERE subdivision.country_id <> airport.country_id"
    )
    assert foreign == 0


async def test_time_zones_are_those_of_the_airports(demo: asyncpg.Connection) -> None:
    missing = await demo.fetch("SELECT country_id, time_zone_id FROM airport EXCEPT TABLE country_time_zone")
    assert missing == []
    zone = await demo.fetchrow("SELECT * FROM time_zone WHERE name = 'Europe/Zurich'")
    assert zone is not None
    assert (zone["january_offset"].seconds, zone["july_offset"].seconds) == (3_600, 7_200)
    assert zone["changes_clocks"] is True


async def test_trips_are_journeys(demo: asyncpg.Connection) -> None:
    broken = await demo.fetchval("""
        SELECT count(*)
        FROM leg
        JOIN leg AS next ON next.trip_id = leg.trip_id AND next.position = leg.position + 1
        WHERE next.departure_airport_id <> leg.arrival_airport_id OR next.departs_at < leg.arrives_at
    """)
    outside = await demo.fetchval("""
        SELECT count(*) FROM trip WHERE NOT (
            SELECT min(departs_at AT TIME ZONE 'UTC')::date = starts_on
               AND max(arrives_at AT TIME ZONE 'UTC')::date = ends_on
               AND min(position) = 1 AND max(position) = count(*)
            FROM leg WHERE trip_id = trip.id
        )
    """)
    assert (broken, outside) == (0, 0)
    assert await demo.fetchval("SELECT count(DISTINCT status) FROM trip") == 5


def test_invents_the_same_travels_every_time() -> None:
    geography = read_geography()
    assert geography == read_geography()
    assert invent_travels(geography.airports) == invent_travels(geography.airports)


async def test_everything_has_a_comment(demo: asyncpg.Connection) -> None:
    missing = await demo.fetch("""
        SELECT relname::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')
          AND obj_description(oid, 'pg_class') IS NULL
        UNION ALL
        SELECT relname || '.' || attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm') AND attnum > 0
          AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL
        UNION ALL
        SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
          AND obj_description(oid, 'pg_type') IS NULL
        UNION ALL
        SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND obj_description(oid, 'pg_proc') IS NULL
        UNION ALL
        SELECT conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype = 'f'
          AND obj_description(oid, 'pg_constraint') IS NULL
        UNION ALL
        SELECT 'public' WHERE obj_description('public'::regnamespace, 'pg_namespace') IS NULL
    """)
    assert [name for (name,) in missing] == []


async def test_every_foreign_key_has_an_index(demo: asyncpg.Connection) -> None:
    keys = await demo.fetch("""
        SELECT conrelid::regclass || '.' || conname, EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = conrelid AND indpred IS NULL AND indkey[0] = conkey[1]
        )
        FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    """)
    assert len(keys) > 20
    assert [name for name, indexed in keys if not indexed] == []


async def test_every_foreign_key_has_a_name_that_gives_a_pretty_field(demo: asyncpg.Connection) -> None:
    columns = await demo.fetch("""
        SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    """)
    assert [name for (name,) in columns if not name.endswith("_id")] == []


async def test_new_rows_get_new_numbers(demo: asyncpg.Connection) -> None:
    trip = await demo.fetchval(
        "INSERT INTO trip (traveller_id, title, starts_on, ends_on) "
        "SELECT id, 'New', '2027-01-01', '2027-01-02' FROM traveller LIMIT 1 RETURNING id"
    )
    assert trip > TRIPS  # other tests have taken numbers too
    await demo.execute(
        "INSERT INTO leg (trip_id, position, departure_airport_id, arrival_airport_id, departs_at, "
        "arrives_at, distance_km) VALUES ($1, 1, 1, 2, now(), now() + interval '1 hour', 1)",
        trip,
    )
    await demo.execute(
        "INSERT INTO airport (iata, name, country_id, time_zone_id, latitude, longitude, elevation_feet) "
        "VALUES ('000', 'New', 'CH', 'Europe/Zurich', 0, 0, 0)"
    )


async def test_functions_answer(demo: asyncpg.Connection) -> None:
    near = await demo.fetch("SELECT airport_label(a) FROM airports_near(47.46, 8.55, 5) AS a")
    assert near[0][0] == "Zurich Airport (ZRH)"
    assert await demo.fetchval("SELECT great_circle_km(0, 0, 0, 90)") == pytest.approx(10_007.6, abs=1)
    assert await demo.fetchval("SELECT trip_distance_km(trip) FROM trip WHERE id = 1") > 0


async def test_statistics_are_ready(demo: asyncpg.Connection) -> None:
    assert await demo.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'airport'") > 27_000


async def test_geography_is_for_everyone_and_travels_are_not(demo: asyncpg.Connection) -> None:
    await demo.execute("CREATE ROLE demo_stranger; SET LOCAL ROLE demo_stranger")
    assert await demo.fetchval("SELECT airports FROM country_overview WHERE country_id = 'CH'") > 50
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await demo.fetchval("SELECT count(*) FROM traveller")


OWN = {
    "trip": "SELECT traveller_id FROM trip",
    "leg": "SELECT traveller_id FROM leg JOIN trip ON trip.id = trip_id",
    "trip_review": "SELECT traveller_id FROM trip_review JOIN trip ON trip.id = trip_id",
    "traveller": "SELECT id FROM traveller",
    "traveller_language": "SELECT traveller_id FROM traveller_language",
}


async def become_traveller(demo: asyncpg.Connection, claims: dict[str, object]) -> None:
    await demo.execute("SET LOCAL ROLE demo_traveller")
    await demo.execute("SELECT set_config('request.jwt.claims', $1, true)", json.dumps(claims))


@pytest.mark.parametrize("table", OWN)
async def test_travellers_see_their_own_rows(demo: asyncpg.Connection, table: str) -> None:
    for traveller in FREQUENT_TRAVELLERS:
        expected = await demo.fetchval(
            f"SELECT count(*) FROM ({OWN[table]}) AS rows (traveller) WHERE traveller = $1", traveller.id
        )
        await become_traveller(demo, {"sub": str(traveller.id)})
        assert await demo.fetchval(f"SELECT count(*) FROM {table}") == expected > 0
        assert {owner for (owner,) in await demo.fetch(OWN[table])} == {traveller.id}
        await demo.execute("RESET ROLE")


@pytest.mark.parametrize(
    "claims", [{}, {"sub": None}, {"sub": "1 OR true"}, {"sub": 7}, {"sub": str(UUID(int=0))}]
)
async def test_claims_of_nobody_show_nothing(demo: asyncpg.Connection, claims: dict[str, object]) -> None:
    await become_traveller(demo, claims)
    for table in OWN:
        assert await demo.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO trip (traveller_id, title, starts_on, ends_on) VALUES ($1, 'x', now(), now())",
        "UPDATE trip SET traveller_id = $1",
    ],
)
async def test_travellers_write_no_trips_of_others(demo: asyncpg.Connection, statement: str) -> None:
    await become_traveller(demo, {"sub": str(FREQUENT_TRAVELLERS[0].id)})
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await demo.execute(statement, FREQUENT_TRAVELLERS[1].id)


async def test_travellers_write_no_legs_of_others_trips(demo: asyncpg.Connection) -> None:
    foreign = await demo.fetchval("SELECT id FROM trip WHERE traveller_id = $1", FREQUENT_TRAVELLERS[1].id)
    await become_traveller(demo, {"sub": str(FREQUENT_TRAVELLERS[0].id)})
    assert await demo.execute("UPDATE trip SET title = 'mine'") == f"UPDATE {TRIPS_OF_FREQUENT}"
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await demo.execute("UPDATE leg SET trip_id = $1, position = position + 100", foreign)


async def test_the_server_logs_in_without_rights_of_its_own(demo: asyncpg.Connection) -> None:
    role = await demo.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'demo_server'")
    assert role is not None
    assert (role["rolsuper"], role["rolbypassrls"], role["rolinherit"], role["rolcanlogin"]) == (
        False,
        False,
        False,
        True,
    )


async def test_loads_once(demo_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = await fetch_value(demo_url, "SELECT array_agg(xmin::text || ctid::text ORDER BY ctid) FROM trip")
    await ensure_loaded(demo_url, progress=True)
    assert (
        await fetch_value(demo_url, "SELECT array_agg(xmin::text || ctid::text ORDER BY ctid) FROM trip")
        == before
    )
    assert capsys.readouterr() == ("", "")


async def test_loads_anew_when_the_version_is_another(
    create_database: Callable[[str], Awaitable[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    url = await create_database("CREATE TABLE old (id int)")
    await fetch_value(
        url,
        "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', "
        "current_database(), 'Loadstone demo data, version 0'); END $$",
    )
    await asyncio.gather(*(ensure_loaded(url, progress=True) for _ in range(2)))
    assert await fetch_value(url, "SELECT count(*) FROM trip") == TRIPS
    assert await fetch_value(url, "SELECT to_regclass('old')") is None
    assert "Loading airport" in capsys.readouterr().err


async def test_an_interrupted_load_leaves_nothing_and_is_done_again(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database("")
    loader = subprocess.Popen([sys.executable, "-c", LOAD, url], stderr=subprocess.PIPE)  # noqa: ASYNC220 - short
    with loader:
        assert loader.stderr is not None
        seen = b""
        while b"Loading leg" not in seen:
            seen += loader.stderr.read(64)
        loader.send_signal(signal.SIGKILL)
    assert loader.returncode == -signal.SIGKILL
    assert await fetch_value(url, "SELECT to_regclass('country')") is None
    await ensure_loaded(url, progress=False)
    assert await fetch_value(url, "SELECT count(*) FROM trip_review") != 0
    assert await fetch_value(url, "SELECT count(*) FROM trip") == TRIPS


async def test_leaves_other_databases_alone(create_database: Callable[[str], Awaitable[str]]) -> None:
    url = await create_database("CREATE TABLE precious AS SELECT 7 AS number")
    with pytest.raises(StartupError, match="holds other tables"):
        await ensure_loaded(url, progress=False)
    assert await fetch_value(url, "SELECT number FROM precious") == 7


async def test_creates_the_database_once(postgres: EmbeddedPostgres) -> None:
    admin = postgres.url("postgres")
    for _ in range(2):
        await create_database(admin, 'demo "x"')
        assert await fetch_value(postgres.url('demo "x"'), "SELECT current_database()") == 'demo "x"'
    await fetch_value(admin, 'DROP DATABASE "demo ""x"""')

"""Policies hold wherever rows are read and written, and errors tell of no row that they hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from db.identity import Identity
from resolvers.execution import Lane
from tests.identity.conftest import member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.identity.conftest import House

CLERK = Identity("clerk")

SCRIPT = """
CREATE TABLE stop (
    stop_id int PRIMARY KEY, trip_id int NOT NULL REFERENCES trip, owner text NOT NULL, place text UNIQUE
);
CREATE TABLE guarded (guarded_id int PRIMARY KEY, stop_id int REFERENCES stop);
CREATE TABLE secretly (a int, b int, UNIQUE (a, b), PRIMARY KEY (a));
INSERT INTO stop SELECT n, n, 'member ' || n % 10, 'place ' || n FROM generate_series(1, 100) AS n;
INSERT INTO guarded VALUES (1, 1);
ALTER TABLE stop ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON stop TO member
USING (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
CREATE POLICY every ON stop TO clerk USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON stop TO member, clerk;
GRANT SELECT ON guarded TO clerk;
GRANT SELECT (a), INSERT (a) ON secretly TO member;
CREATE VIEW my_trips WITH (security_invoker) AS SELECT trip_id, owner, price FROM trip;
CREATE VIEW my_secrets WITH (security_invoker) AS SELECT trip_id, secret FROM trip;
CREATE VIEW over_secrets AS SELECT trip_id, secret FROM my_secrets;
GRANT SELECT, INSERT, UPDATE, DELETE ON my_trips, my_secrets, over_secrets TO member, clerk;
REVOKE UPDATE, DELETE ON trip FROM member;
GRANT UPDATE (price) ON trip TO member;
GRANT SELECT ON my_trips TO visitor;
CREATE FUNCTION trips_of_all() RETURNS bigint STABLE SECURITY DEFINER LANGUAGE sql
    RETURN (SELECT count(*) FROM trip);
CREATE FUNCTION add_note(said text) RETURNS text VOLATILE SECURITY DEFINER LANGUAGE sql
    AS 'INSERT INTO ledger VALUES (1000, said) RETURNING note';
"""


@pytest.fixture
async def house(open_house: Callable[..., AsyncIterator[House]]) -> AsyncIterator[House]:
    async for each in open_house(2, SCRIPT):
        yield each


async def _fields(house: House, type_name: str, identity: Identity) -> set[str]:
    query = f'{{ __type(name: "{type_name}") {{ fields {{ name }} inputFields {{ name }} }} }}'
    found = (await house.data(query, identity))["__type"]
    return {each["name"] for each in (found["fields"] or found["inputFields"])} if found else set()


async def test_views_that_read_as_the_caller(house: House) -> None:
    query = "{ myTrips(first: 100) { totalCount nodes { owner } } }"
    data = (await house.data(query, member(3)))["myTrips"]
    assert (data["totalCount"], {row["owner"] for row in data["nodes"]}) == (20, {"member 3"})
    assert (await house.data(query, CLERK))["myTrips"]["totalCount"] == 200
    data = await house.data(
        "mutation { updateMyTrips(filter: {}, set: {price: 1}) { affectedCount } }", member(3)
    )
    assert data == {"updateMyTrips": {"affectedCount": 20}}


async def test_views_over_what_is_not_granted_are_absent(house: House) -> None:
    fields = await _fields(house, "Query", member(1))
    assert "myTrips" in fields
    assert not fields & {"mySecrets", "overSecrets"}
    assert {"mySecrets", "overSecrets"} <= await _fields(house, "Query", CLERK)
    assert "myTrips" not in await _fields(house, "Query", Identity("visitor"))


async def test_views_are_written_by_grants_below(house: House) -> None:
    assert await _fields(house, "UpdateMyTripInput", member(1)) == {"price"}
    assert "deleteMyTrips" not in await _fields(house, "Mutation", member(1))
    assert "deleteMyTrips" in await _fields(house, "Mutation", CLERK)
    assert await _fields(house, "UpdateMyTripInput", CLERK) == {"tripId", "owner", "price"}


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    "write",
    [
        'updateStop(by: {stopId: 2}, set: {owner: "member 3"}) { affectedCount }',
        'createStop(input: {stopId: 900, tripId: 2, owner: "member 3"}) { affectedCount }',
        # A row that is there, and not visible.
        (
            'createStop(input: {stopId: 3, tripId: 2, owner: "member 2"}, '
            "onConflict: {key: stopId, update: [owner]}) { affectedCount }"
        ),
        (
            'createTrip(input: {tripId: 900, owner: "member 2", stops: {create: '
            '[{stopId: 900, owner: "member 2"}, {stopId: 901, owner: "member 3"}]}}) { affectedCount }'
        ),
    ],
)
async def test_what_policies_do_not_let_be_written(house: House, write: str, lane: Lane) -> None:
    before = 'before: createStop(input: {stopId: 950, tripId: 2, owner: "member 2"}) { affectedCount }'
    found = await house.in_lane(f"mutation {{ {before} {write} }}", member(2), lane)
    assert found.data is None
    assert [(error.message, error.extensions) for error in found.errors] == [
        ("Permission denied.", {"code": "FORBIDDEN"})
    ]
    stops, trips = (
        f"{name}s(filter: {{{name}Id: {{gte: 900}}}}) {{ totalCount }}" for name in ("stop", "trip")
    )
    counted = f"{{ {stops} {trips} }}"
    assert await house.data(counted, CLERK) == {"stops": {"totalCount": 0}, "trips": {"totalCount": 0}}
    assert (await house.data("{ stop(by: {stopId: 2}) { owner } }", CLERK))["stop"] == {"owner": "member 2"}


async def test_functions_that_run_as_their_owner(house: House) -> None:
    assert await house.data("{ tripsOfAll }", member(1)) == {"tripsOfAll": "200"}
    data = await house.data('mutation { addNote(said: "by member") { result } }', member(1))
    assert data == {"addNote": {"result": "by member"}}


@pytest.mark.parametrize(
    ("write", "kind", "constraint"),
    [
        # The rows in the way belong to somebody else: PostgreSQL says that much, and we no more.
        ('createStop(input: {stopId: 3, tripId: 2, owner: "member 2"})', "unique", "stop_pkey"),
        (
            (
                'createStops(input: [{stopId: 901, tripId: 2, owner: "member 2", place: "here"}, '
                '{stopId: 900, tripId: 2, owner: "member 2", place: "place 3"}])'
            ),
            "unique",
            "stop_place_key",
        ),
        (
            'createStop(input: {stopId: 900, tripId: 5000, owner: "member 2"})',
            "foreign_key",
            "stop_trip_id_fkey",
        ),
        # Tables and columns without a grant are not named.
        ("deleteStop(by: {stopId: 1})", "foreign_key", None),
    ],
)
async def test_constraints(house: House, write: str, kind: str, constraint: str | None) -> None:
    caller = member(1) if write.startswith("delete") else member(2)
    found = await house.ask(f"mutation {{ {write} {{ affectedCount }} }}", caller)
    [error] = found["errors"]
    assert error["extensions"]["kind"] == kind
    assert error["extensions"]["constraint"] == constraint
    assert "member 3" not in str(found)
    assert "guarded" not in str(found)


async def test_constraints_that_roles_see(house: House) -> None:
    delete = "mutation { deleteStop(by: {stopId: 1}) { affectedCount } }"
    found = await house.ask(delete, CLERK)
    assert found["errors"][0]["extensions"]["constraint"] == "guarded_stop_id_fkey"
    await house.execute("REVOKE SELECT ON guarded FROM clerk")
    await house.service.live.check("a test")
    found = await house.ask(delete, CLERK)
    assert found["errors"][0]["extensions"]["constraint"] is None
    await house.execute(
        "INSERT INTO secretly VALUES (1, 1); ALTER TABLE secretly DROP CONSTRAINT secretly_pkey; "
        "ALTER TABLE secretly ALTER b SET DEFAULT 1, ADD CHECK (a < 10), ADD CHECK (a + b < 5)"
    )
    await house.service.live.check("a test")
    for value, named in ((1, None), (20, "secretly_a_check"), (7, None)):
        found = await house.ask(
            f"mutation {{ createSecretly(input: {{a: {value}}}) {{ affectedCount }} }}", member(1)
        )
        assert found["errors"][0]["extensions"]["constraint"] == named, found

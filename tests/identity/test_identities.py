"""What one identity may see does not reach another, and each sees all that it may."""

from __future__ import annotations

import asyncio
import gc
import re
import weakref
from typing import TYPE_CHECKING

import asyncpg

from db.identity import Identity
from tests.identity.conftest import member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.identity.conftest import House

TRIPS = "{ trips(first: 100) { totalCount nodes { tripId owner shop { name } } } }"
CLERK = Identity("clerk")


async def test_rows_are_those_of_the_caller(house: House) -> None:
    found = await asyncio.gather(*(house.data(TRIPS, member(n % 10)) for n in range(40)))
    for n, data in enumerate(found):
        assert data["trips"]["totalCount"] == 20
        assert {row["owner"] for row in data["trips"]["nodes"]} == {f"member {n % 10}"}
    assert (await house.data(TRIPS, CLERK))["trips"]["totalCount"] == 200


async def test_point_look_ups_of_many_identities_at_once(house: House) -> None:
    async def look_up(number: int, trip: int) -> None:
        query = "query ($id: Int!) { trip(by: {tripId: $id}) { owner } }"
        data = await house.data(query, member(number), {"id": trip})
        assert data == {"trip": {"owner": f"member {number}"} if trip % 10 == number else None}

    await asyncio.gather(*(look_up(n % 10, 1 + n % 30) for n in range(300)))


async def test_statements_run_as_the_role(house: House) -> None:
    roles = await asyncio.gather(
        *(house.data("{ whoami }", Identity(r)) for r in ("visitor", "member", "clerk"))
    )
    assert [data["whoami"] for data in roles] == ["visitor", "member", "clerk"]


async def test_each_role_has_its_own_schema(house: House) -> None:
    async def fields(type_name: str, identity: Identity) -> set[str] | None:
        query = f'{{ __type(name: "{type_name}") {{ fields {{ name }} inputFields {{ name }} }} }}'
        found = (await house.data(query, identity))["__type"]
        return found and {each["name"] for each in found["fields"] or found["inputFields"]}

    visitor = Identity("visitor")
    assert await fields("Trip", visitor) is None
    assert await fields("Mutation", visitor) is None
    assert "secret" not in (await fields("Trip", member(1)) or set())
    assert "secret" in (await fields("Trip", CLERK) or set())
    assert {"audit", "ledgers", "whoami"} <= (await fields("Query", CLERK) or set())
    assert (await fields("Query", member(1)) or set()) & {"audit", "ledgers"} == set()
    refused = await house.ask("{ ledgers { nodes { note } } }", member(1))
    assert refused["status"] == 400
    assert "ledger" not in refused["errors"][0]["message"].replace("'ledgers'", "")


async def test_functions_tell_nothing_of_tables_that_a_role_may_not_read(house: House) -> None:
    sdl = (await house.service.live.served("visitor")).sdl.decode()
    assert not re.search(r"(?i)secret|trip|ledger", sdl)
    sdl = (await house.service.live.served("member")).sdl.decode()
    assert "secret" not in sdl
    assert "tripsOf(" in sdl
    sdl = (await house.service.live.served("clerk")).sdl.decode()
    assert re.search(r"(?s)type Trip .*  cost: Int.*\n}", sdl)
    assert house.service.live.current.warnings == ()


async def test_roles_with_equal_grants_share_a_schema(house: House) -> None:
    await house.execute("GRANT member TO login_of_tests")
    live = house.service.live
    assert (await live.engine("visitor")) is live.ready("visitor")
    assert (await live.engine("member")) is not (await live.engine("clerk"))


async def test_grants_that_change_change_the_schema(house: House) -> None:
    assert (await house.ask("{ ledgers { totalCount } }", member(1)))["status"] == 400
    await house.execute("GRANT SELECT ON ledger TO member")
    await house.service.live.check("a test")
    assert await house.data("{ ledgers { totalCount } }", member(1)) == {"ledgers": {"totalCount": 1}}
    assert (await house.ask("{ ledgers { totalCount } }"))["status"] == 400


async def test_roles_that_callers_cannot_have(house: House) -> None:
    for role in ("mighty", "stranger", "postgres", "nobody", "login_of_tests", 'a"; DROP TABLE trip; --'):
        found = await house.ask("{ __typename }", Identity(role))
        assert (found["status"], found["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN"), role


async def test_what_is_written_is_written_as_the_caller(house: House) -> None:
    create = (
        "mutation ($owner: String!) { createTrip(input: {tripId: 999, owner: $owner}) { trip { owner } } }"
    )
    foreign = await house.ask(create, member(1), {"owner": "member 2"})
    assert (foreign["data"], foreign["errors"][0]["extensions"]["code"]) == (None, "FORBIDDEN")
    assert await house.data(create, member(1), {"owner": "member 1"}) == {
        "createTrip": {"trip": {"owner": "member 1"}}
    }
    update = "mutation { updateTrips(filter: {}, set: {price: 0}) { affectedCount } }"
    assert await house.data(update, member(2)) == {"updateTrips": {"affectedCount": 20}}
    delete = "mutation { deleteTrip(by: {tripId: 999}) { affectedCount } }"
    assert await house.data(delete, member(2)) == {"deleteTrip": {"affectedCount": 0}}


async def test_claims_arrive_whatever_is_in_them(house: House) -> None:
    for sub in ("it's", 'a "b"', "back\\slash", "E'\\'", "ä🦄", "$$", "member 1'; SET ROLE clerk; --"):
        identity = Identity("member", '{"sub": ' + '"' + sub.replace("\\", "\\\\").replace('"', '\\"') + '"}')
        found = await house.data("{ trips { totalCount } whoami }", identity)
        assert found == {"trips": {"totalCount": 0}, "whoami": "member"}


async def test_a_transaction_that_waits_for_its_caller_is_nobody_elses(house: House) -> None:
    for number in (1, 1, 1, 2, 1, 1, 3, 3, 3):
        found = await house.data(TRIPS, member(number))
        assert {row["owner"] for row in found["trips"]["nodes"]} == {f"member {number}"}
        if number == 3:
            assert await house.data("{ whoami shops { totalCount } }") == {
                "whoami": "visitor",
                "shops": {"totalCount": 2},
            }
        if number == 2:
            update = "mutation { updateTrips(filter: {}, set: {price: 1}) { affectedCount } }"
            assert await house.data(update, CLERK) == {"updateTrips": {"affectedCount": 200}}


async def test_no_transaction_waits_for_long(house: House) -> None:
    open_ones = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
    connection = await asyncpg.connect(house.url)
    try:
        for _ in range(5):
            await house.data(TRIPS, member(1))
        async with asyncio.timeout(2):
            while await connection.fetchval(open_ones):  # noqa: ASYNC110 - the database does not tell
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def test_nothing_is_left_in_a_session(house: House) -> None:
    await asyncio.gather(*(house.data(TRIPS, member(n)) for n in range(10)))
    await asyncio.sleep(0.05)
    for pool in house.service.live.builder.pools:
        async with pool.connection() as connection, connection.transaction():
            row = await connection.fetchrow(
                "SELECT current_user AS who, current_setting('request.jwt.claims', true) AS claims"
            )
        assert row is not None
        assert row["who"] == (pool.identity.role or "login_of_tests")
        assert not row["claims"]


async def test_schemas_that_nobody_asked_for_the_longest_go(
    open_house: Callable[..., AsyncIterator[House]],
) -> None:
    async for house in open_house(2, max_role_schemas=1):
        live = house.service.live
        first = await live.engine("member")
        assert live.ready("member") is first
        old = weakref.ref(first)
        del first
        await house.data(TRIPS, CLERK)
        assert live.ready("member") is None
        assert live.ready("visitor") is live.current.engine
        async with asyncio.timeout(5):
            while old() is not None:
                gc.collect()
                await asyncio.sleep(0.02)
        assert (await house.data(TRIPS, member(3)))["trips"]["totalCount"] == 20
        assert (await house.data("{ shops { totalCount } }"))["shops"]["totalCount"] == 2

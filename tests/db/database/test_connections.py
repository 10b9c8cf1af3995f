"""Connections that are lost, that are too many, and that nobody uses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from core.errors import ErrorCode, RequestError
from db.database import Database
from db.identity import LOGIN, Identity
from db.pool import Pool
from tests.db.database.things import (
    CANCEL,
    IDLE,
    SLEEPING,
    TERMINATE,
    Log,
    answered_with,
    fetch,
    once,
    opened,
    page,
    role_url,
)

if TYPE_CHECKING:
    import asyncpg

    from db.catalogue.model import Catalog


async def test_connections_that_were_lost_while_idle(database: Database, admin: asyncpg.Connection) -> None:
    for _ in range(3):
        assert len(await fetch(database, page("thing", "id"))) == 3
        await once(admin, TERMINATE, IDLE)


@pytest.mark.parametrize("identity", [LOGIN, Identity(claims="{}")], ids=["itself", "a caller"])
async def test_many_connections_that_were_lost_while_idle(
    url: str, catalog: Catalog, admin: asyncpg.Connection, identity: Identity
) -> None:
    async with opened(url, catalog, pool_size=5) as database:
        acting = database.acting_as(identity)
        for _ in range(2):
            await asyncio.gather(*(fetch(acting, page("slow", "id", "nothing")) for _ in range(5)))
            await once(admin, TERMINATE, IDLE)
            for _ in range(5):
                assert len(await fetch(acting, page("thing", "id"))) == 3


async def test_a_statement_whose_connection_is_lost_is_sent_again(
    database: Database, admin: asyncpg.Connection
) -> None:
    log = Log()
    running = asyncio.create_task(database.fetch(page("slow", "id", "nothing"), {"limit": 10}, observer=log))
    await once(admin, TERMINATE, SLEEPING)
    assert [tuple(row) for row in await running] == [(1, "")]
    assert len(log.events) == 1


async def test_a_statement_whose_connection_is_lost_twice_is_given_up(
    database: Database, admin: asyncpg.Connection
) -> None:
    running = asyncio.create_task(fetch(database, page("slow", "id", "nothing")))
    await once(admin, TERMINATE, SLEEPING)
    await once(admin, TERMINATE, SLEEPING)
    with answered_with(ErrorCode.DATABASE_UNAVAILABLE, "unavailable"):
        await running
    assert len(await fetch(database, page("thing", "id"))) == 3


async def test_a_statement_that_is_cancelled_by_the_operator(
    database: Database, admin: asyncpg.Connection
) -> None:
    running = asyncio.create_task(fetch(database, page("slow", "id", "nothing")))
    await once(admin, CANCEL, SLEEPING)
    with answered_with(ErrorCode.TIMEOUT, "took too long"):
        await running


async def test_a_database_that_no_longer_takes_connections(
    url: str, admin: asyncpg.Connection, catalog: Catalog
) -> None:
    await admin.execute("CREATE ROLE leaving LOGIN SUPERUSER")
    async with opened(role_url(url, "leaving"), catalog) as database:
        await database.ping()
        await admin.execute("ALTER ROLE leaving NOLOGIN")
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'leaving'"
        )
        with pytest.raises(RequestError) as caught:
            await database.ping()
        assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE
        await admin.execute("ALTER ROLE leaving LOGIN")
        await database.ping()
    await admin.execute("DROP ROLE leaving")


async def test_the_pool_is_the_limit(url: str, admin: asyncpg.Connection, catalog: Catalog) -> None:
    async with opened(url, catalog, pool_size=2) as database:
        rows = await asyncio.gather(*(fetch(database, page("slow", "id", "nothing")) for _ in range(4)))
        connections = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'loadstone'"
        )
    assert rows == 4 * [[(1, "")]]
    assert connections == 2


async def test_closing_waits_for_statements_and_then_ends(url: str, catalog: Catalog) -> None:
    database = Database(await Pool.open(url, pool_size=3), catalog)
    await database.ping()
    running = [asyncio.create_task(fetch(database, page("slow", "id", "nothing"))) for _ in range(2)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(5):
        await database.close()
    assert await asyncio.gather(*running) == 2 * [[(1, "")]]


async def test_connections_that_are_not_used_go_back_to_the_pool(
    url: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.pool.LEASE_SECONDS", 0.05)
    pool = await Pool.open(url, pool_size=3)
    database = Database(pool, catalog)
    await asyncio.gather(*(fetch(database, page("slow", "id", "nothing")) for _ in range(3)))
    assert pool.idle == 0
    async with asyncio.timeout(5):
        while pool.idle < 3:  # noqa: ASYNC110 - the pool does not tell
            await asyncio.sleep(0.02)
    await database.ping()
    await database.close()

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from db import change_trigger
from db.catalogue.fingerprint import fingerprint
from db.schema_watch import SchemaWatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@pytest.mark.parametrize("gets_through", [True, False])
async def test_it_polls_where_notifications_do_not_get_through(
    create_database: Callable[[str], Awaitable[str]], monkeypatch: pytest.MonkeyPatch, *, gets_through: bool
) -> None:
    """As behind a pooler that gives each transaction another connection."""
    monkeypatch.setattr("db.schema_watch._ECHO_SECONDS", 0.3)
    url = await create_database("CREATE TABLE album (id int PRIMARY KEY)")
    admin = await asyncpg.connect(url)
    await change_trigger.install(admin)
    known = await fingerprint(admin, None)
    noticed = asyncio.Event()

    async def send(_: str, arguments: list[Any]) -> None:
        if gets_through:
            await admin.execute("SELECT pg_notify($1, $2)", *arguments)

    async def changed() -> None:
        nonlocal known
        known = await fingerprint(admin, None)
        noticed.set()

    watch = SchemaWatch(url, None, 0.1, lambda: known, changed, send)
    watching = asyncio.create_task(watch.run())
    await asyncio.sleep(0.6)
    if not gets_through:
        await admin.execute("ALTER EVENT TRIGGER loadstone_schema DISABLE")  # no word at all
    await admin.execute("ALTER TABLE album ADD title text")
    async with asyncio.timeout(3):
        await noticed.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await admin.close()


CHANGES = {
    "ALTER TABLE album ADD title text": True,
    "ALTER TABLE album RENAME id TO number": True,
    "ALTER TABLE album ADD CHECK (number > 0)": True,
    "CREATE INDEX ON album (number)": True,
    "COMMENT ON COLUMN album.number IS 'A number.'": True,
    "COMMENT ON SCHEMA public IS 'Music.'": True,
    "GRANT SELECT ON album TO PUBLIC": True,
    "ALTER TYPE kind ADD VALUE 'demo'": True,
    "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'": True,
    "CREATE OR REPLACE VIEW albums AS SELECT number AS id, 1 AS one FROM album": True,
    "DROP TABLE artist": True,
    "CREATE SCHEMA more": True,
    "INSERT INTO album VALUES (2)": False,
    "CREATE TEMP TABLE nothing (id int)": False,
    "ANALYZE": False,
    "VACUUM": False,
    "ALTER TABLE apart.other ADD title text": False,
}
"""Changes, and whether a schema can be another one after them."""


async def test_what_the_fingerprint_tells(create_database: Callable[[str], Awaitable[str]]) -> None:
    url = await create_database(
        "CREATE TABLE album (id int); CREATE TABLE artist (id int); CREATE TYPE kind AS ENUM ('live');"
        "CREATE VIEW albums AS SELECT id FROM album; CREATE SCHEMA apart;"
        "CREATE TABLE apart.other (id int)"
    )
    connection = await asyncpg.connect(url)
    told = {}
    for change in CHANGES:
        before = await fingerprint(connection, ["public"])
        assert await fingerprint(connection, ["public"]) == before
        await connection.execute(change)
        told[change] = await fingerprint(connection, ["public"]) != before
    assert told == CHANGES
    await connection.close()

"""The schema follows the database while requests go on, in one process without sockets."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import asyncpg
import orjson
import pytest

from db import change_trigger
from db.catalogue.fingerprint import fingerprint, read_catalog_with_fingerprint
from db.catalogue.reflect import read_catalog
from demo.postgres import EmbeddedPostgres
from server.application import open_service
from server.extensions import load_extensions
from server.pipeline import answer
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from server.service import Service

    CreateDatabase = Callable[[str], Awaitable[str]]

SHOP = """
CREATE TABLE artist (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (id int PRIMARY KEY, title text NOT NULL, artist_id int REFERENCES artist, price int);
INSERT INTO artist SELECT n, 'artist ' || n FROM generate_series(1, 5) n;
INSERT INTO album SELECT n, 'album ' || n, 1 + n % 5, n FROM generate_series(1, 20) n;
CREATE FUNCTION failing() RETURNS int LANGUAGE plpgsql STABLE AS
    'BEGIN RETURN (SELECT nothing FROM nowhere); END';
CREATE VIEW broken AS SELECT 1 AS one, failing() AS two;
"""
NEVER = 3000.0
"""Seconds between two looks: nothing is noticed by polling."""

ALBUMS = "{ albums(first: 1) { nodes { title artist { name } } } }"


class Shop:
    """A served database."""

    def __init__(self, service: Service, admin: asyncpg.Connection, channel: Any) -> None:
        self.service = service
        self.admin = admin
        self._channel = channel

    async def ask(self, query: str) -> dict[str, Any]:
        body = orjson.dumps({"query": query})
        asked = self._channel("POST", "/graphql", body, headers={"accept": "application/json"})
        response = await answer(asked.exchange, self.service.stages)
        return cast("dict[str, Any]", orjson.loads(response.body))

    async def code(self, query: str) -> str | None:
        """Code of the first error; None without any."""
        errors = (await self.ask(query)).get("errors")
        return errors[0]["extensions"]["code"] if errors else None

    async def serves(self, query: str, seconds: float = 5) -> None:
        """Waits until a query is answered."""
        async with asyncio.timeout(seconds):
            while await self.code(query):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.02)

    async def gone(self, query: str, seconds: float = 5) -> None:
        """Waits until a query is not valid any more, without sending it before."""
        field = query.split()[1]
        async with asyncio.timeout(seconds):
            while f"  {field}(".encode() in self.service.live.current.sdl:  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.02)
        assert await self.code(query) == "GRAPHQL_VALIDATION_FAILED"


@pytest.fixture
async def url(create_database: CreateDatabase) -> str:
    return await create_database(SHOP)


@pytest.fixture
def open_shop(url: str, channel: Any) -> Callable[..., Any]:
    @asynccontextmanager
    async def open_shop(**settings: Any) -> AsyncIterator[Shop]:
        values = {"database_url": url, "schema_poll_seconds": NEVER, **settings}
        admin = await asyncpg.connect(url)
        try:
            async with open_service(Settings(**values)) as service:
                yield Shop(service, admin, channel)
        finally:
            await admin.close()

    return open_shop


@pytest.fixture
async def shop(open_shop: Callable[..., Any]) -> AsyncIterator[Shop]:
    """One that notices nothing by itself."""
    async with open_shop(schema_watch="off") as opened:
        yield opened


# What a change comes to --------------------------------------------------------------------------------


async def test_a_rebuild_serves_what_there_is_now(shop: Shop) -> None:
    await shop.admin.execute("ALTER TABLE album ADD year int; CREATE TABLE genre (id int PRIMARY KEY)")
    assert await shop.code("{ albums { nodes { year } } }") == "GRAPHQL_VALIDATION_FAILED"
    page = shop.service.live.current.ide_page
    assert await shop.service.live.rebuild("a test")
    assert await shop.code("{ albums { nodes { year } } genres { nodes { rowId } } }") is None
    served = shop.service.live.current
    assert b"year: Int" in served.sdl
    assert page is not None
    assert served.ide_page is not None
    assert served.ide_page.body != page.body


async def test_nothing_is_built_for_changes_that_no_schema_shows(shop: Shop) -> None:
    before = shop.service.live.current
    assert not await shop.service.live.check("nothing changed")
    assert shop.service.live.current is before
    await shop.admin.execute("TRUNCATE album")
    assert not await shop.service.live.check("a test")
    assert shop.service.live.current.engine is before.engine
    assert shop.service.live.current.fingerprint != before.fingerprint


GONE = {
    "ALTER TABLE album DROP price": "mutation { deleteAlbum(by: {rowId: 9}) { album { price } } }",
    "ALTER TABLE album RENAME title TO name": "{ albums { nodes { title } } }",
    "ALTER TABLE album DROP name": "{ albums { nodes { name } } }",
    "ALTER TABLE artist SET SCHEMA attic": "{ albums { nodes { artist { name } } } artists { totalCount } }",
    "DROP TABLE album": "{ albums { totalCount } }",
}
"""Changes one after the other, and what is not valid any more after each."""


async def test_what_is_gone_is_not_valid_any_more(open_shop: Callable[..., Any]) -> None:
    """The statement fails before anything is noticed: the request ends by the new schema."""
    async with open_shop(schema_watch="off", schemas=("public",)) as shop:
        await shop.admin.execute("CREATE SCHEMA attic")
        for change, query in GONE.items():
            assert await shop.code(query) is None, query
            await shop.admin.execute(change)
            assert await shop.code(query) == "GRAPHQL_VALIDATION_FAILED", change


async def test_what_is_valid_in_both_schemas_is_answered(shop: Shop) -> None:
    """The type of a column is another one: prepared statements, and those of the old schema, do not fit."""
    queries = (
        "{ albums(first: 1, filter: {price: {eq: 3}}) { nodes { title } } }",
        "mutation { updateAlbum(by: {rowId: 3}, set: {price: 3}) { album { title price } } }",
        'mutation { updateAlbums(filter: {price: {lt: 9}}, set: {title: "x"}, atMost: 9) { affectedCount } }',
    )
    for change in (
        "SELECT",
        "ALTER TABLE album ALTER price TYPE int2",
        "ALTER TABLE album ALTER price TYPE int4",
        "ALTER TABLE album ALTER price TYPE int2, ADD more text",
    ):
        await shop.admin.execute(change)
        for query in (*queries, *queries):
            assert await shop.code(query) is None, (change, query)


async def test_a_mutation_that_is_tried_again_writes_once(shop: Shop) -> None:
    create = 'mutation { createArtist(input: {rowId: %d, name: "new"}) { artist { name } } }'
    assert await shop.code(create % 100) is None
    await shop.admin.execute("ALTER TABLE artist ALTER name TYPE varchar(80)")
    assert await shop.code(create % 101) is None
    assert await shop.admin.fetchval("SELECT count(*) FROM artist WHERE id > 99") == 2


async def test_what_fails_without_a_change_is_a_defect_at_its_place(shop: Shop) -> None:
    before = shop.service.live.current
    found = await shop.ask("{ artists(first: 1) { nodes { name } } brokens { nodes { one two } } }")
    assert found["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert found["errors"][0]["path"][0] == "brokens"
    assert shop.service.live.current is before


async def test_caches_are_empty_after_a_change(shop: Shop) -> None:
    assert await shop.code(ALBUMS) is None
    old = shop.service.live.current.engine
    assert old.documents.get((ALBUMS, None, True)) is not None
    backends = "SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = 'loadstone'"
    by = f"{backends} AND datname = current_database()"
    sessions = await shop.admin.fetchval(by)
    await shop.service.live.rebuild("a test")
    new = shop.service.live.current.engine
    key = (ALBUMS, None, True)
    assert old.documents.get(key) is None
    assert new.documents.get(key) is None
    assert new.batches.kept == 0
    assert await shop.code(ALBUMS) is None
    async with asyncio.timeout(5):
        while set(sessions) & set(await shop.admin.fetchval(by)):  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.02)


async def test_changes_at_the_same_time_are_one_rebuild(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "loadstone")
    await shop.admin.execute("ALTER TABLE album ADD year int")
    await asyncio.gather(*(shop.service.live.rebuild(f"reason {n}") for n in range(5)))
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "reason 0, reason 1, reason 2, reason 3, reason 4"
    ]


async def test_a_rebuild_that_is_asked_for_meanwhile_comes_after(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that runs has read the catalogue before the change."""
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def read_and_wait(*arguments: Any) -> Any:
        found = await read_catalog_with_fingerprint(*arguments)
        has_read.set()
        await may_go_on.wait()
        return found

    monkeypatch.setattr("server.live_schema.read_catalog_with_fingerprint", read_and_wait)
    first = asyncio.create_task(shop.service.live.rebuild("first"))
    await has_read.wait()
    await shop.admin.execute("ALTER TABLE album ADD year int")
    second = asyncio.create_task(shop.service.live.check("second"))
    await asyncio.sleep(0.01)
    may_go_on.set()
    assert await first
    assert await second
    assert await shop.code("{ albums { nodes { year } } }") is None


async def test_a_catalogue_that_changes_while_it_is_read_is_read_again(url: str) -> None:
    connection = await asyncpg.connect(url)
    other = await asyncpg.connect(url)
    changes = iter(["ALTER TABLE album ADD year int", "ALTER TABLE album ADD month int"])

    async def read_and_change(*arguments: Any) -> Any:
        rows = await read_catalog(*arguments)
        if change := next(changes, None):
            await other.execute(change)
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.catalogue.fingerprint.read_catalog", read_and_change)
        rows, found = await read_catalog_with_fingerprint(connection, None)
    assert found == await fingerprint(connection, None)
    assert {"year", "month"} <= {row["name"] for row in rows.relations.columns}
    await connection.close()
    await other.close()


# Memory ------------------------------------------------------------------------------------------------


async def test_the_old_schema_is_freed_when_its_last_request_ends(shop: Shop) -> None:
    """Without the garbage collector, which does not look at what lives long."""
    await shop.admin.execute("CREATE VIEW nap AS SELECT 1 AS one, pg_advisory_xact_lock(7)::text AS nap")
    await shop.service.live.rebuild("a view")
    nap = "{ naps { nodes { nap } } }"
    assert await shop.code(nap) is None  # validation leaves garbage, which is young
    await asyncio.sleep(0.05)
    gc.collect()
    gc.disable()
    try:
        engine = shop.service.live.current.engine
        table_type = engine.model.types["Album"]
        parts = [
            weakref.ref(part)
            for part in (engine, engine.schema, engine.schema.type_map["Album"], engine.database)
        ]
        counted = sum(type(item) is type(table_type) for item in gc.get_objects())
        del engine, table_type
        await shop.admin.execute("SELECT pg_advisory_lock(7)")
        in_flight = asyncio.create_task(shop.ask(nap))
        await asyncio.sleep(0.1)
        await shop.service.live.rebuild("a test")
        await asyncio.sleep(0.05)
        assert None not in [part() for part in parts]
        await shop.admin.execute("SELECT pg_advisory_unlock(7)")
        assert await in_flight == {"data": {"naps": {"nodes": [{"nap": ""}]}}}
        del in_flight
        async with asyncio.timeout(5):
            while [part() for part in parts] != [None] * 4:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        left = sum(type(item).__qualname__ == "TableType" for item in gc.get_objects())
        assert left <= counted
    finally:
        gc.enable()
    assert await shop.code(ALBUMS) is None
    assert await shop.code('{ __schema { types { name fields { name } } } node(id: "x") { id } }') != (
        "INTERNAL_SERVER_ERROR"
    )


# Noticing ----------------------------------------------------------------------------------------------


async def test_polling_notices(open_shop: Callable[..., Any]) -> None:
    async with open_shop(schema_poll_seconds=0.1) as shop:
        await shop.admin.execute("ALTER TABLE album ADD year int")
        await shop.serves("{ albums { nodes { year } } }")
        await shop.admin.execute("COMMENT ON TABLE album IS 'By artists.'")
        async with asyncio.timeout(5):
            while b"By artists." not in shop.service.live.current.sdl:  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.02)


async def test_the_trigger_tells(open_shop: Callable[..., Any], url: str) -> None:
    admin = await asyncpg.connect(url)
    await change_trigger.install(admin)
    await change_trigger.install(admin)  # again: the newest version
    await admin.close()
    async with open_shop() as shop:
        await shop.admin.execute("CREATE TEMP TABLE nothing (id int)")
        async with shop.admin.transaction():
            await shop.admin.execute("ALTER TABLE album ADD year int")
            await shop.admin.execute("ALTER TABLE album DROP price")
        await shop.serves("{ albums { nodes { year } } }", 3)
        await shop.admin.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC; DROP VIEW broken")
        await shop.gone("{ brokens { totalCount } }", 3)
        await change_trigger.remove(shop.admin)
        assert not await change_trigger.is_installed(shop.admin)
        assert not await shop.admin.fetchval("SELECT to_regnamespace('loadstone')")


async def test_the_watch_comes_back_with_its_connection(open_shop: Callable[..., Any]) -> None:
    async with open_shop(schema_poll_seconds=0.1) as shop:
        await asyncio.sleep(0.3)
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await shop.admin.execute(f"{others} AND pid <> pg_backend_pid()")
        await shop.admin.execute("ALTER TABLE album ADD year int")
        await shop.serves("{ albums { nodes { year } } }")


# What keeps a schema from being built ------------------------------------------------------------------


async def test_the_schema_before_is_kept_while_none_can_be_built(
    open_shop: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with open_shop(schemas=("public",), schema_poll_seconds=0.05) as shop:
        caplog.set_level(logging.INFO, "loadstone")
        before = shop.service.live.current
        await shop.admin.execute("ALTER SCHEMA public RENAME TO hidden")
        assert await shop.code(ALBUMS) == "DATABASE_UNAVAILABLE"
        await asyncio.sleep(0.3)
        assert shop.service.live.current is before
        [line] = [record.message for record in caplog.records]
        assert line.endswith(
            "the one before is kept: schema 'public' does not exist in the database:"
            " correct its name in the setting schemas"
        )
        await shop.admin.execute("ALTER SCHEMA hidden RENAME TO public; ALTER TABLE album ADD year int")
        await shop.serves("{ albums { nodes { year } } }")
        assert [record.message.partition(" after")[0] for record in caplog.records[1:]] == [
            "the schema can be built again",
            "serving a new schema",
        ]


async def test_a_database_that_goes_away_while_a_schema_is_built(
    tmp_path: Path, channel: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has been read, and stops before the new schema is served: that is served, and answers later."""
    caplog.set_level(logging.INFO, "loadstone")
    has_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def read_and_wait(*arguments: Any) -> Any:
        found = await read_catalog_with_fingerprint(*arguments)
        has_read.set()
        await may_go_on.wait()
        return found

    introspection = '{ __type(name: "Album") { fields { name } } }'
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(tmp_path / "pg", settings={"fsync": "off"}))
        url = server.url("postgres")
        admin = await asyncpg.connect(url)
        await admin.execute(SHOP)
        settings = Settings(database_url=url, schema_watch="off", schema_poll_seconds=0.05)
        async with open_service(settings) as service:
            shop = Shop(service, admin, channel)
            with monkeypatch.context() as patch:
                patch.setattr("server.live_schema.read_catalog_with_fingerprint", read_and_wait)
                await admin.execute("ALTER TABLE album ADD year int")
                turn = asyncio.create_task(service.live.rebuild("a test"))
                await has_read.wait()
                await admin.close()
                await asyncio.to_thread(stack.close)
                assert await shop.code(ALBUMS) == "DATABASE_UNAVAILABLE"
                assert await shop.code(introspection) is None
                may_go_on.set()
                await turn
            # What was read is served, or what was before is kept: requests are answered as far as they can.
            assert await shop.code(ALBUMS) == "DATABASE_UNAVAILABLE"
            assert await shop.code(introspection) is None
            assert not await service.live.rebuild("while it is away")
            assert "the one before is kept" in caplog.records[-1].message
            with EmbeddedPostgres(tmp_path / "pg", settings={"fsync": "off"}):
                back = await asyncpg.connect(url)
                await back.execute("ALTER TABLE album ADD month int")
                await back.close()
                await shop.serves("{ albums { nodes { year month } } }")
                assert await shop.code(ALBUMS) is None


async def test_extensions_are_replaced_and_kept_as_they_were_when_they_do_not_fit(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    module = tmp_path / "more.py"
    code = """
from __future__ import annotations
from schema.extending import Row, row_field

@row_field("{type}", reads=["title"])
def loud(rows: list[Row]) -> list[str]:
    return [row["title"].upper() for row in rows]
"""
    live = shop.service.live
    module.write_text(code.format(type="Album"))
    assert await live.rebuild("more.py changed", load_extensions([str(module)]))
    assert await shop.ask("{ album(by: {rowId: 1}) { loud } }") == {"data": {"album": {"loud": "ALBUM 1"}}}
    module.write_text(code.format(type="Nothing"))
    assert not await live.rebuild("more.py changed", load_extensions([str(module)]))
    assert await shop.code("{ album(by: {rowId: 1}) { loud } }") is None
    assert "the one before is kept" in caplog.records[-1].message
    # The database is as it was: nothing is tried for a request, and a defect is one.
    assert not await live.check("a test")
    assert await shop.code("{ brokens { nodes { two } } }") == "INTERNAL_SERVER_ERROR"
    assert await live.rebuild("more.py changed", ())
    assert await shop.code("{ album(by: {rowId: 1}) { loud } }") == "GRAPHQL_VALIDATION_FAILED"

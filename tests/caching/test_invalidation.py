"""What a write lets go of, here and on other instances, and what it leaves."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest

from db.catalogue.footprints import TRIGGER
from db.row_triggers import install, remove
from demo.valkey import EmbeddedValkey
from server.caching.feeds import BOUND_SECONDS
from tests.property.caching import change
from tests.support.instances import ANONYMOUS, Instance, instance, is_hit, member
from tests.support.valkey import suspended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

ANNE, BOB = member("anne"), member("bob")
ALBUM = "{ album(by: {albumId: 1}) { title } }"
OTHER_ALBUM = "{ album(by: {albumId: 2}) { title } }"
ALBUMS = "{ albums { nodes { title } } }"
REFUSED = """mutation {
    a: updateAlbum(by: {albumId: 1}, set: {title: "w"}) { affectedCount }
    b: createGenre(input: {genreId: 1, name: "x"}) { affectedCount }
}"""
GENRES = "{ genres { nodes { name } } }"


@pytest.fixture(scope="module")
async def alone(url: str) -> AsyncIterator[Instance]:
    """An instance by itself."""
    async with instance(url, login="login_of_tests", cache_seconds=1000, pool_size=2) as one:
        yield one


@pytest.fixture
async def here(alone: Instance, rows: None) -> Instance:  # noqa: ARG001 - which are there first
    """The same, with no answer kept."""
    alone.caching.answers.store.clear()
    return alone


async def keeps(where: Instance, query: str, identity: Any = ANNE) -> bytes:
    """The answer to a query, after which that is kept."""
    await where.ask(query, identity)
    response = await where.ask(query, identity)
    assert is_hit(response), (query, response)
    return response.body


def title(number: int, text: str) -> str:
    """A mutation that sets a title."""
    return change("updateAlbum", f'by: {{albumId: {number}}}, set: {{title: "{text}"}}')


@pytest.mark.parametrize(
    ("query", "mutation"),
    [
        (ALBUM, title(1, "a")),
        (ALBUMS, title(1, "b")),
        ("{ albums { totalCount } }", change("createAlbum", 'input: {albumId: 50, title: "new"}')),
        (
            "{ album(by: {albumId: 51}) { title } }",
            change("createAlbum", 'input: {albumId: 51, title: "new"}'),
        ),
        ('{ album(by: {code: "code 1"}) { title } }', title(1, "c")),
        (ALBUM, change("updateAlbum", 'by: {code: "code 1"}, set: {title: "d"}')),
        (ALBUM, change("updateAlbums", 'filter: {albumId: {lt: 3}}, set: {title: "e"}')),
        (
            "{ album(by: {albumId: 52}) { title } }",
            change("updateAlbum", "by: {albumId: 9}, set: {albumId: 52}"),
        ),
        ("{ artist(by: {artistId: 1}) { albums { nodes { title } } } }", title(4, "f")),
        (
            "{ albums(orderBy: [{artist: {name: ASC}}]) { nodes { albumId } } }",
            change("updateArtist", 'by: {artistId: 4}, set: {name: "a first one"}'),
        ),
        ('{ artists(filter: {albums: {some: {title: {eq: "g"}}}}) { nodes { name } } }', title(2, "g")),
        ("{ artist(by: {artistId: 3}) { mentorId } }", change("deleteArtist", "by: {artistId: 2}")),
        (
            "{ albums(filter: {artistId: {eq: 3}}) { nodes { title } } }",
            change("deleteArtist", "by: {artistId: 3}"),
        ),
        (
            "{ genre(by: {genreId: 1}) { albums { nodes { albumId } } } }",
            change("deleteAlbum", "by: {albumId: 3}"),
        ),
        (
            "{ albumCounts { nodes { artistId albums } } }",
            change("createAlbum", 'input: {albumId: 53, title: "n", artistId: 1}'),
        ),
        ("{ titles }", title(1, "h")),
        (ALBUM, 'mutation { retitle(suffix: "i") { __typename } }'),
        ("{ audits { totalCount } }", change("updateAudited", "by: {auditedId: 1}, set: {value: 3}")),
        ("{ notes { nodes { text } } }", change("updateReader", 'by: {name: "anne"}, set: {mayRead: false}')),
        ("{ event(by: {eventId: 1}) { kind } }", change("updateEvent", 'by: {eventId: 1}, set: {kind: "j"}')),
        ('{ node(id: "%s") { ... on Album { title } } }', title(1, "k")),
    ],
)
async def test_a_write_is_seen_at_once_where_it_was_made(here: Instance, query: str, mutation: str) -> None:
    if "%s" in query:
        found = await here.data("{ album(by: {albumId: 1}) { id } }", ANNE)
        query %= found["album"]["id"]
    before = await keeps(here, query)
    assert b'"errors"' not in (await here.ask(mutation, ANNE)).body
    response = await here.ask(query, ANNE)
    assert not is_hit(response)
    assert response.body != before


@pytest.mark.parametrize(
    ("query", "mutation"),
    [
        (OTHER_ALBUM, title(1, "z")),
        (GENRES, title(1, "y")),
        (ALBUM, change("updateAlbum", 'by: {albumId: 1}, set: {title: "x"}, dryRun: true')),
        (ALBUM, REFUSED),
    ],
)
async def test_what_was_not_written_stays(here: Instance, query: str, mutation: str) -> None:
    before = await keeps(here, query)
    await here.ask(mutation, ANNE)
    response = await here.ask(query, ANNE)
    assert is_hit(response)
    assert response.body == before


async def test_what_began_to_be_read_before_a_write_is_not_kept_after_it(here: Instance) -> None:
    query = "{ slows { nodes { one } } album(by: {albumId: 1}) { title } }"
    await here.ask(title(1, "before"), ANNE)
    reading = asyncio.create_task(here.ask(query, ANNE))
    await asyncio.sleep(0.006)  # it sleeps for 10 ms in the database
    await here.ask(title(1, "after"), ANNE)
    await reading
    assert b"after" in (await here.ask(query, ANNE)).body


async def test_answers_of_one_caller_are_not_anothers(here: Instance) -> None:
    await here.ask(change("updateReader", 'by: {name: "anne"}, set: {mayRead: true}'), ANNE)
    query = "{ notes { nodes { owner } } }"
    assert b"anne" in await keeps(here, query, ANNE)
    assert b"anne" not in await keeps(here, query, BOB)
    # What says the same to all of a role is kept once for them, and not for another role.
    await keeps(here, GENRES, ANNE)
    assert is_hit(await here.ask(GENRES, BOB))
    assert not is_hit(await here.ask(GENRES, ANONYMOUS))


async def settled(ask: Callable[[], Awaitable[bytes]], wanted: bytes) -> float:
    """Seconds until an answer has something in it."""
    began = time.monotonic()
    while wanted not in await ask():
        assert time.monotonic() - began < BOUND_SECONDS + 0.5
        await asyncio.sleep(0.002)
    return time.monotonic() - began


@pytest.mark.parametrize("by", ["Redis", "the database"])
async def test_other_instances_hear_of_it(url: str, valkey: EmbeddedValkey, by: str) -> None:
    given: dict[str, Any] = {"login": "login_of_tests", "cache_seconds": 1000, "pool_size": 2}
    given |= {"redis_url": valkey.url} if by == "Redis" else {}
    async with instance(url, **given) as one, instance(url, **given) as other:
        await keeps(one, ALBUM)
        await keeps(one, GENRES)
        await other.ask(title(1, by), ANNE)

        async def ask() -> bytes:
            return (await one.ask(ALBUM, ANNE)).body

        await settled(ask, by.encode())
        assert is_hit(await one.ask(GENRES, ANNE))


async def test_without_word_from_redis_nothing_is_kept(url: str, tmp_path: Path) -> None:
    given: dict[str, Any] = {"login": "login_of_tests", "cache_seconds": 1000, "pool_size": 2}
    with EmbeddedValkey(tmp_path / "valkey") as valkey:
        given["redis_url"] = valkey.url
        async with instance(url, **given) as one, instance(url, **given) as other:
            await keeps(one, ALBUM)
            async with suspended(valkey):
                stopped = time.monotonic()
                await other.ask(title(1, "said by the database"), ANNE)

                async def ask() -> bytes:
                    return (await one.ask(ALBUM, ANNE)).body

                await settled(ask, b"said by the database")
                await asyncio.sleep(max(0.0, stopped + BOUND_SECONDS + 0.05 - time.monotonic()))
                assert not is_hit(await one.ask(ALBUM, ANNE))
            async with asyncio.timeout(10):
                while not is_hit(await one.ask(ALBUM, ANNE)):  # noqa: ASYNC110 - nothing to wait for
                    await asyncio.sleep(0.05)


async def test_triggers_tell_of_writes_past_the_api(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with instance(url, cache_seconds=1000, pool_size=2) as one:
            tables = one.service.live.current.engine.caching.footprints.underlying(
                one.service.live.current.engine.model.by_table
            )
            await install(connection, tables)
            query = "{ albumCounts { nodes { albums } } }"
            await keeps(one, query)
            await connection.execute("INSERT INTO album VALUES (90, 'past', 'the API', 1)")
            began = time.monotonic()
            while is_hit(await one.ask(query)):
                assert time.monotonic() - began < BOUND_SECONDS
                await asyncio.sleep(0.002)
            # Ours alone do not make writes of a table ones of everything.
            await keeps(one, GENRES)
            await one.ask(title(1, "still precise"))
            await asyncio.sleep(0.1)
            assert is_hit(await one.ask(GENRES))
        await remove(connection)
        left = await connection.fetchval("SELECT count(*) FROM pg_trigger WHERE tgname = $1", TRIGGER)
        assert left == 0
    finally:
        await connection.close()


async def test_a_lost_connection_lets_go_of_everything(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with instance(url, cache_seconds=1000, pool_size=2) as one:
            await keeps(one, ALBUM)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'"
            )
            async with asyncio.timeout(5):
                while is_hit(await one.ask(ALBUM)):  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.01)
                # What was written meanwhile past it is seen.
                await connection.execute("UPDATE album SET title = 'meanwhile' WHERE album_id = 1")
                while not is_hit(response := await one.ask(ALBUM)):  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.01)
            assert orjson.loads(response.body)["data"]["album"]["title"] == "meanwhile"
    finally:
        await connection.close()

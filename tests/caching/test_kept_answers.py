"""What is kept, for how long, and what requests and headers say of it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest

from server.caching.answers import Kept, Status
from server.caching.feeds import BOUND_SECONDS
from server.caching.headers import Reading, reading_headers
from server.http.content_coding import Coding
from tests.property.caching import DATABASE, ROWS
from tests.support.instances import Instance, header, instance, is_hit, member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

ALBUM = "{ album(by: {albumId: 1}) { title } }"
ANNE = member("anne")
SLOW = "{ slows { nodes { one } } }"


@pytest.fixture(scope="module")
async def alone(url: str) -> AsyncIterator[Instance]:
    """An instance that asks nobody who they are."""
    async with instance(url, cache_seconds=100, pool_size=4) as one:
        yield one


@pytest.fixture
async def here(alone: Instance) -> Instance:
    """The same, with no answer kept."""
    alone.caching.answers.store.clear()
    return alone


async def statements(where: Instance) -> int:
    """How many statements were sent."""
    return where.service.live.current.engine.batches.statements


async def test_nothing_is_kept_unless_that_is_set(url: str) -> None:
    async with instance(url, pool_size=2) as one:
        assert one.service.stages.caching is None
        response = await one.ask(ALBUM, method="GET")
        assert header(response, "cache-control") == "no-store"
        assert header(response, "cache-status") is None
        again = await one.ask(ALBUM, method="GET", if_none_match=header(response, "etag") or "")
        assert (again.status, again.body) == (304, b"")


async def test_a_thousand_who_ask_at_once_are_answered_by_one_statement(here: Instance) -> None:
    await here.ask(SLOW)
    here.caching.answers.store.clear()
    before = await statements(here)
    responses = await asyncio.gather(*(here.ask(SLOW) for _ in range(1000)))
    assert {response.body for response in responses} == {b'{"data":{"slows":{"nodes":[{"one":1}]}}}'}
    assert await statements(here) == before + 1


async def test_who_waits_goes_on_when_the_one_who_asked_leaves(here: Instance) -> None:
    first = asyncio.create_task(here.ask(SLOW))
    await asyncio.sleep(0.004)
    others = [asyncio.create_task(here.ask(SLOW)) for _ in range(5)]
    await asyncio.sleep(0.001)
    first.cancel()
    assert {response.status for response in await asyncio.gather(*others)} == {200}


@pytest.mark.parametrize(
    ("first", "then", "hit"),
    [
        ("", "no-cache", False),
        ("", "max-age=0", False),
        ("", "max-age=50", True),
        ("no-store", "", False),
        ("no-cache", "", True),
        ("", "no-store", False),
        ("", "something=else, max-stale", True),
    ],
)
async def test_requests_have_a_say(here: Instance, first: str, then: str, hit: bool) -> None:
    await here.ask(ALBUM, cache_control=first)
    assert is_hit(await here.ask(ALBUM, cache_control=then)) is hit


async def test_requests_have_none_where_that_is_off(url: str) -> None:
    async with instance(url, cache_seconds=100, cache_request_control=False, pool_size=2) as one:
        await one.ask(ALBUM, cache_control="no-store")
        assert is_hit(await one.ask(ALBUM, cache_control="no-cache"))


async def test_time_is_over(here: Instance) -> None:
    await here.ask(ALBUM)
    entry = grow_old(here, 101)
    assert entry.max_age == 100
    assert not is_hit(await here.ask(ALBUM))
    assert is_hit(await here.ask(ALBUM))


def grow_old(where: Instance, seconds: float) -> Any:
    """Makes the only kept answer so much older."""
    [(entry, *_)] = where.caching.answers.store._entries.values()  # noqa: SLF001 - time does not go faster
    entry.stored -= seconds
    return entry


async def test_one_past_its_time_is_given_to_who_takes_it_and_made_anew(here: Instance) -> None:
    await here.ask(ALBUM)
    grow_old(here, 110)
    response = await here.ask(ALBUM, cache_control="max-stale=30")
    assert header(response, "cache-status") == "loadstone; hit; fwd=stale"
    async with asyncio.timeout(2):
        while not is_hit(response := await here.ask(ALBUM)):  # noqa: ASYNC110 - there is nothing to wait for
            await asyncio.sleep(0.01)
    grow_old(here, 140)
    assert not is_hit(await here.ask(ALBUM, cache_control="stale-while-revalidate=30"))
    grow_old(here, 170)
    # No more than the setting says.
    assert not is_hit(await here.ask(ALBUM, cache_control="max-stale=1000"))


@pytest.mark.parametrize(
    "query",
    [
        "{ album(by: {albumId: 1}) { nothing } }",
        "query ($n: Int!) { albums(first: $n) { nodes { title } } }",
        'mutation { updateAlbum(by: {albumId: 1}, set: {title: "x"}, dryRun: true) { affectedCount } }',
    ],
)
async def test_errors_and_mutations_are_not_kept(here: Instance, query: str) -> None:
    for _ in range(2):
        assert not is_hit(await here.ask(query))
    assert len(here.caching.answers.store) == 0


async def test_variables_tell_answers_apart_and_media_types_do_not(here: Instance) -> None:
    query = "query ($id: Int!, $b: Boolean = true) { album(by: {albumId: $id}) { title @include(if: $b) } }"
    await here.ask(query, variables={"id": 1})
    assert not is_hit(await here.ask(query, variables={"id": 2}))
    assert not is_hit(await here.ask(query, variables={"id": 1, "b": True}))
    assert is_hit(await here.ask(query, variables={"id": 1}, accept="application/json"))
    assert is_hit(await here.ask(query, variables={"b": True, "id": 1}))


async def test_plans_are_told_of_what_ran(here: Instance) -> None:
    await here.ask(ALBUM)
    response = await here.ask(ALBUM, x_loadstone_explain="1")
    assert orjson.loads(response.body)["extensions"]["plan"]["statements"] == 1


async def test_kept_answers_cost_nothing(here: Instance) -> None:
    costs = []
    for _ in range(2):
        response = await here.ask(ALBUM, x_loadstone_cost="1")
        content = orjson.loads(response.body)
        assert content["data"] == {"album": {"title": "title 1"}}
        costs.append(content["extensions"]["cost"]["actualQueryCost"])
    assert costs[0] > 0
    assert costs[1] == 0
    assert is_hit(response)


async def test_reading_by_get(here: Instance) -> None:
    response = await here.ask(ALBUM, method="GET")
    assert header(response, "cache-control") == "private, no-cache"
    etag = header(response, "etag") or ""
    assert etag.startswith('W/"')
    assert (await here.ask(ALBUM, method="GET", if_none_match=f'"a", {etag}')).status == 304
    assert (await here.ask(ALBUM, method="HEAD", if_none_match="*")).status == 304
    await here.ask('mutation { updateAlbum(by: {albumId: 1}, set: {title: "new"}) { affectedCount } }')
    response = await here.ask(ALBUM, method="GET", if_none_match=etag)
    assert response.status == 200
    assert header(response, "etag") != etag
    assert header(await here.ask("{ nothing }", method="GET"), "etag") is None


async def test_what_caches_on_the_way_are_told(here: Instance) -> None:
    query = "{ album(by: {albumId: 1}) { title genres { nodes { name } } } }"
    await here.ask(query)
    [(entry, *_)] = here.caching.answers.store._entries.values()  # noqa: SLF001
    kept = Kept(entry, Status.HIT, 7.5, None)
    fields = dict(reading_headers(kept, Reading(None, is_anybodys=True, is_reusable=True)))
    assert fields[b"cache-control"] == b"public, max-age=100"
    assert fields[b"age"] == b"7"
    assert fields[b"surrogate-key"] == b"public.album_genre public.genre public.album:album_id=1"
    assert fields[b"cache-tag"] == b"public.album_genre,public.genre,public.album:album_id=1"
    assert b"authorization" in fields[b"vary"]
    for reading in (Reading(None, False, True), Reading(None, False, False), Reading(None, True, False)):  # noqa: FBT003
        fields = dict(reading_headers(kept, reading))
        assert fields[b"cache-control"].startswith(b"private")
        assert b"surrogate-key" not in fields


async def test_documents_that_are_named_are_for_caches_on_the_way(here: Instance) -> None:
    sha256 = hashlib.sha256(ALBUM.encode()).hexdigest()
    named = f'{{"persistedQuery":{{"version":1,"sha256Hash":"{sha256}"}}}}'
    await here.ask(ALBUM, extensions=named)
    response = await here.ask(None, extensions=named, method="GET")
    assert header(response, "cache-control") == "public, max-age=100"
    assert header(response, "cache-tag") == "public.album:album_id=1"
    assert is_hit(response)
    etag = header(response, "etag") or ""
    assert (await here.ask(None, extensions=named, method="GET", if_none_match=etag)).status == 304


async def test_no_cache_gives_again_what_code_tells_whose_it_is(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = hashlib.sha256(ALBUM.encode()).hexdigest()
    named = f'{{"persistedQuery":{{"version":1,"sha256Hash":"{sha256}"}}}}'
    await here.ask(ALBUM, extensions=named)
    monkeypatch.setattr(type(here.service.live.identifier), "asks_code", True)
    response = await here.ask(None, extensions=named, method="GET")
    # `Vary` cannot name the header field by which it does.
    assert header(response, "cache-control") == "private, no-cache"


SAID_OTHERWISE = """
CREATE OR REPLACE VIEW slow AS SELECT 2 AS one FROM (SELECT pg_sleep(0.01)) AS slept;
ALTER POLICY own ON note TO member USING (
    owner <> current_setting('request.jwt.claims', true)::json ->> 'sub'
    AND (SELECT may_read FROM reader WHERE name = owner)
);
"""


async def test_what_views_and_policies_said_before_is_let_go_of(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database(DATABASE + ROWS)
    async with instance(url, login="login_of_tests", cache_seconds=100, pool_size=2) as one:
        queries = (SLOW, "{ notes { nodes { owner } } }")
        before = [(await one.ask(query, ANNE)).body for query in queries]
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(SAID_OTHERWISE)
        finally:
            await connection.close()
        assert not await one.service.live.check("the database has changed")  # the schema is the same
        after = [(await one.ask(query, ANNE)).body for query in queries]
        assert all(old != new for old, new in zip(before, after, strict=True)), after


async def test_compressed_forms_are_kept_with_an_answer(here: Instance) -> None:
    query = "{ albums { nodes { title code artist { name } } } }"
    first = await here.ask(query)
    assert first.variants is not None
    bytes_before = here.caching.answers.store.bytes
    first.variants.keep(Coding.GZIP, b"x" * 500)
    assert here.caching.answers.store.bytes == bytes_before + 500
    again = await here.ask(query)
    assert again.variants is first.variants
    here.caching.answers.store.clear()
    first.variants.keep(Coding.ZSTD, b"x" * 500)
    assert here.caching.answers.store.bytes == 0


async def test_tables_have_times_of_their_own(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("COMMENT ON TABLE genre IS E'@cacheSeconds 30\\n@cacheScope private'")
    try:
        async with instance(url, cache_seconds=0, pool_size=2) as one:
            assert "type Genre implements Node @cacheControl(maxAge: 30, scope: PRIVATE) {" in (
                one.service.live.current.schema.sdl
            )
            for query in ("{ albums { nodes { title } } }", "{ genres { nodes { albums { totalCount } } } }"):
                await one.ask(query)
                assert not is_hit(await one.ask(query))
            # PRIVATE is somebody's, and nobody is asked who they are.
            await one.ask("{ genres { nodes { name } } }")
            assert not is_hit(await one.ask("{ genres { nodes { name } } }"))
        await connection.execute("COMMENT ON TABLE genre IS '@cacheSeconds 30'")
        async with instance(url, cache_seconds=0, pool_size=2) as one:
            await one.ask("{ genres { nodes { name } } }")
            response = await one.ask("{ genres { nodes { name } } }")
            assert header(response, "cache-status") == "loadstone; hit; ttl=29"
    finally:
        await connection.execute("COMMENT ON TABLE genre IS NULL")
        await connection.close()


EXTENSION = """
import itertools
import strawberry
from schema.extending import CacheControl, Row, row_field

numbers = itertools.count(1)

@strawberry.type
class Query:
    @strawberry.field(directives=[CacheControl(max_age=5)])
    def hinted(self) -> int:
        return next(numbers)

    @strawberry.field
    def plain(self) -> int:
        return next(numbers)

@row_field("Album", reads=["title"], cache=CacheControl(max_age=7))
def loud(albums: list[Row]) -> list[str]:
    return [album["title"].upper() for album in albums]

@row_field("Album", reads=["title"])
def quiet(albums: list[Row]) -> list[str]:
    return [album["title"].lower() for album in albums]
"""


async def test_python_code_says_itself_whether_what_it_gives_is_kept(url: str, tmp_path: Path) -> None:
    (tmp_path / "kept.py").write_text(EXTENSION)
    async with instance(url, cache_seconds=100, pool_size=2, extensions=(str(tmp_path / "kept.py"),)) as one:
        sdl = one.service.live.current.schema.sdl
        assert "directive @cacheControl(" in sdl
        assert "hinted: Int! @cacheControl(maxAge: 5)" in sdl
        for query, seconds in (
            ("{ hinted }", 4),
            ("{ plain }", None),
            ("{ album(by: {albumId: 1}) { loud } }", 6),
            ("{ album(by: {albumId: 1}) { quiet } }", None),
            ("{ album(by: {albumId: 1}) { title } }", 99),
            ("{ hinted album(by: {albumId: 1}) { quiet } }", None),
        ):
            await one.ask(query)
            told = header(await one.ask(query), "cache-status") or ""
            assert told == ("" if seconds is None else f"loadstone; hit; ttl={seconds}"), query


async def test_the_least_used_go_when_there_is_no_room(url: str) -> None:
    async with instance(url, cache_seconds=100, cache_bytes=20_000, pool_size=2) as one:
        query = "query ($id: Int!) { album(by: {albumId: $id}) { title } }"
        for number in range(40):
            await one.ask(query, variables={"id": number})
            await one.ask(query, variables={"id": 0})
        store = one.caching.answers.store
        assert 5 < len(store) < 20
        assert store.bytes <= 20_000
        assert is_hit(await one.ask(query, variables={"id": 0}))
        assert not is_hit(await one.ask(query, variables={"id": 1}))


def test_the_bound_is_the_documented_one() -> None:
    assert BOUND_SECONDS == 1.0

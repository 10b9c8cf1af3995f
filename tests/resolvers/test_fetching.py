"""`data.fetch`: Python code of users asks the API itself, as part of the operation that runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import strawberry

from resolvers import fetching
from resolvers.execution import Lane
from schema.extending import Context, Data, FetchError, Row, row_field
from schema.extensions import extension_of
from tests.support.activity import until_sleeping
from tests.support.engine import Engine, Result, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL, settings jsonb);
CREATE TABLE album (album_id int PRIMARY KEY, title text NOT NULL, artist_id int REFERENCES artist);
INSERT INTO artist VALUES (1, 'AC/DC', '{"a": [1, null]}'), (2, 'Accept', NULL);
INSERT INTO album VALUES (1, 'Powerage', 1), (2, 'Restless', 2), (3, 'Highway', 1);
CREATE VIEW broken AS SELECT 1 / (artist_id - 1) AS a FROM artist;
CREATE VIEW slow AS SELECT CASE WHEN pg_sleep(30) IS NULL THEN 1 END AS a;
"""

NAME = "query ($id: Int!) { artist(by: {artistId: $id}) { name settings } }"
NAMES = "query ($ids: [Int!]!) { artists(filter: {artistId: {in: $ids}}) { nodes { artistId name } } }"

seen: list[Any] = []
"""What code got to see."""

Info = strawberry.Info[Context, None]


@row_field("Album", reads=["artistId"])
async def artist_name(rows: list[Row], data: Data, mark: str = "") -> list[str]:
    ids = sorted({row["artistId"] for row in rows})
    found = await data.fetch(NAMES, {"ids": ids})
    names = {each["artistId"]: each["name"] for each in found["artists"]["nodes"]}
    return [names[row["artistId"]] + mark for row in rows]


@row_field("Album", reads=["albumId"])
async def deeper(rows: list[Row], data: Data) -> list[int]:
    """How deep it goes: each album asks for itself."""
    [row] = rows
    document = "query ($id: Int!) { album(by: {albumId: $id}) { deeper } }"
    try:
        found = await data.fetch(document, {"id": row["albumId"]})
    except FetchError as error:
        seen.append(error)
        return [0]
    return [1 + found["album"]["deeper"]]


@strawberry.type
class Query:
    @strawberry.field
    async def fetched(self, info: Info, id: int) -> str:  # noqa: A002 - what it is
        data = await info.context.data.fetch(NAME, {"id": id})
        seen.append(data)
        return str(data["artist"]["name"])

    @strawberry.field
    async def any_document(self, info: Info, document: str, name: str | None = None) -> str | None:
        try:
            return str(await info.context.data.fetch(document, operation_name=name))
        except FetchError as error:
            seen.append(error)
            raise

    @strawberry.field
    async def later(self, info: Info) -> bool:
        seen.append(info.context.data)
        return True


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    members = {"Query": Query, "artist_name": artist_name, "deeper": deeper}
    extensions = [extension_of("test", members)]
    async with open_engine(await create_database(DATABASE), extensions=extensions) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_happened() -> None:
    seen.clear()


async def run(engine: Engine, source: str) -> Result:
    """The answer of the compiled lane, which is that of the reference lane."""
    reference = await engine.run(source, lane=Lane.REFERENCE)
    seen.clear()
    compiled = await engine.run(source)
    assert compiled.data == reference.data
    assert [error.formatted for error in compiled.errors] == [error.formatted for error in reference.errors]
    return compiled


async def test_code_of_root_fields_gets_plain_data(engine: Engine) -> None:
    answer = await run(engine, "{ a: fetched(id: 1) b: fetched(id: 2) }")
    assert answer.data == {"a": "AC/DC", "b": "Accept"}
    assert seen == [
        {"artist": {"name": "AC/DC", "settings": {"a": [1, None]}}},
        {"artist": {"name": "Accept", "settings": None}},
    ]
    assert answer.lane is Lane.COMPILED


async def test_equal_reads_become_one_statement(engine: Engine) -> None:
    answer = await engine.run("{ a: fetched(id: 1) b: fetched(id: 2) c: fetched(id: 1) }")
    assert len({event.number for event in answer.statements}) == 1
    assert {event.step for event in answer.statements} == {0}  # of no step of the plan


async def test_code_of_row_fields_fetches_for_all_rows(engine: Engine) -> None:
    answer = await run(engine, '{ albums { nodes { title artistName(mark: "!") } } }')
    assert [album["artistName"] for album in answer.data["albums"]["nodes"]] == [
        "AC/DC!",
        "Accept!",
        "AC/DC!",
    ]
    assert len({event.number for event in answer.statements}) == 2
    assert answer.lane is Lane.COMPILED


async def test_documents_are_prepared_once(engine: Engine) -> None:
    await engine.run("{ fetched(id: 1) }")
    kept = engine.schema.model.fetched
    first = kept[NAME, None]
    await engine.run("{ fetched(id: 2) }")
    assert kept[NAME, None] is first


async def test_documents_are_kept_within_a_bound(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = engine.schema.model.fetched
    kept.clear()
    monkeypatch.setattr(fetching, "MAX_PREPARED", 2)
    for name in ("a", "b", "a", "c"):
        await engine.run(f'{{ anyDocument(document: "{{ {name}: __typename }}") }}')
    assert [source for source, _ in kept] == ["{ a: __typename }", "{ c: __typename }"]


async def test_an_operation_can_be_named(engine: Engine) -> None:
    document = "query one { __typename } query two { b: __typename }"
    answer = await run(engine, f'{{ anyDocument(document: "{document}", name: "two") }}')
    assert answer.data == {"anyDocument": "{'b': 'Query'}"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{ artist(by: }", "data.fetch: Syntax Error: Unexpected '}'."),
        ("{ nothing }", "data.fetch: Cannot query field 'nothing' on type 'Query'."),
        ("query a { __typename } query b { __typename }", "data.fetch: operation_name must name one"),
        ("query ($id: Int!) { artist(by: {artistId: $id}) { name } }", "data.fetch: Variable '$id'"),
        ("mutation { deleteArtist(by: {artistId: 2}) { affectedCount } }", "data.fetch: a query cannot"),
    ],
)
async def test_what_is_wrong_with_the_code_is_internal(engine: Engine, document: str, said: str) -> None:
    answer = await run(engine, f'{{ anyDocument(document: "{document}") }}')
    assert answer.data == {"anyDocument": None}
    [error] = answer.errors
    assert error.path == ["anyDocument"]
    assert (error.extensions or {})["code"] == "INTERNAL_SERVER_ERROR"
    [caught] = seen
    assert caught.errors[0].message.startswith(said)


async def test_errors_of_what_is_fetched_reach_the_code_and_the_caller(engine: Engine) -> None:
    answer = await run(
        engine, '{ anyDocument(document: "{ artists(first: -1) { nodes { name } } a: __typename }") }'
    )
    [error] = answer.errors
    assert error.path == ["anyDocument"]
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
    [caught] = seen
    assert isinstance(caught, FetchError)
    assert caught.data is None
    assert [each.path for each in caught.errors] == [["artists"]]
    assert caught.message == error.message == caught.errors[0].message


async def test_fetches_stand_in_each_other_only_so_deep(engine: Engine) -> None:
    answer = await run(engine, "{ album(by: {albumId: 1}) { deeper } }")
    assert answer.data == {"album": {"deeper": fetching.MAX_DEPTH}}
    [caught] = seen
    assert caught.message == "data.fetch: fetches stand more than 8 deep in each other"


async def test_nothing_is_fetched_for_an_operation_that_is_over(engine: Engine) -> None:
    await engine.run("{ later }")
    [data] = seen
    with pytest.raises(RuntimeError, match="the operation is over"):
        await data.fetch("{ __typename }")


@pytest.mark.parametrize("lane", Lane)
async def test_a_request_that_is_cancelled_cancels_what_is_fetched(engine: Engine, lane: Lane) -> None:
    request = asyncio.ensure_future(
        engine.run('{ anyDocument(document: "{ slows { nodes { a } } }") }', lane=lane)
    )
    await until_sleeping(engine.url, 1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    await until_sleeping(engine.url, 0)

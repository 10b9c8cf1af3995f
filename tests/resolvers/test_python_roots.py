"""Root fields of users, which graphql-core answers beside the compiled ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from resolvers.execution import Lane
from schema.extending import BadUserInput, Context
from schema.extensions import extension_of
from tests.support.engine import Engine, Result, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
INSERT INTO artist VALUES (1, 'AC/DC'), (2, 'Accept');
CREATE VIEW broken AS SELECT 1 / (artist_id - 1) AS a FROM artist;
"""

loaded: list[list[int]] = []
"""The keys of each batch."""

called: list[str] = []

Info = strawberry.Info[Context, None]


async def load_squares(keys: list[int]) -> list[int]:
    loaded.append(keys)
    await asyncio.sleep(0)
    return [key**2 for key in keys]


@strawberry.type
class Number:
    value: int

    @strawberry.field
    async def square(self, info: Info) -> int:
        loader = info.context.state.setdefault("squares", DataLoader(load_fn=load_squares))
        return int(await loader.load(self.value))

    @strawberry.field
    async def next(self) -> Number:
        await asyncio.sleep(0)
        return Number(value=self.value + 1)

    @strawberry.field
    def odd(self) -> bool:
        if self.value % 2 == 0:
            raise BadUserInput("Even.")
        return True


@strawberry.type
class Query:
    @strawberry.field
    def numbers(self, first: int = 3) -> list[Number | None]:
        """The first numbers."""
        called.append("numbers")
        return [Number(value=value) for value in range(1, first + 1)]

    @strawberry.field
    async def slow(self, text: str) -> str:
        await asyncio.sleep(0)
        return text[::-1]

    @strawberry.field
    def fails(self) -> int | None:
        called.append("fails")
        raise ZeroDivisionError("a secret")

    @strawberry.field
    def refuses(self) -> int:
        called.append("refuses")
        raise BadUserInput("Never.")


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    extensions = [extension_of("test", {"Query": Query})]
    async with open_engine(await create_database(DATABASE), extensions=extensions) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_happened() -> None:
    loaded.clear()
    called.clear()


async def run(engine: Engine, source: str, variables: dict[str, Any] | None = None) -> Result:
    """The compiled lane's answer; the reference lane's must be the same."""
    reference = await engine.run(source, variables, Lane.REFERENCE)
    nothing_happened.__wrapped__()  # type: ignore[attr-defined]
    compiled = await engine.run(source, variables)
    assert compiled.data == reference.data
    assert [error.formatted for error in compiled.errors] == [error.formatted for error in reference.errors]
    assert compiled.lane is Lane.COMPILED
    return compiled


def located(answer: Result) -> list[tuple[list[str | int] | None, str]]:
    return [(error.path, (error.extensions or {})["code"]) for error in answer.errors]


async def test_they_stand_beside_what_is_compiled(engine: Engine) -> None:
    answer = await run(
        engine,
        """query ($text: String! = "abc", $first: Int!) {
            a: artist(by: {artistId: 1}) { name }
            slow(text: $text)
            __typename
            numbers(first: $first) { ...number }
            artists { nodes { name } }
        }
        fragment number on Number { value next { value } }""",
        {"first": 2},
    )
    assert list(answer.data.items()) == [
        ("a", {"name": "AC/DC"}),
        ("slow", "cba"),
        ("__typename", "Query"),
        ("numbers", [{"value": 1, "next": {"value": 2}}, {"value": 2, "next": {"value": 3}}]),
        ("artists", {"nodes": [{"name": "AC/DC"}, {"name": "Accept"}]}),
    ]
    assert called == ["numbers"]


async def test_their_data_loaders_batch(engine: Engine) -> None:
    answer = await run(
        engine, "{ a: numbers { square next { next { square } } } b: numbers(first: 1) { square } }"
    )
    assert [number["square"] for number in answer.data["a"]] == [1, 4, 9]
    assert [number["next"]["next"]["square"] for number in answer.data["a"]] == [9, 16, 25]
    assert loaded == [[1, 2, 3], [4, 5]]


async def test_what_is_kept_for_one_request_is_not_there_for_the_next(engine: Engine) -> None:
    await engine.run("{ numbers { square } }")
    await engine.run("{ numbers { square } }")
    assert loaded == [[1, 2, 3], [1, 2, 3]]


async def test_their_errors_leave_the_rest_compiled(engine: Engine) -> None:
    answer = await run(engine, "{ fails numbers { value odd } artist(by: {artistId: 2}) { name } }")
    assert answer.data == {
        "fails": None,
        "numbers": [{"value": 1, "odd": True}, None, {"value": 3, "odd": True}],
        "artist": {"name": "Accept"},
    }
    assert located(answer) == [
        (["fails"], "INTERNAL_SERVER_ERROR"),
        (["numbers", 1, "odd"], "BAD_USER_INPUT"),
    ]
    assert called == ["fails", "numbers"]


async def test_an_error_that_reaches_the_root_leaves_no_data(engine: Engine) -> None:
    answer = await run(engine, "{ refuses artist(by: {artistId: 2}) { name } }")
    assert answer.data is None
    assert located(answer) == [(["refuses"], "BAD_USER_INPUT")]
    assert answer.errors[0].message == "Never."
    assert called == ["refuses"]


async def test_errors_of_rows_take_the_reference_lane(engine: Engine) -> None:
    source = "{ numbers { value } brokens { nodes { a } } }"
    compiled, reference = [await engine.run(source, lane=lane) for lane in Lane]
    assert compiled.lane is Lane.REFERENCE
    assert compiled.data is reference.data is None
    assert located(compiled) == located(reference) == [(["brokens", "nodes"], "BAD_USER_INPUT")]

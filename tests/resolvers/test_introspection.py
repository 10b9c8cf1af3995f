"""Answers of the schema about itself, beside graphql-core's own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from graphql import OperationDefinitionNode, get_introspection_query, parse

from resolvers import introspection
from resolvers.execution import Lane
from resolvers.introspection import Answers, Question, StoppedError, compressed, decompressed
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine

DATABASE = """
CREATE TYPE cover_format AS ENUM ('jewel', 'paper');
CREATE TABLE album (album_id int PRIMARY KEY, title text NOT NULL, cover cover_format);
CREATE TABLE track (track_id int PRIMARY KEY, album_id int REFERENCES album);
"""

EVERYTHING = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)

QUERIES: list[tuple[str, dict[str, Any]]] = [
    (get_introspection_query(), {}),
    (EVERYTHING, {}),
    ('{ __type(name: "Nothing") { name } other: __type(name: "Album") { __typename k: kind } }', {}),
    (
        (
            "query ($name: String!, $all: Boolean!, $not: Boolean!) { __type(name: $name) { ...T ...T } }"
            " fragment T on __Type { fields(includeDeprecated: $all) { name @skip(if: $not) ... on __Field"
            " { type { ofType { name kind } } } } fields(includeDeprecated: $all) { args { defaultValue } } }"
        ),
        {"name": "Query", "all": True, "not": True},
    ),
    (
        (
            "{ __schema { queryType { name } ...S } __schema { types { name possibleTypes { name } } } }"
            " fragment S on __Schema { subscriptionType { name } mutationType { name description } directives"
            " { locations isRepeatable args { name type { name } } } }"
        ),
        {},
    ),
    ('{ __type(name: "CoverFormat") { enumValues { name isDeprecated deprecationReason } } }', {}),
    ("query ($all: Boolean) { __schema { directives(includeDeprecated: $all) { name } } }", {}),
    ("query ($all: Boolean = true) { __schema { directives(includeDeprecated: $all) { name } } }", {}),
    ("query ($w: Boolean! = false) { __schema { __typename @include(if: $w) } albums { totalCount } }", {}),
    ("query ($f: AlbumFilter) { albums(filter: $f) { totalCount } __schema { __typename } }", {"f": {}}),
]
FAILING = (
    "query ($all: Boolean = true) { __schema { directives(includeDeprecated: $all) { name } } }",
    {"all": None},
)


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.mark.parametrize("number", range(len(QUERIES)))
async def test_it_is_as_graphql_core_gives_it_the_first_time_and_again(engine: Engine, number: int) -> None:
    query, variables = QUERIES[number]
    expected = await engine.run(query, variables, lane=Lane.REFERENCE)
    assert expected.errors == []
    for _ in range(2):
        result = await engine.run(query, variables)
        assert result.errors == []
        assert result.lane is Lane.COMPILED
        assert orjson.dumps(result.data) == orjson.dumps(expected.data)


async def test_other_variables_are_another_answer(engine: Engine) -> None:
    query = "query ($name: String!) { __type(name: $name) { name } }"
    for name in ("Album", "Track", "Album"):
        result = await engine.run(query, {"name": name})
        assert orjson.dumps(result.data) == orjson.dumps({"__type": {"name": name}})


async def test_errors_are_those_of_graphql_core(engine: Engine) -> None:
    expected = await engine.run(*FAILING, lane=Lane.REFERENCE)
    result = await engine.run(*FAILING)
    assert expected.errors
    assert [error.formatted for error in result.errors] == [error.formatted for error in expected.errors]
    assert result.data == expected.data


async def test_what_is_too_large_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(introspection, "MAX_CHARACTERS", 1000)
    result = await engine.run("{ __schema { types { name description fields { name } } } }")
    assert result.data is None
    assert [error.message for error in result.errors] == ["The introspection asks for too much at once."]


async def test_one_that_nobody_waits_for_stops(engine: Engine) -> None:
    document = parse(get_introspection_query())
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    writing = Question(engine.schema.graphql, operation, document).writing({})
    writing.stop()
    with pytest.raises(StoppedError):
        await asyncio.to_thread(writing.write)


def test_answers_that_were_not_asked_for_the_longest_go_first() -> None:
    kept = compressed({"__schema": bytes(1000)})
    one = len("a") + sum(len(value) for _, value in kept.values())
    answers = Answers(max_bytes=2 * one)
    for name in ("a", "b"):
        answers.put((name,), kept)
    assert answers.get(("a",)) is not None
    answers.put(("c",), kept)
    assert answers.get(("b",)) is None
    found = answers.get(("a",))
    assert found is not None
    assert decompressed(found) == {"__schema": bytes(1000)}

"""Running operations: errors and where they stand, variables, cancellation, what observers are told."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from graphql import OperationDefinitionNode, parse

from resolvers.execution import Answer, Lane, execute
from resolvers.plan import Strategy
from resolvers.planning import MAX_STEPS
from resolvers.prepared import PreparedOperation
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (
    album_id int PRIMARY KEY, title text, artist_id int NOT NULL REFERENCES artist, rating float8
);
INSERT INTO artist VALUES (1, 'AC/DC'), (2, 'Accept');
INSERT INTO album VALUES (1, 'Powerage', 1, 1.5), (2, 'Restless', 2, 'NaN'), (3, 'Lost', 1, NULL);
-- A row that a reference leads to and that is not there, as between two snapshots.
SET session_replication_role = replica;
UPDATE album SET artist_id = 99 WHERE album_id = 3;
CREATE VIEW slow AS SELECT 1 AS a, pg_sleep(60)::text AS b;
CREATE VIEW slowish AS SELECT 1 AS a, pg_sleep(0.3)::text AS b;
CREATE VIEW broken AS SELECT 1 / (artist_id - 1) AS a FROM artist;
CREATE VIEW many_broken AS SELECT artist_id, 1 / (artist_id - 1) AS a FROM artist;
"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


def located(answer: Any) -> list[tuple[list[str | int] | None, str]]:
    return [(error.path, (error.extensions or {})["code"]) for error in answer.errors]


async def run(engine: Engine, source: str, variables: dict[str, Any], **options: Any) -> Answer:
    document = parse(source)
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    prepared = PreparedOperation(engine.schema.graphql, engine.schema.model, document, operation)
    return await execute(prepared, variables=variables, batches=engine.batches, **options)


async def test_a_required_row_that_is_gone_is_a_conflict(engine: Engine) -> None:
    answer = await engine.run("{ album(by: {albumId: 3}) { title artist { name } } artists { totalCount } }")
    assert answer.data == {"album": None, "artists": {"totalCount": 2}}
    assert located(answer) == [(["album", "artist"], "CONFLICT")]


async def test_counts_of_each_row_are_not_estimated(engine: Engine) -> None:
    """An estimate is a statement of its own: of many rows it would be many."""
    for lane in Lane:
        answer = await engine.run("{ artists { nodes { albums { estimatedCount } } } }", lane=lane)
        assert (answer.data, located(answer)) == (None, [(None, "BAD_USER_INPUT")])
        assert answer.statements == []


async def test_other_keys_of_the_batch_are_answered(engine: Engine) -> None:
    answer = await engine.run(
        """{
            a: album(by: {albumId: 1}) { artist { albums { nodes { title } } } }
            b: album(by: {albumId: 3}) { artist { albums { nodes { title } } } }
        }"""
    )
    assert answer.data == {"a": {"artist": {"albums": {"nodes": [{"title": "Powerage"}]}}}, "b": None}
    assert located(answer) == [(["b", "artist"], "CONFLICT")]


async def test_a_value_that_cannot_be_shown_is_an_error_at_its_place(engine: Engine) -> None:
    answer = await engine.run("{ albums { nodes { title rating } } }")
    assert [node["rating"] for node in answer.data["albums"]["nodes"]] == [1.5, None, None]
    assert located(answer) == [(["albums", "nodes", 1, "rating"], "VALUE_NOT_REPRESENTABLE")]


async def test_a_statement_that_fails_leaves_the_others(engine: Engine) -> None:
    answer = await engine.run(
        """{
            album(by: {albumId: 1}) { artist { albums(filter: {title: {regex: "["}}) { nodes { title } } } }
            artist(by: {artistId: 1}) { name }
        }"""
    )
    assert answer.data == {"album": None, "artist": {"name": "AC/DC"}}
    [error] = answer.errors
    assert located(answer) == [(["album", "artist", "albums", "nodes"], "BAD_USER_INPUT")]
    assert "brackets [] not balanced" in error.message


async def test_data_that_makes_a_statement_fail_is_told_without_sql(engine: Engine) -> None:
    answer = await engine.run("{ brokens { nodes { a } } }")
    assert answer.data is None
    [error] = answer.errors
    assert located(answer) == [(["brokens", "nodes"], "BAD_USER_INPUT")]
    assert error.message == "A value cannot be used: division by zero."


async def test_an_error_of_a_connection_at_the_root_leaves_no_data(engine: Engine) -> None:
    """Connections are never null, so that the error rises to the next place that may be."""
    answer = await engine.run("{ artists(first: -1) { totalCount } album(by: {albumId: 1}) { title } }")
    assert answer.data is None
    assert located(answer) == [(["artists"], "BAD_USER_INPUT")]


@pytest.mark.parametrize(
    "variables", [{}, {"id": None}, {"id": "1"}, {"id": 1.5}, {"id": True}, {"id": 2**31}, {"id": [1, 2]}]
)
async def test_variables_that_do_not_fit_refuse_the_operation(
    engine: Engine, variables: dict[str, Any]
) -> None:
    source = "query ($id: Int!) { artist(by: {artistId: $id}) { name } }"
    answer = await run(engine, source, variables)
    assert not answer.executed
    assert answer.plan is None
    assert answer.data is None
    assert [error.extensions for error in answer.errors] == [{"code": "BAD_USER_INPUT"}]


async def test_variables_have_defaults(engine: Engine) -> None:
    source = """query ($id: Int! = 2, $with: Boolean = true) {
        artist(by: {artistId: $id}) { name @include(if: $with) }
    }"""
    assert (await run(engine, source, {})).data == {"artist": {"name": "Accept"}}
    assert (await run(engine, source, {"id": 1, "with": False})).data == {"artist": {}}


async def test_variables_that_are_unknown_are_ignored(engine: Engine) -> None:
    answer = await run(engine, "{ artists { totalCount } }", {"other": 1})
    assert (answer.executed, answer.data) == (True, {"artists": {"totalCount": 2}})


@pytest.mark.parametrize("hidden", [True, False])
async def test_names_are_suggested_unless_that_is_off(engine: Engine, hidden: bool) -> None:
    source = "query ($order: [ArtistOrderBy!]) { artists(orderBy: $order) { totalCount } }"
    answer = await run(engine, source, {"order": [{"nane": "ASC"}]}, hide_suggestions=hidden)
    assert ("Did you mean 'name'" in answer.errors[0].message) is not hidden


async def test_the_named_operation_runs(engine: Engine) -> None:
    document = parse("query A { artists { totalCount } } query B { albums { totalCount } }")
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    schema = engine.schema
    answers = [
        await execute(
            PreparedOperation(schema.graphql, schema.model, document, operation),
            variables={},
            batches=engine.batches,
        )
        for operation in operations
    ]
    assert [answer.data for answer in answers] == [
        {"artists": {"totalCount": 2}},
        {"albums": {"totalCount": 3}},
    ]


async def test_more_statements_than_a_plan_may_have_are_refused(engine: Engine) -> None:
    """Each fragment doubles what the next one asks for."""
    fragments = " ".join(
        f"fragment F{n} on Artist {{ a: albums {{ nodes {{ artist {{ ...F{n + 1} }} }} }}"
        f" b: albums {{ nodes {{ artist {{ ...F{n + 1} }} }} }} }}"
        for n in range(30)
    )
    source = f"{{ artists {{ nodes {{ ...F0 }} }} }} {fragments} fragment F30 on Artist {{ name }}"
    answer = await run(engine, source, {})
    assert (answer.executed, answer.data) == (False, None)
    [error] = answer.errors
    assert error.message == f"The operation needs more than {MAX_STEPS} steps."
    assert error.extensions == {"code": "BAD_USER_INPUT"}


async def test_introspection_holds_nobody_up(engine: Engine) -> None:
    everything = "__schema { types { name fields { name args { name } type { name ofType { name } } } } }"
    source = "{ " + " ".join(f"a{number}: {everything}" for number in range(50)) + " }"
    asked = asyncio.create_task(run(engine, source, {}))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert (await asked).errors == []
    assert turns > 1, "it was answered in one turn of the event loop"


async def test_introspection_needs_no_statement(engine: Engine) -> None:
    answer = await engine.run(
        '{ __type(name: "Artist") { fields { name } } __schema { queryType { name } } }'
    )
    data = orjson.loads(orjson.dumps(answer.data))
    assert [field["name"] for field in data["__type"]["fields"]] == [
        "id",
        "artistId",
        "name",
        "albums",
        "rowVersion",
    ]
    assert answer.statements == []


async def test_observers_are_told_of_every_statement(engine: Engine) -> None:
    answer = await engine.run(
        "{ artists { totalCount nodes { name albums(first: 1) { nodes { title } } } } }"
    )
    assert answer.plan is not None
    assert [step.strategy for step in answer.plan.steps] == [
        Strategy.PAGE,
        Strategy.COUNT,
        Strategy.PAGES,
    ]
    told = sorted((event.step, event.rows, event.batched_keys) for event in answer.statements)
    assert told == [(1, 2, 0), (2, 1, 0), (3, 2, 2)]
    assert all(event.milliseconds > 0 for event in answer.statements)
    assert all(event.statement.startswith("SELECT") for event in answer.statements)


async def test_values_never_stand_in_the_statement(engine: Engine) -> None:
    text = "'; DROP TABLE artist; --"
    answer = await engine.run(
        "query ($text: String!) { artists(filter: {name: {contains: $text}}) { nodes { name } totalCount } }",
        {"text": text},
    )
    assert answer.data == {"artists": {"nodes": [], "totalCount": 0}}
    assert len(answer.statements) == 2
    assert not any("DROP" in event.statement for event in answer.statements)


async def test_types_of_an_extension_in_a_schema_of_its_own(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    """Their operators stand in that schema too, which is on nobody's search path."""
    url = await create_database(
        """
        CREATE SCHEMA "my extensions";
        CREATE EXTENSION vector SCHEMA "my extensions";
        CREATE TABLE embedding (embedding_id int PRIMARY KEY, dense "my extensions".vector(2) UNIQUE);
        INSERT INTO embedding VALUES (1, '[1,2]'), (2, '[3,4]'), (3, '[5,6]'), (4, NULL);
        """
    )
    ids = "nodes { embeddingId } pageInfo { endCursor }"
    async with open_engine(url) as opened:
        found = await opened.run(
            f"""{{
                eq: embeddings(filter: {{dense: {{eq: "[1,2]"}}}}) {{ {ids} }}
                in: embeddings(filter: {{dense: {{in: ["[1,2]", "[3,4]"]}}}}) {{ {ids} }}
                gt: embeddings(filter: {{dense: {{gt: "[1,2]"}}}}) {{ {ids} }}
                first: embeddings(first: 1, orderBy: [{{dense: DESC_NULLS_LAST}}]) {{ {ids} }}
                key: embedding(by: {{dense: "[3,4]"}}) {{ embeddingId }}
            }}"""
        )
        assert found.errors == []
        after = found.data["first"]["pageInfo"]["endCursor"]
        rest = await opened.run(
            f"""query ($after: String) {{
                rest: embeddings(after: $after, orderBy: [{{dense: DESC_NULLS_LAST}}]) {{ {ids} }}
            }}""",
            {"after": after},
        )
    pages = {key: page["nodes"] for key, page in {**found.data, **rest.data}.items() if "nodes" in page}
    assert {key: [row["embeddingId"] for row in rows] for key, rows in pages.items()} == {
        "eq": [1],
        "in": [1, 2],
        "gt": [2, 3],
        "first": [3],
        "rest": [2, 1, 4],
    }
    assert found.data["key"] == {"embeddingId": 2}


# Cancellation -----------------------------------------------------------------------------------------


async def settled(connection: asyncpg.Connection, wanted: int) -> None:
    """Waits until so many statements sleep."""
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'"
    )
    async with asyncio.timeout(5):
        while await connection.fetchval(sleeping) != wanted:  # noqa: ASYNC110 - the server does not tell
            await asyncio.sleep(0.01)


async def test_cancelling_an_operation_cancels_its_statements(engine: Engine) -> None:
    connection = await asyncpg.connect(engine.url)
    task = asyncio.create_task(
        engine.run("{ slows { nodes { a b } } others: slows { nodes { b } } artists { totalCount } }")
    )
    await settled(connection, 2)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    await settled(connection, 0)
    await connection.close()
    assert (await engine.run("{ artists { totalCount } }")).data == {"artists": {"totalCount": 2}}


# graphql-core leaves coroutines that it has not begun to await.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("turns", [*range(12), *range(12, 80, 4)])
async def test_cancelling_at_any_moment_leaves_nothing_running(
    engine: Engine, turns: int, lane: Lane
) -> None:
    """A request to cancel can reach the server ahead of its statement: then that one runs to its end."""
    connection = await asyncpg.connect(engine.url)
    before = asyncio.all_tasks()
    task = asyncio.create_task(
        engine.run(
            "{ slowishes { nodes { a b } totalCount } albums { nodes { artist { name } } } }", lane=lane
        )
    )
    for _ in range(turns):
        await asyncio.sleep(0)
    if not task.cancel():
        await task  # the missing artist makes all of the answer null, maybe soon
    else:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
    await settled(connection, 0)
    async with asyncio.timeout(5):
        while asyncio.all_tasks() - before:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    gc.collect()  # what graphql-core has not begun to await warns here, and not in another test
    await connection.close()


async def test_a_transaction_whose_prepared_statements_are_out_of_date_begins_anew(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database(
        "CREATE TABLE part (id int PRIMARY KEY, weight int); INSERT INTO part VALUES (1, 1)"
    )
    write = "mutation { updatePart(by: {rowId: 1}, set: {weight: 2}) { part { weight } } }"
    admin = await asyncpg.connect(url)
    async with open_engine(url) as engine:
        for kind in ("int", "int2", "int"):
            await admin.execute(f"ALTER TABLE part ALTER weight TYPE {kind}")
            for lane in (*Lane, *Lane):
                result = await engine.run(write, lane=lane)
                assert (result.data, result.errors) == ({"updatePart": {"part": {"weight": 2}}}, [])
    await admin.close()

"""A page far from the start costs what the first one does: an index finds its start, and one plan serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from graphql import OperationDefinitionNode, parse

from db.database import Database
from db.pool import Pool
from db.query import PageRead
from db.statements import StatementBuilder
from loaders.across import Batches
from resolvers.execution import execute
from resolvers.prepared import PreparedOperation
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from db.query import Read
    from db.statements import Statement

ROWS = 20_000
SIZE = 10
TIES = 20
"""The most rows with the same day: an index on the day alone cannot tell them apart."""

DATABASE = f"""
CREATE TABLE stream (stream_id int PRIMARY KEY);
CREATE TABLE event (
    event_id bigint PRIMARY KEY, stream_id int NOT NULL REFERENCES stream, kind int NOT NULL,
    day date NOT NULL, score int, level int, grade numeric NOT NULL, place text NOT NULL, seat int NOT NULL,
    label text, at timestamptz, UNIQUE (place, seat)
);
INSERT INTO stream SELECT n FROM generate_series(1, 4) AS n;
INSERT INTO event SELECT
    n, CASE WHEN n % 5 < 3 THEN 1 ELSE 1 + n % 4 END, CASE WHEN n % 5 < 3 THEN 1 ELSE 2 END,
    date '2000-01-01' + (n / {TIES})::int,
    CASE WHEN n % 4 > 0 THEN n * 7919 % 5000 END, CASE WHEN n % 4 > 0 THEN n % 3 END, n % 3,
    'place ' || n % 3, n, CASE WHEN n % 4 > 0 THEN md5(n::text) END,
    CASE WHEN n % 4 > 0 THEN timestamptz '2000-01-01 00:00+00' + n * interval '1 minute' END
FROM generate_series(1, {ROWS}) AS n;
CREATE INDEX ON event (day);
CREATE INDEX ON event (score, event_id);
CREATE INDEX ON event (score NULLS FIRST, event_id);
CREATE INDEX ON event (level);
CREATE INDEX ON event (grade, event_id DESC);
CREATE INDEX ON event (grade DESC, score, event_id);
CREATE INDEX ON event (stream_id, event_id);
CREATE INDEX ON event (stream_id, score, event_id);
CREATE INDEX ON event (kind, label, event_id);
CREATE INDEX ON event (label DESC NULLS LAST, event_id DESC);
CREATE INDEX ON event (at, event_id);
"""

WINDOW = "$first: Int, $after: String, $last: Int, $before: String, $offset: Int, $order: [EventOrderBy!]"
GIVEN = "first: $first, after: $after, last: $last, before: $before, offset: $offset, orderBy: $order"
PAGE = "{ nodes { score } pageInfo { startCursor endCursor } }"
WHOLE = f"query ({WINDOW}) {{ events({GIVEN}) {PAGE} }}"
JOINED = WHOLE.replace("score", "score stream { streamId }")
NESTED = f"query ({WINDOW}) {{ streams(first: 1) {{ nodes {{ events({GIVEN}) {PAGE} }} }} }}"
FILTERED = f"query ({WINDOW}) {{ events({GIVEN}, filter: {{kind: {{eq: 1}}}}) {PAGE} }}"

ORDERS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "the key": (WHOLE, []),
    "the key, descending": (WHOLE, [{"eventId": "DESC"}]),
    "a key of two columns": (WHOLE, [{"place": "ASC"}, {"seat": "ASC"}]),
    "a column with ties": (WHOLE, [{"day": "ASC"}]),
    "a column with ties, descending": (WHOLE, [{"day": "DESC"}]),
    "NULLs last": (WHOLE, [{"score": "ASC"}]),
    "NULLs first, descending": (WHOLE, [{"score": "DESC"}]),
    "NULLs first": (WHOLE, [{"score": "ASC_NULLS_FIRST"}]),
    "NULLs last, descending": (WHOLE, [{"score": "DESC_NULLS_LAST"}]),
    "a text with NULLs": (WHOLE, [{"label": "DESC_NULLS_LAST"}]),
    "a time with NULLs": (WHOLE, [{"at": "ASC"}]),
    "directions that differ": (WHOLE, [{"grade": "ASC"}, {"eventId": "DESC"}]),
    "directions that differ, with NULLs": (WHOLE, [{"grade": "DESC"}, {"score": "ASC"}, {"eventId": "ASC"}]),
    "with a row that belongs to each": (JOINED, []),
    "with a row that belongs to each, NULLs last": (JOINED, [{"score": "ASC"}]),
    "rows of a parent": (NESTED, []),
    "rows of a parent, NULLs last": (NESTED, [{"score": "ASC"}]),
    "rows of a parent, NULLs first, descending": (NESTED, [{"score": "DESC"}]),
    "rows that a filter keeps": (FILTERED, [{"label": "ASC"}]),
}
DEPTHS = (0.5, 0.74, 0.9)
"""Parts of the rows ahead of a page: in the midst of values, where NULLs begin, in the midst of NULLs."""


class RecordingDatabase(Database):
    """Keeps the reads that were run, with their values."""

    def __init__(self, pool: Pool, engine: Engine) -> None:
        super().__init__(pool, engine.catalog)
        self.reads: list[tuple[Read, dict[str, Any]]] = []

    async def run(
        self, read: Read, values: Mapping[str, Any], *, several: bool = False
    ) -> tuple[str, list[asyncpg.Record]]:
        assert not several  # nobody asks beside us
        self.reads.append((read, dict(values)))
        return await super().run(read, values, several=several)


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    url = await create_database(DATABASE)
    connection = await asyncpg.connect(url)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    async with open_engine(url) as opened:
        yield opened


@pytest.fixture(scope="module")
async def database(engine: Engine) -> AsyncIterator[RecordingDatabase]:
    database = RecordingDatabase(await Pool.open(engine.url, pool_size=1), engine)
    yield database
    await database.close()


async def read_page(
    engine: Engine, database: RecordingDatabase, query: str, variables: dict[str, Any]
) -> dict[str, Any]:
    document = parse(query)
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    prepared = PreparedOperation(engine.schema.graphql, engine.schema.model, document, operation)
    answer = await execute(prepared, variables=variables, batches=Batches(database, 1))
    assert answer.errors == []
    data: dict[str, Any] = answer.data or {}
    page: dict[str, Any] = data["streams"]["nodes"][0]["events"] if "streams" in data else data["events"]
    return page


def is_of_events(read: Read) -> bool:
    return isinstance(read, PageRead) and read.table.name == "event"


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


async def scans(engine: Engine, database: RecordingDatabase, sets: int = 1) -> list[dict[str, Any]]:
    """How the last page was read: the scans of its table that took place.

    With more than one set, as if so many had asked for it at the same time.
    """
    read, values = next((read, values) for read, values in reversed(database.reads) if is_of_events(read))
    builder = StatementBuilder(engine.catalog)
    statement = builder.build(read) if sets == 1 else builder.build_for_several(read)
    assert statement is not None
    given = [values[name] for name in statement.parameters]
    connection = await asyncpg.connect(engine.url)
    try:
        plan = await connection.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}",
            *(given if sets == 1 else [[value] * sets for value in given]),
        )
    finally:
        await connection.close()
    return [
        node
        for node in nodes_of(json.loads(plan)[0]["Plan"])
        if node.get("Relation Name") == "event" and node["Actual Loops"]
    ]


def rows_of(scan: dict[str, Any]) -> float:
    """How many rows a scan read."""
    removed = scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    return float((scan["Actual Rows"] + removed) * scan["Actual Loops"])


async def prepared(
    engine: Engine, database: RecordingDatabase
) -> tuple[asyncpg.Connection, Statement, list[Any]]:
    """A new connection, and the statement of the last page with its values."""
    read, values = next((read, values) for read, values in reversed(database.reads) if is_of_events(read))
    statement = StatementBuilder(engine.catalog).build(read)
    return await asyncpg.connect(engine.url), statement, [values[name] for name in statement.parameters]


@pytest.mark.parametrize("order", [order for order, (query, _) in ORDERS.items() if query != FILTERED])
async def test_a_page_is_planned_once(engine: Engine, database: RecordingDatabase, order: str) -> None:
    query, order_by = ORDERS[order]
    start = await read_page(engine, database, query, {"order": order_by, "first": 1, "offset": ROWS // 4})
    cursor = start["pageInfo"]["endCursor"]
    for window in ({"first": SIZE}, {"first": SIZE, "after": cursor}, {"last": SIZE, "before": cursor}):
        await read_page(engine, database, query, {"order": order_by, **window})
        connection, statement, values = await prepared(engine, database)
        try:
            for _ in range(8):
                await connection.fetch(statement.sql, *values)
            plans = await connection.fetch(
                "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1",
                statement.sql,
            )
        finally:
            await connection.close()
        # PostgreSQL looks at the values five times before it keeps a plan.
        assert [tuple(row) for row in plans] == [(5, 3)], window


async def test_the_plan_that_is_kept_serves_rare_values_too(
    engine: Engine, database: RecordingDatabase
) -> None:
    """Expecting many rows of a grade, it must not look for those of a rare one by the key."""
    query, order_by = ORDERS["directions that differ"]
    start = await read_page(engine, database, query, {"order": order_by, "first": 1, "offset": ROWS // 2})
    await read_page(
        engine, database, query, {"order": order_by, "first": SIZE, "after": start["pageInfo"]["endCursor"]}
    )
    connection, statement, values = await prepared(engine, database)
    try:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE page AS {statement.sql}")
        plan = await connection.fetchval(
            f"EXPLAIN (FORMAT JSON) EXECUTE page({', '.join(['NULL'] * len(values))})"
        )
    finally:
        await connection.close()
    indexes = {node["Index Name"] for node in nodes_of(json.loads(plan)[0]["Plan"]) if "Index Name" in node}
    assert indexes == {"event_grade_event_id_idx"}


@pytest.mark.parametrize("size", [1, 15, 16, 17, 63, 64, 65, 256])
async def test_pages_have_the_size_that_is_asked_for(
    engine: Engine, database: RecordingDatabase, size: int
) -> None:
    query, order_by = ORDERS["NULLs last"]
    start = await read_page(engine, database, query, {"order": order_by, "first": size})
    after = start["pageInfo"]["endCursor"]
    page = await read_page(engine, database, query, {"order": order_by, "first": size, "after": after})
    assert (len(start["nodes"]), len(page["nodes"])) == (size, size)


async def test_rows_of_which_nothing_is_read(engine: Engine, database: RecordingDatabase) -> None:
    query, order_by = ORDERS["NULLs last"]
    start = await read_page(engine, database, query, {"order": order_by, "first": 1})
    nothing = query.replace("score", "__typename").replace("pageInfo { startCursor endCursor }", "")
    for window in ({}, {"after": start["pageInfo"]["endCursor"]}):
        page = await read_page(engine, database, nothing, {"order": order_by, "first": SIZE, **window})
        assert page["nodes"] == [{"__typename": "Event"}] * SIZE


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("order", ORDERS)
async def test_an_index_finds_where_a_page_starts(
    engine: Engine, database: RecordingDatabase, order: str, depth: float, *, backward: bool
) -> None:
    query, order_by = ORDERS[order]
    rows = ROWS * 3 // 5 if query in {NESTED, FILTERED} else ROWS
    start = await read_page(
        engine, database, query, {"order": order_by, "first": 1, "offset": int(rows * depth)}
    )
    cursor = start["pageInfo"]["endCursor"]
    window = {"last": SIZE, "before": cursor} if backward else {"first": SIZE, "after": cursor}
    page = await read_page(engine, database, query, {"order": order_by, **window})
    assert len(page["nodes"]) == SIZE

    for sets in (1,) if query == NESTED else (1, 3):
        made = await scans(engine, database, sets)
        assert made
        assert [scan["Node Type"] for scan in made if "Index Cond" not in scan] == []
        assert sum(map(rows_of, made)) <= sets * (SIZE + 1 + 2 * TIES)


async def test_a_page_reads_on_where_values_end(engine: Engine, database: RecordingDatabase) -> None:
    """The page has the last rows with a value, and the first without."""
    variables = {"order": [{"score": "ASC"}], "first": SIZE}
    start = await read_page(
        engine, database, WHOLE, {**variables, "first": 1, "offset": ROWS * 3 // 4 - SIZE // 2}
    )
    page = await read_page(engine, database, WHOLE, {**variables, "after": start["pageInfo"]["endCursor"]})
    assert [node["score"] is None for node in page["nodes"]] == [False] * (SIZE // 2 - 1) + [True] * (
        SIZE // 2 + 1
    )
    assert len(await scans(engine, database)) == 2


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_many_equal_rows_further_on_are_left_alone(
    engine: Engine, database: RecordingDatabase, *, backward: bool
) -> None:
    """The index has no order among NULLs: sorting them all is left to the page that shows them."""
    order = [{"level": "DESC" if backward else "ASC"}, {"eventId": "ASC"}]
    start = await read_page(engine, database, WHOLE, {"order": order, "first": 1, "offset": ROWS // 2})
    cursor = start["pageInfo"]["endCursor"]
    window = {"last": SIZE, "before": cursor} if backward else {"first": SIZE, "after": cursor}
    await read_page(engine, database, WHOLE, {"order": order, **window})
    assert not [scan for scan in await scans(engine, database) if "IS NULL" in scan["Index Cond"]]

"""Pages, look-ups and writes use the indexes there are: nothing is sorted or searched that need not be.

Sequential scans, sorts and joins that read all rows are made as dear as they can be: where one is in a plan,
no index can serve.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from graphql import OperationDefinitionNode, parse

from db.statements import StatementBuilder
from db.write_statements import WriteBuilder
from db.writes import WRITES
from resolvers.opaque import encode_global_id
from resolvers.plan import MutationStep
from resolvers.planned_reads import PlannedReads
from resolvers.planned_writes import planned_write
from resolvers.planning import plan_operation
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from db.query import Read
    from db.writes import Write

DATABASE = """
CREATE TABLE owner (owner_id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE thing (
    thing_id int PRIMARY KEY, owner_id int REFERENCES owner, rank int NOT NULL, code text NOT NULL UNIQUE,
    moment timestamptz, key uuid, price numeric
);
CREATE TABLE mark (mark_id int PRIMARY KEY, title text);
CREATE TABLE thing_mark (
    thing_id int REFERENCES thing, mark_id int REFERENCES mark, PRIMARY KEY (thing_id, mark_id)
);
INSERT INTO owner SELECT i, 'owner ' || i FROM generate_series(1, 200) AS i;
INSERT INTO thing
    SELECT i, 1 + i % 200, i % 7, 'code ' || i, CASE WHEN i % 3 = 0 THEN now() + i * interval '1 h' END
    FROM generate_series(1, 5000) AS i;
INSERT INTO mark SELECT i, 'mark ' || i FROM generate_series(1, 300) AS i;
INSERT INTO thing_mark SELECT i, 1 + i % 300 FROM generate_series(1, 5000) AS i;
CREATE INDEX by_mark ON thing_mark (mark_id);
CREATE INDEX by_rank ON thing (rank, thing_id);
CREATE INDEX by_moment ON thing (moment, thing_id);
CREATE INDEX by_moment_nulls_first ON thing (moment NULLS FIRST, thing_id);
CREATE INDEX by_key ON thing (key, thing_id);
CREATE INDEX by_price ON thing (price, thing_id);
CREATE INDEX by_owner_and_rank ON thing (owner_id, rank DESC, thing_id DESC);
CREATE INDEX by_owner ON thing (owner_id, thing_id);
ANALYZE;
"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    for what in ("enable_seqscan", "enable_sort", "enable_hashjoin", "enable_mergejoin", "jit"):
        await opened.execute(f"SET {what} = off")
    yield opened
    await opened.close()


async def plans(
    engine: Engine, connection: asyncpg.Connection, source: str, **variables: Any
) -> list[list[str]]:
    """By step: how PostgreSQL carries out its statements, as they run; of two parents where it has any."""
    document = parse(source)
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    graphql, model = engine.schema.graphql, engine.schema.model
    plan = plan_operation(graphql, model, document, operation, variables)
    asked: dict[int, list[tuple[Read | Write, Any]]] = {
        number: [(each.read, each.values)]
        for number, each in PlannedReads(model, variables, frozenset()).of(plan).items()
    }
    for step in plan.roots.values():
        if isinstance(step, MutationStep):
            written = await planned_write(model, step, {}, variables, frozenset())
            asked[step.info.id] = [(each.asked, each.values) for each in written.statements]
    reads, writes = StatementBuilder(engine.catalog), WriteBuilder(engine.catalog)
    found = []
    for number in sorted(asked):
        lines = []
        for what, values in asked[number]:
            statement = writes.build(what) if isinstance(what, WRITES) else reads.build(what)
            given = {"key0": [7, 8], **values}
            told = await connection.fetch(
                f"EXPLAIN (COSTS off) {statement.sql}", *(given[name] for name in statement.parameters)
            )
            lines.append("\n".join(line[0] for line in told))
        found.append(lines)
    return found


def indexes(plan: str) -> list[str]:
    return re.findall(r"(?:Index (?:Only )?Scan (?:Backward )?using|Bitmap Index Scan on) (\S+)", plan)


def conditions(plan: str) -> list[str]:
    return re.findall(r"Index Cond: (.*)", plan)


def is_sorted(plan: str) -> bool:
    """Whether rows are sorted; not if an index gives them sorted by all but the last term."""
    return re.search(r"^ *(->  )?Sort$", plan, re.MULTILINE) is not None


PAGES = [
    ("orderBy: []", "thing_pkey"),
    ("orderBy: [{thingId: DESC}]", "thing_pkey"),
    ("orderBy: [{code: ASC}]", "thing_code_key"),
    ("orderBy: [{rank: ASC}]", "by_rank"),
    ("orderBy: [{rank: DESC}]", "by_rank"),
    ("orderBy: [{moment: ASC}]", "by_moment"),
    ("orderBy: [{moment: DESC}]", "by_moment"),
    ("orderBy: [{moment: ASC_NULLS_FIRST}]", "by_moment_nulls_first"),
    ("orderBy: [{moment: DESC_NULLS_LAST}]", "by_moment_nulls_first"),
    ("orderBy: [{key: ASC}]", "by_key"),
    ("orderBy: [{price: DESC}]", "by_price"),
    ("orderBy: [{ownerId: ASC}, {rank: DESC}]", "by_owner_and_rank"),
    ("orderBy: [{ownerId: DESC}, {rank: ASC}]", "by_owner_and_rank"),
    ("filter: {ownerId: {eq: 7}}, orderBy: [{rank: DESC}]", "by_owner_and_rank"),
]
DISTINCT = [
    ("distinctOn: [ownerId], orderBy: [{ownerId: ASC}]", "by_owner"),
    ("distinctOn: [ownerId], orderBy: [{ownerId: ASC}, {rank: DESC}]", "by_owner_and_rank"),
    ("distinctOn: [ownerId, rank], orderBy: [{ownerId: ASC}, {rank: DESC}]", "by_owner_and_rank"),
    ("distinctOn: [rank], orderBy: [{rank: ASC}]", "by_rank"),
    ("distinctOn: [code], orderBy: [{code: ASC}]", "thing_code_key"),
]
"""The first of their like stand in the order of the index one way only: pages from the end are sorted."""


@pytest.mark.parametrize(
    ("arguments", "index", "window"),
    [
        *((*page, window) for page in PAGES for window in ("first: 3", "last: 3")),
        *((*page, "first: 3") for page in DISTINCT),
    ],
)
async def test_pages_are_read_in_the_order_of_an_index(
    engine: Engine, connection: asyncpg.Connection, arguments: str, index: str, window: str
) -> None:
    shown = "pageInfo { startCursor endCursor } nodes { thingId }"
    [[first]] = await plans(engine, connection, f"{{ things({window}, {arguments}) {{ nodes {{ code }} }} }}")
    assert set(indexes(first)) == {index}
    assert not is_sorted(first)
    page = (await engine.run(f"{{ things({window}, {arguments}) {{ {shown} }} }}")).data["things"]
    beyond, cursor = (
        ("after", page["pageInfo"]["endCursor"])
        if window.startswith("first")
        else ("before", page["pageInfo"]["startCursor"])
    )
    source = f'{{ things({window}, {arguments}, {beyond}: "{cursor}") {{ nodes {{ code }} }} }}'
    [[following]] = await plans(engine, connection, source)
    assert index in set(indexes(following))
    assert not is_sorted(following)
    assert conditions(following)  # where the page begins is found, and not come upon


@pytest.mark.parametrize(("columns", "index"), [("ownerId", "by_owner"), ("rank", "by_rank")])
async def test_rows_of_which_there_is_one_are_found_by_an_index(
    engine: Engine, connection: asyncpg.Connection, columns: str, index: str
) -> None:
    """In the order of the key, pages are sorted; which rows they are of, the index says."""
    source = f"{{ things(distinctOn: [{columns}], first: 3) {{ nodes {{ code }} totalCount }} }}"
    [page], [count] = await plans(engine, connection, source)
    assert indexes(page) == [index]
    assert len(re.findall(r"->  Sort$", page, re.MULTILINE)) == 1
    assert not is_sorted(count)
    assert len(indexes(count)) == 1


NESTED = [
    ("orderBy: []", "by_owner"),
    ("orderBy: [{rank: DESC}]", "by_owner_and_rank"),
    ("orderBy: [{rank: ASC}]", "by_owner_and_rank"),
    ("distinctOn: [rank], orderBy: [{rank: DESC}]", "by_owner_and_rank"),
]


@pytest.mark.parametrize(("arguments", "index"), NESTED)
async def test_pages_of_each_parent_are_read_in_the_order_of_an_index(
    engine: Engine, connection: asyncpg.Connection, arguments: str, index: str
) -> None:
    shown = "nodes { thingId } pageInfo { endCursor }"
    source = "{ owners(first: 2) { nodes { things(first: 2, %s) { %s } } } }"
    _, [first] = await plans(engine, connection, source % (arguments, "nodes { code }"))
    data = (await engine.run(source % (arguments, shown))).data
    cursor = data["owners"]["nodes"][0]["things"]["pageInfo"]["endCursor"]
    _, [following] = await plans(
        engine, connection, source % (f'{arguments}, after: "{cursor}"', "nodes { code }")
    )
    for plan in (first, following):
        assert set(indexes(plan)) == {index}
        assert not is_sorted(plan)
        assert all("owner_id = " in condition for condition in conditions(plan))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{ thing(by: {code: "a"}) { rank } }', ["thing_code_key"]),
        ("{ thing(by: {thingId: 1}) { rank owner { name } } }", ["thing_pkey", "owner_pkey"]),
        (f'{{ thing(by: {{id: "{encode_global_id("Thing", [1])}"}}) {{ rank }} }}', ["thing_pkey"]),
        ("{ thingMark(by: {thingIdMarkId: {thingId: 1, markId: 2}}) { thingId } }", ["thing_mark_pkey"]),
        ("{ marks { nodes { things { totalCount } } } }", ["by_mark", "thing_pkey"]),
        ("{ owners { nodes { things { totalCount } } } }", ["by_owner"]),
        ("{ owners { nodes { things { aggregate { max { rank } } } } } }", ["by_owner"]),
        ("{ things { nodes { marks { nodes { title } } } } }", ["thing_mark_pkey", "mark_pkey"]),
    ],
)
async def test_keys_are_looked_up(
    engine: Engine, connection: asyncpg.Connection, source: str, expected: list[str]
) -> None:
    [plan] = (await plans(engine, connection, source))[-1]
    assert {*map(family, indexes(plan))} == {*map(family, expected)}
    assert len(conditions(plan)) >= len(expected)


def family(index: str) -> str:
    """Indexes that begin with the owner serve alike."""
    return "by_owner" if index.startswith("by_owner") else index


async def test_rows_that_are_shared_are_looked_up(engine: Engine, connection: asyncpg.Connection) -> None:
    source = "{ owners { nodes { things { nodes { owner { name } } } } } }"
    *_, [plan] = await plans(engine, connection, source)
    assert indexes(plan) == ["owner_pkey"]
    assert conditions(plan) == ["(owner_id = keys.key0)"]


WRITES_AND_INDEXES = [
    ('updateThing(by: {code: "a"}, set: {rank: 1}) { affectedCount }', ["thing_code_key"]),
    ("updateThing(by: {thingId: 1}, set: {rank: 1}) { affectedCount }", ["thing_pkey"]),
    ('updateThing(by: {thingId: 1}, ifMatch: "1", set: {rank: 1}) { affectedCount }', ["thing_pkey"]),
    ("updateThings(filter: {rank: {eq: 1}}, set: {price: 1}) { affectedCount }", ["by_rank"]),
    ("deleteThing(by: {thingId: 1}) { affectedCount }", ["thing_pkey"]),
    (
        "deleteThingMark(by: {thingIdMarkId: {thingId: 1, markId: 2}}) { affectedCount }",
        ["thing_mark_pkey"],
    ),
    ("deleteThings(filter: {thingId: {in: [1, 2]}}) { affectedCount }", ["thing_pkey"]),
    (
        """createThing(input: {thingId: 9001, rank: 1, code: "x", owner: {connect: {name: "a"}}}) {
            affectedCount
        }""",
        ["owner_name_key"],
    ),
    (
        """createOwner(input: {ownerId: 900, name: "x", things: {connect: [{code: "a"}, {code: "b"}]}}) {
            affectedCount
        }""",
        ["thing_code_key"],
    ),
    (
        """updateOwner(by: {ownerId: 1}, set: {
            things: {connect: [{thingId: 1}], disconnect: [{thingId: 2}, {thingId: 3}]}
        }) { affectedCount }""",
        ["owner_pkey", "by_owner", "thing_pkey"],
    ),
    (
        """updateThing(by: {thingId: 1}, set: {
            marks: {connect: [{markId: 1}], disconnect: [{markId: 2}, {markId: 3}]}
        }) { affectedCount }""",
        ["thing_pkey", "mark_pkey", "thing_mark_pkey", "mark_pkey"],
    ),
]


@pytest.mark.parametrize(("field", "expected"), WRITES_AND_INDEXES)
async def test_rows_that_are_written_are_looked_up(
    engine: Engine, connection: asyncpg.Connection, field: str, expected: list[str]
) -> None:
    [statements] = await plans(engine, connection, f"mutation {{ {field} }}")
    found = [index for plan in statements for index in indexes(plan)]
    assert found == expected
    assert len([condition for plan in statements for condition in conditions(plan)]) == len(expected)


async def test_conflicts_are_those_of_the_key(engine: Engine, connection: asyncpg.Connection) -> None:
    source = """mutation { createThing(
        input: {thingId: 1, rank: 1, code: "x"}, onConflict: {key: %s, update: [rank]}
    ) { affectedCount } }"""
    for key, index in (("code", "thing_code_key"), ("thingId", "thing_pkey")):
        [[plan]] = await plans(engine, connection, source % key)
        assert f"Conflict Arbiter Indexes: {index}" in plan

"""To-one relations, joined and in batches, in both lanes: one answer, whatever the keys and the rows."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest

from resolvers.execution import Lane
from resolvers.plan import Strategy
from tests.support.engine import Engine, Result, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from resolvers.strategies import ToOneStrategy

DATABASE = """
CREATE TYPE pair AS (a int, b text);
CREATE TYPE level AS ENUM ('low', 'high');
CREATE DOMAIN rank AS int;
CREATE DOMAIN code AS text COLLATE "C" CHECK (VALUE <> '');

-- Keys of every sort; references whose columns have another type or another collation.
CREATE TABLE by_int8 (id int8 PRIMARY KEY, note text);
CREATE TABLE by_numeric (id numeric PRIMARY KEY, note text);
CREATE TABLE by_text (id text PRIMARY KEY, note text);
CREATE TABLE by_c (id text COLLATE "C" PRIMARY KEY, note text);
CREATE TABLE by_rank (id rank PRIMARY KEY, note text);
CREATE TABLE by_level (id level PRIMARY KEY, note text);
CREATE TABLE by_pair (id pair PRIMARY KEY, note text);
CREATE TABLE by_range (id int4range PRIMARY KEY, note text);
CREATE TABLE by_list (id int[] PRIMARY KEY, note text);
CREATE TABLE by_time (id timestamptz PRIMARY KEY, note text);
CREATE TABLE by_char (id char(4) PRIMARY KEY, note text);
CREATE TABLE near (
    id int PRIMARY KEY,
    int8_id smallint REFERENCES by_int8,
    numeric_id int REFERENCES by_numeric,
    text_id text COLLATE "POSIX" REFERENCES by_text,
    c_id text COLLATE "POSIX" REFERENCES by_c,
    code_id code REFERENCES by_text,
    rank_id rank REFERENCES by_rank,
    level_id level REFERENCES by_level,
    pair_id pair REFERENCES by_pair,
    range_id int4range REFERENCES by_range,
    list_id int[] REFERENCES by_list,
    time_id timestamptz REFERENCES by_time,
    char_id char(4) REFERENCES by_char
);
INSERT INTO by_int8 VALUES (1, 'one'), (2, NULL);
INSERT INTO by_numeric VALUES (1.00, 'one'), (2, NULL);
INSERT INTO by_text VALUES ('a', 'small'), ('A', NULL);
INSERT INTO by_c VALUES ('a', 'small'), ('A', NULL);
INSERT INTO by_rank VALUES (1, 'first'), (2, NULL);
INSERT INTO by_level VALUES ('low', 'low'), ('high', NULL);
INSERT INTO by_pair VALUES ((1, NULL), 'half a pair'), ((NULL, NULL), 'no pair'), ((2, 'b'), NULL);
INSERT INTO by_range VALUES ('[1,3)', 'range'), ('empty', NULL);
INSERT INTO by_list VALUES ('{1,2}', 'list'), ('{}', NULL);
INSERT INTO by_time VALUES ('infinity', 'never'), ('2024-01-01 00:00:00.000001+00', NULL);
INSERT INTO by_char VALUES ('a', 'padded'), ('', NULL);
INSERT INTO near VALUES
    (1, 1, 1, 'a', 'a', 'a', 1, 'low', (1, NULL), '[1,2]', '{1,2}', 'infinity', 'a'),
    (2, 2, 2, 'A', 'A', 'A', 2, 'high', (NULL, NULL), 'empty', '{}', '2024-01-01 01:00:00.000001+01', '');
INSERT INTO near (id, pair_id) VALUES (3, (2, 'b')), (4, NULL);

-- A column that fails for a row when it is read.
CREATE TABLE shaky (id int PRIMARY KEY, divisor int, share int GENERATED ALWAYS AS (100 / divisor) VIRTUAL);
INSERT INTO shaky VALUES (1, 4), (2, 0);
CREATE TABLE leaning (id int PRIMARY KEY, shaky_id int REFERENCES shaky);
INSERT INTO leaning VALUES (1, 1), (2, 2);

-- A parent of inheriting tables: its key does not hold for their rows.
CREATE TABLE vehicle (id int PRIMARY KEY, name text);
CREATE TABLE car () INHERITS (vehicle);
INSERT INTO vehicle VALUES (1, 'bicycle');
INSERT INTO car VALUES (1, 'car with the id of the bicycle'), (1, 'another');
CREATE TABLE repair (id int PRIMARY KEY, vehicle_id int REFERENCES vehicle);
INSERT INTO repair VALUES (1, 1), (2, 1);

-- Required rows that are not there.
CREATE TABLE owner (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE pet (id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owner, vet_id int REFERENCES owner);
INSERT INTO owner VALUES (1, 'Ada');
INSERT INTO pet VALUES (1, 1, 1), (2, 1, NULL), (3, 1, 1);
SET session_replication_role = replica;
UPDATE pet SET owner_id = 99 WHERE id = 2;
UPDATE pet SET vet_id = 98 WHERE id = 3;
RESET session_replication_role;

-- Pages of these are hashed, rather than looked up row by row, to join them.
CREATE TABLE kind (id int PRIMARY KEY, name text NOT NULL, family_id int REFERENCES kind);
INSERT INTO kind SELECT n, 'kind ' || n, nullif(n / 2, 0) FROM generate_series(1, 6000) AS n;
CREATE TABLE thing (id int PRIMARY KEY, place int NOT NULL, kind_id int REFERENCES kind);
INSERT INTO thing SELECT n, n * 7919 % 2003, 1 + n * 31 % 6000 FROM generate_series(1, 2000) AS n;
CREATE INDEX ON thing (kind_id);
ANALYZE;
"""

STRATEGIES: tuple[ToOneStrategy | None, ...] = (None, Strategy.JOIN, Strategy.TO_ONE)
WAYS = list(product(Lane, STRATEGIES))


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


async def same(engine: Engine, source: str) -> Result:
    """The answer, after it was the same in every way."""
    results = [await engine.run(source, lane=lane, to_one=to_one) for lane, to_one in WAYS]
    shown = {
        orjson.dumps([result.data, sorted(str(error.formatted) for error in result.errors)]): way
        for way, result in zip(WAYS, results, strict=True)
    }
    assert len(shown) == 1, shown
    return results[0]


def strategies(result: Result) -> list[Strategy]:
    assert result.plan is not None
    return [step.strategy for step in result.plan.steps]


RELATIONS = {
    "int8": ["one", None, None, None],
    "numeric": ["one", None, None, None],
    "text": ["small", None, None, None],
    "c": ["small", None, None, None],
    "code": ["small", None, None, None],
    "rank": ["first", None, None, None],
    "level": ["low", None, None, None],
    "pair": ["half a pair", "no pair", None, None],
    "range": ["range", None, None, None],
    "list": ["list", None, None, None],
    "time": ["never", None, None, None],
    "char": ["padded", None, None, None],
}


@pytest.mark.parametrize("name", RELATIONS)
async def test_keys_of_every_sort(engine: Engine, name: str) -> None:
    result = await same(
        engine,
        f"""{{ nears {{ nodes {{ one: {name} {{ note }} {name} {{ __typename id }} }} }}
            near(by: {{rowId: 1}}) {{ {name} {{ note }} }} }}""",
    )
    rows = result.data["nears"]["nodes"]
    assert [row["one"] and row["one"]["note"] for row in rows] == RELATIONS[name]
    assert [row["one"] is None for row in rows] == [row[name] is None for row in rows]
    assert Strategy.JOIN in strategies(result)


async def test_order_by_what_is_joined_too(engine: Engine) -> None:
    for name in RELATIONS:
        source = (
            f"{{ nears(orderBy: [{{{name}: {{note: DESC}}}}]) {{ nodes {{ rowId {name} {{ note }} }} }} }}"
        )
        result = await same(engine, source)
        assert len(result.statements) == 1
        assert result.statements[0].statement.count("JOIN") == 1, "ordering and reading share a join"


async def test_a_row_that_cannot_be_read_does_not_take_its_parents_along(engine: Engine) -> None:
    result = await same(engine, "{ leanings { nodes { rowId shaky { share } } } }")
    assert [row["rowId"] for row in result.data["leanings"]["nodes"]] == [1, 2]
    assert {tuple(error.path or ()) for error in result.errors} == {
        ("leanings", "nodes", 0, "shaky"),
        ("leanings", "nodes", 1, "shaky"),
    }


async def test_rows_of_inheriting_tables_do_not_multiply_their_parents(engine: Engine) -> None:
    result = await same(engine, "{ repairs { nodes { rowId vehicle { rowId } } } }")
    assert [row["rowId"] for row in result.data["repairs"]["nodes"]] == [1, 2]
    assert strategies(result) == [Strategy.PAGE, Strategy.TO_ONE]


async def test_a_required_row_that_is_not_there_is_a_conflict(engine: Engine) -> None:
    result = await same(
        engine,
        """{ pet(by: {rowId: 2}) { owner { name } } other: pet(by: {rowId: 3}) { owner { name } vet { name } }
            pets { nodes { rowId vet { name } } } }""",
    )
    assert result.data["pet"] is None
    assert result.data["other"] == {"owner": {"name": "Ada"}, "vet": None}
    assert [row["vet"] for row in result.data["pets"]["nodes"]] == [{"name": "Ada"}, None, None]
    [error] = result.errors
    assert (error.path, (error.extensions or {})["code"]) == (["pet", "owner"], "CONFLICT")


ORDERED = {
    "by key": "things(first: 1000)",
    "from the end": "things(last: 1000)",
    "by a column with ties": "things(first: 1000, orderBy: [{kindId: DESC}])",
    "by a column": "things(first: 1000, offset: 500, orderBy: [{place: ASC}])",
    "by another relation": "things(first: 1000, orderBy: [{kind: {family: {name: ASC}}}])",
    "filtered": "things(first: 1000, filter: {kindId: {gt: 100}}, orderBy: [{place: DESC}])",
}


@pytest.mark.parametrize("name", ORDERED)
async def test_joins_keep_the_order_of_a_page(engine: Engine, name: str) -> None:
    """PostgreSQL hashes a page of this size, and gives its rows in the order of the hash."""
    result = await same(
        engine,
        f"""{{ {ORDERED[name]} {{
            edges {{ cursor node {{ rowId kind {{ name family {{ name }} }} }} }} pageInfo {{ endCursor }}
        }} }}""",
    )
    assert len(result.data["things"]["edges"]) == 1000
    assert len(result.statements) == 1


async def test_joins_keep_the_order_of_the_pages_of_many_parents(engine: Engine) -> None:
    result = await same(
        engine,
        """{ kinds(first: 200) {
            nodes { things(orderBy: [{place: DESC}]) { nodes { place kind { name } } } }
        } }""",
    )
    for row in result.data["kinds"]["nodes"]:
        places = [thing["place"] for thing in row["things"]["nodes"]]
        assert places == sorted(places, reverse=True)


async def test_no_more_rows_are_joined_than_the_page_has(engine: Engine) -> None:
    source = "{ things(first: 5, orderBy: [{place: ASC}]) { nodes { kind { name } } } }"
    result = await engine.run(source)
    [event] = result.statements
    connection = await asyncpg.connect(engine.url)
    plan: Any = orjson.loads(
        await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {event.statement}", 6)
    )
    await connection.close()
    joins = [
        node for node in nodes(plan[0]["Plan"]) if "Join" in node["Node Type"] or "Loop" in node["Node Type"]
    ]
    assert [node["Actual Rows"] for node in joins] == [6]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


async def test_the_plan_tells_how_many_rows_were_joined(engine: Engine) -> None:
    for lane in Lane:
        result = await engine.run("{ nears { nodes { pair { note } time { note } } } }", lane=lane)
        [event] = result.statements
        assert result.plan is not None
        markers = [step.marker for step in result.plan.steps]
        assert markers[0] is None
        assert [event.joined[marker] for marker in markers if marker is not None] == [3, 2]

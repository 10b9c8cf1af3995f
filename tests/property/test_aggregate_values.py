"""Every aggregate of every type it is offered for, on extreme values, NULLs, and nothing at all.

Of one row an extreme, and the key of a group, must be the row's own value as its column shows it. Of several
rows sums and means are computed anew in Python; extremes are the first row in order.
"""

from __future__ import annotations

import itertools
import math
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from db.catalogue.model import RelationKind
from db.values import ScalarKind, ScalarShape
from resolvers.execution import Lane
from tests.property.test_values import comparable
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from resolvers.bindings import ColumnBinding, TableType

DATABASE = Path(__file__).parent.parent / "databases" / "types.sql"
REFUSED = "refused"
FUNCTIONS = ("countDistinct", "sum", "avg", "min", "max")
ROWS = "filter: {rowId: {in: [%s]}}"


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE.read_text())) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    await opened.execute("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1")
    yield opened
    await opened.close()


def columns(engine: Engine) -> Iterator[tuple[str, TableType, str, ColumnBinding]]:
    """Root field, type, field and binding of every column of tables with a key named id."""
    for root, binding in engine.schema.model.roots.items():
        table_type = binding.type
        if not binding.is_connection or table_type is None or "rowId" not in table_type.columns:
            continue
        if table_type.table.kind is RelationKind.TABLE and not table_type.table.has_children:
            for name, column in table_type.columns.items():
                yield root, table_type, name, column


def offered(engine: Engine, table_type: TableType, name: str) -> list[str]:
    """The functions that a column has."""
    functions = object_type(engine, table_type.connection_name, "aggregate").fields
    return [
        function
        for function in FUNCTIONS
        if function in functions and name in _named(functions[function].type).fields
    ]


def object_type(engine: Engine, *path: str) -> GraphQLObjectType:
    named = engine.schema.graphql.type_map[path[0]]
    for field in path[1:]:
        assert isinstance(named, GraphQLObjectType)
        named = _named(named.fields[field].type)
    assert isinstance(named, GraphQLObjectType)
    return named


def _named(graphql_type: Any) -> Any:
    return get_named_type(graphql_type)


def whole(graphql_type: Any) -> str:
    """Everything of a value."""
    named = _named(graphql_type)
    if is_leaf_type(named):
        return ""
    return "{ " + " ".join(f"{name} {whole(part.type)}" for name, part in named.fields.items()) + " }"


async def ask(engine: Engine, query: str, *path: str | int, variables: dict[str, Any] | None = None) -> Any:
    """What stands at a path of the answer, in both lanes; `REFUSED` for what no scalar can carry."""
    found = []
    for lane in Lane:
        answer = await engine.run(query, variables, lane=lane)
        codes = {error.extensions["code"] for error in answer.errors if error.extensions}
        assert codes <= {"VALUE_NOT_REPRESENTABLE"}, (query, answer.errors)
        value = answer.data
        for part in path:
            value = None if value is None else value[part]
        orjson.dumps(value)
        found.append(REFUSED if codes else comparable(value))
    assert found[0] == found[1]
    return found[0]


async def ids_of(connection: asyncpg.Connection, table_type: TableType) -> list[int]:
    source = '"{}"."{}"'.format(*table_type.table.name)
    return [record[0] for record in await connection.fetch(f"SELECT id FROM {source} ORDER BY id")]


async def test_of_one_row_everything_is_its_own_value(engine: Engine, connection: asyncpg.Connection) -> None:
    checked = dict.fromkeys((*FUNCTIONS, "key"), 0)
    for root, table_type, name, _ in columns(engine):
        graphql_type = object_type(engine, table_type.name).fields[name].type
        functions = offered(engine, table_type, name)
        shown = f"value: {name} {whole(graphql_type)}"
        wanted = {"value": f"nodes {{ {shown} }}"}
        wanted |= {f: f"aggregate {{ value: {f} {{ value: {name} }} }}" for f in functions}
        if "groups" in object_type(engine, table_type.connection_name).fields:
            key = object_type(engine, table_type.connection_name, "groups", "key")
            if name in key.fields:
                wanted["key"] = f"groups(by: [{name}]) {{ value: key {{ {shown} }} }}"
        for row in await ids_of(connection, table_type):
            asked = dict(wanted)
            if (table_type.name, name) == ("Interval", "value") and row in {2, 3, 14}:
                del asked["avg"]  # the largest intervals leave PostgreSQL's own range when they are divided
            given = await _each(engine, root, row, asked)
            for what in asked.keys() - {"value"}:
                place = table_type.name, name, what, row
                if what == "key":
                    assert given[what] == given["value"], place
                else:
                    assert is_of_one(what, given[what], given["value"]), place
                checked[what] += 1
    assert checked == {function: number for function, number in checked.items() if number > 50}


async def _each(engine: Engine, root: str, row: int, wanted: dict[str, str]) -> dict[str, Any]:
    """What is asked of a row: all at once, or one by one if something of it is refused."""
    rows = f"{root}({ROWS % '$row'})"
    fields = " ".join(f"{what}: {rows} {{ {selection} }}" for what, selection in wanted.items())
    together = await ask(engine, f"query ($row: Int!) {{ {fields} }}", variables={"row": row})
    if together != REFUSED:
        return {what: _value(found) for what, found in together.items()}
    return {
        what: _value(
            await ask(
                engine,
                f"query ($row: Int!) {{ rows: {rows} {{ {selection} }} }}",
                "rows",
                variables={"row": row},
            )
        )
        for what, selection in wanted.items()
    }


def _value(found: Any) -> Any:
    """The innermost value: of the first node or group, or of the aggregate."""
    if found == REFUSED:
        return REFUSED
    [inner] = found.values()
    inner = inner[0] if isinstance(inner, list) else inner
    value = inner["value"]
    return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value


def is_of_one(function: str, given: Any, value: Any) -> bool:
    """Whether that is what a function makes of one value."""
    if function == "countDistinct":
        return bool(given == (0 if value is None else 1))
    if function in {"sum", "avg"} and isinstance(given, str) and given != REFUSED and value is not None:
        return _is_equal(given, value)
    if function in {"sum", "avg"} and isinstance(given, float):
        return math.isclose(given, value, rel_tol=1e-6, abs_tol=1e-44)  # a mean of float4 is a float8
    return bool(given == value)


def _is_equal(given: str, value: Any) -> bool:
    if given.startswith(("P", "-P")) or value == given or not Decimal(given).is_finite():
        return bool(given == value)
    with localcontext(Context(prec=20000)):  # a mean has a thousand decimals at the most
        return bool(abs(Decimal(given) - Decimal(value)) < Decimal("1e-999"))


async def test_of_nothing_there_is_nothing(engine: Engine) -> None:
    checked = 0
    for root, table_type, name, _ in columns(engine):
        for function in offered(engine, table_type, name):
            query = f"{{ rows: {root}({ROWS % ''}) {{ aggregate {{ count it: {function} {{ {name} }} }} }} }}"
            made = await ask(engine, query, "rows", "aggregate")
            assert made == {"count": 0, "it": {name: 0 if function == "countDistinct" else None}}
            checked += 1
    assert checked > 200


async def test_extremes_are_the_first_and_the_last_in_order(
    engine: Engine, connection: asyncpg.Connection
) -> None:
    checked = 0
    for root, table_type, name, binding in columns(engine):
        if "min" not in offered(engine, table_type, name):
            continue
        source, column = '"{}"."{}"'.format(*table_type.table.name), f'"{binding.column}"'
        for function, direction in (("min", "ASC"), ("max", "DESC")):
            query = f"{{ rows: {root} {{ aggregate {{ {function} {{ {name} }} }} }} }}"
            given = await ask(engine, query, "rows", "aggregate", function, name)
            query = f"{{ rows: {root}({ROWS}) {{ nodes {{ {name} }} }} }}"
            # Of values that are equal, 1.0 and 1.00 say, it may be any.
            equal = await connection.fetch(
                f"SELECT id FROM (SELECT id, rank() OVER (ORDER BY {column} {direction}) AS place"
                f" FROM {source} WHERE {column} IS NOT NULL) AS ranked WHERE place = 1"
            )
            assert equal
            allowed = [
                await ask(
                    engine,
                    f"{{ r: {root}({ROWS % record[0]}) {{ nodes {{ {name} }} }} }}",
                    "r",
                    "nodes",
                    0,
                    name,
                )
                for record in equal
            ]
            assert given in allowed, (table_type.name, name, function)
            checked += 1
    assert checked > 60


PRECISION = Context(prec=160_000, traps=[])


@pytest.mark.parametrize("table", ["integers", "numerics", "floats"])
async def test_sums_and_means_of_numbers(engine: Engine, connection: asyncpg.Connection, table: str) -> None:
    """Of any two rows, and of all."""
    found = [
        (root, t, name, column) for root, t, name, column in columns(engine) if t.table.name.name == table
    ]
    table_type = found[0][1]
    names = {name: column for _, _, name, column in found}
    ids = await ids_of(connection, table_type)
    texts = ", ".join(f'"{column.column}"::text AS "{name}"' for name, column in names.items())
    records = await connection.fetch(f'SELECT {texts} FROM "{table}" ORDER BY id')
    stored = dict(zip(ids, records, strict=True))
    checked = 0
    for rows in (*itertools.combinations(ids, 2), tuple(ids)):
        given = ", ".join(map(str, rows))
        for name, column in names.items():
            query = f"""{{ rows: {found[0][0]}({ROWS % given}) {{
                aggregate {{ sum {{ value: {name} }} avg {{ value: {name} }} }}
            }} }}"""
            if name == "double" and {6, 7} & set(rows):  # PostgreSQL squares values on the way to a mean
                continue
            values = [Decimal(stored[row][name]) for row in rows if stored[row][name] is not None]
            floats = isinstance(column.shape, ScalarShape) and column.shape.kind is ScalarKind.FLOAT
            with localcontext(PRECISION):
                total = sum(values, Decimal()) if values else None
                mean = total / len(values) if total is not None else None
                made = await ask(engine, query, "rows", "aggregate")
                if floats and not all(value.is_finite() for value in values):
                    assert made == REFUSED
                else:
                    assert is_close(made["sum"]["value"], total, 1e-6 if floats else 0)
                    assert is_close(made["avg"]["value"], mean, 1e-6 if floats else 1e-15)
            checked += 1
    assert checked > 40


def is_close(given: Any, expected: Decimal | None, tolerance: float) -> bool:
    """Whether a number in an answer is what it should be, up to a relative tolerance."""
    if expected is None or given is None:
        return given is expected
    number = Decimal(given)
    if not expected.is_finite():
        return str(number) == str(expected)
    scale = max(abs(expected), Decimal("1e-38"))
    return abs(number - expected) <= scale * Decimal(tolerance)


async def test_sums_and_means_of_intervals(engine: Engine) -> None:
    made = await ask(
        engine,
        f"{{ rows: intervals({ROWS % '4, 15, 17'}) {{ aggregate {{ sum {{ value }} avg {{ days }} }} }} }}",
        "rows",
        "aggregate",
    )
    assert made == {"sum": {"value": "P1Y3M2DT4H5M7.7S"}, "avg": {"days": "P15DT12H"}}


async def test_what_overflows_is_a_typed_error(engine: Engine) -> None:
    answer = await engine.run("{ intervals { aggregate { sum { value } } } }")
    assert [error.extensions["code"] for error in answer.errors if error.extensions] == ["BAD_USER_INPUT"]

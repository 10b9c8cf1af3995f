"""Aggregates and groups are what SQL says: random ones of random rows, at the root and of each parent.

The oracle is a plain GROUP BY written here from the same description, independent of how groups are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.execution import Lane
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TYPE size AS ENUM ('small', 'middle', 'large');
CREATE DOMAIN label AS text;
CREATE TABLE shelf (shelf_id int PRIMARY KEY);
CREATE TABLE item (
    item_id int PRIMARY KEY, shelf_id int REFERENCES shelf,
    whole int, big bigint, exact numeric, rough float8,
    word label, moment timestamptz, day date, size size, flag boolean, key uuid, span interval
);
CREATE TABLE tag (tag_id int PRIMARY KEY);
CREATE TABLE item_tag (
    item_id int REFERENCES item, tag_id int REFERENCES tag, PRIMARY KEY (item_id, tag_id)
);
INSERT INTO shelf SELECT generate_series(1, 4);
INSERT INTO tag SELECT generate_series(1, 3);
"""

# No two different texts are equal: which of them stands for a group is chance.
ITEM = st.tuples(
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, 0, 1, -1, 2**31 - 1, -(2**31)]),
    st.sampled_from([None, 0, 1, 2**63 - 1, -(2**63), 2**53 + 1]),
    st.sampled_from([None, "0", "1.10", "2.5", "-5", "NaN", "Infinity", "1e30"]),
    st.sampled_from([None, 0.0, 0.5, -1.5, 1024.0]),  # sums are exact in any order
    st.sampled_from([None, "", "a", "A", "ä", "b"]),
    st.sampled_from(
        [None, "infinity", "2024-03-31 22:30+00", "2024-04-01 00:00+02", "2023-12-31 23:59:59.9+00"]
    ),
    st.sampled_from([None, "2024-02-29", "2024-03-01", "infinity", "0001-01-01 BC"]),
    st.sampled_from([None, "small", "middle", "large"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, "00000000-0000-0000-0000-00000000000a", "f0000000-0000-0000-0000-000000000000"]),
    st.sampled_from([None, "1 day", "36 hours", "-1 month", "1 year"]),
)
KINDS = {
    "whole": "int",
    "big": "text",
    "exact": "text",
    "rough": "float",
    "word": "text",
    "moment": "moment",
    "day": "text",
    "size": "text",
    "flag": "bool",
    "key": "text",
    "span": "text",
}
NUMBERS = ("whole", "big", "exact", "rough", "span")
UNITS = ("HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
FUNCTIONS = {
    "countDistinct": ("count(DISTINCT {})", tuple(KINDS)),
    "sum": ("sum({})", NUMBERS),
    "avg": ("avg({})", NUMBERS),
    "min": ("(array_agg({0} ORDER BY {0}) FILTER (WHERE {0} IS NOT NULL))[1]", tuple(KINDS)),
    "max": ("(array_agg({0} ORDER BY {0} DESC) FILTER (WHERE {0} IS NOT NULL))[1]", tuple(KINDS)),
}
OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
DIRECTIONS = {
    "ASC": "ASC NULLS LAST",
    "ASC_NULLS_FIRST": "ASC NULLS FIRST",
    "DESC": "DESC NULLS FIRST",
    "DESC_NULLS_LAST": "DESC NULLS LAST",
}
OPERANDS: dict[str, tuple[tuple[Any, str], ...]] = {
    "count": ((0, "0"), (1, "1"), (2, "2")),
    "whole": (("1", "1"), (0, "0")),
    "big": (("9007199254740993", "9007199254740993"),),
    "exact": (("1.1", "1.1"), ("NaN", "'NaN'::numeric")),
    "rough": ((0.5, "0.5"),),
    "span": (("P1D", "interval '1 day'"),),
}
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Aggregate = tuple[str, str | None]
"""A function, and its column unless it counts rows."""


@dataclass(frozen=True)
class Groups:
    """What is asked.

    Attributes:
        by: Columns, each with the unit it is truncated to.
        having: Groups of comparisons; all of a group and one of the groups must hold; negated or not.
        order: Aggregates or key columns, each with a direction.
        shown: What is selected of each group.
    """

    by: dict[str, str | None]
    having: list[tuple[bool, list[tuple[Aggregate, str, tuple[Any, str]]]]]
    order: list[tuple[Aggregate, str]]
    first: int
    offset: int
    filtered: bool
    shown: list[Aggregate] = field(default_factory=list)


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    await opened.execute("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'")
    yield opened
    await opened.close()


AGGREGATES = st.one_of(
    st.just(("count", None)),
    *(st.tuples(st.just(function), st.sampled_from(columns)) for function, (_, columns) in FUNCTIONS.items()),
)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[Aggregate, str, tuple[Any, str]]:
    aggregate: Aggregate = draw(
        st.one_of(
            st.just(("count", None)),
            st.tuples(st.sampled_from(["sum", "avg"]), st.sampled_from(NUMBERS)),
            st.tuples(st.just("countDistinct"), st.sampled_from(sorted(KINDS))),
        )
    )
    function, column = aggregate
    counts = column is None or function == "countDistinct"
    operands = OPERANDS["count" if counts else str(column)]
    return aggregate, draw(st.sampled_from(sorted(OPERATORS))), draw(st.sampled_from(operands))


@st.composite
def groups(draw: st.DrawFn) -> Groups:
    by = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2, unique=True))
    units = {
        column: draw(st.sampled_from([None, *UNITS])) if column in {"moment", "day"} else None
        for column in by
    }
    keys: st.SearchStrategy[Aggregate] = st.tuples(st.just("key"), st.sampled_from(by))
    terms = st.tuples(st.one_of(keys, AGGREGATES), st.sampled_from(sorted(DIRECTIONS)))
    having = st.lists(st.tuples(st.booleans(), st.lists(comparisons(), max_size=2)), max_size=2)
    return Groups(
        by=units,
        having=draw(having),
        order=draw(st.lists(terms, max_size=2)),
        first=draw(st.integers(0, 6)),
        offset=draw(st.integers(0, 2)),
        filtered=draw(st.booleans()),
        shown=draw(st.lists(AGGREGATES, max_size=4, unique=True)),
    )


def sql_of(aggregate: Aggregate) -> str:
    function, column = aggregate
    return "count(*)" if column is None else FUNCTIONS[function][0].format(f"i.{column}")


def key_sql(column: str, unit: str | None) -> str:
    if unit is None:
        return f"i.{column}"
    truncated = f"date_trunc('{unit}', i.{column})"
    return f"({truncated})::date" if column == "day" else truncated


def oracle_sql(asked: Groups, source: str, where: str) -> str:
    keys = {column: key_sql(column, unit) for column, unit in asked.by.items()}
    outputs = [f"({sql})::text" for sql in (*keys.values(), *map(sql_of, asked.shown))]
    parts = []
    for negated, comparisons_ in asked.having:
        tests = [
            f"({sql_of(aggregate)}) {OPERATORS[operator]} {operand}"
            for aggregate, operator, (_, operand) in comparisons_
        ]
        parts.append(f"{'NOT ' if negated else ''}({' AND '.join(tests or ['true'])})")
    having = f"HAVING {' OR '.join(parts)}" if asked.having else ""
    order = [
        f"{keys[str(column)] if function == 'key' else sql_of((function, column))} {DIRECTIONS[direction]}"
        for (function, column), direction in asked.order
    ]
    order += [f"{key} ASC NULLS LAST" for key in keys.values()]
    condition = f"{where} AND i.flag" if asked.filtered else where
    return (
        f"SELECT {', '.join(outputs)} FROM {source} WHERE {condition} GROUP BY {', '.join(keys.values())} "
        f"{having} ORDER BY {', '.join(order)} LIMIT {asked.first} OFFSET {asked.offset}"
    )


def kind_of(aggregate: Aggregate) -> str:
    function, column = aggregate
    if column is None or function == "countDistinct":
        return "int"
    if function in {"min", "max"} or column == "rough":
        return KINDS[column]
    return "text"


def value(kind: str, text: str | None) -> Any:
    """A value in PostgreSQL's text form as it stands in an answer."""
    if text is None:
        return None
    match kind:
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "bool":
            return text == "true"
        case "moment" if text[0].isdigit():
            return f"{text.replace(' ', 'T')}:00"
    return text


def arguments(asked: Groups) -> tuple[str, dict[str, Any]]:
    having = [
        {"not": _conditions(comparisons_)} if negated else _conditions(comparisons_)
        for negated, comparisons_ in asked.having
    ]
    order = [
        {function: direction} if column is None else {function: {column: direction}}
        for (function, column), direction in asked.order
    ]
    truncate = {column: unit for column, unit in asked.by.items() if unit is not None}
    given = {"having": {"or": having} if having else None, "order": order, "truncate": truncate}
    text = (
        f"(by: [{', '.join(asked.by)}], truncate: $truncate, having: $having, orderBy: $order,"
        f" first: {asked.first}, offset: {asked.offset})"
    )
    return text, given


def _conditions(comparisons_: list[tuple[Aggregate, str, tuple[Any, str]]]) -> dict[str, Any]:
    tests = [
        {function: {operator: operand}} if column is None else {function: {column: {operator: operand}}}
        for (function, column), operator, (operand, _) in comparisons_
    ]
    return {"and": tests}


def selection(aggregates: list[Aggregate]) -> str:
    return " ".join(
        f"a{number}: {function}" if column is None else f"a{number}: {function} {{ {column} }}"
        for number, (function, column) in enumerate(aggregates)
    )


def shown(aggregates: list[Aggregate], made: dict[str, Any]) -> list[Any]:
    values: list[Any] = [made[f"a{number}"] for number in range(len(aggregates))]
    return [
        given if column is None else given[column]
        for given, (_, column) in zip(values, aggregates, strict=True)
    ]


async def fill(connection: asyncpg.Connection, rows: list[Any]) -> None:
    names = ", ".join(["item_id", "shelf_id", *KINDS])
    statements = ["TRUNCATE item, item_tag"]
    for number, row in enumerate(rows):
        written = ", ".join("NULL" if part is None else f"'{part}'" for part in row)
        statements.append(f"INSERT INTO item ({names}) VALUES ({number}, {written})")
        tags = [tag for tag in (1, 2) if number % (tag + 1) == 0]
        statements += [f"INSERT INTO item_tag VALUES ({number}, {tag})" for tag in tags]
    await connection.execute("; ".join(statements))


def expected_groups(asked: Groups, records: list[asyncpg.Record]) -> list[Any]:
    kinds = [*(KINDS[column] for column in asked.by), *map(kind_of, asked.shown)]
    return [[value(kind, text) for kind, text in zip(kinds, record, strict=True)] for record in records]


def given_groups(asked: Groups, made: list[dict[str, Any]]) -> list[Any]:
    return [
        [*(group["key"][column] for column in asked.by), *shown(asked.shown, group["aggregate"])]
        for group in made
    ]


SCOPES = {
    "items": ("item AS i", "true"),
    "shelf": ("item AS i", "i.shelf_id = {}"),
    "tag": ("item_tag AS j JOIN item AS i USING (item_id)", "j.tag_id = {}"),
}


@SLOW
@given(rows=st.lists(ITEM, max_size=12), asked=groups())
async def test_groups_are_what_sql_says(
    engine: Engine, connection: asyncpg.Connection, rows: list[Any], asked: Groups
) -> None:
    await fill(connection, rows)
    text, given_arguments = arguments(asked)
    selected = selection(asked.shown) or "__typename"
    condition = "(filter: {flag: {eq: true}})" if asked.filtered else ""
    inner = f"{{ groups{text} {{ key {{ {' '.join(asked.by)} }} aggregate {{ {selected} }} }} }}"
    query = f"""query ($having: ItemHaving, $order: [ItemGroupOrderBy!], $truncate: ItemTruncate) {{
        items{condition} {inner}
        shelves {{ nodes {{ of: shelfId items{condition} {inner} }} }}
        tags {{ nodes {{ of: tagId items{condition} {inner} }} }}
    }}"""
    for lane in Lane:
        answer = await engine.run(query, given_arguments, lane)
        assert answer.errors == []
        assert answer.lane is lane
        assert len(answer.statements) == 5
        made = [("items", None, answer.data["items"]["groups"])]
        for scope, field_name in (("shelf", "shelves"), ("tag", "tags")):
            nodes = answer.data[field_name]["nodes"]
            made += [(scope, node["of"], node["items"]["groups"]) for node in nodes]
        assert len(made) == 8
        for scope, parent, found in made:
            source, where = SCOPES[scope]
            records = await connection.fetch(oracle_sql(asked, source, where.format(parent)))
            assert given_groups(asked, found) == expected_groups(asked, records)


@SLOW
@given(
    rows=st.lists(ITEM, max_size=12),
    aggregates=st.lists(AGGREGATES, min_size=1, max_size=6, unique=True),
    filtered=st.booleans(),
)
async def test_aggregates_are_what_sql_says(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    aggregates: list[Aggregate],
    filtered: bool,
) -> None:
    await fill(connection, rows)
    condition = "(filter: {flag: {eq: true}}, first: 1)" if filtered else "(first: 1)"
    inner = f"{{ aggregate {{ {selection(aggregates)} }} }}"
    query = f"""{{
        items{condition} {inner}
        shelves {{ nodes {{ of: shelfId items{condition} {inner} }} }}
        tags {{ nodes {{ of: tagId items{condition} {inner} }} }}
    }}"""
    outputs = ", ".join(f"({sql_of(aggregate)})::text" for aggregate in aggregates)
    for lane in Lane:
        answer = await engine.run(query, {}, lane)
        assert answer.errors == []
        assert answer.lane is lane
        assert len(answer.statements) == 5
        made = [("items", None, answer.data["items"]["aggregate"])]
        for scope, field_name in (("shelf", "shelves"), ("tag", "tags")):
            nodes = answer.data[field_name]["nodes"]
            made += [(scope, node["of"], node["items"]["aggregate"]) for node in nodes]
        for scope, parent, found in made:
            source, where = SCOPES[scope]
            where = where.format(parent) + (" AND i.flag" if filtered else "")
            record = await connection.fetchrow(f"SELECT {outputs} FROM {source} WHERE {where}")
            assert record is not None
            expected = [value(kind_of(a), text) for a, text in zip(aggregates, record, strict=True)]
            assert shown(aggregates, found) == expected

"""What generated operations can ask for: ids, keys, values, orders and cursors that a database really has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    Undefined,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from graphql import GraphQLInputType, GraphQLSchema

    from resolvers.bindings import TableType
    from tests.support.engine import Engine

ROWS = 8
"""How many rows of each relation are looked at."""

ORDERS = 3
"""How many orders of each relation cursors are kept for, beside its own."""

DIRECTIONS = ("ASC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC", "DESC_NULLS_FIRST", "DESC_NULLS_LAST")

PLAIN_VALUES: Mapping[str, tuple[Any, ...]] = {
    "Int": (0, 1, 2, -1),
    "BigInt": ("0", 1, "9007199254740993"),
    "Decimal": ("1", "1.0", 1.5, "NaN"),
    "Float": (0.0, 1, -1.5, 1e300),
    "Boolean": (True, False),
    "String": ("", "a", "A", "ä", "%", "a'b\\", "1"),
    "UUID": ("00000000-0000-0000-0000-000000000001",),
    "Date": ("2024-02-29", "infinity"),
    "Time": ("00:00", "12:30:00.5"),
    "DateTime": ("2026-01-01T00:00:00Z", "-infinity"),
    "LocalDateTime": ("2026-01-01T00:00:00",),
    "Duration": ("P1D", "PT24H"),
    "Base64": ("", "AP8="),
    "JSON": ({}, {"a": 1}, {"b": {"c": None}}, [1, "a"], [], "a", 1, 1.5, True),
}
"""Values of each scalar, whether a column has them or not."""

Order = list[dict[str, Any]] | None
"""A value of `orderBy:`."""


@dataclass(slots=True)
class Samples:
    """What the rows of a database offer, in the form in which answers have it.

    Attributes:
        ids: By type: global ids of rows.
        values: By type and field: values of a column, each a valid operand for it.
        keys: By type and input field: values of `by:`.
        orders: By type: values of `orderBy:`, the first of them None.
        cursors: By type and position in `orders`: cursors of rows.
    """

    ids: dict[str, list[str]] = field(default_factory=dict)
    values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    keys: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    orders: dict[str, list[Order]] = field(default_factory=dict)
    cursors: dict[tuple[str, int], list[str]] = field(default_factory=dict)


async def collect(engine: Engine, random: Random) -> Samples:
    """Looks at some rows of every relation."""
    samples = Samples()
    roots = []
    for name, root in engine.schema.model.roots.items():
        if root.is_connection and root.type is not None and root.function is None:
            orders = [random_order(engine.schema.graphql, root.type, random) for _ in range(ORDERS)]
            samples.orders[root.type.name] = [None, *orders]
            roots.append((name, root.type))
    for start in range(0, len(roots), 10):
        some = roots[start : start + 10]
        await asyncio.gather(*(_look_at(engine, samples, name, table_type) for name, table_type in some))
    return samples


def random_order(schema: GraphQLSchema, table_type: TableType, random: Random) -> Order:
    """A value of `orderBy:`; None where rows cannot be sorted."""
    order_type = schema.get_type(table_type.order_name)
    if not isinstance(order_type, GraphQLInputObjectType):
        return None
    return [_random_term(order_type, random, 2) for _ in range(random.choice((1, 1, 2, 3)))]


def _random_term(order_type: GraphQLInputObjectType, random: Random, depth: int) -> dict[str, Any]:
    names = list(order_type.fields)
    plain = [n for n in names if is_leaf_type(get_named_type(order_type.fields[n].type))]
    name = random.choice(names if depth else plain or names)
    inner = get_named_type(order_type.fields[name].type)
    if isinstance(inner, GraphQLInputObjectType):
        return {name: _random_term(inner, random, max(depth - 1, 0))}
    return {name: random.choice(DIRECTIONS)}


async def _look_at(engine: Engine, samples: Samples, root: str, table_type: TableType) -> None:
    name = table_type.name
    rows = await _rows(engine, root, table_type)
    object_type = engine.schema.graphql.get_type(name)
    assert isinstance(object_type, GraphQLObjectType)
    if table_type.id_columns is not None:
        samples.ids[name] = [row["id"] for row in rows if "id" in row]
    for column in table_type.columns:
        graphql_type: Any = object_type.fields[column].type
        seen = {repr(row[column]): row[column] for row in rows if row.get(column) is not None}
        samples.values[name, column] = [v for v in seen.values() if is_valid(v, graphql_type)]
    key_type = engine.schema.graphql.get_type(table_type.key_name)
    for key, binding in table_type.keys.items():
        assert isinstance(key_type, GraphQLInputObjectType)
        made = [{part: row.get(part) for part, _ in binding.parts} for row in rows]
        given = [each if binding.nested else next(iter(each.values())) for each in made]
        key_input = key_type.fields[key].type
        samples.keys[name, key] = [v for v in given if v is not None and is_valid(v, key_input)]
    for position, order in enumerate(samples.orders[name]):
        answer = await engine.run(
            f"{{ rows: {root}(first: {ROWS}, orderBy: {_order_text(order)}) {{ edges {{ cursor }} }} }}"
            if order
            else f"{{ rows: {root}(first: {ROWS}) {{ edges {{ cursor }} }} }}"
        )
        assert answer.errors == []
        samples.cursors[name, position] = [edge["cursor"] for edge in answer.data["rows"]["edges"]]


async def _rows(engine: Engine, root: str, table_type: TableType) -> list[dict[str, Any]]:
    """Rows with those of their columns that are scalars; without columns that hold what cannot be carried."""
    object_type = engine.schema.graphql.get_type(table_type.name)
    assert isinstance(object_type, GraphQLObjectType)
    fields = ["id"] if table_type.id_columns is not None else []
    fields += [c for c in table_type.columns if is_leaf_type(get_nullable_type(object_type.fields[c].type))]
    while fields:
        query = f"{{ rows: {root}(first: {ROWS}) {{ nodes {{ {' '.join(fields)} }} }} }}"
        answer = await engine.run(query)
        if not answer.errors:
            rows: list[dict[str, Any]] = orjson.loads(orjson.dumps(answer.data))["rows"]["nodes"]
            return rows
        bad = {str(error.path[-1]) for error in answer.errors if error.path}
        assert bad & set(fields), answer.errors
        fields = [name for name in fields if name not in bad]
    return []


def is_valid(value: Any, input_type: GraphQLInputType) -> bool:
    """Whether a value can be input of the type."""
    return coerce_input_value(value, input_type) is not Undefined


def _order_text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_order_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_order_text(part)}' for name, part in value.items())}}}"
    return str(value)

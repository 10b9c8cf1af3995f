"""Every stored value of every type comes back as the contract says.

The oracle reads each scalar on its own, as PostgreSQL's output function writes it, and applies the contract's
rule for its type; it knows nothing of how statements read lists, ranges and composites.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLEnumType, get_named_type, is_leaf_type

from db.catalogue.model import PgType, QualifiedName, RelationKind, TypeKind
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from graphql import GraphQLOutputType

SESSION = "SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'; SET DateStyle = 'ISO, YMD'"
DATABASE = Path(__file__).parent.parent / "databases" / "types.sql"
REFUSED = "refused"
"""Stands for a value that its GraphQL type cannot carry: the answer has a typed error there."""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE.read_text())) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    await opened.execute(SESSION)
    yield opened
    await opened.close()


def scalar(pg_type: PgType, text: str, graphql_type: GraphQLOutputType) -> Any:  # noqa: PLR0911 - one rule each
    """The contract's rule for one value in PostgreSQL's text form."""
    name = pg_type.name.name if pg_type.name.schema == "pg_catalog" else ""
    if isinstance(graphql_type, GraphQLEnumType):
        [found] = [value for value, member in graphql_type.values.items() if member.value == text]
        return found
    match name:
        case "int2" | "int4":
            return int(text)
        case "float4" | "float8":
            number = float(text)
            return number if math.isfinite(number) else REFUSED
        case "bool":
            return text == "t"
        case "bytea":
            return base64.b64encode(bytes.fromhex(text.removeprefix("\\x"))).decode()
        case "json" | "jsonb":
            return ("json", text)
        case "timestamp" | "timestamptz" if text[0].isdigit() and not text.endswith("BC"):
            return (
                re.sub(r"([+-]\d\d)$", r"\1:00", text.replace(" ", "T"))
                if name == "timestamptz"
                else text.replace(" ", "T")
            )
        case _:
            return text


@dataclass(frozen=True)
class Oracle:
    """Reads the values of one row, one scalar at a time."""

    connection: asyncpg.Connection
    engine: Engine
    source: str

    async def value(self, name: QualifiedName, expression: str, graphql_type: GraphQLOutputType) -> Any:
        pg_type = self.engine.catalog.types[name]
        while pg_type.kind is TypeKind.DOMAIN:
            assert pg_type.base is not None
            pg_type = self.engine.catalog.types[pg_type.base]
        if await self.fetch(f"({expression}) IS NOT DISTINCT FROM NULL"):
            return None
        named: Any = get_named_type(graphql_type)
        if pg_type.kind is TypeKind.ARRAY and "[" in str(graphql_type):
            return await self.elements(pg_type, expression, named)
        if is_leaf_type(named):
            return scalar(pg_type, await self.fetch(f"format('%s', {expression})"), named)
        if pg_type.kind is TypeKind.RANGE:
            return await self.range(pg_type, expression, named)
        return {
            field: await self.value(
                attribute.type, f'({expression})."{attribute.name}"', named.fields[field].type
            )
            for field, attribute in zip(named.fields, pg_type.attributes, strict=True)
        }

    async def fetch(self, expression: str) -> Any:
        return await self.connection.fetchval(f"SELECT {expression} FROM {self.source}")

    async def elements(self, pg_type: PgType, expression: str, named: Any) -> Any:
        if (await self.fetch(f"coalesce(array_ndims({expression}), 1)")) > 1:
            return REFUSED
        assert pg_type.element is not None
        low, high = await self.fetch(f"ARRAY[array_lower({expression}, 1), array_upper({expression}, 1)]")
        if low is None:
            return []
        return [
            await self.value(pg_type.element, f"({expression})[{i}]", named) for i in range(low, high + 1)
        ]

    async def range(self, pg_type: PgType, expression: str, named: Any) -> Any:
        assert pg_type.element is not None
        ends = {}
        for field, side in (("start", "lower"), ("end", "upper")):
            bound: Any = get_named_type(named.fields[field].type)
            value = await self.value(pg_type.element, f"{side}({expression})", bound.fields["value"].type)
            inclusive = await self.fetch(f"{side}_inc({expression})")
            ends[field] = None if value is None else {"value": value, "inclusive": inclusive}
        return {**ends, "isEmpty": await self.fetch(f"isempty({expression})")}


def selection(graphql_type: GraphQLOutputType) -> str:
    """Everything of a value."""
    named: Any = get_named_type(graphql_type)
    if is_leaf_type(named):
        return ""
    return "{ " + " ".join(f"{name} {selection(f.type)}" for name, f in named.fields.items()) + " }"


def comparable(value: Any) -> Any:
    """The answer's value, JSON unwrapped as the oracle has it."""
    if isinstance(value, orjson.Fragment):
        return ("json", orjson.dumps(value).decode())
    if isinstance(value, dict):
        return {key: comparable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [comparable(part) for part in value]
    return value


def contains_refused(expected: Any) -> bool:
    if isinstance(expected, dict):
        return any(map(contains_refused, expected.values()))
    return expected == REFUSED or (isinstance(expected, list) and any(map(contains_refused, expected)))


async def test_every_value_of_every_type(engine: Engine, connection: asyncpg.Connection) -> None:
    """Each value is asked for by itself, so that what cannot be carried spoils nothing else."""
    checked = 0
    for name in sorted(engine.schema.model.types):
        table_type = engine.schema.model.types[name]
        object_type = engine.schema.graphql.get_type(name)
        [field] = [
            field
            for field, root in engine.schema.model.roots.items()
            if root.is_connection and root.type is table_type
        ]
        if table_type.table.kind is not RelationKind.TABLE:
            continue
        source = '"{}"."{}"'.format(*table_type.table.name)
        ctids = [record[0] for record in await connection.fetch(f"SELECT ctid FROM {source}")]
        for column_field, binding in table_type.columns.items():
            graphql_type = object_type.fields[column_field].type  # type: ignore[union-attr]
            column = table_type.table.column(binding.column)
            values = []
            for ctid in ctids:
                row = f"(SELECT * FROM {source} WHERE ctid = '({ctid[0]},{ctid[1]})') AS r"
                oracle = Oracle(connection, engine, row)
                values.append(await oracle.value(column.type, f'r."{column.name}"', graphql_type))
            answer = await engine.run(
                f"{{ rows: {field} {{ nodes {{ value: {column_field} {selection(graphql_type)} }} }} }}"
            )
            codes = {error.extensions["code"] for error in answer.errors if error.extensions}
            assert codes <= {"VALUE_NOT_REPRESENTABLE"}, (name, column_field, answer.errors)
            expected = [REFUSED if contains_refused(value) else value for value in values]
            if answer.data is None:  # a non-null column with such a value takes its page with it
                assert REFUSED in expected
                continue
            orjson.dumps(answer.data)
            given = [node["value"] for node in answer.data["rows"]["nodes"]]
            for error in answer.errors:
                assert error.path is not None
                given[int(error.path[2])] = REFUSED
            ours = sorted(repr(comparable(value)) for value in given)
            assert ours == sorted(map(repr, expected)), f"{name}.{column_field}"
            checked += len(given)
    assert checked > 1000

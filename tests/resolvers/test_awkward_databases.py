"""Databases that nobody has prepared: every relation is read whole, page by page and key by key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from resolvers.bindings import TableType, ToMany
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

DATABASES = Path(__file__).parents[1] / "databases"


@pytest.fixture(scope="module", params=["awkward_names", "relations", "types"])
async def engine(
    request: pytest.FixtureRequest, create_database: Callable[[str], Awaitable[str]]
) -> AsyncIterator[Engine]:
    script = (DATABASES / f"{request.param}.sql").read_text()
    async with open_engine(await create_database(script)) as opened:
        yield opened


@pytest.fixture
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    yield opened
    await opened.close()


def connections(engine: Engine) -> Iterator[tuple[str, TableType]]:
    for field, root in engine.schema.model.roots.items():
        if root.type is not None and root.is_connection and root.function is None:
            yield field, root.type


def columns(engine: Engine, table_type: TableType) -> str:
    """Everything a row has, whatever it is made of."""
    named = engine.schema.graphql.type_map[table_type.name]
    assert isinstance(named, GraphQLObjectType)
    identity = ["id"] if table_type.id_columns is not None else []
    # An error of a field that is never null takes the whole page with it.
    fields = [f for f in table_type.columns if not str(named.fields[f].type).endswith(("Float!", "]!"))]
    return " ".join([*identity, *(whole(field, named) for field in fields)])


def whole(field: str, owner: GraphQLObjectType) -> str:
    inner = get_named_type(owner.fields[field].type)
    if is_leaf_type(inner):
        return field
    assert isinstance(inner, GraphQLObjectType)
    return f"{field} {{ {' '.join(whole(part, inner) for part in inner.fields)} }}"


def relations(table_type: TableType) -> str:
    return " ".join(
        f"{field} {{ totalCount nodes {{ __typename }} }}"
        if isinstance(relation, ToMany)
        else f"{field} {{ __typename }}"
        for field, relation in table_type.relations.items()
    )


async def ask(engine: Engine, query: str, **variables: Any) -> Any:
    """The data of an answer whose only errors are of values that no scalar can carry."""
    answer = await engine.run(query, variables)
    codes = {(error.extensions or {})["code"] for error in answer.errors}
    assert codes <= {"VALUE_NOT_REPRESENTABLE"}, (query, answer.errors)
    assert answer.data is not None, (query, answer.errors)
    return answer.data


async def test_every_row_of_every_relation_is_there(engine: Engine, connection: asyncpg.Connection) -> None:
    for field, table_type in connections(engine):
        schema, name = (part.replace('"', '""') for part in table_type.table.name)
        count = await connection.fetchval(f'SELECT count(*) FROM "{schema}"."{name}"')
        selected = f"{columns(engine, table_type)} {relations(table_type)} __typename"
        data = await ask(engine, f"{{ rows: {field} {{ totalCount nodes {{ {selected} }} }} }}")
        assert data["rows"]["totalCount"] == count
        assert len(data["rows"]["nodes"]) == count


async def test_pages_of_two_are_the_whole_forwards_and_backwards(engine: Engine) -> None:
    for field, _ in connections(engine):
        data = await ask(engine, f"{{ rows: {field} {{ edges {{ cursor }} }} }}")
        everything = [edge["cursor"] for edge in data["rows"]["edges"]]
        assert len(set(everything)) == len(everything)
        assert await forwards(engine, field) == everything
        assert await backwards(engine, field) == everything


async def forwards(engine: Engine, field: str) -> list[str]:
    query = f"""query ($at: String) {{
        rows: {field}(first: 2, after: $at) {{ edges {{ cursor }} pageInfo {{ hasNextPage endCursor }} }}
    }}"""
    found: list[str] = []
    info = {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        data = await ask(engine, query, at=info["endCursor"])
        found += [edge["cursor"] for edge in data["rows"]["edges"]]
        info = data["rows"]["pageInfo"]
    return found


async def backwards(engine: Engine, field: str) -> list[str]:
    query = f"""query ($at: String) {{
        rows: {field}(last: 2, before: $at) {{
            edges {{ cursor }} pageInfo {{ hasPreviousPage startCursor }}
        }}
    }}"""
    found: list[str] = []
    info = {"hasPreviousPage": True, "startCursor": None}
    while info["hasPreviousPage"]:
        data = await ask(engine, query, at=info["startCursor"])
        found = [edge["cursor"] for edge in data["rows"]["edges"]] + found
        info = data["rows"]["pageInfo"]
    return found


async def test_every_global_id_leads_back_to_its_row(engine: Engine) -> None:
    for field, table_type in connections(engine):
        if table_type.id_columns is None:
            continue
        ids = [
            row["id"]
            for row in (await ask(engine, f"{{ rows: {field} {{ nodes {{ id }} }} }}"))["rows"]["nodes"]
        ]
        found = await ask(engine, "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=ids)
        assert found["nodes"] == [{"id": its, "__typename": table_type.name} for its in ids]


async def test_every_key_leads_to_its_row(engine: Engine) -> None:
    for field, root in engine.schema.model.roots.items():
        table_type = root.type
        if table_type is None or root.is_connection or root.function or table_type.table.has_children:
            continue
        plural = next(name for name, its in connections(engine) if its is table_type)
        selected = columns(engine, table_type)
        rows = (await ask(engine, f"{{ rows: {plural} {{ nodes {{ {selected} }} }} }}"))["rows"]["nodes"]
        lookup = f"query ($by: {table_type.key_name}!) {{ row: {field}(by: $by) {{ {selected} }} }}"
        for name, key in table_type.keys.items():
            for row in rows:
                parts = {part: row.get(part) for part, _ in key.parts}
                if None not in parts.values():
                    by = {name: parts if key.nested else parts[key.parts[0][0]]}
                    found = (await ask(engine, lookup, by=by))["row"]
                    assert orjson.dumps(found) == orjson.dumps(row), by

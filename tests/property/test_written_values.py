"""What was read can be written: rows that are created of what was read of them are the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type

from resolvers.bindings import MutationBinding
from resolvers.execution import Lane
from tests.property.lanes import SCRIPTS
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from resolvers.bindings import TableType

NOT_THE_SAME = {
    "jsons": "numbers and spaces of JSON are kept as text, which its values are not",
    "keyed_by_json": "JSON's null is no value",
    "made": "PostgreSQL makes its keys",
    "system_types": "names of objects that are not there",
}
"""Tables whose rows cannot come back as they were, and why."""

PREPARATION = """
UPDATE domains SET document = '{}' WHERE document = 'null';
DO $$
DECLARE reference record;
BEGIN
    FOR reference IN SELECT conrelid::regclass AS source, conname FROM pg_constraint WHERE contype = 'f' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', reference.source, reference.conname);
    END LOOP;
END $$;
"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(SCRIPTS["types"].read_text() + PREPARATION)) as engine:
        yield engine


def _selected(object_type: Any, name: str) -> str:
    """A field with all that is below it."""
    inner = get_named_type(object_type.fields[name].type)
    if not isinstance(inner, GraphQLObjectType):
        return name
    return f"{name} {{ {' '.join(_selected(inner, part) for part in inner.fields)} }}"


async def _rows(engine: Engine, table_type: TableType) -> list[dict[str, Any]]:
    """What can be written of the rows that can be read; the others are deleted."""
    roots = engine.schema.model.roots
    one, many = (
        next(n for n, root in roots.items() if root.type is table_type and root.is_connection is is_many)
        for is_many in (False, True)
    )
    object_type = engine.schema.graphql.type_map[table_type.name]
    selection = " ".join(_selected(object_type, name) for name in table_type.inserted)
    ids = await engine.run(f"{{ {many}(first: 1000) {{ nodes {{ id }} }} }}")
    rows = []
    for node in ids.data[many]["nodes"]:
        read = await engine.run(f"query ($id: ID!) {{ {one}(by: {{id: $id}}) {{ {selection} }} }}", node)
        if read.errors:
            field = f"delete{one[0].upper()}{one[1:]}"
            await engine.run(f"mutation ($id: ID!) {{ {field}(by: {{id: $id}}) {{ affectedCount }} }}", node)
        else:
            rows.append(orjson.loads(orjson.dumps(read.data[one])))
    return rows


async def test_rows_can_be_written_as_they_were_read(engine: Engine) -> None:
    connection = await asyncpg.connect(engine.url)
    fields = {
        (binding.type.name, binding.kind.value): name
        for name, binding in engine.schema.model.mutations.items()
        if isinstance(binding, MutationBinding)
    }
    written = set()
    for number, table_type in enumerate(engine.schema.model.types.values()):
        name = table_type.table.name
        fill, clear = (fields.get((table_type.name, kind)) for kind in ("create many", "delete many"))
        if fill is None or clear is None or table_type.id_columns is None or name.name in NOT_THE_SAME:
            continue
        rows = await _rows(engine, table_type)
        stored = f'SELECT t::text FROM "{name.schema}"."{name.name}" AS t ORDER BY 1'
        before = await connection.fetch(stored)
        query = f"""mutation ($rows: [Create{table_type.name}Input!]!) {{
            {clear}(filter: {{}}) {{ affectedCount }}
            {fill}(input: $rows) {{ affectedCount }}
        }}"""
        result = await engine.run(query, {"rows": rows}, (Lane.COMPILED, Lane.REFERENCE)[number % 2])
        assert not result.errors, name
        assert result.data[fill]["affectedCount"] == len(rows)
        assert await connection.fetch(stored) == before, name
        written.add(name.name)
    await connection.close()
    assert {"composites", "domains", "ranges", "arrays"} <= written

"""Pages go on among equal values of every type, by an index whose directions differ (`SeekTerm.listed`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schema.naming import plural_field
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

VALUES = {
    "int2": ("1", "2"),
    "int4": ("1", "2"),
    "int8": ("1", "9007199254740993"),
    "numeric": ("1.50", "NaN"),
    "float4": ("1.1", "Infinity"),
    "float8": ("1.1", "2"),
    "bool": ("false", "true"),
    "text": ("a", "b"),
    "varchar(5)": ("a", "b"),
    "char(5)": ("a", "b"),
    '"char"': ("a", "b"),
    "name": ("a", "b"),
    "bytea": ("\\x00", "\\xff"),
    "date": ("2020-01-01", "infinity"),
    "time": ("00:00", "24:00"),
    "timetz": ("12:00+02", "12:00+00"),
    "timestamp": ("2020-01-01 00:00", "infinity"),
    "timestamptz": ("2020-01-01 00:00+00", "2021-01-01 00:00+00"),
    "interval": ("1 day", "25:00"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"),
    "inet": ("10.0.0.1", "10.0.0.2"),
    "cidr": ("10.0.0.0/8", "11.0.0.0/8"),
    "macaddr": ("00:00:00:00:00:01", "00:00:00:00:00:02"),
    "bit(2)": ("01", "10"),
    "money": ("1", "2"),
    "jsonb": ('{"a": 1}', '{"a": 2}'),
    "int4[]": ("{1}", "{1,2}"),
    "int4range": ("[1,3)", "[2,3)"),
    "size": ("small", "large"),
    "percent": ("1", "2"),
    "sizes": ("{small}", "{large}"),
    "point2": ("(1,2)", "(2,1)"),
}
LISTS = {"int4[]", "sizes"}
"""There are no lists of these."""

DATABASE = """
CREATE TYPE size AS ENUM ('small', 'large');
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN sizes AS size[];
CREATE TYPE point2 AS (x int, y int);
""" + "".join(
    f"""
CREATE TABLE sorted{number} (key int PRIMARY KEY, value {name} NOT NULL);
INSERT INTO sorted{number} VALUES
    (1, '{other}'), (2, '{one}'), (3, '{other}'), (4, '{one}'), (5, '{other}'), (6, '{one}');
CREATE INDEX ON sorted{number} (value, key DESC);
"""
    for number, (name, (one, other)) in enumerate(VALUES.items())
)
WALK = """query ($after: String) {{
  {field}(first: 2, after: $after, orderBy: [{{value: ASC}}, {{key: DESC}}]) {{
    nodes {{ key }} pageInfo {{ endCursor hasNextPage }}
  }}
}}"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.mark.parametrize("name", VALUES)
async def test_pages_go_on_among_equal_values(engine: Engine, name: str) -> None:
    number = list(VALUES).index(name)
    [table_type] = [t for t in engine.schema.model.types.values() if t.table.name.name == f"sorted{number}"]
    query = WALK.format(field=plural_field(f"sorted{number}"))
    assert "value" in table_type.orders
    seen: list[Any] = []
    after = None
    while True:
        result = await engine.run(query, {"after": after})
        assert result.errors == []
        in_a_list = after is not None and name not in LISTS
        assert ("= ANY (ARRAY[" in result.statements[0].statement) is in_a_list
        [page] = result.data.values()
        seen += [node["key"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [6, 4, 2, 5, 3, 1]

"""Reading by a role that may read some columns, and so nothing that PostgreSQL keeps beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import asyncpg
import orjson
import pytest

from resolvers.execution import Lane
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine

SCRIPT = """
CREATE TABLE song (id int PRIMARY KEY, name text, price int);
CREATE TABLE hidden_key (id int PRIMARY KEY, name text, data json);
CREATE TABLE no_key (name text, price int);
CREATE TABLE parent (id int PRIMARY KEY, name text, price int);
CREATE TABLE child () INHERITS (parent);
INSERT INTO song VALUES (1, 'b', 1), (2, 'a', 1), (3, 'b', 1);
INSERT INTO hidden_key VALUES (1, 'b'), (2, 'a'), (3, 'b');
INSERT INTO no_key VALUES ('b', 1), ('a', 1), ('b', 1);
INSERT INTO parent VALUES (1, 'b', 1), (2, 'a', 1);
INSERT INTO child VALUES (1, 'b', 1);
CREATE ROLE "{role}" LOGIN;
GRANT SELECT (id, name), UPDATE (name) ON song TO "{role}";
GRANT SELECT (name, data) ON hidden_key TO "{role}";
GRANT SELECT (name) ON no_key TO "{role}";
GRANT SELECT (id, name) ON parent TO "{role}";
"""


@pytest.fixture(scope="module")
async def limited(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    url = await create_database("")
    role = f"reader of {urlsplit(url).path}"  # roles are the server's
    owner = await asyncpg.connect(url)
    await owner.execute(SCRIPT.replace("{role}", role))
    await owner.close()
    async with open_engine(url.replace("postgres@", f"{quote(role, safe='')}@")) as engine:
        yield engine


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("field", ["songs", "hiddenKeys", "noKeys", "parents"])
@pytest.mark.parametrize("order", ["", ", orderBy: {name: DESC}"])
async def test_pages_of_some_columns(limited: Engine, lane: Lane, field: str, order: str) -> None:
    query = f"""query ($after: String) {{
      page: {field}(first: 1, after: $after{order}) {{
        nodes {{ name }} pageInfo {{ endCursor hasNextPage }} totalCount
      }}
    }}"""
    walked: list[str] = []
    after, more = None, True
    while more:
        result = await limited.run(query, {"after": after}, lane)
        assert result.errors == []
        page = orjson.loads(orjson.dumps(result.data))["page"]
        assert page["totalCount"] == 3
        walked += [node["name"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert sorted(walked) == ["a", "b", "b"]
    assert not order or walked == ["b", "b", "a"]


@pytest.mark.parametrize("lane", Lane)
async def test_updates_of_some_columns(limited: Engine, lane: Lane) -> None:
    assert "rowVersion" not in limited.schema.sdl
    query = 'mutation { updateSong(by: {rowId: 1}, set: {name: "c"}, dryRun: true) { song { name } } }'
    result = await limited.run(query, {}, lane)
    assert (result.errors, result.data) == ([], {"updateSong": {"song": {"name": "c"}}})

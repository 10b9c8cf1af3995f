"""The demo's saved operations work on the demo's data."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from demo.data import ensure_loaded
from demo.examples import EXAMPLES, SavedOperation
from resolvers.execution import Lane
from server.extensions import load_extensions
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    url = await create_database("")
    await ensure_loaded(url, progress=False)
    return url


@pytest.fixture(scope="module")
async def engine(url: str) -> AsyncIterator[Engine]:
    async with open_engine(url) as opened:
        yield opened


def empty_parts(value: object, path: str = "") -> list[str]:
    """Where an answer has nothing to show."""
    if isinstance(value, dict):
        return [p for key, part in value.items() for p in empty_parts(part, f"{path}.{key}")]
    if isinstance(value, list):
        return [p for part in value for p in empty_parts(part, path)] if value else [path]
    return []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
async def test_answers_with_rows(engine: Engine, example: SavedOperation) -> None:
    answer = await engine.run(example.query)
    assert answer.errors == []
    assert all(value is not None for value in answer.data.values())
    assert empty_parts(answer.data) == []
    assert all(None is not row for row in answer.data.get("nodes", []))


def test_titles_are_told_apart() -> None:
    assert len({example.title for example in EXAMPLES}) == len(EXAMPLES)


async def test_the_extensions_of_the_documentation(url: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "extensions.md").read_text()
    modules = re.findall(r"```python\n(# (\w+\.py)\n.*?)```", text, re.DOTALL)
    queries, answers = [re.findall(rf"```{x}\n(.*?)```", text, re.DOTALL) for x in ("graphql", "json")]
    for module, name in modules:
        (tmp_path / name).write_text(module)
    extensions = load_extensions([str(tmp_path / name) for _, name in modules])
    sys.path.remove(str(tmp_path))
    async with open_engine(url, extensions=extensions) as opened:
        for query, answer in zip(queries[:2], answers[:2], strict=True):
            for lane in Lane:
                result = await opened.run(query, lane=lane)
                assert (result.errors, result.lane) == ([], lane)
                assert {"data": result.data} == json.loads(answer)
                await forget_the_travellers_of_the_documentation(url)


async def forget_the_travellers_of_the_documentation(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM traveller WHERE email IN ('ada@example.org', 'grace@example.org')")
    await connection.close()

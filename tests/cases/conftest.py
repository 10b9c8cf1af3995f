"""The music store of `database.sql`, and the option that writes snapshots anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

CASES = Path(__file__).parent
SCRIPT = (CASES / "database.sql").read_text()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when the cases are named on the command line: `pytest tests/cases --update-cases`."""
    parser.addoption("--update-cases", action="store_true", help="write the snapshots of tests/cases anew")


@pytest.fixture(scope="session")
def update_cases(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("update_cases", default=False))


@pytest.fixture(scope="session")
async def music(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(SCRIPT)) as engine:
        yield engine


@pytest.fixture(scope="session")
async def written(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    """The same store again, for requests that change it: see `restore`."""
    async with open_engine(await create_database(SCRIPT)) as engine:
        yield engine


async def restore(engine: Engine) -> None:
    """Gives the store the rows that it began with."""
    connection = await asyncpg.connect(engine.url)
    tables = ", ".join(f'"{name.name}"' for name, table in engine.catalog.tables.items() if table.deletable)
    await connection.execute(f"TRUNCATE {tables}")
    await connection.execute("\n".join(re.findall(r"^INSERT .*?;$", SCRIPT, re.MULTILINE | re.DOTALL)))
    await connection.close()

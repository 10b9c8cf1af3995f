"""The awkward databases as catalogues, and the option that writes the SDL snapshot anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from db.catalogue.reflect import reflect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from db.catalogue.model import Catalog

TESTS = Path(__file__).parents[1]
SCRIPTS = {
    "music": TESTS / "cases" / "database.sql",
    "awkward_names": TESTS / "databases" / "awkward_names.sql",
    "relations": TESTS / "databases" / "relations.sql",
    "types": TESTS / "databases" / "types.sql",
    "functions": TESTS / "databases" / "functions.sql",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when the folder is named on the command line: `pytest tests/schema --update-sdl`."""
    parser.addoption("--update-sdl", action="store_true", help="write tests/schema/music.graphql anew")


@pytest.fixture(scope="session")
def update_sdl(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("update_sdl", default=False))


@pytest.fixture(scope="session")
async def catalogs(create_database: Callable[[str], Awaitable[str]]) -> Mapping[str, Catalog]:
    """Each database of `SCRIPTS`, reflected."""
    made = {}
    for name, script in SCRIPTS.items():
        connection = await asyncpg.connect(await create_database(script.read_text()))
        made[name] = await reflect(connection)
        await connection.close()
    return made

"""The awkward databases of `tests/databases`, loaded and reflected once a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import asyncpg
import pytest

from db.catalogue.reflect import reflect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from db.catalogue.model import Catalog

_DATABASES = Path(__file__).parents[2] / "databases"


class Reflected(NamedTuple):
    """A database, a connection to it as superuser, and its catalogue."""

    url: str
    connection: asyncpg.Connection
    catalog: Catalog


@pytest.fixture(scope="session")
async def load(
    create_database: Callable[[str], Awaitable[str]],
) -> AsyncIterator[Callable[[str], Awaitable[Reflected]]]:
    """Creates a database from an SQL script and reflects it."""
    connections: list[asyncpg.Connection] = []

    async def load(script: str) -> Reflected:
        url = await create_database(script)
        connection = await asyncpg.connect(url)
        connections.append(connection)
        return Reflected(url, connection, await reflect(connection))

    yield load
    for connection in connections:
        await connection.close()


@pytest.fixture(scope="session")
async def awkward_names(load: Callable[[str], Awaitable[Reflected]]) -> Reflected:
    return await load((_DATABASES / "awkward_names.sql").read_text())


@pytest.fixture(scope="session")
async def relations(load: Callable[[str], Awaitable[Reflected]]) -> Reflected:
    return await load((_DATABASES / "relations.sql").read_text())


@pytest.fixture(scope="session")
async def types(load: Callable[[str], Awaitable[Reflected]]) -> Reflected:
    return await load((_DATABASES / "types.sql").read_text())

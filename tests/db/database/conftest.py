"""The database of `things`, and the pool on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from db.catalogue.reflect import reflect
from tests.db.database.things import (
    SCRIPT,
    opened,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from db.catalogue.model import Catalog
    from db.database import Database


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(SCRIPT)


@pytest.fixture(scope="module")
async def admin(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def catalog(admin: asyncpg.Connection) -> Catalog:
    return await reflect(admin)


@pytest.fixture
async def database(url: str, catalog: Catalog) -> AsyncIterator[Database]:
    async with opened(url, catalog) as made:
        yield made

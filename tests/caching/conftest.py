"""A database in which one thing leads to another, and instances that serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.property.caching import DATABASE, ROWS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    """The database of the property tests."""
    return await create_database(DATABASE)


@pytest.fixture(autouse=True)
async def rows(url: str) -> None:
    """The rows that each test begins with."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(ROWS)
    finally:
        await connection.close()

"""The schema of the demo data, without rows and without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.demo_tables import TABLES
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from schema.build import Schema


@pytest.fixture(scope="package")
async def demo_schema(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Schema]:
    async with open_engine(await create_database(TABLES)) as engine:
        yield engine.schema

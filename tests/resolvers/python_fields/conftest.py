"""A database whose rows have the fields of `fields`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.resolvers.python_fields.fields import (
    DATABASE,
    EXTENSION,
    calls,
)
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE), extensions=[EXTENSION]) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()

"""Rows of which no column is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolvers.execution import Lane
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine

DATABASE = """
CREATE TABLE entry (entry_id int PRIMARY KEY DEFAULT 7, note text DEFAULT 'given', times int DEFAULT 1);
INSERT INTO entry VALUES (7, 'of before', 5);
"""


@pytest.fixture
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.mark.parametrize("lane", Lane)
async def test_their_key_may_be_there(engine: Engine, lane: Lane) -> None:
    create = (
        "mutation { createEntry(input: {}, onConflict: {key: entryId, update: [note]}) { entry { %s } } }"
    )
    answer = await engine.run(create % "entryId note times", {}, lane)
    assert answer.errors == []
    assert answer.data == {"createEntry": {"entry": {"entryId": 7, "note": "given", "times": 5}}}

"""No answer is older than it may be, and none is another identity's, whatever is written where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.property.caching import DATABASE, ROWS, opened

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from demo.valkey import EmbeddedValkey


async def test_no_answer_is_too_old_or_of_another_identity(
    create_database: Callable[[str], Awaitable[str]],
    valkey: EmbeddedValkey,
) -> None:
    url = await create_database(DATABASE + ROWS)
    async with opened(url, valkey.url, 1) as game:
        await game.play(60)
        assert game.hits > game.asked / 10
        assert game.written > 8

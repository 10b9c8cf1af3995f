"""Health: whether the process lives, and whether what it needs answers."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_log = logging.getLogger("loadstone")

SECONDS = 2.0
"""How long a part may take to answer."""


async def failing_parts(parts: Mapping[str, Callable[[], Awaitable[None]]]) -> frozenset[str]:
    """Asks all parts at once.

    Args:
        parts: By name, what asks a part and raises when it does not answer.

    Returns:
        The names of those that did not answer in time. Why goes to the log, not to callers.
    """

    async def fails(name: str, ask: Callable[[], Awaitable[None]]) -> bool:
        try:
            async with asyncio.timeout(SECONDS):
                await ask()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part does not answer
            _log.warning("%s does not answer: %s", name, str(error) or type(error).__name__)
            return True
        return False

    failed = await asyncio.gather(*(fails(name, ask) for name, ask in parts.items()))
    return frozenset(name for name, failure in zip(parts, failed, strict=True) if failure)

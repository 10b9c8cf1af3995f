"""Health: whether the process lives, and whether the parts that it uses answer."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_log = logging.getLogger("loadstone")

SECONDS = 2.0
"""How long a part may take to answer."""


class Part(NamedTuple):
    """Something outside that the service uses.

    Attributes:
        ask: Raises when the part does not answer.
        is_needed: Whether requests cannot be answered without it; others are answered, more slowly.
    """

    ask: Callable[[], Awaitable[None]]
    is_needed: bool = True


class Health(NamedTuple):
    """How the service is.

    Attributes:
        status: `ok`; `degraded` where a part is away that is not needed; `failing`.
        checks: By name of the part, `ok`, `away` or `failing`.
    """

    status: str
    checks: Mapping[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether requests can be answered."""
        return self.status != "failing"


async def health(parts: Mapping[str, Part]) -> Health:
    """Asks all parts at once, by their names. Why one does not answer goes to the log, not to callers."""
    states = await asyncio.gather(*(_state(name, part) for name, part in parts.items()))
    status = "failing" if "failing" in states else "degraded" if "away" in states else "ok"
    return Health(status, dict(zip(parts, states, strict=True)))


async def _state(name: str, part: Part) -> str:
    try:
        async with asyncio.timeout(SECONDS):
            await part.ask()
    except Exception as error:  # noqa: BLE001 - whatever it is, the part does not answer
        if not part.is_needed:
            return "away"  # its connection tells once, when it goes and when it is back
        _log.warning("%s does not answer: %s", name, str(error) or type(error).__name__)
        return "failing"
    return "ok"

"""What requests are answered with: made once, when the application starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from server.pipeline import Engine, Limits
    from ui.assets import Asset


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that requests need.

    Attributes:
        engine: Answers operations.
        limits: What a request may ask for.
        sdl: The schema in GraphQL's schema definition language, UTF-8.
        ide_page: GraphiQL; None when it is off.
        parts: By name, what asks a part that the service needs whether it is there.
    """

    engine: Engine
    limits: Limits
    sdl: bytes
    ide_page: Asset | None
    parts: Mapping[str, Callable[[], Awaitable[None]]]

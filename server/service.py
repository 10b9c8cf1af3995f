"""What requests are answered with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.health import Part
    from server.http.browsers import BrowserRules
    from server.live_schema import LiveSchema
    from server.pipeline import Stages


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that requests need.

    Attributes:
        live: What is served, to whom, and what answers operations by it.
        stages: What the stages of requests share.
        browsers: What browsers may do.
        parts: By name, what is outside and asked whether it is there.
    """

    live: LiveSchema
    stages: Stages
    browsers: BrowserRules
    parts: Mapping[str, Part]

"""What requests are answered with."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.documents.trusted import load_trusted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.health import Part
    from server.http.browsers import BrowserRules
    from server.http.compression import Compression
    from server.live_schema import LiveSchema
    from server.stages import Stages

_log = logging.getLogger("loadstone")


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that requests need.

    Attributes:
        live: What is served, to whom, and what answers operations by it.
        stages: What the stages of requests share.
        browsers: What browsers may do.
        compression: Compresses answers.
        trusted_documents: The file of trusted documents.
        parts: By name, what is outside and asked whether it is there.
    """

    live: LiveSchema
    stages: Stages
    browsers: BrowserRules
    compression: Compression
    trusted_documents: Path | None
    parts: Mapping[str, Part]

    async def reload(self, reason: str) -> None:
        """Reads trusted documents, and builds the schema anew (see `LiveSchema.rebuild`).

        What cannot be used is told in one line of the log, and what is served stays as it is.
        """
        try:
            self.stages.documents.trusted = await asyncio.to_thread(load_trusted, self.trusted_documents)
        except StartupError as error:
            _log.warning("%s; trusted documents stay as they are: %s", reason, error)
        await self.live.rebuild(reason)

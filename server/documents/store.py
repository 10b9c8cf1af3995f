"""Documents that clients have registered, by their hashes: in this process, and beyond it what is shared."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine

MAX_BYTES = 16 * 2**20
"""Memory that texts may take in a process."""

MAX_DOCUMENT_BYTES = 2**16
"""Longest text that is stored, in UTF-8: any of 5,000 tokens fits."""

REFRESH_SECONDS = 300.0
"""How often, at most, an instance tells others that a document is in use."""

_BYTES_OF_ENTRY = 500


class Shared(Protocol):
    """A store that instances share. It may be away: then it has nothing, and takes nothing."""

    async def get(self, digest: str) -> str | None:
        """The text with this hash, if it has it."""

    async def put(self, digest: str, source: str) -> None:
        """Stores a text, or notes that it is in use."""


@dataclass(slots=True)
class _Entry:
    source: str
    size: int
    used: float
    shared: float


class DocumentStore:
    """Keeps texts by their SHA-256 hashes, those that were used last, as many as fit a bound.

    The text that it gives is the same object each time: what is kept by it is found without hashing it again.

    Args:
        seconds: How long a text is kept that nobody uses.
        shared: What instances share; None for nothing.
        max_bytes: Memory that texts may take here.
    """

    def __init__(self, seconds: float, shared: Shared | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._seconds = seconds
        self._shared = shared
        self._max_bytes = max_bytes
        self._refresh_seconds = min(REFRESH_SECONDS, seconds / 4)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0
        self._flights: dict[str, asyncio.Task[str | None]] = {}
        self._running: set[asyncio.Task[Any]] = set()

    @property
    def bytes(self) -> int:
        """Memory that texts take here, by estimate."""
        return self._bytes

    def get(self, digest: str) -> str | None:
        """The text with this hash, if it is kept here."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        now = time.monotonic()
        if now > entry.used + self._seconds:
            self._drop(digest)
            return None
        entry.used = now
        self._entries.move_to_end(digest)
        if self._shared is not None and now > entry.shared + self._refresh_seconds:
            entry.shared = now
            self._start(self._shared.put(digest, entry.source))
        return entry.source

    async def fetch(self, digest: str) -> str | None:
        """The text with this hash, if it is here or shared; who asks at once is answered at once."""
        found = self.get(digest)
        if found is not None or self._shared is None:
            return found
        flight = self._flights.get(digest)
        if flight is None:
            flight = self._flights[digest] = self._start(self._fetched(digest, self._shared))
            flight.add_done_callback(lambda _: self._flights.pop(digest))
        return await asyncio.shield(flight)

    async def put(self, digest: str, source: str) -> None:
        """Stores a text that this is the hash of; not one that is too long."""
        if digest in self._entries or not self._keep(digest, source) or self._shared is None:
            return
        await self._shared.put(digest, source)

    async def close(self) -> None:
        """Gives up what is on its way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _fetched(self, digest: str, shared: Shared) -> str | None:
        source = await shared.get(digest)
        if source is not None:
            self._keep(digest, source)
        return source

    def _keep(self, digest: str, source: str) -> bool:
        length = len(source.encode())
        if length > MAX_DOCUMENT_BYTES:
            return False
        self._drop(digest)
        now = time.monotonic()
        entry = self._entries[digest] = _Entry(source, length + _BYTES_OF_ENTRY, now, now)
        self._bytes += entry.size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))
        return True

    def _drop(self, digest: str) -> None:
        entry = self._entries.pop(digest, None)
        if entry is not None:
            self._bytes -= entry.size

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

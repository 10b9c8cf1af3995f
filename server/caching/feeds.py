"""Hearing of changes that others make: what feeds have in common, and the one of the database (NOTIFY).

A feed is a connection that is listened to. It is asked for an answer all the time, and whatever was said
before an answer has been heard by then; so it is known up to which moment nothing was missed. Where one is
lost, what was said meanwhile is not known: answers are let go of, and none is kept until it is back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import asyncpg

from core.errors import StartupError
from db.pool import connection_apart
from db.row_triggers import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("loadstone")

BEAT_SECONDS = 0.3
"""Between two questions whether anybody is there."""

BOUND_SECONDS = 1.0
"""The longest time for which an answer is given that others have made out of date: nothing that was said up
to so long ago may have been missed."""

AGAIN_SECONDS = 0.5
"""Between two attempts to connect."""

CONNECT_SECONDS = 2.0


_LOST = (OSError, StartupError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Feed(ABC):
    """One way to hear of changes.

    Args:
        heard: Is told what was said.
        lost: Is told, before anything else is heard, that some of what was said may have been missed.

    Attributes:
        known_until: The moment, by the monotonic clock, up to which nothing was missed.
        begun: Set once it has been listened to.
    """

    name: str

    def __init__(self, heard: Callable[[bytes | str], None], lost: Callable[[], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._told = False
        self.known_until = -BOUND_SECONDS
        self.begun = asyncio.Event()

    async def run(self) -> None:
        """Listens until cancelled."""
        while True:
            try:
                await self._listen()
            except _LOST as error:
                if not self._told:
                    self._told = True
                    reason = " ".join(str(error).split()) or type(error).__name__
                    _log.warning("answers are not kept while %s does not answer: %s", self.name, reason)
            except Exception:  # noqa: BLE001 - whatever it is, nothing is kept meanwhile
                _log.exception("answers are not kept, as what %s said was not understood", self.name)
            self.known_until = -BOUND_SECONDS
            await asyncio.sleep(AGAIN_SECONDS)

    def _begun(self, asked: float) -> None:
        """Takes note that it is listened to from some moment on."""
        self._lost()
        self.known_until = asked
        self.begun.set()
        if self._told:
            self._told = False
            _log.info("%s answers again", self.name)

    @abstractmethod
    async def _listen(self) -> None:
        """Listens until the connection is lost.

        Raises:
            OSError: It is lost; so do errors of the database say.
        """


class DatabaseFeed(Feed):
    """LISTEN of PostgreSQL, on a connection of its own."""

    name = "the database"

    def __init__(self, url: str, heard: Callable[[bytes | str], None], lost: Callable[[], None]) -> None:
        super().__init__(heard, lost)
        self._url = url

    async def _listen(self) -> None:
        async with connection_apart(self._url) as connection:
            asked = time.monotonic()
            await connection.add_listener(CHANNEL, self._notified)
            self._begun(asked)
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                asked = time.monotonic()
                try:
                    async with asyncio.timeout(BOUND_SECONDS):
                        await connection.fetchval("SELECT 1")
                except TimeoutError:
                    connection.terminate()
                    raise
                self.known_until = asked

    def _notified(self, _connection: object, _process: int, _channel: str, payload: object) -> None:
        self._heard(str(payload))

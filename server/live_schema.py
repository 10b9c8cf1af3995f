"""The schema that is served, and its replacement by a newer one while requests go on."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import ErrorCode, RequestError, StartupError
from db.catalogue.fingerprint import fingerprint, read_catalog_with_fingerprint
from db.pool import connection_apart
from server.retiring import retire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schema.extensions import Extension
    from server.pipeline import Engine
    from server.served import Builder, DatabaseEngine, Served

_log = logging.getLogger("loadstone")

MAX_WARNINGS = 20
"""How many naming warnings are logged one by one."""

_EXPECTED = (StartupError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What may keep a schema from being built without anything being wrong with us."""


class LiveSchema:
    """The schema that is served. Requests read `current` once, and end with what they began with.

    A newer one is built beside it and takes its place at once. With the old one go the documents that were
    prepared for it, its statements, and the connections that have prepared them.

    Args:
        builder: Makes schemas.
        first: The schema to begin with.
        extensions: What modules of users add to it.
        report_warnings: Whether warnings about names are logged.

    Attributes:
        current: What requests are answered with that begin now.
    """

    def __init__(
        self, builder: Builder, first: Served, extensions: Sequence[Extension], *, report_warnings: bool
    ) -> None:
        self.current = first
        self._builder = builder
        self._extensions = extensions
        self._report_warnings = report_warnings
        self._lock = asyncio.Lock()
        self._turn: asyncio.Task[None] | None = None
        self._reasons: dict[str, None] = {}
        self._forced = False
        self._failure: str | None = None
        self._again: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Future[Any]] = set()
        if report_warnings:
            _report(first.warnings)

    @property
    def engine(self) -> DatabaseEngine:
        """What answers requests that begin now."""
        return self.current.engine

    async def newer(self, than: Engine) -> DatabaseEngine | None:
        """The engine of a newer schema; None if the database is as that engine has it.

        Raises:
            RequestError: It is not, and no schema can be made of it now.
        """
        if self.engine is than:
            await self.check("a statement does not fit")
        if self.engine is not than:
            return self.engine
        if self._failure is not None:
            message = "The database has changed, and its new schema cannot be served yet."
            raise RequestError(message, ErrorCode.DATABASE_UNAVAILABLE)
        return None

    async def check(self, reason: str) -> bool:
        """Builds the schema anew if the catalogue is not the one it was made of; see `rebuild`."""
        return await self._ask(reason)

    async def rebuild(self, reason: str, extensions: Sequence[Extension] | None = None) -> bool:
        """Builds the schema anew from the catalogue as it is now, and serves it in place of the one before.

        Requests go on meanwhile; those in flight end with the schema they began with. Calls while one is
        being built share the next one. Where none can be built (the database is away, an extension does not
        fit), the one before is kept, one line of the log says why, and it is tried again later.

        Args:
            reason: Why, for the log: "SIGHUP", "airports.py changed".
            extensions: What modules of users add from now on (see `server.extensions.load_extensions`); what
                they added before unless given.

        Returns:
            Whether the schema that is served now is a newer one.
        """
        if extensions is not None:
            self._extensions = extensions
        self._forced = True
        return await self._ask(reason)

    async def close(self) -> None:
        """Gives up what is being built."""
        if self._again is not None:
            self._again.cancel()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _ask(self, reason: str) -> bool:
        """Takes part in the next turn: one that is running may have read the catalogue before."""
        before = self.engine
        self._reasons[reason] = None
        if self._turn is None:
            self._turn = asyncio.create_task(self._take_turn())
            self._running.add(self._turn)
            self._turn.add_done_callback(self._running.discard)
        await asyncio.shield(self._turn)
        return self.engine is not before

    async def _take_turn(self) -> None:
        async with self._lock:
            self._turn = None  # who asks from now on wants what is read from now on
            reason, self._reasons = ", ".join(self._reasons), {}
            forced, self._forced = self._forced, False
            began = time.monotonic()
            try:
                served = await self._read_and_build(forced=forced)
            except Exception as error:  # noqa: BLE001 - whatever it is, requests go on
                self._forced |= forced
                self._fail(reason, error)
                return
            if self._failure is not None:
                self._failure = None
                _log.info("the schema can be built again")
            if served is not None:
                await self._swap(served)
                _log.info("serving a new schema after %.1f s: %s", time.monotonic() - began, reason)

    async def _read_and_build(self, *, forced: bool) -> Served | None:
        """A newer schema; None if there is none."""
        current = self.current
        settings = self._builder.settings
        schemas = settings.schemas or None
        async with connection_apart(settings.require_database_url()) as connection:
            if not forced and await fingerprint(connection, schemas) == current.fingerprint:
                return None
            rows, found = await read_catalog_with_fingerprint(connection, schemas)
        served = await asyncio.to_thread(
            self._builder.build_beside,
            rows,
            found,
            self._extensions,
            None if forced else current.catalog,
        )
        if served is None:  # something was changed that no schema shows
            self.current = replace(current, fingerprint=found)
        return served

    async def _swap(self, served: Served) -> None:
        old, self.current = self.current, served
        if self._report_warnings:
            known = set(old.warnings)
            _report(tuple(warning for warning in served.warnings if warning not in known))
        retire(old.engine, lambda: self.current.engine.schema)
        await self._builder.pool.renew()

    def _fail(self, reason: str, error: Exception) -> None:
        told = " ".join(str(error).split()) or type(error).__name__
        if told != self._failure:
            message = "the schema cannot be built anew (%s), the one before is kept: %s"
            _log.warning(message, reason, told, exc_info=None if isinstance(error, _EXPECTED) else error)
        self._failure = told
        if self._again is not None:
            self._again.cancel()
        seconds = self._builder.settings.schema_poll_seconds
        self._again = asyncio.get_running_loop().call_later(seconds, self._try_again)

    def _try_again(self) -> None:
        task = asyncio.ensure_future(self._ask("another attempt"))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _report(warnings: tuple[str, ...]) -> None:
    for warning in warnings[:MAX_WARNINGS]:
        _log.warning("%s", warning)
    if len(warnings) > MAX_WARNINGS:
        rest = len(warnings) - MAX_WARNINGS
        _log.warning("and %d more warnings about names; `loadstone schema` prints all of them", rest)

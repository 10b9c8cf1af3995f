"""The schema that is served, and its replacement by a newer one while requests go on."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import ErrorCode, RequestError, StartupError
from db.catalogue.fingerprint import fingerprint, read_catalog_with_fingerprint
from db.pool import connection_apart
from server.retiring import retire
from server.role_schemas import OutdatedError, RoleSchemas

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLSchema

    from db.catalogue.reflect import CatalogRows
    from schema.extensions import Extension
    from server.engines import Engine
    from server.identity.identify import Identifier
    from server.served import Builder, DatabaseEngine, Served

_log = logging.getLogger("loadstone")

MAX_WARNINGS = 20
"""How many warnings are logged one by one."""

_EXPECTED = (StartupError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What may keep a schema from being built without anything being wrong with us."""


LONGEST_PAUSE = 60.0
"""Seconds between two attempts to build a schema, at most, unless `schema_poll_seconds` is more."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why no newer schema could be built.

    Attributes:
        told: One line.
        fingerprint: Of the catalogue that none could be made of; None where it could not be read.
        forced: Whether one was to be built whatever the catalogue.
        attempts: How many have failed, one after the other.
    """

    told: str
    fingerprint: str | None
    forced: bool
    attempts: int


class LiveSchema:
    """The schemas that are served: `current` to callers without a role of their own, to others their role's.

    Requests read it once, and end with what they began with. A newer one is built beside it and takes its
    place at once. With the old one go the documents that were prepared for it, its statements, and the
    connections that have prepared them; and what other roles were served.

    Args:
        builder: Makes schemas.
        first: The schema to begin with.
        usable: The roles that callers may have.
        extensions: What modules of users add to it.
        identifier: Tells who asks, with what these have for that.
        report_warnings: Whether warnings about names are logged.
        renewed: Told when the catalogue has been read anew, also where it comes to the same schema: what
            views, policies and functions say is no part of one.

    Attributes:
        identifier: Tells who asks, of requests that begin now.
    """

    def __init__(  # noqa: PLR0913 - what is served, and to whom
        self,
        builder: Builder,
        first: Served,
        usable: frozenset[str],
        extensions: Sequence[Extension],
        identifier: Identifier,
        *,
        report_warnings: bool,
        renewed: Callable[[], None],
    ) -> None:
        self.identifier = identifier
        self._renewed = renewed
        self.builder = builder
        self._roles = RoleSchemas(builder, (builder.role, first), usable, extensions, self._let_go)
        self._extensions = extensions
        self._report_warnings = report_warnings
        self._lock = asyncio.Lock()
        self._turn: asyncio.Task[None] | None = None
        self._reasons: dict[str, None] = {}
        self._forced = False
        self._failure: _Failure | None = None
        self._again: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Future[Any]] = set()
        if report_warnings:
            _report(first.warnings)

    @property
    def current(self) -> Served:
        """What callers without a role of their own are served now."""
        return self._roles.first

    def ready(self, role: str | None) -> DatabaseEngine | None:
        """What answers requests of a role that begin now, if that has been built."""
        served = self._roles.ready(role)
        return None if served is None else served.engine

    async def served(self, role: str | None) -> Served:
        """What a role is served now.

        Raises:
            RequestError: Callers cannot have this role, or no schema can be made for it now.
        """
        while True:
            roles = self._roles
            try:
                return await roles.of(role)
            except OutdatedError:
                await self.check("a role's schema is not that of the others")
            except _EXPECTED as error:
                _log.warning("the schema of the role %r cannot be built: %s", role, error)
                raise _not_yet() from error
            if roles is self._roles:
                raise _not_yet()

    async def engine(self, role: str | None) -> DatabaseEngine:
        """What answers requests of a role that begin now; errors as `served`."""
        return (await self.served(role)).engine

    @property
    def known(self) -> str:
        """Fingerprint of the catalogue that need not be looked at: it is served, or cannot be."""
        failure = self._failure
        served = self.current.fingerprint
        return served if failure is None or failure.fingerprint is None else failure.fingerprint

    async def newer(self, than: Engine, role: str | None) -> DatabaseEngine | None:
        """The engine of a newer schema of a role; None if the database is as that engine has it.

        Raises:
            RequestError: It is not, and no schema can be made of it now.
        """
        engine = await self.engine(role)
        if engine is than:
            await self.check("a statement does not fit")
            engine = await self.engine(role)
        if engine is not than:
            return engine
        failure = self._failure
        if failure is not None and failure.fingerprint != self.current.fingerprint:
            raise _not_yet()
        return None

    async def check(self, reason: str) -> bool:
        """Builds the schema anew if the catalogue is not the `known` one; see `rebuild`."""
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
        await self._roles.close()

    async def _ask(self, reason: str) -> bool:
        """Takes part in the next turn: one that is running may have read the catalogue before."""
        before = self.current.engine
        self._reasons[reason] = None
        if self._turn is None:
            self._turn = asyncio.create_task(self._take_turn())
            self._running.add(self._turn)
            self._turn.add_done_callback(self._running.discard)
        await asyncio.shield(self._turn)
        return self.current.engine is not before

    async def _take_turn(self) -> None:
        async with self._lock:
            self._turn = None  # who asks from now on wants what is read from now on
            reason, self._reasons = ", ".join(self._reasons), {}
            forced, self._forced = self._forced, False
            began = time.monotonic()
            found: str | None = None
            try:
                async with connection_apart(self.builder.settings.require_database_url()) as connection:
                    rows, found = await self._read(connection, forced=forced)
                    usable = await self.builder.check_roles(connection, self._extensions)
                served = None if rows is None else await self._build(rows, found, forced=forced)
            except Exception as error:  # noqa: BLE001 - whatever it is, requests go on
                self._fail(reason, error, found, forced=forced)
                return
            if rows is not None:
                self._succeed()
            if served is not None and await self._swap(served, usable):
                _log.info("serving a new schema after %.1f s: %s", time.monotonic() - began, reason)

    async def _read(self, connection: asyncpg.Connection, *, forced: bool) -> tuple[CatalogRows | None, str]:
        """The catalogue, unless it is known, and its fingerprint."""
        schemas = self.builder.settings.schemas or None
        if not forced:
            found = await fingerprint(connection, schemas)
            if found == self.known:
                if self._failure is not None and self._failure.fingerprint is None:
                    self._succeed()  # it could not be read, and is the one that is served
                return None, found
        return await read_catalog_with_fingerprint(connection, schemas, self.builder.role)

    async def _build(self, rows: CatalogRows, found: str, *, forced: bool) -> Served:
        """A newer schema; the one that is served, if the catalogue comes to that."""
        alike = () if forced else (self.current,)
        return await asyncio.to_thread(self.builder.build_beside, rows, found, self._extensions, alike)

    async def _swap(self, served: Served, usable: frozenset[str]) -> bool:
        """Takes a schema; those of other roles are made when they are asked for. Whether it is a new one."""
        old = self._roles
        is_new = served.engine is not old.first.engine
        # Where what one role is served is the same as before, what others are may be as well.
        before = () if is_new else old.distinct()
        self._roles = RoleSchemas(
            self.builder, (self.builder.role, served), usable, self._extensions, self._let_go, before
        )
        self.identifier = self.identifier.with_extensions(self._extensions)
        self._renewed()
        if self._report_warnings:
            known = set(old.first.warnings)
            _report(tuple(warning for warning in served.warnings if warning not in known))
        kept = {id(each.engine) for each in self._roles.all()}
        for each in old.all():
            if id(each.engine) not in kept:
                self._let_go(each)
        await old.close()
        if is_new:
            await self.builder.renew()
        return is_new

    def _let_go(self, served: Served) -> None:
        served.engine.documents.close()
        retire(served.engine, self._schemas)

    def _schemas(self) -> list[GraphQLSchema]:
        """The schemas that are served, or may be again."""
        return [served.engine.schema for served in self._roles.all()]

    def _succeed(self) -> None:
        if self._failure is not None:
            self._failure = None
            _log.info("the schema can be built again")
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _fail(self, reason: str, error: Exception, found: str | None, *, forced: bool) -> None:
        told = " ".join(str(error).split()) or type(error).__name__
        before, self._failure = self._failure, _Failure(told, found, forced, 1)
        if before is not None:
            forced |= before.forced
            self._failure = _Failure(told, found, forced, before.attempts + 1)
        if before is None or told != before.told:
            message = "the schema cannot be built anew (%s), the one before is kept: %s"
            _log.warning(message, reason, told, exc_info=None if isinstance(error, _EXPECTED) else error)
        if self._again is None:
            seconds = self.builder.settings.schema_poll_seconds
            pause = max(seconds, min(LONGEST_PAUSE, seconds * 2 ** min(self._failure.attempts - 1, 10)))
            self._again = asyncio.get_running_loop().call_later(pause, self._try_again)

    def _try_again(self) -> None:
        self._again = None
        if self._failure is not None:
            self._forced |= self._failure.forced or self._failure.fingerprint is not None
        task = asyncio.ensure_future(self._ask("another attempt"))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _not_yet() -> RequestError:
    message = "The database has changed, and its new schema cannot be served yet."
    return RequestError(message, ErrorCode.DATABASE_UNAVAILABLE)


def _report(warnings: tuple[str, ...]) -> None:
    for warning in warnings[:MAX_WARNINGS]:
        _log.warning("%s", warning)
    if len(warnings) > MAX_WARNINGS:
        rest = len(warnings) - MAX_WARNINGS
        _log.warning("and %d more warnings about the schema; `loadstone schema` prints all of them", rest)

"""Noticing that the schema of a database has changed.

Where the event trigger is installed (`db.change_trigger`) and its word gets through, the database says so.
Else, and now and then all the same, the fingerprint of the catalogue is asked for.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import RequestError, StaleSchemaError, StartupError
from db.catalogue.fingerprint import fingerprint
from db.change_trigger import CHANNEL, is_installed
from db.pool import connection_apart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

_log = logging.getLogger("loadstone")

LISTENING_SECONDS = 60.0
"""Time between two looks where changes are told: not everything is (memberships of roles are not)."""

QUIET_SECONDS = 0.1
"""How long further changes are waited for: migrations make several."""

_ECHO_SECONDS = 1.0
"""How long what is sent to ourselves may take."""


@dataclass(frozen=True, slots=True)
class SchemaWatch:
    """Looks after the schema of one database, on a connection of its own that is made anew when it is lost.

    Attributes:
        url: The database.
        schemas: The schemas that are served; None for all.
        seconds: Time between two looks where changes are not told.
        known: The fingerprint of the catalogue that is served.
        changed: Is told, and waited for, when the catalogue's is another one.
        send: Runs a statement on another connection.
        listens: Whether sessions may be listened in; a pooler that hands them on keeps that from us.
    """

    url: str
    schemas: Sequence[str] | None
    seconds: float
    known: Callable[[], str]
    changed: Callable[[], Awaitable[object]]
    send: Callable[[str, list[Any]], Awaitable[object]]
    listens: bool = True

    async def run(self) -> None:
        """Watches until cancelled."""
        while True:
            try:
                async with connection_apart(self.url) as connection:
                    await self._watch(connection)
            except (StartupError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                # Requests and health checks tell of a database that does not answer.
                _log.debug("watching for schema changes: %s", error)
            await asyncio.sleep(self.seconds)

    async def _watch(self, connection: asyncpg.Connection) -> None:
        woken = asyncio.Event()
        connection.add_termination_listener(lambda _: woken.set())
        told, deaf = False, not self.listens
        while True:
            if await is_installed(connection):
                if not told and not deaf:
                    told = await self._listen(connection, woken)
                    deaf = not told
            else:
                told = False
            if await fingerprint(connection, self.schemas) != self.known():
                await self.changed()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(self.seconds, LISTENING_SECONDS) if told else self.seconds):
                    await woken.wait()
                await asyncio.sleep(QUIET_SECONDS)
            woken.clear()

    async def _listen(self, connection: asyncpg.Connection, woken: asyncio.Event) -> bool:
        """Listens to the trigger; whether its word gets through: poolers can keep it from us."""
        token = secrets.token_hex(8)
        echoed = asyncio.Event()

        def hear(_connection: object, _process: int, _channel: str, payload: object) -> None:
            if payload == token:
                echoed.set()
            elif not payload:
                woken.set()

        try:
            await connection.add_listener(CHANNEL, hear)
            await self.send("SELECT pg_catalog.pg_notify($1, $2)", [CHANNEL, token])
            async with asyncio.timeout(_ECHO_SECONDS):
                await echoed.wait()
        except (TimeoutError, asyncpg.PostgresError, RequestError, StaleSchemaError):
            return False
        return True

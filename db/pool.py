"""Connections to the database: asyncpg's pool, and those of its connections that are kept at hand."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import asyncpg

from core.errors import StartupError
from db.errors import is_connection_lost, is_statement_outdated, translate
from db.identity import LOGIN
from db.sessions import NAME, roll_back, sessions_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterator

    from asyncpg.pool import PoolConnectionProxy

    from db.identity import Identity
    from db.sessions import Sessions

_log = logging.getLogger("loadstone")

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection to be made."""

LEASE_SECONDS = 60.0
"""How long a connection is kept at hand without being used."""

BEGUN_SECONDS = 0.01
"""How long a transaction stays open for the next statement of the same caller; `now()` in it is as old."""

MAX_BEGUN = 2
"""How many such transactions there are at once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """A transaction in which nothing has happened yet.

    Attributes:
        begin: The statements that it began with.
        connection: Where it runs.
        generation: In which the connection was taken.
    """

    begin: str
    connection: PoolConnectionProxy
    generation: int


class Pool:
    """A pool of connections to one PostgreSQL database.

    A connection that has answered is kept at hand for the next statement: asyncpg's way through its pool
    costs as much as a short statement. What has not been used for `LEASE_SECONDS` goes back to the pool.

    Attributes:
        identity: Who its sessions are from their start: what is run for others takes a transaction.
        sessions: How they are made.
    """

    def __init__(self, pool: asyncpg.Pool, sessions: Sessions, identity: Identity) -> None:
        self.identity = identity
        self.sessions = sessions
        self._pool = pool
        self._at_hand: list[PoolConnectionProxy] = []
        self._begun: list[_Begun] = []
        self._last_begin: str | None = None
        self._always_at_hand = 0
        self._wanted = 0
        self._generation = 0
        self._closing = False
        self._returning: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Future[None]] = set()

    @classmethod
    async def open(cls, url: str, *, pool_size: int, identity: Identity = LOGIN) -> Self:
        """Opens a pool.

        Args:
            url: The database.
            pool_size: How many connections it has at most.
            identity: Who its sessions are; without claims, which sessions do not have.

        Raises:
            StartupError: With one clear line, where the database cannot be reached.
        """
        with _refusals_told():
            async with _connected_apart(url) as first:
                sessions = await sessions_of(first)
            options = sessions.connect_options
            if sessions.pooled:
                identity = LOGIN
            elif identity.role is not None:
                options["server_settings"]["role"] = identity.role
            pool = await asyncpg.create_pool(
                url,
                init_size=1,  # finds out whether there is a database
                min_size=0,  # no connections are made in the background: closing would leak them
                max_size=pool_size,
                timeout=CONNECT_TIMEOUT,
                connect=_connect,
                init=sessions.prepare,
                reset=_keep_session,
                **options,
            )
        return cls(pool, sessions, identity)

    def begin(self, identity: Identity) -> str:
        """The statements that begin a transaction for somebody: one round trip."""
        whose = () if identity == self.identity else identity.settings
        return "; ".join(("BEGIN", *self.sessions.settings, *whose))

    @property
    def idle(self) -> int:
        """How many connections are open and not in use, those at hand left out."""
        size: int = self._pool.get_idle_size()
        return size

    async def read(
        self, sql: str, arguments: list[Any], identity: Identity | None = None
    ) -> list[asyncpg.Record]:
        """Runs a statement that only reads: once more where its connection is lost, or what it had prepared.

        Args:
            sql: The statement.
            arguments: Its parameters.
            identity: Whom it is run for; the pool's own unless given.

        Raises:
            RequestError: What the caller is told (see `db.errors`).
            StaleSchemaError: The statement does not fit the database.
        """
        identity = self.identity if identity is None else identity
        alone = identity == self.identity and not self.sessions.pooled
        begin = None if alone else self.begin(identity)
        try:
            return await self._fetch(sql, arguments, begin)
        except Exception as error:
            if not is_connection_lost(error) and not is_statement_outdated(error):
                raise translate(error) from error
        try:
            return await self._fetch(sql, arguments, begin)
        except Exception as error:
            raise translate(error) from error

    async def ping(self) -> None:
        """Asks the database for nothing; RequestError (DATABASE_UNAVAILABLE) when it does not answer."""
        await self.read("SELECT 1", [])

    async def _fetch(self, sql: str, arguments: list[Any], begin: str | None) -> list[asyncpg.Record]:
        """Runs a statement; in a transaction of its own where `begin` is what begins that.

        Whoever asked has the rows before the transaction ends: that costs nobody a round trip.
        """
        connection = self._take_begun(begin)
        begun = connection is not None
        if connection is None:
            connection = await self.take()
        generation = self._generation
        try:
            if begin is not None and not begun:
                await connection.execute(begin)
            rows = await connection.fetch(sql, *arguments)
        except BaseException:
            try:
                if begin is not None:
                    await roll_back(connection)
            finally:
                # The pool waits for what is being cancelled, and forgets connections that are lost.
                await self.release(connection)
            raise
        if begin is not None:
            again = begin if begin == self._last_begin and not self.sessions.pooled else None
            self._last_begin = begin
            self._later(self._end(connection, generation, again))
        elif self._may_keep(generation):
            self._at_hand.append(connection)
        else:
            await self.release(connection)
        return rows

    async def _end(self, connection: PoolConnectionProxy, generation: int, again: str | None = None) -> None:
        """Ends the transaction of a read, whatever that comes to.

        Args:
            connection: Where it runs.
            generation: In which the connection was taken.
            again: Begins the next one, of the same caller, at once: who asks all the time pays no round trip.
        """
        if len(self._begun) >= MAX_BEGUN or not self._may_keep(generation):
            again = None
        try:
            await connection.execute("COMMIT" if again is None else f"COMMIT; {again}")
        except BaseException as error:
            if _is_lost(connection):
                _log.debug("a connection was lost at the end of a read: %r", error)
            else:
                connection.terminate()
            await self.release(connection)
            if isinstance(error, Exception):
                return  # whoever asked has the rows
            raise
        if not self._may_keep(generation):
            if again is not None:
                await roll_back(connection)
            await self.release(connection)
        elif again is None:
            self._at_hand.append(connection)
        else:
            begun = _Begun(again, connection, generation)
            self._begun.append(begun)
            asyncio.get_running_loop().call_later(BEGUN_SECONDS, self._give_up_waiting, begun)

    def _take_begun(self, begin: str | None) -> PoolConnectionProxy | None:
        """A connection whose transaction has begun with exactly these statements."""
        for begun in self._begun:
            if begun.begin == begin and not _is_lost(begun.connection):
                self._begun.remove(begun)
                return begun.connection
        return None

    def _give_up_waiting(self, begun: _Begun) -> None:
        """Ends a transaction that nobody has asked anything in."""
        if begun in self._begun:
            self._begun.remove(begun)
            self._later(self._end(begun.connection, begun.generation))

    def _may_keep(self, generation: int) -> bool:
        """Whether a connection stays at hand that was taken in a generation."""
        return not (self._wanted or self._closing or generation != self._generation)

    async def take(self) -> PoolConnectionProxy:
        """A connection that nobody else has until it is released."""
        while self._at_hand:
            connection = self._at_hand.pop()
            self._always_at_hand = min(self._always_at_hand, len(self._at_hand))
            if not _is_lost(connection):
                return connection
            await self.release(connection)
        while self._begun:
            connection = self._begun.pop(0).connection
            await roll_back(connection)  # nothing has happened in it
            if not _is_lost(connection):
                return connection
            await self.release(connection)
        self._wanted += 1
        try:
            connection = await self._pool.acquire()
        finally:
            self._wanted -= 1
        if self._returning is None:
            self._return_unused()
        return connection

    async def release(self, connection: PoolConnectionProxy) -> None:
        """Gives a connection back that was taken."""
        await self._pool.release(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for the time of the context."""
        connection = await self.take()
        try:
            yield cast("asyncpg.Connection", connection)
        finally:
            await self.release(connection)

    async def renew(self) -> None:
        """Lets go of all connections, of those in use once they are released: new ones take their place.

        What a session holds of the catalogue (prepared statements, what types are, where operators are
        looked for) is as old as the session.
        """
        self._generation += 1
        await self._pool.expire_connections()
        at_hand, self._at_hand, self._always_at_hand = self._at_hand, [], 0
        self._release_soon(at_hand)
        for begun in list(self._begun):
            self._give_up_waiting(begun)

    def _return_unused(self) -> None:
        """Gives connections back to the pool that were at hand all the time since the last turn."""
        unused, self._at_hand = self._at_hand[: self._always_at_hand], self._at_hand[self._always_at_hand :]
        self._release_soon(unused)
        self._always_at_hand = len(self._at_hand)
        self._returning = asyncio.get_running_loop().call_later(LEASE_SECONDS, self._return_unused)

    def _release_soon(self, connections: list[PoolConnectionProxy]) -> None:
        for connection in connections:
            self._later(self._pool.release(connection))

    def _later(self, work: Awaitable[None]) -> None:
        """Has work done that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a connection was given up: %r", error)

    async def close(self) -> None:
        """Closes the pool once running statements have ended."""
        self._closing = True
        if self._returning is not None:
            self._returning.cancel()
        for begun in list(self._begun):
            self._give_up_waiting(begun)
        while self._at_hand:
            await self._pool.release(self._at_hand.pop())
        await self._pool.close()

    def terminate(self) -> None:
        """Ends all connections, whatever they are at."""
        self._pool.terminate()


@asynccontextmanager
async def connection_apart(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that no pool knows of, for the time of the context.

    Where a pooler is in between, statements that belong together have to be in one transaction.

    Raises:
        StartupError: The database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        with _refusals_told():
            connection = await stack.enter_async_context(_connected_apart(url))
        yield connection


@asynccontextmanager
async def _connected_apart(url: str) -> AsyncIterator[asyncpg.Connection]:
    settings = {"application_name": NAME}
    connection = await _connect(
        url, timeout=CONNECT_TIMEOUT, server_settings=settings, statement_cache_size=0
    )
    try:
        yield connection
    except BaseException:
        connection.terminate()
        raise
    await connection.close(timeout=CONNECT_TIMEOUT)


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Why a database cannot be reached, as a StartupError."""
    try:
        yield
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise StartupError(f"database_url: PostgreSQL refused the login: {error}") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise StartupError(f"database_url: {error}") from error
    except (asyncpg.ClientConfigurationError, ValueError) as error:
        raise StartupError(f"database_url: not a usable PostgreSQL URL: {error}") from error
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or type(error).__name__
        raise StartupError(f"database_url: PostgreSQL cannot be reached: {reason}") from error


async def _connect(*arguments: Any, **options: Any) -> asyncpg.Connection:
    """Makes a connection; cancelled, it ends the one that is being made, which asyncpg would leave open."""
    making = asyncio.ensure_future(asyncpg.connect(*arguments, **options))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        making.add_done_callback(_end)
        raise


def _end(making: asyncio.Future[asyncpg.Connection]) -> None:
    if not making.cancelled() and making.exception() is None:
        making.result().terminate()


def _is_lost(connection: PoolConnectionProxy) -> bool:
    """Whether the connection is closed; one that was lost, and taken back by the pool, cannot be asked."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


async def _keep_session(_: asyncpg.Connection) -> None:
    """What a connection goes back to the pool with: reads leave nothing in the session to clear.

    asyncpg's own reset costs a round trip for each statement, and would turn the JIT on again.
    """

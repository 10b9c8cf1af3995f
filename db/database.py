"""The database as the engine sees it: a pool of connections, statements built and run."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import BadUserInput, StartupError
from core.events import STATEMENT_NUMBERS, StatementRan
from db.errors import is_connection_lost, translate
from db.estimates import estimate
from db.query import joined_rows
from db.statements import StatementBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncpg.pool import PoolConnectionProxy

    from core.events import Observer
    from db.catalogue.model import Catalog
    from db.estimates import Estimate
    from db.query import Read

CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection to be made."""

LEASE_SECONDS = 60.0
"""How long a connection is kept at hand without being used."""

MAX_PARAMETERS = 32_767
"""The most parameters that one statement can have in PostgreSQL's protocol."""

SESSION_SETTINGS = {
    "application_name": "loadstone",
    # Text forms are part of the contract: they must not depend on the server's configuration.
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "UTC",
}

# Set after the session has started, since poolers refuse sessions with settings that they do not know.
# Compiling expressions (jit) costs more than a short statement runs for.
# The operators of types that an extension put into a schema of its own are found at the end of the path.
_SESSION = """
SET jit = off; SET extra_float_digits = 1; SET bytea_output = hex;
SELECT set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''),
    string_agg(quote_ident(nspname), ', ' ORDER BY nspname)), false)
FROM pg_catalog.pg_namespace AS n
WHERE nspname <> 'pg_catalog' AND EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oprnamespace = n.oid);
"""


class Database:
    """A pool of connections to one PostgreSQL database, and the statements of one catalogue.

    A connection that has answered is kept at hand for the next statement: asyncpg's way through its pool
    costs as much as a short statement. What has not been used for `LEASE_SECONDS` goes back to the pool.
    """

    def __init__(self, pool: asyncpg.Pool, catalog: Catalog) -> None:
        self._pool = pool
        self._builder = StatementBuilder(catalog)
        self._estimated = StatementBuilder(catalog, hides=False)
        self._at_hand: list[PoolConnectionProxy] = []
        self._always_at_hand = 0
        self._wanted = 0
        self._closing = False
        self._returning: asyncio.TimerHandle | None = None
        self._releases: set[asyncio.Future[None]] = set()

    @staticmethod
    async def open_pool(url: str, *, pool_size: int) -> asyncpg.Pool:
        """Opens a pool; StartupError with one clear line where the database cannot be reached."""
        try:
            return await asyncpg.create_pool(
                url,
                init_size=1,  # finds out whether there is a database
                min_size=0,  # no connections are made in the background: closing would leak them
                max_size=pool_size,
                timeout=CONNECT_TIMEOUT,
                server_settings=SESSION_SETTINGS,
                connect=_connect,
                init=_prepare_connection,
                reset=_keep_session,
            )
        except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
            raise StartupError(f"database_url: PostgreSQL refused the login: {error}") from error
        except asyncpg.InvalidCatalogNameError as error:
            raise StartupError(f"database_url: {error}") from error
        except (asyncpg.ClientConfigurationError, ValueError) as error:
            raise StartupError(f"database_url: not a usable PostgreSQL URL: {error}") from error
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            reason = str(error) or type(error).__name__
            raise StartupError(f"database_url: PostgreSQL cannot be reached: {reason}") from error

    async def fetch(
        self, read: Read, values: Mapping[str, Any], *, step: int = 0, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """Runs a read for one operation, and tells its observer."""
        started = time.perf_counter()
        sql, rows = await self.run(read, values)
        if observer is not None:
            keys = len(values["key0"]) if "key0" in values else 0
            milliseconds = (time.perf_counter() - started) * 1000
            number, joined = next(STATEMENT_NUMBERS), joined_rows(read, rows)
            observer.statement_ran(StatementRan(step, sql, len(rows), keys, milliseconds, number, joined))
        return rows

    async def run(
        self, read: Read, values: Mapping[str, Any], *, several: bool = False
    ) -> tuple[str, list[asyncpg.Record]]:
        """Runs a read with the values its statement names; returns the statement and its rows.

        A read whose connection is lost is sent once more on another one.

        Args:
            read: What is asked.
            values: By parameter: its value; with `several`, the list of its values.
            several: Whether the read is asked for many sets of values at once (see `db.several`).

        Raises:
            RequestError: What the caller is told (see `db.errors`).
        """
        statement = self._builder.build_for_several(read) if several else self._builder.build(read)
        if statement is None:
            raise ValueError("the read cannot be asked for several sets of values")
        if len(statement.parameters) > MAX_PARAMETERS:
            raise BadUserInput("The operation asks for more than the database can do at once.")
        arguments = [_checked(values[name]) for name in statement.parameters]
        return statement.sql, await self._run(statement.sql, arguments)

    def parameters_for_several(self, read: Read) -> tuple[str, ...] | None:
        """The values that a read for several sets of them takes lists of, by name; None where it cannot."""
        statement = self._builder.build_for_several(read)
        return None if statement is None else statement.parameters

    async def _run(self, sql: str, arguments: list[Any]) -> list[asyncpg.Record]:
        try:
            return await self._fetch(sql, arguments)
        except Exception as error:
            if not is_connection_lost(error):
                raise translate(error) from error
        try:
            return await self._fetch(sql, arguments)
        except Exception as error:
            raise translate(error) from error

    async def _fetch(self, sql: str, arguments: list[Any]) -> list[asyncpg.Record]:
        connection = await self._take()
        try:
            rows = await connection.fetch(sql, *arguments)
        except BaseException:
            # The pool waits for what is being cancelled, and forgets connections that are lost.
            await self._pool.release(connection)
            raise
        if self._wanted or self._closing:
            await self._pool.release(connection)
        else:
            self._at_hand.append(connection)
        return rows

    async def _take(self) -> PoolConnectionProxy:
        while self._at_hand:
            connection = self._at_hand.pop()
            self._always_at_hand = min(self._always_at_hand, len(self._at_hand))
            if not connection.is_closed():
                return connection
            await self._pool.release(connection)
        self._wanted += 1
        try:
            connection = await self._pool.acquire()
        finally:
            self._wanted -= 1
        if self._returning is None:
            self._return_unused()
        return connection

    def _return_unused(self) -> None:
        """Gives connections back to the pool that were at hand all the time since the last turn."""
        unused, self._at_hand = self._at_hand[: self._always_at_hand], self._at_hand[self._always_at_hand :]
        for connection in unused:
            release = asyncio.ensure_future(self._pool.release(connection))
            self._releases.add(release)
            release.add_done_callback(self._releases.discard)
        self._always_at_hand = len(self._at_hand)
        self._returning = asyncio.get_running_loop().call_later(LEASE_SECONDS, self._return_unused)

    async def estimate(self, read: Read, values: Mapping[str, Any] | None) -> tuple[str, Estimate]:
        """A read's statement, and what PostgreSQL expects of it for these values; it is not run.

        Args:
            read: What is asked.
            values: Values of its parameters; without them, any values may be meant.

        Raises:
            RequestError: PostgreSQL refuses the statement or the values.
        """
        statement = self._estimated.build(read)
        arguments = None if values is None else [_checked(values[name]) for name in statement.parameters]
        try:
            connection = await self._take()
            try:
                return self._builder.build(read).sql, await estimate(connection, statement, arguments)
            finally:
                await self._pool.release(connection)
        except Exception as error:
            raise translate(error) from error

    async def ping(self) -> None:
        """Asks the database for nothing; RequestError (DATABASE_UNAVAILABLE) when it does not answer."""
        await self._run("SELECT 1", [])

    async def close(self) -> None:
        """Closes the pool once running statements have ended."""
        self._closing = True
        if self._returning is not None:
            self._returning.cancel()
        while self._at_hand:
            await self._pool.release(self._at_hand.pop())
        await self._pool.close()


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


async def _prepare_connection(connection: asyncpg.Connection) -> None:
    await connection.execute(_SESSION)


async def _keep_session(_: asyncpg.Connection) -> None:
    """What a connection goes back to the pool with: reads leave nothing in the session to clear.

    asyncpg's own reset costs a round trip for each statement, and would turn the JIT on again.
    """


def _checked(value: Any) -> Any:
    """The value, if it arrives as what was given: text without NUL and lone surrogates, finite numbers."""
    for item in value if isinstance(value, list) else (value,):
        kind = type(item)
        if kind is str:
            if not item.isascii():
                try:
                    item.encode()
                except UnicodeEncodeError:
                    raise BadUserInput("Text must be valid Unicode, without lone surrogates.") from None
            if "\x00" in item:
                raise BadUserInput("Text must not contain the NUL character.")
        elif kind is float and not math.isfinite(item):
            raise BadUserInput("A number is too large for a Float.")  # a literal such as 1e999
    return value

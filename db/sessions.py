"""What holds for everything that runs in the database, and ending it so that nothing is left of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from db.identity import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncpg.pool import PoolConnectionProxy

NAME = "loadstone"
"""What sessions are called in the database."""

# Text forms are part of the contract: they must not depend on the server's configuration.
_FORMS = {"DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "TimeZone": "UTC"}

# Set after the session has started, since poolers refuse sessions with settings that they do not know.
# Compiling expressions (jit) costs more than a short statement runs for.
_OTHERS = {"jit": "off", "extra_float_digits": "1", "bytea_output": "hex"}

# The operators of types that an extension put into a schema of its own are found at the end of the path.
_SEARCH_PATH = """
SELECT concat_ws(', ', nullif(current_setting('search_path'), ''),
    string_agg(quote_ident(nspname), ', ' ORDER BY nspname))
FROM pg_catalog.pg_namespace AS n
WHERE nspname <> 'pg_catalog' AND EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oprnamespace = n.oid)
"""

_ROLLBACK_SECONDS = 5.0
"""How long the end of a transaction that is given up may take; then its connection is given up too."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """How sessions of one database are made.

    Behind a pooler that hands every transaction to whatever session is free (PgBouncer in transaction mode),
    nothing can be left in a session: what holds for it is set in each transaction, nothing stays prepared,
    and there are no statements outside of transactions.

    Attributes:
        pooled: Whether such a pooler is in between.
        settings: Statements that each transaction begins with.
    """

    pooled: bool
    settings: tuple[str, ...]

    @property
    def connect_options(self) -> dict[str, Any]:
        """What `asyncpg.connect` is given for them."""
        if self.pooled:
            return {"server_settings": {"application_name": NAME}, "statement_cache_size": 0}
        return {"server_settings": {"application_name": NAME, **_FORMS}}

    async def prepare(self, connection: asyncpg.Connection) -> None:
        """Makes what holds for a session hold in one that has just begun."""
        if not self.pooled:
            path = f"SELECT set_config('search_path', ({_SEARCH_PATH}), false)"
            await connection.execute("; ".join([*(f"SET {k} = {v}" for k, v in _OTHERS.items()), path]))


async def sessions_of(connection: asyncpg.Connection) -> Sessions:
    """How sessions of a database are made; finds out what is between us and it.

    Args:
        connection: One that has just been made, with no settings that a pooler may not know, and no statement
            cache.
    """
    async with connection.transaction():
        process = await connection.fetchval("SELECT pg_backend_pid()")
        path = await connection.fetchval(_SEARCH_PATH)
    if process == connection.get_server_pid():
        return Sessions(pooled=False, settings=())
    every: Mapping[str, str] = {**_FORMS, **_OTHERS}
    settings = [f"SET LOCAL {name} = {literal(value)}" for name, value in every.items()]
    # A list of names, each quoted where it has to be.
    return Sessions(pooled=True, settings=(*settings, f"SET LOCAL search_path = {path}"))


async def roll_back(connection: PoolConnectionProxy) -> None:
    """Ends the transaction, whoever is being cancelled; where that fails, the connection goes with it.

    A connection must not go back to the pool with a transaction that is still open.
    """
    try:
        ending = asyncio.ensure_future(connection.execute("ROLLBACK"))
    except asyncpg.InterfaceError:  # the connection is lost, and the transaction ended with it
        return
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await asyncio.shield(ending)
    except BaseException as error:
        with suppress(asyncpg.InterfaceError):  # closed meanwhile
            connection.terminate()
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        if isinstance(error, asyncio.CancelledError):
            raise

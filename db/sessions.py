"""Ending what runs on a connection, so that nothing of it is left when the connection is handed on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

_ROLLBACK_SECONDS = 5.0
"""How long the end of a transaction that is given up may take; then its connection is given up too."""


async def roll_back(connection: PoolConnectionProxy) -> None:
    """Ends the transaction, whoever is being cancelled; where that fails, the connection goes with it.

    A connection must not go back to the pool with a transaction that is still open.
    """
    if connection.is_closed():
        return
    ending = asyncio.ensure_future(connection.execute("ROLLBACK"))
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await asyncio.shield(ending)
    except BaseException as error:
        connection.terminate()
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        if isinstance(error, asyncio.CancelledError):
            raise

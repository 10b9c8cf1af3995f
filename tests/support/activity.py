"""What statements a database is busy with."""

from __future__ import annotations

import asyncio

import asyncpg


async def until_sleeping(url: str, wanted: int) -> None:
    """Waits until so many statements sleep."""
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'active' AND wait_event = 'PgSleep'"
    )
    connection = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(10):
            while await connection.fetchval(sleeping) != wanted:  # noqa: ASYNC110 - the server does not tell
                await asyncio.sleep(0.01)
    finally:
        await connection.close()

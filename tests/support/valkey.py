"""What may happen to a Valkey server."""

from __future__ import annotations

import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from redis.asyncio import Redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.valkey import EmbeddedValkey


async def process_id(server: EmbeddedValkey) -> int:
    """The id of its process."""
    async with Redis.from_url(server.url) as client:
        found: int = (await client.info("server"))["process_id"]
    return found


@asynccontextmanager
async def suspended(server: EmbeddedValkey) -> AsyncIterator[None]:
    """It hangs as long as the context: connections are taken, and nothing is answered."""
    process = await process_id(server)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def kill(server: EmbeddedValkey) -> None:
    """Kills it; leaving its context and entering it again starts it with the same address."""
    os.kill(await process_id(server), signal.SIGKILL)

"""The connection to Redis or Valkey."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import StartupError
from server.setting_kinds import redact_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_SECONDS = 1.0
"""How long connecting and answering may take."""


class RedisConnection:
    """A pool of connections to one Redis or Valkey server."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connects; leaving the context disconnects.

        Raises:
            StartupError: The server does not answer.
        """
        try:
            client = Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)
        except ValueError as error:
            raise StartupError(f"redis_url: not a usable URL: {error}") from error
        try:
            connection = cls(client)
            try:
                await connection.ping()
            except (OSError, RedisError) as error:
                reason = " ".join(str(error).split()) or type(error).__name__
                raise StartupError(
                    f"redis_url: Redis cannot be reached at {redact_url(url)}: {reason}"
                ) from error
            yield connection
        finally:
            await client.aclose()

    async def ping(self) -> None:
        """Asks for nothing; OSError or RedisError when there is no answer."""
        await self._client.ping()

"""Hearing of changes by Redis or Valkey: pub/sub, on a connection of its own.

redis-py's own `PubSub` connects anew by itself, and what was published meanwhile is lost without a word. So
the connection is used as it is.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from server.caching.feeds import BEAT_SECONDS, BOUND_SECONDS, CONNECT_SECONDS, Feed

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio.connection import AbstractConnection


class RedisFeed(Feed):
    """A subscription to one channel.

    Args:
        url: Of the server.
        channel: The channel.
        heard: See `Feed`.
        lost: Likewise.
    """

    name = "Redis"

    def __init__(
        self, url: str, channel: str, heard: Callable[[bytes | str], None], lost: Callable[[], None]
    ) -> None:
        super().__init__(heard, lost)
        # RESP2, in which the answer to PING tells whether the connection is subscribed. A timeout of the
        # socket would be asyncio.wait_for's, which before Python 3.12 may swallow that the feed is cancelled.
        self._pool = ConnectionPool.from_url(
            url, protocol=2, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=None
        )
        self._channel = channel

    async def _listen(self) -> None:
        connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]
            await self._hear(connection)
        except RedisError as error:
            raise OSError(str(error) or type(error).__name__) from error
        finally:
            await connection.disconnect(nowait=True)

    async def _hear(self, connection: AbstractConnection) -> None:
        asked = time.monotonic()
        await connection.send_command("SUBSCRIBE", self._channel)
        reply = await connection.read_response(timeout=CONNECT_SECONDS)
        if not isinstance(reply, list) or reply[0] != b"subscribe":
            raise OSError("no subscription")
        self._begun(asked)
        waits = False
        while True:
            now = time.monotonic()
            if not waits and now - asked >= BEAT_SECONDS:
                if not connection.is_connected:
                    raise OSError("the connection is lost")
                asked, waits = now, True
                await connection.send_command("PING")
            elif waits and now - asked >= BOUND_SECONDS:
                raise OSError("no answer")
            left = asked + (BOUND_SECONDS if waits else BEAT_SECONDS) - now
            reply = await connection.read_response(timeout=max(left, 0.001))
            if reply is None:
                continue
            if not isinstance(reply, list):
                raise OSError("not subscribed any more")
            if reply[0] == b"message":
                self._heard(reply[2])
            elif reply[0] == b"pong":
                waits = False
                self.known_until = asked

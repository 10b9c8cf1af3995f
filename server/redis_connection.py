"""Redis or Valkey: bounded in time, and passed by while it is away."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import AuthenticationError, InvalidResponse, ResponseError
from redis.exceptions import ConnectionError as DisconnectedError
from redis.exceptions import TimeoutError as TooSlowError

from core.errors import StartupError
from server.setting_kinds import redact_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_log = logging.getLogger("loadstone")
_T = TypeVar("_T")

DEADLINE_SECONDS = 0.1
"""How long a command may take, connecting included: what a request loses where Redis hangs."""

GRACE_SECONDS = 0.05
"""The last of these, in which what has arrived is read, if this process was busy until then."""

START_SECONDS = 1.0
"""How long the first answer may take."""

PROBE_SECONDS = 0.5
"""Between two looks whether Redis is back."""

REPORT_SECONDS = 60.0
"""Between two lines in the log about commands that Redis refuses."""

MAX_CONNECTIONS = 16

_OUTAGES = (OSError, DisconnectedError, TooSlowError, InvalidResponse)
"""What keeps Redis from being asked; `TimeoutError` is an `OSError`."""


class RedisUnavailableError(Exception):
    """Redis gave no answer, or none that can be used: whoever asks goes on without it."""


class RedisConnection:
    """A pool of connections to one Redis or Valkey server, behind a breaker.

    A command that gets no answer opens it: no other is tried until Redis answers again, which is looked
    for in the background, at once for the first time: where it was this command alone, or this process that
    was slow, the breaker closes before anybody is told. Commands run in tasks of their own. Nothing but their
    deadline cancels them, and with that goes their connection: so no answer is ever read by somebody else.

    Attributes:
        is_available: Whether commands are tried.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._probe: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._probed_at = self._told_at = float("-inf")
        self.is_available = True

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connects; leaving the context disconnects.

        A server that does not answer yet is passed by like one that is away later: what starts during an
        outage, a worker that replaces another among it, is to serve.

        Raises:
            StartupError: The URL is none, or the server refuses us.
        """
        try:
            pool = BlockingConnectionPool.from_url(
                url,
                max_connections=MAX_CONNECTIONS,
                # The deadline is for all of a command: for a connection, for connecting, for the answer.
                timeout=None,
                socket_connect_timeout=None,
                socket_timeout=None,
            )
        except ValueError as error:
            raise StartupError(f"redis_url: not a usable URL: {error}") from error
        client = Redis.from_pool(pool)
        connection = cls(client)
        try:
            try:
                async with asyncio.timeout(START_SECONDS):
                    await client.ping()
            except (ResponseError, *_OUTAGES) as error:
                reason = " ".join(str(error).split()) or f"no answer within {START_SECONDS:g} s"
                if _is_refusal(error):
                    address = redact_url(url)
                    raise StartupError(f"redis_url: Redis refuses us at {address}: {reason}") from error
                connection._open_breaker(reason)
            yield connection
        finally:
            await connection._close()

    async def run(self, command: Callable[[Redis], Awaitable[_T]]) -> _T:
        """What a command comes to, within `DEADLINE_SECONDS`; at once while Redis is away.

        Args:
            command: Sends one command or pipeline to the client it is given. It runs to its end, or its
                deadline, also where the caller is cancelled.

        Raises:
            RedisUnavailableError: There is no answer, or Redis refuses the command (read-only, no memory).
        """
        if not self.is_available:
            raise RedisUnavailableError("Redis is away")
        task = asyncio.ensure_future(self._within_deadline(command))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def ping(self) -> None:
        """Asks for nothing.

        Raises:
            RedisUnavailableError: There is no answer.
        """
        await self.run(lambda client: client.ping())

    def publishing(self, channel: str) -> Callable[[bytes], Awaitable[None]]:
        """Publishes messages on a channel; raises an OSError where that cannot be done."""

        async def publish(message: bytes) -> None:
            try:
                await self.run(lambda client: client.publish(channel, message))
            except RedisUnavailableError as error:
                raise OSError(str(error)) from error

        return publish

    async def _within_deadline(self, command: Callable[[Redis], Awaitable[_T]]) -> _T:
        try:
            async with _deadline():
                return await command(self._client)
        except ResponseError as error:
            # It costs no time, and may hold for this command alone.
            self._tell_refusal(error)
            raise RedisUnavailableError(str(error)) from error
        except _OUTAGES as error:
            reason = str(error) or f"no answer within {DEADLINE_SECONDS:g} s"
            self._open_breaker(reason)
            raise RedisUnavailableError(reason) from error

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits is told, if anybody does

    def _tell_refusal(self, error: ResponseError) -> None:
        now = time.monotonic()
        if now > self._told_at + REPORT_SECONDS:
            self._told_at = now
            _log.warning("Redis refuses a command, going on without it: %s", error)

    def _open_breaker(self, reason: str) -> None:
        if self.is_available:
            self.is_available = False
            self._probe = asyncio.create_task(self._look(reason))

    async def _look(self, reason: str) -> None:
        """Closes the breaker as soon as Redis answers."""
        # If it answers this and nothing else, requests would lose a deadline each time.
        pause = max(0.0, self._probed_at + PROBE_SECONDS - time.monotonic())
        await asyncio.sleep(pause)
        told = False
        while not await self._answers():
            if not told:
                told = True
                _log.warning("Redis does not answer, going on without it: %s", reason)
            await asyncio.sleep(PROBE_SECONDS)
        self.is_available = True
        if told:
            _log.info("Redis answers again")

    async def _answers(self) -> bool:
        self._probed_at = time.monotonic()
        with suppress(ResponseError, *_OUTAGES):
            async with _deadline():
                await self._client.ping()
            return True
        return False

    async def _close(self) -> None:
        tasks = [*self._running, *([] if self._probe is None else [self._probe])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose(close_connection_pool=True)


def _is_refusal(error: BaseException | None) -> bool:
    """Whether the server answers, and does not take us; redis-py may tell it as a lost connection."""
    while error is not None and not isinstance(error, (AuthenticationError, ResponseError)):
        error = error.__cause__ or error.__context__
    return error is not None


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """Ends what takes longer than `DEADLINE_SECONDS` with TimeoutError.

    Timers go before what has arrived: so it is read for a while, before anybody is told that it has not.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        nearing = loop.call_later(
            DEADLINE_SECONDS - GRACE_SECONDS, lambda: limit.reschedule(loop.time() + GRACE_SECONDS)
        )
        try:
            yield
        finally:
            nearing.cancel()

"""Requests that are being worked on: their time, and clients that leave, looked after by one timer for all.

Most requests are answered long before the timer's next turn. A deadline and a listener for each of them
would cost more than the rest of their handling.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from server.http.errors import ClientGoneError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

TICK_SECONDS = 0.05
"""Time between two looks: how late a deadline can be, and a client's leaving noticed."""


class OverdueError(Exception):
    """The time for a piece of work is over."""


class Watch:
    """Looks after the work of one event loop."""

    def __init__(self) -> None:
        self._entries: dict[_Entry, None] = {}  # in the order in which they began
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def over(
        self, work: Awaitable[T], seconds: float, gone: Callable[[], Awaitable[object]] | None = None
    ) -> T:
        """The result of the work, which is cancelled when its time is over, or its client has left.

        Args:
            work: What is waited for, in the running task.
            seconds: How long it may take.
            gone: Returns when the client has left; asked only if the work takes a while.

        Raises:
            OverdueError: The time is over.
            ClientGoneError: The client left.
        """
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        entry = _Entry(asyncio.current_task(loop), monotonic() + seconds, gone)
        self._entries[entry] = None
        if self._timer is None:
            self._timer = loop.call_later(TICK_SECONDS, self._look)
        try:
            return await work
        except asyncio.CancelledError:
            if entry.reason is not None and entry.was_cancelled_by_us():
                raise entry.reason from None
            raise
        finally:
            del self._entries[entry]
            if entry.listener is not None:
                entry.listener.cancel()

    def _look(self) -> None:
        now = monotonic()
        for entry in list(self._entries):
            entry.look(now)
        self._timer = None
        if self._entries:
            self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._look)


class _Entry:
    """One piece of work."""

    __slots__ = ("_cancelling", "_deadline", "_gone", "_task", "listener", "reason")

    def __init__(
        self, task: asyncio.Task[Any] | None, deadline: float, gone: Callable[[], Awaitable[object]] | None
    ) -> None:
        if task is None:
            raise RuntimeError("work is watched in a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._deadline = deadline
        self._gone = gone
        self.listener: asyncio.Future[object] | None = None
        self.reason: Exception | None = None

    def look(self, now: float) -> None:
        if self.reason is None and now >= self._deadline:
            self._cancel(OverdueError())
        elif self.listener is None and self._gone is not None:
            self.listener = asyncio.ensure_future(self._gone())
            self.listener.add_done_callback(self._heard)

    def _heard(self, listener: asyncio.Future[object]) -> None:
        if not listener.cancelled() and self.reason is None:
            self._cancel(ClientGoneError())

    def _cancel(self, reason: Exception) -> None:
        self.reason = reason
        self._task.cancel()

    def was_cancelled_by_us(self) -> bool:
        """Whether nobody else has asked the task to end; takes our own request back."""
        return self._task.uncancel() <= self._cancelling

"""Batches across requests: equal reads of waiting requests become one statement.

While connections are free, a read is sent at once. While reads of its shape are on their way, further ones
wait, and go together when one of those comes back: batches form by themselves, and grow with the load. A
batch is sent after everyone in it has asked, so that nobody is handed rows from before their own writes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiodataloader import DataLoader, Loader

from core.errors import BadUserInput

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from asyncpg import Record

    from db.database import Database
    from db.query import Read

Keys = tuple[Any, ...]
"""Keys of one caller: values, or tuples where a key has several parts; `()` for a read without keys."""

IN_FLIGHT = 2
"""Statements of one shape on their way before others wait for them."""

PATIENCE = 0.005
"""Seconds that a read waits for statements of its shape before it is sent beside them."""

MAX_KEYS = 10_000
"""Keys of one statement, unless one caller alone has more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one statement came to.

    Attributes:
        rows: By key: its rows in order; the rows of a read without keys stand under `()`.
        sql: The statement.
        milliseconds: From asking until all rows were there.
    """

    rows: Mapping[Any, Sequence[Record]]
    sql: str
    milliseconds: float


class Batches:
    """The batches of one database.

    Args:
        database: Where statements run.
        slots: How many run at once.
    """

    def __init__(self, database: Database, slots: int) -> None:
        self.database = database
        self._slots = slots
        self._running = 0
        self._loaders: dict[Hashable, _ReadLoader] = {}
        self._waiting: deque[_ReadLoader] = deque()
        self._statements = 0

    @property
    def statements(self) -> int:
        """How many statements have been sent."""
        return self._statements

    @property
    def kept(self) -> int:
        """How many reads are on their way or wait."""
        return len(self._loaders)

    def load(self, read: Read, values: Mapping[str, Any], keys: Keys) -> asyncio.Future[Batch]:
        """Rows for the keys; the batch may hold those of others too.

        Args:
            read: What is asked.
            values: Values of its parameters, those of its keys left out.
            keys: The caller's keys, each once.
        """
        shape: Hashable = (read, tuple(values.items()))
        try:
            loader = self._loaders.get(shape)
        except TypeError:  # a list among the values
            shape = (read, repr(values))
            loader = self._loaders.get(shape)
        if loader is None:
            loader = self._loaders[shape] = _ReadLoader(self, shape, read, values)
        return loader.load(keys)

    def offer(self, loader: _ReadLoader) -> None:
        """Sends what waits in a loader, or lets it wait."""
        while loader.waits and self._running < self._slots and loader.may_start():
            self._start(loader)
        if loader.waits and not loader.listed:
            loader.listed = True
            self._waiting.append(loader)
            asyncio.get_running_loop().call_later(PATIENCE, self._next)

    def _start(self, loader: _ReadLoader) -> None:
        if loader.start():
            self._running += 1
            self._statements += 1
        else:
            self._forget_if_idle(loader)

    def ended(self, loader: _ReadLoader) -> None:
        """Takes note that a statement of the loader has ended."""
        self._running -= 1
        self._forget_if_idle(loader)
        self._next()

    def _forget_if_idle(self, loader: _ReadLoader) -> None:
        if not loader.in_flight and not loader.waits and not loader.listed:
            self._loaders.pop(loader.shape, None)

    def _next(self) -> None:
        """Sends what has waited longest and may go."""
        for _ in range(len(self._waiting)):
            if self._running >= self._slots:
                return
            loader = self._waiting.popleft()
            if not loader.waits:
                loader.listed = False
                self._forget_if_idle(loader)
            elif loader.may_start():
                loader.listed = False
                self.offer(loader)
            else:
                self._waiting.append(loader)


class _ReadLoader(DataLoader[Keys, Batch]):
    """The callers of one read with equal values: aiodataloader collects them, `Batches` says when they go."""

    cache = False

    def __init__(self, batches: Batches, shape: Hashable, read: Read, values: Mapping[str, Any]) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.shape = shape
        self.listed = False
        self._batches = batches
        self._read = read
        self._values = values
        self._offered = False
        self._started: deque[float] = deque()

    @property
    def waits(self) -> bool:
        """Whether somebody waits to be sent."""
        return bool(self._queue)

    @property
    def in_flight(self) -> int:
        """How many of its statements are on their way."""
        return len(self._started)

    def may_start(self) -> bool:
        """Whether a further statement of the shape may go."""
        return self.in_flight < IN_FLIGHT or time.monotonic() - self._started[0] >= PATIENCE

    def do_resolve_reject(self, key: Keys, future: asyncio.Future[Batch]) -> None:
        """Takes a caller in; called by aiodataloader."""
        self._queue.append(Loader(key=key, future=future))
        if not self._offered:  # callers of the same turn of the event loop go together
            self._offered = True
            self.loop.call_soon(self._offer)

    def _offer(self) -> None:
        self._offered = False
        if self._queue:
            self._batches.offer(self)

    def start(self) -> bool:
        """Sends those who wait, as far as one statement goes; False if nobody is left of them."""
        taken: list[Loader] = []
        size = 0
        waiting = deque(self._queue)
        while waiting and (not taken or size + len(waiting[0].key) <= MAX_KEYS):
            entry = waiting.popleft()
            if not entry.future.done():
                taken.append(entry)
                size += len(entry.key)
        self._queue = list(waiting)
        if not taken:
            return False
        started = time.monotonic()
        self._started.append(started)
        task = self.loop.create_task(self._answer(taken))
        task.add_done_callback(lambda _: self._end(started, taken))
        left = len(taken)

        def caller_gone(future: asyncio.Future[Batch]) -> None:
            nonlocal left
            left -= future.cancelled()
            if left == 0:
                task.cancel()

        for entry in taken:
            entry.future.add_done_callback(caller_gone)
        return True

    def _end(self, started: float, taken: Sequence[Loader]) -> None:
        for entry in taken:
            entry.future.cancel()  # no effect on those that have their rows
        self._started.remove(started)
        self._batches.ended(self)

    async def _answer(self, taken: Sequence[Loader]) -> None:
        try:
            [batch] = await self.batch_load_fn([entry.key for entry in taken])
        except BadUserInput as error:
            # Somebody's keys are no values of their type: nobody else shall hear of it.
            if len(taken) == 1:
                _settle(taken[0], error)
            for entry in taken if len(taken) > 1 else ():
                await self._answer([entry])
        except Exception as error:  # noqa: BLE001 - it is raised where its callers wait
            for entry in taken:
                _settle(entry, error)
        else:
            for entry in taken:
                _settle(entry, batch)

    async def batch_load_fn(self, keys: list[Keys]) -> list[Batch]:
        """Runs one statement for all callers."""
        merged = list(keys[0]) if len(keys) == 1 else list(dict.fromkeys(k for each in keys for k in each))
        values = {**self._values, **_arrays(merged)} if merged else self._values
        started = time.perf_counter()
        sql, records = await self._batches.database.run(self._read, values)
        milliseconds = (time.perf_counter() - started) * 1000
        rows = _by_key(merged, records) if merged else {(): records}
        return [Batch(rows, sql, milliseconds)]


def _settle(entry: Loader, outcome: Batch | Exception) -> None:
    if entry.future.done():
        return
    if isinstance(outcome, Exception):
        entry.future.set_exception(outcome)
    else:
        entry.future.set_result(outcome)


def _arrays(keys: list[Any]) -> dict[str, list[Any]]:
    if not isinstance(keys[0], tuple):
        return {"key0": keys}
    return {f"key{i}": list(part) for i, part in enumerate(zip(*keys, strict=True))}


def _by_key(keys: list[Any], records: Sequence[Record]) -> dict[Any, list[Record]]:
    groups: list[list[Record]] = [[] for _ in keys]
    for record in records:
        groups[record[-1] - 1].append(record)
    return dict(zip(keys, groups, strict=True))

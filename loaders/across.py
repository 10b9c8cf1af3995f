"""Batches across requests: equal reads of waiting requests become one statement.

While connections are free, a read is sent at once. While reads of its shape are on their way, further ones
wait, and go together when one of those comes back: batches form by themselves, and grow with the load. A
batch is sent after everyone in it has asked, so that nobody is handed rows from before their own writes.

Reads with keys go together by the union of their keys, reads without by the sets of values that they are
asked with, where `db.several` has a statement for that.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from aiodataloader import DataLoader, Loader

from core.errors import ErrorCode, RequestError, StaleSchemaError
from core.events import STATEMENT_NUMBERS
from db.query import LookupRead

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from asyncpg import Record

    from db.queries import Queries
    from db.query import Read

_Told = Callable[["asyncio.Future[Batch]"], None]

Keys = tuple[Any, ...]
"""Keys of one caller: values, or tuples where a key has several parts."""

NO_KEYS: Keys = ((),)
"""Stands for the keys of a read that has none."""

IN_FLIGHT = 2
"""Statements of one shape on their way before others wait for them."""

PATIENCE = 0.005
"""Seconds that a read waits for statements of its shape before it is sent beside them."""

MAX_KEYS = 10_000
"""Keys of one statement, unless one caller alone has more; of pages for many sets of values, their rows."""

MAX_SHARED_PAGE = 200
"""Rows of a page that goes into one statement with others: larger ones would only wait for each other."""

MAX_IDLE = 1024
"""How many reads are remembered that nobody waits for."""

_OF_THE_DATABASE = frozenset({ErrorCode.DATABASE_UNAVAILABLE, ErrorCode.OVERLOADED})
"""Errors that no single caller is the reason of."""


class Batch(NamedTuple):
    """What one statement came to.

    Attributes:
        rows: By key, or by set of values: its rows in order. Of look-ups: its row, keys without one left out.
        sql: The statement.
        milliseconds: From asking until all rows were there.
        number: Of the statement in this process.
        read: What it asks.
    """

    rows: Mapping[Any, Any]
    sql: str
    milliseconds: float
    number: int
    read: Read


class Batches:
    """The batches of one database, for one identity.

    Args:
        database: Where statements run, and for whom.
        slots: How many run at once.
    """

    def __init__(self, database: Queries, slots: int) -> None:
        self.database = database
        self._whose: Hashable = None
        self._traffic = _Traffic(slots)

    def acting_as(self, database: Queries, whose: Hashable) -> Batches:
        """The batches of somebody else, who shares the slots and nothing else.

        Args:
            database: The same database, its statements run for them.
            whose: Tells them from others.
        """
        other = copy(self)
        other.database = database
        other._whose = whose  # noqa: SLF001 - of this class
        return other

    @property
    def statements(self) -> int:
        """How many statements have been sent, whoever asked."""
        return self._traffic.statements

    @property
    def kept(self) -> int:
        """How many reads are on their way, wait, or are remembered, whoever asked."""
        return len(self._traffic.loaders)

    def forget(self) -> None:
        """Forgets all reads; for when nobody asks any more."""
        self._traffic.loaders.clear()

    def load(self, read: Read, values: Mapping[str, Any], keys: Keys) -> asyncio.Future[Batch]:
        """Rows for the keys; the batch may hold those of others too.

        Args:
            read: What is asked of each key.
            values: Values of its parameters, those of its keys left out.
            keys: The caller's keys, each once; one at least.
        """
        shape: Hashable = (read, tuple(values.items())) if values else read
        return self._loader(shape, read, values).load(keys)

    def load_one(self, read: Read, values: Mapping[str, Any]) -> tuple[asyncio.Future[Batch], Hashable]:
        """Rows for one set of values; the batch may hold those for others too.

        Args:
            read: What is asked, without keys.
            values: Values of its parameters.

        Returns:
            The batch, and the key under which the rows for these values stand in it.
        """
        names = self.database.parameters_for_several(read)
        if names is None or values.get("limit", 0) > MAX_SHARED_PAGE:
            return self._loader((read, tuple(values.items())), read, values).load(NO_KEYS), NO_KEYS[0]
        given = tuple([values[name] for name in names])
        return self._loader((read, names), read, {}, names).load((given,)), given

    def _loader(
        self, shape: Hashable, read: Read, values: Mapping[str, Any], names: tuple[str, ...] | None = None
    ) -> _ReadLoader:
        loaders = self._traffic.loaders
        if self._whose is not None:
            shape = (self._whose, shape)
        try:
            loader = loaders.get(shape)
        except TypeError:  # a list among the values
            shape = (self._whose, read, repr(values))
            loader = loaders.get(shape)
        if loader is None:
            loader = loaders[shape] = _ReadLoader(self._traffic, self.database, shape, read, values, names)
        return loader


class _Traffic:
    """The statements of one database that are on their way, and those that wait.

    Args:
        slots: How many run at once.

    Attributes:
        loaders: By shape: the read, whose it is, and what else tells it from others.
        statements: How many have been sent.
    """

    def __init__(self, slots: int) -> None:
        self.loaders: dict[Hashable, _ReadLoader] = {}
        self.statements = 0
        self._slots = slots
        self._running = 0
        self._waiting: deque[_ReadLoader] = deque()

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
            self.statements += 1
        else:
            self._forget_if_idle(loader)

    def ended(self, loader: _ReadLoader) -> None:
        """Takes note that a statement of the loader has ended."""
        self._running -= 1
        self._forget_if_idle(loader)
        self._next()

    def _forget_if_idle(self, loader: _ReadLoader) -> None:
        if loader.in_flight or loader.waits or loader.listed:
            return
        if loader.holds_values or len(self.loaders) > MAX_IDLE:
            self.loaders.pop(loader.shape, None)

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
    """The callers of one read: aiodataloader collects them, `_Traffic` says when they go.

    Args:
        traffic: What it is part of.
        database: Where its statements run.
        shape: What it is known by.
        read: What is asked.
        values: Values of parameters that are the same for every caller.
        names: Names of parameters whose sets of values the keys are; None where the keys are keys.
    """

    cache = False

    def __init__(  # noqa: PLR0913, PLR0917 - what its statements are made of
        self,
        traffic: _Traffic,
        database: Queries,
        shape: Hashable,
        read: Read,
        values: Mapping[str, Any],
        names: tuple[str, ...] | None,
    ) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self.shape = shape
        self.listed = False
        self._traffic = traffic
        self._database = database
        self._read = read
        self._values = values
        self._names = names
        self._offered = False
        self._started: deque[float] = deque()

    @property
    def holds_values(self) -> bool:
        """Whether it is for the values of one request, and not for a read whatever its values."""
        return bool(self._values)

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
        return len(self._started) < IN_FLIGHT or time.monotonic() - self._started[0] >= PATIENCE

    def do_resolve_reject(self, key: Keys, future: asyncio.Future[Batch]) -> None:
        """Takes a caller in; called by aiodataloader."""
        self._queue.append(Loader(key, future))
        if not self._offered:  # callers of the same turn of the event loop go together
            self._offered = True
            self.loop.call_soon(self._offer)

    def _offer(self) -> None:
        self._offered = False
        if self._queue:
            self._traffic.offer(self)

    def start(self) -> bool:
        """Sends those who wait, as far as one statement goes; False if nobody is left of them."""
        taken: list[Loader] = []
        size = 0
        waiting = self._queue
        for position, entry in enumerate(waiting):
            size += self._weight(entry.key)
            if taken and size > MAX_KEYS:
                self._queue = waiting[position:]
                break
            if not entry.future.done():
                taken.append(entry)
        else:
            self._queue = []
        if not taken:
            return False
        started = time.monotonic()
        self._started.append(started)
        left = len(taken)

        def caller_gone(future: asyncio.Future[Batch]) -> None:
            nonlocal left
            left -= future.cancelled()
            if left == 0:
                task.cancel()

        for entry in taken:
            entry.future.add_done_callback(caller_gone)
        task = self.loop.create_task(self._answer(taken, caller_gone))
        task.add_done_callback(lambda _: self._end(started, taken))
        return True

    def _weight(self, keys: Keys) -> int:
        """How many keys a caller brings; of a page, how many rows."""
        return len(keys) if self._names is None else MAX_SHARED_PAGE

    def _end(self, started: float, taken: Sequence[Loader]) -> None:
        for entry in taken:
            if not entry.future.done():
                entry.future.cancel()
        self._started.remove(started)
        self._traffic.ended(self)

    async def _answer(self, taken: Sequence[Loader], caller_gone: _Told) -> None:
        try:
            [batch] = await self.batch_load_fn([entry.key for entry in taken])
        except Exception as error:  # noqa: BLE001 - it is raised where its callers wait
            # What one caller asks for cannot be answered: nobody else shall hear of it.
            if len(taken) == 1 or _is_of_all(error):
                _settle(taken, error, caller_gone)
            else:
                for entry in taken:
                    await self._answer([entry], caller_gone)
        else:
            _settle(taken, batch, caller_gone)

    async def batch_load_fn(self, keys: list[Keys]) -> list[Batch]:
        """Runs one statement for all callers."""
        merged = keys[0] if len(keys) == 1 else tuple(dict.fromkeys([key for each in keys for key in each]))
        several = self._names is not None and len(merged) > 1
        started = time.perf_counter()
        sql, records = await self._database.run(
            self._read, self._values_for(merged, several=several), several=several
        )
        milliseconds = (time.perf_counter() - started) * 1000
        rows: Mapping[Any, Any]
        if isinstance(self._read, LookupRead):
            # The last of several, as the rows of inheriting tables may have equal keys.
            rows = {merged[record[-1] - 1]: record for record in records}
        elif several or (self._names is None and merged != NO_KEYS):
            rows = _by_key(merged, records)
        else:
            rows = {merged[0]: records}
        return [Batch(rows, sql, milliseconds, next(STATEMENT_NUMBERS), self._read)]

    def _values_for(self, merged: Keys, *, several: bool) -> Mapping[str, Any]:
        if self._names is None:
            return self._values if merged == NO_KEYS else {**self._values, **_arrays(merged)}
        if several:
            return {
                name: list(part) for name, part in zip(self._names, zip(*merged, strict=True), strict=True)
            }
        return dict(zip(self._names, merged[0], strict=True))


def _is_of_all(error: Exception) -> bool:
    """Whether no single caller is the reason of an error."""
    if isinstance(error, RequestError):
        return error.code in _OF_THE_DATABASE
    return isinstance(error, StaleSchemaError)


def _settle(taken: Sequence[Loader], outcome: Batch | Exception, caller_gone: _Told) -> None:
    for entry in taken:
        future = entry.future
        if future.done():
            continue
        future.remove_done_callback(caller_gone)  # the event loop would call it for each of them
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _arrays(keys: Keys) -> dict[str, list[Any]]:
    if not isinstance(keys[0], tuple):
        return {"key0": list(keys)}
    return {f"key{i}": list(part) for i, part in enumerate(zip(*keys, strict=True))}


def _by_key(keys: Keys, records: Sequence[Record]) -> dict[Any, list[Record]]:
    groups: list[list[Record]] = [[] for _ in keys]
    add = [group.append for group in groups]
    for record in records:
        add[record[-1] - 1](record)
    return dict(zip(keys, groups, strict=True))

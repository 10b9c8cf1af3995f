"""A DataLoader whose batches can be cancelled without leaving anyone waiting."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from aiodataloader import DataLoader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Key = TypeVar("Key")
Value = TypeVar("Value")


class RunningBatches:
    """The batches of one operation that are on their way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self) -> None:
        """Takes note of the running task; one that begins when all have been cancelled is cancelled too."""
        if self._over:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """Cancels all, for good; their statements are cancelled in the database."""
        self._over = True
        for task in list(self._tasks):
            task.cancel()


class BatchLoader(DataLoader[Key, Value], Generic[Key, Value]):
    """Collects the keys that are loaded within one turn of the event loop, and fetches them at once.

    Equal keys are fetched once. A value that is an Exception is raised where its key was loaded.

    Args:
        fetch: Gives the values for keys, in the order of the keys.
        running: Where the loader keeps its running batches.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[Key]], Awaitable[Sequence[Value | Exception]]],
        running: RunningBatches,
    ) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._fetch = fetch
        self._running = running

    def load(self, key: Key) -> asyncio.Future[Value]:
        """The value of a key, for this caller alone.

        graphql-core cancels what it waits for beside a field that fails; others may wait for the same key.
        """
        return asyncio.shield(super().load(key))

    async def batch_load_fn(self, keys: list[Key]) -> list[Value | Exception]:  # type: ignore[override]
        """Runs one batch; called by aiodataloader in a task of its own."""
        try:
            self._running.begin()
            return list(await self._fetch(keys))
        except asyncio.CancelledError:
            # aiodataloader would leave these pending for ever.
            for future in self._cache.values():
                future.cancel()
            raise

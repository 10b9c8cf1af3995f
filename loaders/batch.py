"""A DataLoader whose batches can be cancelled without leaving anyone waiting."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from aiodataloader import DataLoader

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Key = TypeVar("Key")
Value = TypeVar("Value")


class BatchLoader(DataLoader[Key, Value], Generic[Key, Value]):
    """Collects the keys that are loaded within one turn of the event loop, and fetches them at once.

    Equal keys are fetched once. A value that is an Exception is raised where its key was loaded.

    Args:
        fetch: Gives the values for keys, in the order of the keys.
        running: Where the loader keeps the tasks of its running batches, for `cancel_all`.
    """

    def __init__(
        self,
        fetch: Callable[[Sequence[Key]], Awaitable[Sequence[Value | Exception]]],
        running: set[asyncio.Task[None]],
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
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            return list(await self._fetch(keys))
        except asyncio.CancelledError:
            # aiodataloader would leave these pending for ever.
            for future in self._cache.values():
                future.cancel()
            raise


def cancel_all(running: set[asyncio.Task[None]]) -> None:
    """Cancels the running batches; their statements are cancelled in the database."""
    for task in list(running):
        task.cancel()

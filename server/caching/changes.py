"""What is written through this instance: let go of here at once, and told to the others.

Others are told by Redis, or where that is not set or does not answer, by the database.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from core.errors import RequestError, StaleSchemaError
from db.row_triggers import CHANNEL
from resolvers.notes import change_of
from server.caching.messages import write_message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from db.catalogue.footprints import Footprints
    from resolvers.notes import Change, Notes
    from server.caching.store import Store

    Publish = Callable[[bytes], Awaitable[None]]

_log = logging.getLogger("loadstone")

DOUBT_SECONDS = (1.0, 10.0)
"""When a change is told of once more whose transaction may still be kept after its connection is lost."""

NOTIFY = f"SELECT pg_catalog.pg_notify('{CHANNEL}', $1)"


class Changes:
    """Tells of changes.

    Args:
        store: The answers that are kept here.
        ways: Ways to tell others, each of which raises an OSError or a RequestError where it does not get
            through; the first that gets through is enough.
        me: What this instance is called among others.
    """

    def __init__(self, store: Store, ways: Sequence[Publish], me: str) -> None:
        self._store = store
        self._ways = ways
        self._me = me
        self._telling: set[asyncio.Task[None]] = set()

    async def kept(self, notes: Notes, footprints: Footprints) -> None:
        """Takes note of a transaction that has been kept; returns when others have been told."""
        change = change_of(notes, footprints)
        self._store.invalidate(change)
        # Whoever leaves now has written all the same.
        await asyncio.shield(self._spawn(self._tell(change)))

    def doubtful(self, notes: Notes, footprints: Footprints) -> None:
        """Takes note of a transaction that may have been kept, or may yet be."""
        change = change_of(notes, footprints)
        self._store.invalidate(change)
        self._spawn(self._tell_again(change))

    async def close(self) -> None:
        """Gives up telling."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _tell(self, change: Change) -> None:
        message = write_message(change, self._me)
        for way in self._ways:
            try:
                await way(message)
            except (OSError, RequestError, StaleSchemaError) as error:
                _log.debug("others cannot be told of a change: %s", error)
            else:
                return
        if self._ways:
            _log.warning("others could not be told of a change; what they keep is old until its time is over")

    async def _tell_again(self, change: Change) -> None:
        await self._tell(change)
        waited = 0.0
        for seconds in DOUBT_SECONDS:
            await asyncio.sleep(seconds - waited)
            waited = seconds
            self._store.invalidate(change)
            await self._tell(change)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        return task

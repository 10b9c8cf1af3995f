"""What kept answers take in memory."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from typing import TYPE_CHECKING

from resolvers.notes import Dependencies
from server.caching.store import Entry, Store
from tests.support.instances import instance

if TYPE_CHECKING:
    from collections.abc import Iterable

DOCUMENT = "query ($id: Int!) { album(by: {albumId: $id}) { title } }"
NOTHING = Dependencies(frozenset(), {}, everything=False, per_caller=False)


async def test_answers_take_as_much_as_is_counted_for_them(url: str) -> None:
    async with instance(url, cache_seconds=100, pool_size=2) as one:
        store = one.caching.answers.store

        async def ask(ids: Iterable[int]) -> None:
            for album in ids:
                await one.ask(DOCUMENT, variables={"id": album})

        await ask(range(1, 100))
        before, count = store.bytes, len(store)
        tracemalloc.start()
        try:
            await ask(range(1000, 1300))
            gc.collect()
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(store) == count + 300
        counted = store.bytes - before
        assert 0.5 * counted < taken < 1.5 * counted


def test_what_goes_is_freed_at_once() -> None:
    store, body = Store(100_000), b"%d" * 100
    held = sys.getrefcount(body)
    gc.disable()
    try:
        for _ in range(3):
            store.put("one", Entry(body, 0.0, 1, is_public=True, dependencies=NOTHING), 0, 3)
        assert sys.getrefcount(body) == held + 1
        store.clear()
        assert sys.getrefcount(body) == held
    finally:
        gc.enable()

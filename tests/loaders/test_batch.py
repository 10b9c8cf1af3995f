"""What a batch loader promises: one fetch a turn, equal keys folded, an error only where its key is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from loaders.batch import BatchLoader, RunningBatches

if TYPE_CHECKING:
    from collections.abc import Sequence


class Source:
    """Doubles numbers; remembers the batches it was asked for."""

    def __init__(self, *, broken: bool = False, gate: asyncio.Event | None = None) -> None:
        self.batches: list[list[int]] = []
        self.running = RunningBatches()
        self.cancelled = 0
        self.begun = asyncio.Semaphore(0)
        self._broken = broken
        self._gate = gate

    async def fetch(self, keys: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(keys))
        self.begun.release()
        if self._gate is not None:
            try:
                await self._gate.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        if self._broken:
            raise RuntimeError("the source is broken")
        return [ValueError(f"no {key}") if key < 0 else key * 2 for key in keys]

    def loader(self) -> BatchLoader[int, int]:
        return BatchLoader(self.fetch, self.running)


async def test_keys_of_one_turn_are_one_batch() -> None:
    source = Source()
    loader = source.loader()
    assert await asyncio.gather(*map(loader.load, [3, 1, 2])) == [6, 2, 4]
    assert source.batches == [[3, 1, 2]]


async def test_loads_of_tasks_that_start_in_one_turn_are_one_batch() -> None:
    source = Source()
    loader = source.loader()

    async def load(key: int) -> int:
        return await loader.load(key)

    assert await asyncio.gather(*map(load, range(100))) == [2 * key for key in range(100)]
    assert source.batches == [list(range(100))]


async def test_equal_keys_are_fetched_once() -> None:
    source = Source()
    loader = source.loader()
    assert await asyncio.gather(*map(loader.load, [1, 2, 1, 1])) == [2, 4, 2, 2]
    assert await loader.load(2) == 4
    assert source.batches == [[1, 2]]


async def test_later_keys_are_a_later_batch() -> None:
    source = Source()
    loader = source.loader()
    assert await loader.load(1) == 2
    assert await asyncio.gather(*map(loader.load, [1, 2])) == [2, 4]
    assert source.batches == [[1], [2]]


async def test_loaders_do_not_share() -> None:
    source = Source()
    await asyncio.gather(source.loader().load(1), source.loader().load(1))
    assert source.batches == [[1], [1]]


async def test_an_error_is_raised_where_its_key_was_loaded() -> None:
    loader = Source().loader()
    results = await asyncio.gather(*map(loader.load, [1, -1, 2]), return_exceptions=True)
    assert list(map(repr, results)) == ["2", "ValueError('no -1')", "4"]


async def test_a_batch_that_fails_fails_for_every_key() -> None:
    source = Source(broken=True)
    loader = source.loader()
    results = await asyncio.gather(*map(loader.load, [1, 2]), return_exceptions=True)
    assert [str(error) for error in results] == 2 * ["the source is broken"]
    with pytest.raises(RuntimeError):
        await loader.load(1)
    assert source.batches == [[1, 2], [1]]


async def test_finished_batches_are_forgotten() -> None:
    source = Source()
    await source.loader().load(1)
    await asyncio.sleep(0)
    assert len(source.running) == 0


async def test_cancelling_leaves_nobody_waiting() -> None:
    source = Source(gate=asyncio.Event())
    loader = source.loader()
    waiting = [loader.load(key) for key in (1, 2)]
    other = source.loader().load(3)
    await source.begun.acquire()
    await source.begun.acquire()

    source.running.cancel()
    results = await asyncio.wait_for(asyncio.gather(*waiting, other, return_exceptions=True), 1)

    assert [type(result) for result in results] == 3 * [asyncio.CancelledError]
    assert source.cancelled == 2
    assert len(source.running) == 0


async def test_what_was_about_to_begin_is_cancelled_too() -> None:
    source = Source(gate=asyncio.Event())
    waiting = source.loader().load(1)
    source.running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 1)
    assert source.batches == []


async def test_cancelling_keeps_what_is_there() -> None:
    gate = asyncio.Event()
    gate.set()
    source = Source(gate=gate)
    loader = source.loader()
    done = loader.load(1)
    assert await done == 2
    gate.clear()
    late = loader.load(2)
    await source.begun.acquire()
    await source.begun.acquire()

    source.running.cancel()
    await asyncio.wait([late], timeout=1)

    assert late.cancelled()
    assert done.result() == 2


async def test_one_that_waits_may_leave_the_others() -> None:
    gate = asyncio.Event()
    source = Source(gate=gate)
    loader = source.loader()
    leaving = asyncio.ensure_future(_wait_for(loader, 1))
    staying = asyncio.ensure_future(_wait_for(loader, 2))
    await source.begun.acquire()

    leaving.cancel()
    gate.set()

    assert await staying == 4
    assert source.cancelled == 0


async def _wait_for(loader: BatchLoader[int, int], key: int) -> int:
    return await loader.load(key)


async def test_a_caller_who_leaves_hurts_nobody_who_waits_for_the_same_key() -> None:
    gate = asyncio.Event()
    source = Source(gate=gate)
    loader = source.loader()
    leaving, staying = loader.load(1), loader.load(1)
    await source.begun.acquire()
    leaving.cancel()
    gate.set()
    assert await staying == 2
    assert await loader.load(1) == 2
    assert source.batches == [[1]]

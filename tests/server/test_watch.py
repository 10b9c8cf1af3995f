"""Work that is looked after: deadlines, and clients that leave."""

from __future__ import annotations

import asyncio
import time
from typing import NoReturn

import pytest

from server.http.errors import ClientGoneError
from server.http.watch import TICK_SECONDS, OverdueError, Watch


async def value(result: int, seconds: float = 0.0) -> int:
    await asyncio.sleep(seconds)
    return result


async def never() -> None:
    await asyncio.Event().wait()


async def test_the_result_of_the_work() -> None:
    assert await Watch().over(value(7), 60) == 7


async def test_an_error_of_the_work() -> None:
    async def defect() -> NoReturn:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Watch().over(defect(), 60)


async def test_a_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(OverdueError):
        await Watch().over(never(), 0.1)
    assert 0.1 <= time.monotonic() - started < 0.1 + 10 * TICK_SECONDS


async def test_each_has_its_own_deadline() -> None:
    watch = Watch()
    works = [watch.over(value(n, 0.3), seconds) for n, seconds in enumerate((60, 0.1, 60))]
    first, second, third = await asyncio.gather(*works, return_exceptions=True)
    assert (first, third) == (0, 2)
    assert isinstance(second, OverdueError)


async def test_a_client_that_leaves_ends_the_work() -> None:
    ended = asyncio.Event()
    leaves = asyncio.Event()

    async def work() -> None:
        try:
            await never()
        finally:
            ended.set()

    working = asyncio.create_task(Watch().over(work(), 60, leaves.wait))
    await asyncio.sleep(3 * TICK_SECONDS)
    assert not working.done()
    leaves.set()
    with pytest.raises(ClientGoneError):
        await working
    assert ended.is_set()


async def test_nobody_listens_for_the_client_of_short_work() -> None:
    async def gone() -> None:
        raise AssertionError("asked")

    watch = Watch()
    for n in range(100):
        assert await watch.over(value(n), 60, gone) == n


async def test_nobody_listens_any_more_once_work_has_ended() -> None:
    listening = asyncio.Event()
    cancelled = asyncio.Event()

    async def gone() -> None:
        listening.set()
        try:
            await never()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def work() -> int:
        await listening.wait()
        return 7

    assert await Watch().over(work(), 60, gone) == 7
    await asyncio.sleep(0)
    assert cancelled.is_set()


async def test_being_cancelled_is_neither() -> None:
    working = asyncio.create_task(Watch().over(never(), 60, never))
    await asyncio.sleep(2 * TICK_SECONDS)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_being_cancelled_while_the_time_is_over_is_being_cancelled() -> None:
    async def slow_to_end() -> None:
        try:
            await never()
        finally:
            await asyncio.sleep(0.2)

    working = asyncio.create_task(Watch().over(slow_to_end(), 0.01))
    await asyncio.sleep(3 * TICK_SECONDS)  # the deadline has passed
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

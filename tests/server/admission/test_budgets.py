"""Budgets that several instances draw from, on a real Valkey."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis

from core.errors import ErrorCode, RequestError
from demo.valkey import EmbeddedValkey
from server import redis_connection
from server.admission import budgets as budgets_module
from server.admission.bucket import MICRO, Policy
from server.admission.budgets import MAX_QUESTIONS, Budgets, ThrottledError
from server.admission.shared import SharedBuckets
from server.redis_connection import DEADLINE_SECONDS, RedisConnection
from tests.support.valkey import kill, suspended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from server.admission.account import Account

KEYS = map("test:budget:{}".format, itertools.count())
SLOW = 10
"""A hundredth of a point a second: none comes back within a test."""


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy may keep Valkey from answering in time: that is for tests of just that."""
    if "own_valkey" not in request.fixturenames:
        monkeypatch.setattr(redis_connection, "DEADLINE_SECONDS", 10)


@asynccontextmanager
async def instance(url: str, share: int = 100) -> AsyncIterator[Budgets]:
    async with RedisConnection.open(url) as redis:
        budgets = Budgets(SharedBuckets(redis), share)
        sweeping = asyncio.create_task(budgets.sweep())
        yield budgets
        sweeping.cancel()
        await budgets.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.02)


async def admitted(budgets: Budgets, account: Account, points: int) -> bool:
    try:
        await budgets.admit(account, points)
    except ThrottledError:
        return False
    return True


async def drain(budgets: Budgets, account: Account, points: int) -> int:
    """What a client gets who asks until they are refused."""
    total = 0
    while await admitted(budgets, account, points):
        total += points
        await asyncio.sleep(0)
    return total


@pytest.mark.parametrize("share", [0, 100, 500])
async def test_two_instances_drained_at_once_give_exactly_the_budget(
    valkey: EmbeddedValkey, share: int
) -> None:
    for points in (1, 7):
        key, policy = next(KEYS), Policy(2000, SLOW)
        async with instance(valkey.url, share) as one, instance(valkey.url, share) as other:
            ways = [(each, each.account(key, policy)) for each in (one, other) for _ in range(16)]
            spent = await asyncio.gather(*(drain(*way, points) for way in ways))
        assert sum(spent) == 2000 // points * points


async def test_refunds_are_spent_again(valkey: EmbeddedValkey) -> None:
    key, policy = next(KEYS), Policy(1000, SLOW)
    chance = random.Random(3)  # noqa: S311 - the same each time

    async def ask(budgets: Budgets, account: Account) -> int:
        total = 0
        while await admitted(budgets, account, 10):
            actual = chance.randint(1, 10)
            await asyncio.sleep(0)
            budgets.settle(account, 10, actual)
            total += actual
        return total

    async with instance(valkey.url) as one, instance(valkey.url) as other:
        ways = [(each, each.account(key, policy)) for each in (one, other) for _ in range(4)]
        spent = sum(await asyncio.gather(*(ask(*way) for way in ways)))
        assert spent <= 1000
        # What one had put back last is told to all within a second: nothing stays with anybody.
        await asyncio.sleep(1)
        async with instance(valkey.url) as third:
            account = third.account(key, policy)
            spent += await drain(third, account, 1)
    assert spent == 1000


async def test_what_is_leased_goes_back_when_it_is_not_used(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets_module, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(budgets_module, "HOT_MILLISECONDS", 50)
    key, policy = next(KEYS), Policy(1000, SLOW)
    async with instance(valkey.url, 500) as one, instance(valkey.url, 0) as other:
        account = one.account(key, policy)
        for _ in range(10):
            await one.admit(account, 1)
        assert account.holds
        seen = other.account(key, policy)
        await other.admit(seen, 1)
        assert other.standing(seen).available < 1000 - 11
        spent = 11
        async with asyncio.timeout(5):
            while other.standing(seen).available != 1000 - spent:
                await asyncio.sleep(0.05)
                await other.admit(seen, 1)
                spent += 1


async def test_what_is_leased_goes_back_in_the_end(valkey: EmbeddedValkey) -> None:
    key, policy = next(KEYS), Policy(1000, SLOW)
    async with instance(valkey.url, 500) as one:
        account = one.account(key, policy)
        for _ in range(10):
            await one.admit(account, 1)
        assert account.holds
    async with instance(valkey.url) as other:
        assert await drain(other, other.account(key, policy), 1) == 990


async def test_most_operations_of_who_asks_often_need_no_round_trip(valkey: EmbeddedValkey) -> None:
    async with RedisConnection.open(valkey.url) as redis:
        trips = 0

        class Counted(SharedBuckets):
            async def take(self, questions: Any) -> Any:
                nonlocal trips
                trips += 1
                return await super().take(questions)

        budgets = Budgets(Counted(redis), 100)
        account = budgets.account(next(KEYS), Policy(100_000, 10_000_000))
        for _ in range(2000):
            await budgets.admit(account, 10)
        assert trips < 100
        await budgets.close()


async def test_more_than_the_whole_budget_is_never_admitted(valkey: EmbeddedValkey) -> None:
    async with instance(valkey.url) as budgets:
        account = budgets.account(next(KEYS), Policy(100, 1000))
        with pytest.raises(RequestError) as caught:
            await budgets.admit(account, 101)
        assert caught.value.code is ErrorCode.COST_LIMIT_EXCEEDED
        await budgets.admit(account, 100)


async def test_who_is_refused_is_told_when_to_come_again(valkey: EmbeddedValkey) -> None:
    async with instance(valkey.url) as budgets:
        account = budgets.account(next(KEYS), Policy(100, 20_000))
        await budgets.admit(account, 90)
        with pytest.raises(ThrottledError) as caught:
            await budgets.admit(account, 60)
        assert (caught.value.seconds, caught.value.code) == (3, ErrorCode.THROTTLED)
        assert caught.value.standing.available == 10
        # Again without asking: a moment later it is not otherwise.
        began = time.perf_counter()
        for _ in range(1000):
            assert not await admitted(budgets, account, 100)
        assert time.perf_counter() - began < 0.1
        assert await admitted(budgets, account, 10)


async def test_many_callers_share_round_trips(valkey: EmbeddedValkey) -> None:
    async with instance(valkey.url) as budgets:
        accounts = [budgets.account(next(KEYS), Policy(100, 1000)) for _ in range(2 * MAX_QUESTIONS)]
        assert all(await asyncio.gather(*(admitted(budgets, account, 60) for account in accounts)))
        assert not any(await asyncio.gather(*(admitted(budgets, account, 60) for account in accounts)))


async def test_who_leaves_while_waiting_has_paid_nothing(valkey: EmbeddedValkey) -> None:
    key, policy = next(KEYS), Policy(100, SLOW)
    async with instance(valkey.url) as budgets:
        account = budgets.account(key, policy)
        for turns in range(8):
            waiting = asyncio.create_task(budgets.admit(account, 60))
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
                budgets.settle(account, 60, 0)
            await asyncio.sleep(0.01)
        assert await drain(budgets, account, 1) == 100


async def test_keys_go_when_buckets_are_full(valkey: EmbeddedValkey) -> None:
    key = next(KEYS)
    async with instance(valkey.url) as budgets, Redis.from_url(valkey.url) as client:
        await budgets.admit(budgets.account(key, Policy(100, 100_000)), 1)
        assert 0 < await client.pttl(key) <= 6000


async def test_accounts_are_bounded(valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets_module, "MAX_ACCOUNTS", 10)
    key, policy = next(KEYS), Policy(1000, SLOW)
    async with instance(valkey.url, 500) as budgets:
        hot = budgets.account(key, policy)
        for _ in range(10):
            await budgets.admit(hot, 1)
        assert hot.holds
        for _ in range(50):
            account = budgets.account(next(KEYS), policy)
            await budgets.admit(account, 1)
        assert budgets.account(key, policy) is not hot
        await until(lambda: not hot.holds)
        await asyncio.sleep(0.1)  # it is on its way
        assert await drain(budgets, budgets.account(key, policy), 1) == 990


async def test_without_redis_each_process_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets_module, "MAX_ACCOUNTS", 10)
    budgets = Budgets(None, 100)
    account = budgets.account("a", Policy(100, SLOW))
    assert sum(await asyncio.gather(*(drain(budgets, account, 7) for _ in range(10)))) == 98
    budgets.settle(account, 7, 2)
    assert await drain(budgets, account, 1) == 7
    for number in range(100):
        budgets.account(f"{number}", Policy(1, 1))
    assert await drain(budgets, budgets.account("a", Policy(100, SLOW)), 1) == 100
    await budgets.close()


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server that may come to harm."""
    with EmbeddedValkey(tmp_path / "valkey") as server:
        yield server


async def test_while_redis_is_away_each_goes_on_with_what_it_knows(own_valkey: EmbeddedValkey) -> None:
    key, policy = "test:away", Policy(1000, SLOW)
    async with instance(own_valkey.url) as one, instance(own_valkey.url) as other:
        first, second = one.account(key, policy), other.account(key, policy)
        await one.admit(first, 400)
        await other.admit(second, 100)
        async with suspended(own_valkey):
            began = time.perf_counter()
            spent = [await drain(one, first, 10), await drain(other, second, 10)]
            assert time.perf_counter() - began < 2 * DEADLINE_SECONDS + 0.3
            # As much as was there when each asked last.
            assert spent == [600, 500]
        # Once it is back, it is told what was spent, and gives nobody as much again.
        await until(lambda: not first.credit and not second.credit)
        assert await drain(one, first, 1) == 0
        assert await drain(other, second, 1) == 0


async def test_restarted_redis_knows_the_script_again(own_valkey: EmbeddedValkey) -> None:
    policy = Policy(1000, SLOW)
    async with instance(own_valkey.url, 0) as budgets:
        account = budgets.account("test:restart", policy)
        await budgets.admit(account, 400)
        async with Redis.from_url(own_valkey.url) as client:
            await client.script_flush()
        await budgets.admit(account, 100)
        assert budgets.standing(account).available == 500
        assert not account.credit
        await kill(own_valkey)
        await budgets.admit(account, 100)
        own_valkey.__exit__(None, None, None)
        with own_valkey:
            await until(lambda: not account.credit)
            await budgets.admit(account, 100)
            assert budgets.standing(account).available == 300


async def test_redis_that_refuses_to_write_is_as_one_that_is_away(own_valkey: EmbeddedValkey) -> None:
    async with instance(own_valkey.url) as budgets, Redis.from_url(own_valkey.url) as client:
        account = budgets.account("test:full", Policy(1000, SLOW))
        await client.config_set("maxmemory", "1")
        assert await drain(budgets, account, 100) == 1000
        await client.config_set("maxmemory", "0")
        assert await drain(budgets, account, 1) == 0
        assert int(await client.hget("test:full", "level") or b"0") < MICRO

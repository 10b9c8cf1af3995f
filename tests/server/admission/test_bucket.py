"""The arithmetic of buckets: its bounds, whatever is asked of it, and that the script has the same."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from server.admission.account import Account
from server.admission.bucket import LEASE_MILLISECONDS, MAX_POINTS, MICRO, Ask, Bucket, Lease, Policy, take
from server.admission.shared import SCRIPT, arguments

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.valkey import EmbeddedValkey

POLICY = Policy(100, 2000)  # two points a second


def test_a_new_bucket_is_full() -> None:
    bucket, got = take(None, POLICY, 5, Ask(needs=(60, 60, 40)))
    assert got.paid == (True, False, True)
    assert (bucket.level, bucket.at, bucket.leases) == (0, 5, {})


def test_points_come_back_at_the_rate_and_no_further_than_full() -> None:
    empty = Bucket(0, 1000, {})
    assert take(empty, POLICY, 1499, Ask(needs=(1,)))[1].paid == (False,)
    assert take(empty, POLICY, 1500, Ask(needs=(1,)))[1].paid == (True,)
    assert take(empty, POLICY, 10**9, Ask())[1].level == POLICY.full
    assert POLICY.refill_milliseconds == 50_000
    assert take(empty, POLICY, 1000 + 50_000, Ask(needs=(100,)))[1].paid == (True,)


def test_time_that_goes_back_gives_nothing() -> None:
    assert take(Bucket(MICRO, 1000, {}), POLICY, 0, Ask())[1].level == MICRO


def test_a_lease_is_a_share_of_what_is_left() -> None:
    bucket, got = take(None, POLICY, 0, Ask("a", needs=(50,), want=1000, share=100))
    assert (got.leased, got.level, got.room) == (5, 45 * MICRO, 95 * MICRO)
    assert bucket.leases == {"a": Lease(5, LEASE_MILLISECONDS)}
    assert take(None, POLICY, 0, Ask("a", want=3, share=100))[1].leased == 3


def test_who_is_refused_leases_nothing() -> None:
    bucket, got = take(None, POLICY, 0, Ask("a", needs=(101,), want=1000, share=500))
    assert (got.leased, bucket.leases, got.level) == (0, {}, POLICY.full)


def test_bucket_and_leases_together_are_never_more_than_full() -> None:
    bucket, _ = take(None, POLICY, 0, Ask("a", want=50, share=500))
    assert take(bucket, POLICY, LEASE_MILLISECONDS - 1, Ask())[1].level == 50 * MICRO
    after = take(bucket, POLICY, LEASE_MILLISECONDS + 1000, Ask())[1]
    assert (after.level, after.room) == (62 * MICRO, POLICY.full)


def test_what_is_returned_is_no_more_than_was_leased() -> None:
    bucket, _ = take(None, POLICY, 0, Ask("a", want=10, share=500))
    assert take(bucket, POLICY, 0, Ask("a", unused=7))[1].level == 97 * MICRO
    assert take(bucket, POLICY, 0, Ask("a", unused=10_000))[1].level == POLICY.full
    assert take(bucket, POLICY, 0, Ask("b", unused=7))[1].level == 90 * MICRO


def test_refunds_and_debts() -> None:
    bucket, _ = take(None, POLICY, 0, Ask(needs=(40,)))
    assert take(bucket, POLICY, 0, Ask(credit=30))[1].level == 90 * MICRO
    assert take(bucket, POLICY, 0, Ask(credit=300))[1].level == POLICY.full
    assert take(bucket, POLICY, 0, Ask(credit=-300))[1].level == 0


@dataclass
class World:
    """A bucket, processes that draw from it, and what has been spent."""

    policy: Policy
    bucket: Bucket | None = None
    now: int = 0
    spent: int = 0
    accounts: list[Account] = field(default_factory=list)
    born: int = 0
    open: list[tuple[Account, int]] = field(default_factory=list)

    def begin(self) -> None:
        self.accounts.append(Account("key", self.policy, f"holder {self.born}"))
        self.born += 1

    def ask(self, account: Account, *needs: int, share: int, lost: bool = False) -> None:
        asked = account.ask(needs, share, self.now)
        self.bucket, got = take(self.bucket, self.policy, self.now, asked)
        if lost:
            account.failed(asked, self.now)
            return
        account.took(asked, got, self.now, self.now)
        for need, paid in zip(needs, got.paid, strict=True):
            if paid:
                self._paid(account, need)

    def request(self, account: Account, points: int, share: int) -> None:
        if account.spend(points, self.now):
            self._paid(account, points)
        elif not account.refuses(points, self.now):
            self.ask(account, points, share=share)

    def settle(self, account: Account, refunded: int) -> None:
        account.refund(refunded, self.now)
        self.spent -= refunded

    def _paid(self, account: Account, points: int) -> None:
        self.spent += points
        self.open.append((account, points))

    def check(self) -> None:
        most = self.policy.full + self.now * self.policy.rate
        assert self.spent * MICRO <= most, (self.spent, self.now)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_processes_never_spend_more_than_the_budget(data: st.DataObject) -> None:
    chance = random.Random(data.draw(st.integers(0, 2**32)))  # noqa: S311 - a drawn seed
    world = World(Policy(chance.choice((10, 100, 1000)), chance.choice((1, 500, 20_000))))
    share = chance.choice((0, 100, 500))
    largest = max(1, world.policy.capacity // chance.choice((2, 20)))
    for _ in range(3):
        world.begin()
    for _ in range(150):
        index = chance.randrange(3)
        account = world.accounts[index]
        match chance.random():
            case draw if draw < 0.65:
                world.request(account, chance.randint(1, largest), share)
            case draw if draw < 0.75 and world.open:
                account, points = world.open.pop(chance.randrange(len(world.open)))
                world.settle(account, chance.randint(0, points))
            case draw if draw < 0.8:
                world.ask(account, share=share)  # returns what it has
            case draw if draw < 0.83:
                world.ask(account, 1, share=share, lost=True)
            case draw if draw < 0.86:  # killed, with its lease and what it has to put back
                world.begin()
                world.open = [each for each in world.open if each[0] is not account]
                world.accounts[index] = world.accounts.pop()
            case _:
                world.now += chance.choice((0, 1, 50, 700, LEASE_MILLISECONDS))
        world.check()


@given(st.integers(0, 2**32), st.sampled_from((0, 100, 500)))
@settings(max_examples=50, deadline=None)
def test_drained_it_has_given_exactly_the_budget(seed: int, share: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a drawn seed
    world = World(Policy(chance.randint(1, 5000), 1))
    need = chance.randint(1, max(1, min(50, world.policy.capacity)))
    for _ in range(3):
        world.begin()
    asking = list(world.accounts)
    while asking:  # each until it is refused
        account = chance.choice(asking)
        before = world.spent
        world.request(account, need, share)
        if world.spent == before:
            asking.remove(account)
        world.now += chance.choice((0, 0, 0, 1))
    assert world.policy.capacity - world.spent < need


@pytest.fixture
async def client(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey.url) as opened:
        yield opened


async def test_the_script_is_the_same(client: Redis) -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    script = client.register_script(SCRIPT)
    for number in range(25):
        # High rates: the few milliseconds of this test count.
        policy = Policy(chance.choice((1, 90, 10**6, MAX_POINTS)), chance.choice((1, 77_777, 10**9)))
        key, bucket = f"test:bucket:{number}", None
        for _ in range(40):
            ask = Ask(
                holder=chance.choice("abc"),
                needs=tuple(chance.randint(0, policy.capacity) for _ in range(chance.randint(0, 3))),
                want=chance.choice((0, 1, policy.capacity)),
                share=chance.choice((0, 1, 100, 500)),
                unused=chance.choice((0, 1, policy.capacity)),
                credit=chance.randint(-policy.capacity, policy.capacity),
            )
            level, room, leased, now, *paid = await script(keys=[key], args=arguments(policy, ask))
            bucket, got = take(bucket, policy, int(now), ask)
            told = (tuple(each == 1 for each in paid), int(leased), int(level), int(room))
            assert told == got
        assert 0 < await client.pttl(key) <= policy.refill_milliseconds + LEASE_MILLISECONDS


async def test_a_lease_ends_in_the_script_too(client: Redis) -> None:
    script = client.register_script(SCRIPT)
    args = arguments(POLICY, Ask("a", want=50, share=500))
    args[2] = 1  # it lasts a millisecond
    assert int((await script(keys=["test:bucket:lease"], args=args))[2]) == 50
    while True:
        _, room, *_ = await script(keys=["test:bucket:lease"], args=arguments(POLICY, Ask("b")))
        if int(room) == POLICY.full:
            break

"""What a process holds of a budget, step by step."""

from __future__ import annotations

from server.admission.account import HOT_MILLISECONDS, REFUSAL_MILLISECONDS, Account
from server.admission.bucket import LEASE_MILLISECONDS, MICRO, Given, Policy

POLICY = Policy(1000, 1000)  # a point a second


def with_lease(points: int, *, now: int = 0) -> Account:
    account = Account("key", POLICY)
    asked = account.ask((), 100, now)
    level = POLICY.full - points * MICRO
    account.took(asked, Given((), points, level, level), now, now)
    return account


def test_a_lease_pays_until_it_is_spent_or_over() -> None:
    account = with_lease(10)
    assert account.spend(7, 1)
    assert not account.spend(7, 2)
    assert account.spend(3, LEASE_MILLISECONDS - 1)
    account = with_lease(10)
    assert not account.spend(1, LEASE_MILLISECONDS)
    # What is left of it is no lease any more, and comes back all the same.
    asked = account.ask((), 100, LEASE_MILLISECONDS)
    assert (asked.unused, asked.credit) == (0, 10)


def test_refunds_fill_the_lease_and_the_rest_goes_back() -> None:
    account = with_lease(10)
    assert account.spend(4, 1)
    account.refund(9, 2)
    asked = account.ask((), 100, 3)
    assert (asked.unused, asked.credit) == (10, 5)
    assert (account.ask((), 100, 3).unused, account.credit) == (0, 0)  # it was handed over


def test_only_who_asks_often_wants_a_lease() -> None:
    account = Account("key", POLICY)
    asked = account.ask((10,), 100, 0)
    assert asked.want == 0
    account.took(asked, Given((True,), 0, 990 * MICRO, POLICY.full), 0, 0)
    assert account.ask((10,), 100, 100).want == 10 * 500 // 100
    asked = account.ask((10,), 100, HOT_MILLISECONDS + 1)
    assert asked.want == 0


def test_a_refusal_holds_for_a_moment_unless_points_come_back() -> None:
    account = Account("key", POLICY)
    asked = account.ask((500, 600), 100, 0)
    account.took(asked, Given((False, False), 0, 400 * MICRO, POLICY.full), 0, 0)
    assert account.refuses(500, REFUSAL_MILLISECONDS - 1)
    assert account.refuses(700, REFUSAL_MILLISECONDS - 1)
    assert not account.refuses(499, 0)
    assert not account.refuses(500, REFUSAL_MILLISECONDS)
    account.refund(1, 1)
    assert not account.refuses(500, 1)


def test_what_was_leased_is_part_of_what_is_there_while_redis_is_away() -> None:
    account = with_lease(100)
    assert account.spend(30, 0)
    assert account.standing(0).available == 970
    assert account.pay(200, 0)
    assert account.standing(0).available == 770
    account.refund(50, 0)
    assert account.standing(0).available == 820
    # The shared bucket has had the lease taken out, and is told of what was spent beside it.
    asked = account.ask((), 100, 0)
    assert (asked.unused, asked.credit) == (0, 70 - 200 + 50)
    account.failed(asked, 0)
    assert account.ask((), 100, 0).credit == 70 - 200 + 50


def test_points_come_back_to_an_own_bucket() -> None:
    account = Account("key", POLICY)
    assert account.pay(1000, 0)
    assert not account.pay(1, 999)
    assert account.milliseconds_until(5, 1000) == 4000
    assert account.pay(1, 1000)
    assert account.standing(10**9) == (1000, 0)

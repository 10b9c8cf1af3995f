"""Budgets of callers: what an operation may cost is paid before it runs, and what it did not cost comes back.

Most operations of callers who ask often are paid from their lease, without a round trip. What a lease
cannot pay is asked of Redis, one round trip at a time with the questions of all callers that came up
meanwhile. Without Redis, or while it is away, each process pays from buckets of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from core.errors import ErrorCode, RequestError
from server.admission.account import HOT_MILLISECONDS, Account
from server.estimating import check_cost

if TYPE_CHECKING:
    from server.admission.account import Standing
    from server.admission.bucket import Policy
    from server.admission.shared import SharedBuckets

_log = logging.getLogger("loadstone")

MAX_ACCOUNTS = 20_000
"""How many callers are remembered; those who have not asked for the longest go. Some 10 MiB."""

SWEEP_SECONDS = 0.5
"""Between two looks for what is to go back into shared buckets."""

CLOSE_SECONDS = 0.5
"""How long that may take in the end."""

MAX_QUESTIONS = 200
"""Of one round trip."""


class ThrottledError(RequestError):
    """The caller's budget does not have as many points now.

    Args:
        points: What the operation may cost.
        milliseconds: How long until there are as many.
        standing: How the budget stands.
    """

    def __init__(self, points: int, milliseconds: int, standing: Standing) -> None:
        self.seconds = max(1, -(-milliseconds // 1000))
        super().__init__(
            f"The operation could cost {points} points, and {standing.available} are left of the budget: "
            f"try again in {self.seconds} s.",
            ErrorCode.THROTTLED,
        )
        self.points = points
        self.standing = standing


class Budgets:
    """The budgets of this process's callers.

    Args:
        shared: Buckets that all instances draw from; None where each has its own.
        lease_share: The most of what is left in a bucket that is leased, in thousandths.
    """

    def __init__(self, shared: SharedBuckets | None, lease_share: int) -> None:
        self._shared = shared
        self._share = lease_share
        self._holders = map(f"{secrets.token_hex(6)}-{{}}".format, itertools.count())
        self._accounts: dict[str, Account] = {}
        self._held: set[Account] = set()  # those that hold what shared buckets are to have
        self._waiting: dict[Account, list[_Waiter]] = {}
        self._asking: asyncio.Task[None] | None = None

    def account(self, key: str, policy: Policy) -> Account:
        """The account of a caller.

        Args:
            key: Who it is.
            policy: Their budget.
        """
        account = self._accounts.pop(key, None)
        if account is None:
            # A holder of its own: what was forgotten may still have a lease.
            account = Account(key, policy, next(self._holders))
            if len(self._accounts) >= MAX_ACCOUNTS:
                self._forget(self._accounts.pop(next(iter(self._accounts))))
        self._accounts[key] = account  # at the end: the first is who has not asked for the longest
        return account

    async def admit(self, account: Account, points: int) -> None:
        """Pays for an operation.

        Args:
            account: Whose.
            points: The most that it may cost.

        Raises:
            RequestError: A full budget has fewer points (COST_LIMIT_EXCEEDED).
            ThrottledError: There are fewer points now.
        """
        now = _now()
        if points == 0 or account.spend(points, now):
            return
        check_cost(points, account.policy.capacity)
        if self._shared is None or not self._shared.is_available:
            paid = account.pay(points, now)
            if self._shared is not None:
                self._held.add(account)
        else:
            paid = not account.refuses(points, now) and await self._ask(account, points)
        if not paid:
            now = _now()
            raise ThrottledError(points, account.milliseconds_until(points, now), account.standing(now))

    def settle(self, account: Account, points: int, actual: int) -> None:
        """Puts back what an operation has not cost.

        Args:
            account: Who paid.
            points: What was paid.
            actual: What it cost.
        """
        if actual < points:
            account.refund(points - actual, _now())
            if account.credit and self._shared is not None:
                self._held.add(account)

    def standing(self, account: Account) -> Standing:
        """How a caller's budget stands, as far as this process knows."""
        return account.standing(_now())

    async def sweep(self) -> None:
        """Puts back what is not used, from time to time; never returns."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self._sweep(_now())

    async def close(self) -> None:
        """Puts back all that is not used."""
        self._share = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._asked()
                if self._shared is not None and self._shared.is_available:
                    for account in self._held:
                        self._waiting.setdefault(account, [])
                    self._begin_asking()
                    await self._asked()
        if self._asking is not None:
            self._asking.cancel()

    async def _asked(self) -> None:
        """Returns when nothing is asked any more."""
        if self._asking is not None:
            await asyncio.wait((self._asking,))

    def _sweep(self, now: int) -> None:
        if self._shared is None or not self._shared.is_available:
            return
        for account in [each for each in self._held if not each.holds]:
            self._held.discard(account)
        for account in self._held:
            # A lease that is used goes on; who asks anyway tells of refunds as well.
            if account.credit or now - account.used >= HOT_MILLISECONDS:
                self._waiting.setdefault(account, [])
        self._begin_asking()

    def _forget(self, account: Account) -> None:
        if account.holds and self._shared is not None and self._shared.is_available:
            self._waiting.setdefault(account, [])
            self._begin_asking()
        else:
            self._held.discard(account)

    async def _ask(self, account: Account, points: int) -> bool:
        """Whether a shared bucket pays."""
        paid: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(account, []).append(_Waiter(points, paid))
        self._begin_asking()
        try:
            return await paid
        except asyncio.CancelledError:
            if paid.done() and not paid.cancelled() and paid.exception() is None and paid.result():
                self.settle(account, points, 0)
            raise

    def _begin_asking(self) -> None:
        if self._waiting and self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())

    async def _ask_all(self) -> None:
        """Asks as long as somebody waits, one round trip after the other."""
        try:
            while self._waiting:
                accounts = list(self._waiting)[:MAX_QUESTIONS]
                await self._ask_some([(account, self._waiting.pop(account)) for account in accounts])
        finally:
            self._asking = None

    def _share_of(self, account: Account) -> int:
        # Who is forgotten is leased nothing any more.
        return self._share if self._accounts.get(account.key) is account else 0

    async def _ask_some(self, waiting: list[tuple[Account, list[_Waiter]]]) -> None:
        shared = self._shared
        if shared is None:
            raise RuntimeError("there is nothing to ask")
        sent = _now()
        asks = [
            account.ask(tuple([each.points for each in waiters]), self._share_of(account), sent)
            for account, waiters in waiting
        ]
        try:
            given = await shared.take(
                [(account.key, account.policy, ask) for (account, _), ask in zip(waiting, asks, strict=True)]
            )
        except Exception as error:  # noqa: BLE001 - told to all who wait
            _log.exception("budgets could not be asked for")
            for waiter in (each for _, waiters in waiting for each in waiters):
                waiter.fail(error)
            return
        now = _now()
        for (account, waiters), ask, its in zip(waiting, asks, given, strict=True):
            if its is None:
                account.failed(ask, now)
                results = [account.pay(each.points, now) for each in waiters]
            else:
                account.took(ask, its, sent, now)
                results = list(its.paid)
            for waiter, paid in zip(waiters, results, strict=True):
                if not waiter.tell(paid=paid):
                    account.refund(waiter.points, now)
            if account.holds:
                self._held.add(account)
            else:
                self._held.discard(account)


class _Waiter(NamedTuple):
    """Who waits for so many points."""

    points: int
    result: asyncio.Future[bool]

    def tell(self, *, paid: bool) -> bool:
        """Tells whether they are paid; False where they are, and nobody waits for them any more."""
        if self.result.done():
            return not paid
        self.result.set_result(paid)
        return True

    def fail(self, error: Exception) -> None:
        """Tells that they cannot be."""
        if not self.result.done():
            self.result.set_exception(error)


def _now() -> int:
    return time.monotonic_ns() // 1_000_000

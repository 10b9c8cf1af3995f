"""What a process knows and holds of one caller's budget.

A lease, what is to be put back, and, where there is no Redis to ask, a bucket of its own. No I/O; times are
arguments, in milliseconds of a clock that only goes forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.admission.bucket import LEASE_MILLISECONDS, MICRO, Ask

if TYPE_CHECKING:
    from server.admission.bucket import Given, Policy

BLOCK_MILLISECONDS = 500
"""For how long a block of points is to last whom it is leased for."""

HOT_MILLISECONDS = 1000
"""Who has not asked for so long is leased nothing, and what is left of a lease goes back."""

REFUSAL_MILLISECONDS = 100
"""For how long a refusal holds without asking again, unless points come back before."""

_SHORTEST_MILLISECONDS = 10


class Standing(NamedTuple):
    """How a caller's budget stands.

    Attributes:
        available: Points that are there now, all told.
        full_in: Milliseconds until all are.
    """

    available: int
    full_in: int


class Account:
    """One caller's budget as this process has it.

    Attributes:
        key: Where its bucket is kept.
        policy: What it holds.
        refill_milliseconds: How long it takes to be full once it is empty.
        holder: Who has its leases, there.
        credit: Points that are to be put back into the bucket; below 0 for what it has yet to be told of.
        used: When points were last asked for.
        seen: When the bucket was last asked; None before that.
    """

    __slots__ = (
        "_at",
        "_ends",
        "_full",
        "_is_own",
        "_leased",
        "_level",
        "_rate",
        "_refused",
        "_refused_until",
        "_room",
        "_spent",
        "_unspent",
        "credit",
        "holder",
        "key",
        "policy",
        "refill_milliseconds",
        "seen",
        "used",
    )

    def __init__(self, key: str, policy: Policy, holder: str = "") -> None:
        self.key = key
        self.holder = holder
        self.policy = policy
        self.refill_milliseconds = policy.refill_milliseconds
        self.credit = 0
        self.used = 0
        self.seen: int | None = None
        self._full, self._rate = policy.full, policy.rate
        # The shared bucket as it was when it was asked, or, where it cannot be, our own.
        self._level = self._room = self._full
        self._at = 0
        self._is_own = False
        self._leased = self._unspent = self._ends = 0  # the lease
        self._spent = 0  # since the bucket was asked
        self._refused = self._refused_until = 0

    @property
    def holds(self) -> bool:
        """Whether there is anything that the shared bucket is to have or to know."""
        return self._leased > 0 or self.credit != 0

    @property
    def is_known(self) -> bool:
        """Whether anything is known of how the budget stands."""
        return self.seen is not None or self._is_own

    def spend(self, points: int, now: int) -> bool:
        """Pays from the lease, if it has as many."""
        self.used = now
        if self._unspent < points or now >= self._ends:
            return False
        self._unspent -= points
        self._spent += points
        return True

    def refuses(self, points: int, now: int) -> bool:
        """Whether as little was refused a moment ago."""
        return now < self._refused_until and points >= self._refused

    def refund(self, points: int, now: int) -> None:
        """Puts points back that were paid: into the lease as far as that had as many."""
        self._refused_until = 0
        if self._is_own:
            self._level = min(self._level + points * MICRO, self._full)
        elif now < self._ends:
            into_lease = min(points, self._leased - self._unspent)
            self._unspent += into_lease
            points -= into_lease
        self.credit += points

    def pay(self, points: int, now: int) -> bool:
        """Pays from a bucket of our own, which begins with what is known to be there."""
        self.used = now
        level = self._available(now)
        if not self._is_own:
            self._is_own = True
            self._room = self._full
            self.credit += self._give_up()  # it was taken out of the shared one
        is_paid = points * MICRO <= level
        if is_paid:
            level -= points * MICRO
            self.credit -= points
        self._level, self._at = level, now
        return is_paid

    def ask(self, needs: tuple[int, ...], share: int, now: int) -> Ask:
        """What to ask of the shared bucket. Lease and credit are handed over, whatever comes of it.

        Args:
            needs: What is to be paid.
            share: See `Ask`.
            now: The time.
        """
        self._spent += sum(needs)
        want = 0
        if self.seen is not None and now - self.seen <= HOT_MILLISECONDS:
            elapsed = max(now - self.seen, _SHORTEST_MILLISECONDS)
            want = self._spent * BLOCK_MILLISECONDS // elapsed
        holds = now < self._ends
        unspent = self._give_up()
        unused, credit = (unspent, self.credit) if holds else (0, self.credit + unspent)
        self.credit = 0
        return Ask(self.holder, needs, want, share, unused, credit)

    def took(self, asked: Ask, given: Given, sent: int, now: int) -> None:
        """Notes what the shared bucket gave when it was asked.

        Args:
            asked: What was asked.
            given: What came of it.
            sent: When it was asked: a lease ends here before it ends there.
            now: The time.
        """
        self._is_own = False
        self._leased = self._unspent = given.leased
        self._ends = sent + LEASE_MILLISECONDS
        self._level, self._room = given.level, given.room
        self.seen = self._at = now
        self._spent = 0
        refused = [need for need, paid in zip(asked.needs, given.paid, strict=True) if not paid]
        if refused:
            self._refused = min(refused)
            wait = self.policy.milliseconds_for(self._refused * MICRO - given.level)
            self._refused_until = now + min(REFUSAL_MILLISECONDS, wait)

    def failed(self, asked: Ask, now: int) -> None:
        """Notes that the shared bucket could not be asked; from now on there is one of our own."""
        if not self._is_own:
            level = self._available(now) + (asked.unused + max(0, asked.credit)) * MICRO
            self._is_own = True
            self._level, self._at, self._room = min(level, self._full), now, self._full
        # What it may not have heard of is told again; what it may have been given back is not.
        self.credit += min(0, asked.credit)

    def standing(self, now: int) -> Standing:
        """How the budget stands, as far as this process knows."""
        level = self._available(now)
        return Standing(level // MICRO, (self._full - level + self._rate - 1) // self._rate)

    def milliseconds_until(self, points: int, now: int) -> int:
        """How long until so many points are there."""
        return self.policy.milliseconds_for(points * MICRO - self._available(now))

    def _available(self, now: int) -> int:
        level = min(self._level + (now - self._at) * self._rate, self._room)
        if self._is_own:
            return level
        held = self.credit + (self._unspent if now < self._ends else 0)
        return max(0, min(level + held * MICRO, self._full))

    def _give_up(self) -> int:
        """Ends the lease; gives what was left of it."""
        unspent = self._unspent
        self._leased = self._unspent = self._ends = 0
        return unspent

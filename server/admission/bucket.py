"""A token bucket from which several processes draw: pure arithmetic, the time by argument.

A bucket holds points up to a capacity and is refilled at a constant rate. A process that asks often leases
points in a block: they leave the bucket, and are spent without asking. So that no time ever sees more than
the capacity in the bucket and in the leases together, the bucket is refilled to the capacity less what is
leased. A lease ends by itself, with what is left of it: that of a process that was killed comes back by being
refilled, and never as points that may have been spent.

`bucket.lua` is the same for a bucket that is kept in Redis. All numbers are whole: levels in millionths of a
point, rates in thousandths of a point a second, times in milliseconds, so that what is refilled in a time is
their product; and below 2**53, so that those of Lua are the same.
"""

from __future__ import annotations

from typing import NamedTuple

MICRO = 1_000_000
"""Parts of a point that levels are counted in."""

MAX_POINTS = 1_000_000_000
"""The most that a bucket may hold."""

LEASE_MILLISECONDS = 5000
"""How long points may be spent that were leased."""


class Policy(NamedTuple):
    """What a bucket holds.

    Attributes:
        capacity: Points of a full bucket.
        rate: Thousandths of a point that come back in a second; at least 1.
    """

    capacity: int
    rate: int

    @property
    def full(self) -> int:
        """The level of a full bucket."""
        return self.capacity * MICRO

    @property
    def refill_milliseconds(self) -> int:
        """How long an empty bucket takes to be full."""
        return self.milliseconds_for(self.full)

    def milliseconds_for(self, amount: int) -> int:
        """How long so many millionths of a point take to come back."""
        return -(-max(0, amount) // self.rate)


class Lease(NamedTuple):
    """Points that a process may spend without asking.

    Attributes:
        points: As many as it was given.
        ends: When they are lost, in milliseconds.
    """

    points: int
    ends: int


class Bucket(NamedTuple):
    """The state of a bucket.

    Attributes:
        level: Millionths of a point in it.
        at: When that was so, in milliseconds.
        leases: By whoever holds them.
    """

    level: int
    at: int
    leases: dict[str, Lease]


class Ask(NamedTuple):
    """What a process asks of a bucket; all in points.

    Attributes:
        holder: Who asks.
        needs: For each operation that is to be paid, what it costs.
        want: How many to lease at most, beside them.
        share: The share of what is left in the bucket that may be leased, in thousandths.
        unused: What is left of the lease that it has had, which ends with this.
        credit: What is to be put back of points that were paid; below 0 what was spent while the bucket could
            not be asked.
    """

    holder: str = ""
    needs: tuple[int, ...] = ()
    want: int = 0
    share: int = 0
    unused: int = 0
    credit: int = 0


class Given(NamedTuple):
    """What a process is given.

    Attributes:
        paid: For each operation whether it is.
        leased: Points that it may spend without asking.
        level: What is in the bucket now, in millionths of a point.
        room: What would be in it if it were full: the capacity less all leases, in millionths too.
    """

    paid: tuple[bool, ...]
    leased: int
    level: int
    room: int


def refilled(bucket: Bucket, policy: Policy, now: int) -> tuple[int, dict[str, Lease]]:
    """The level and the leases that hold, at a time."""
    leases = {holder: lease for holder, lease in bucket.leases.items() if lease.ends > now}
    passed = max(0, now - bucket.at)
    level = bucket.level + passed * policy.rate
    return max(0, min(level, policy.full - _leased(leases))), leases


def take(bucket: Bucket | None, policy: Policy, now: int, ask: Ask) -> tuple[Bucket, Given]:
    """What a process is given, and the bucket after it.

    Args:
        bucket: The state; None for one that nobody has asked yet, which is full.
        policy: What it holds.
        now: Milliseconds; where it is before the state's, no time has passed.
        ask: What is asked. Operations that can be paid are paid in their order, whatever others cost.
    """
    level, leases = refilled(bucket or Bucket(policy.full, now, {}), policy, now)
    own = leases.pop(ask.holder, None)
    if own is not None:
        level += min(ask.unused, own.points) * MICRO
    room = policy.full - _leased(leases)
    level = max(0, min(level + ask.credit * MICRO, room))
    paid = []
    for need in ask.needs:
        fits = need * MICRO <= level
        if fits:
            level -= need * MICRO
        paid.append(fits)
    leased = 0
    if all(paid):
        leased = min(ask.want, level // MICRO * ask.share // 1000)
        if leased:
            leases[ask.holder] = Lease(leased, now + LEASE_MILLISECONDS)
            level -= leased * MICRO
            room -= leased * MICRO
    return Bucket(level, now, leases), Given(tuple(paid), leased, level, room)


def _leased(leases: dict[str, Lease]) -> int:
    return sum(lease.points for lease in leases.values()) * MICRO

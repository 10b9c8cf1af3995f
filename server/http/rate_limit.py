"""What answers tell of a budget: `RateLimit-Policy`, `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

Both are structured fields (RFC 9651): a list of policies, of which there is one.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1000)
def policy_field(capacity: int, refill_milliseconds: int) -> tuple[bytes, bytes]:
    """The field that tells what a budget is.

    Args:
        capacity: Points of a full one.
        refill_milliseconds: How long an empty one takes to be full.
    """
    value = b'"points";q=%d;w=%d;qu="points"' % (capacity, seconds(refill_milliseconds))
    return (b"ratelimit-policy", value)


def limit_field(available: int, milliseconds: int) -> tuple[bytes, bytes]:
    """The field that tells how it stands.

    Args:
        available: Points that are there.
        milliseconds: How long until there are more: as many as were refused, or all.
    """
    return (b"ratelimit", b'"points";r=%d;t=%d' % (available, seconds(milliseconds)))


def seconds(milliseconds: int) -> int:
    """Whole seconds in which so much time is over."""
    return -(-milliseconds // 1000)

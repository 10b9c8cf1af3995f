"""What answers tell of a budget: `RateLimit-Policy`, `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

Both are structured fields (RFC 9651): a list of policies, of which there is one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.http.responses import HeaderFields


def rate_limit_fields(
    capacity: int, refill_milliseconds: int, available: int | None, milliseconds: int
) -> HeaderFields:
    """The header fields.

    Args:
        capacity: Points of a full budget.
        refill_milliseconds: How long an empty one takes to be full.
        available: Points that are there; None where that is not known.
        milliseconds: How long until there are more: as many as were refused, or all.
    """
    policy = (b"ratelimit-policy", _policy(capacity, seconds(refill_milliseconds)))
    if available is None:
        return (policy,)
    return (policy, (b"ratelimit", b'"points";r=%d;t=%d' % (available, seconds(milliseconds))))


def seconds(milliseconds: int) -> int:
    """Whole seconds in which so much time is over."""
    return -(-milliseconds // 1000)


@lru_cache(maxsize=1000)
def _policy(capacity: int, window: int) -> bytes:
    return b'"points";q=%d;w=%d;qu="points"' % (capacity, window)

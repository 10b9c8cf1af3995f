"""What header fields tell caches on the way, and browsers, of an answer to GET. Pure.

`Cache-Control`, `Age` and `Vary` (RFC 9111), `Cache-Status` (RFC 9211), and for content delivery networks the
tags of `server.caching.tags`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.caching.answers import Status
from server.http.responses import NO_STORE

if TYPE_CHECKING:
    from server.caching.answers import Kept
    from server.http.responses import HeaderFields

_VARY = (b"vary", b"accept, authorization, x-api-key")
_VARY_PRIVATE = (b"vary", b"accept, authorization, cookie, x-api-key")


class Reading(NamedTuple):
    """A request that only reads, as caches see it.

    Attributes:
        if_none_match: What it has already: the field `If-None-Match`.
        is_anybodys: Whether everybody who asks without credentials is answered the same.
        is_reusable: Whether caches may give its answer again without asking: its document is named and not
            written out, and the fields that `Vary` names tell who asks.
    """

    if_none_match: str | None
    is_anybodys: bool
    is_reusable: bool


def reading_headers(kept: Kept | None, reading: Reading) -> HeaderFields:
    """The header fields of an answer without errors, but for its entity tag."""
    if kept is None or kept.status is Status.BYPASS:
        return (NO_STORE, _VARY_PRIVATE)
    entry = kept.entry
    if not reading.is_reusable:
        return ((b"cache-control", b"private, no-cache"), _VARY_PRIVATE)
    age = (b"age", b"%d" % kept.age)
    if not (reading.is_anybodys and entry.is_public):
        return ((b"cache-control", b"private, max-age=%d" % entry.max_age), age, _VARY_PRIVATE)
    return ((b"cache-control", b"public, max-age=%d" % entry.max_age), age, _VARY, *entry.tags)


def status_header(kept: Kept) -> tuple[bytes, bytes]:
    """How an answer was come by."""
    told = b"loadstone; " + kept.status
    if kept.status is Status.HIT:
        told += b"; ttl=%d" % (kept.entry.max_age - kept.age)
    return b"cache-status", told

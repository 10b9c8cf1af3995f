"""What header fields tell caches on the way, and browsers, of an answer to GET. Pure.

`Cache-Control`, `Age` and `Vary` (RFC 9111), `Cache-Status` (RFC 9211), and the tags by which content
delivery networks find what to let go of: `Surrogate-Key` (Fastly) and `Cache-Tag` (Cloudflare, Akamai).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from server.caching.answers import Status
from server.http.responses import NO_STORE

if TYPE_CHECKING:
    from resolvers.notes import Dependencies
    from server.caching.answers import Kept
    from server.http.responses import HeaderFields

MAX_TAGS = 4000
"""Bytes of all tags; with more, rows are left out, and then tables."""

EVERYTHING = "everything"
"""The tag of what depends on more than its tags tell."""

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
    tags = tags_of(entry.dependencies)
    return (
        (b"cache-control", b"public, max-age=%d" % entry.max_age),
        age,
        _VARY,
        (b"surrogate-key", " ".join(tags).encode()),
        (b"cache-tag", ",".join(tags).encode()),
    )


def status_header(kept: Kept) -> tuple[bytes, bytes]:
    """How an answer was come by."""
    told = b"loadstone; " + kept.status.value
    if kept.status is Status.HIT:
        told += b"; ttl=%d" % (kept.entry.max_age - kept.age)
    return b"cache-status", told


def tags_of(depends: Dependencies) -> list[str]:
    """What an answer is found by: `public.album`, and `public.track:track_id=7` where it has single rows."""
    tables = [_shown(*table) for table in sorted(depends.tables)]
    rows = [
        f"{_shown(*table)}:" + "&".join(f"{_shown(c)}={v}" for c, v in zip(*row, strict=True))
        for table, found in sorted(depends.rows.items())
        for row in sorted(found, key=repr)
    ]
    more = [EVERYTHING] if depends.everything else []
    for tags in (tables + rows, tables + [_shown(*table) for table in sorted(depends.rows)]):
        if sum(map(len, tags)) + len(tags) <= MAX_TAGS:
            return tags + more
    return [EVERYTHING]


def _shown(*names: str) -> str:
    return ".".join(quote(name, safe="") for name in names)

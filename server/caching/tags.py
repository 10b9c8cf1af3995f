"""The tags by which content delivery networks find what to let go of. Pure.

`Surrogate-Key` (Fastly) and `Cache-Tag` (Cloudflare, Akamai).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from resolvers.notes import Dependencies
    from server.http.responses import HeaderFields

MAX_TAGS = 1000
"""Bytes of all tags, which stand in two fields: proxies take heads of 4 KiB.

With more, rows are left out, and then tables."""

EVERYTHING = "everything"
"""The tag of what depends on more than its tags tell."""


def tag_fields(depends: Dependencies) -> HeaderFields:
    """The header fields that have the tags of an answer."""
    tags = tags_of(depends)
    return ((b"surrogate-key", " ".join(tags).encode()), (b"cache-tag", ",".join(tags).encode()))


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

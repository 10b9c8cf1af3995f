"""Entity tags of answers (RFC 9110, 8.8.3). Pure."""

from __future__ import annotations

from hashlib import blake2b


def etag_of(body: bytes) -> bytes:
    """The tag of a body: weak, as the same answer may be sent compressed, and under two media types."""
    return b'W/"%s"' % blake2b(body, digest_size=15).hexdigest().encode()


def matches(if_none_match: str, etag: bytes) -> bool:
    """Whether a field `If-None-Match` names an entity tag, by weak comparison."""
    wanted = if_none_match.strip()
    if wanted == "*":
        return True
    opaque = etag.removeprefix(b"W/").decode()
    # Ours have no comma in them, so that others may be taken apart wrongly.
    return any(each.strip().removeprefix("W/") == opaque for each in wanted.split(","))

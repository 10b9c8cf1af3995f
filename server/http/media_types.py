"""Media types: what a request's body is, and what its answer shall be.

A client that does not say what it accepts, or accepts anything, gets `application/json`: the choice of
the public audit suite of GraphQL over HTTP and of every client older than it. The specification leaves
it to the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class MediaType(StrEnum):
    """What answers can be."""

    GRAPHQL_RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    HTML = "text/html"

    @property
    def content_type(self) -> bytes:
        """Value of the header field `Content-Type`."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {each: f"{each.value}; charset=utf-8".encode() for each in MediaType}

MAX_KEPT = 200
"""Length of an `Accept` field of which it is remembered what was chosen."""

GRAPHQL_ANSWERS = (MediaType.JSON, MediaType.GRAPHQL_RESPONSE)
"""What an answer of GraphQL can be; the first is for those who accept anything."""


@dataclass(frozen=True, slots=True)
class _Range:
    """A media range of an `Accept` field: `type` and `subtype` may be `*`."""

    type: str
    subtype: str
    quality: float
    utf8: bool


def negotiate(accept: str | None, offered: tuple[MediaType, ...] = GRAPHQL_ANSWERS) -> MediaType | None:
    """The best media type to answer with, or None when none will do.

    The highest quality wins; then what is named exactly beats a wildcard, then what is named first.

    Args:
        accept: Value of `Accept`; several fields joined by commas; None when absent.
        offered: What can be sent, the default first.
    """
    if accept is None or not accept.strip():
        return offered[0]
    return (_chosen_before if len(accept) <= MAX_KEPT else _chosen)(accept, offered)


def _chosen(accept: str, offered: tuple[MediaType, ...]) -> MediaType | None:
    ranges = _ranges(accept)
    best: tuple[float, int, int] | None = None
    chosen: MediaType | None = None
    for media_type in offered:
        rank = _rank(media_type, ranges)
        if rank is not None and (best is None or rank > best):
            best, chosen = rank, media_type
    return chosen


_chosen_before = lru_cache(256)(_chosen)


def _rank(media_type: MediaType, ranges: list[_Range]) -> tuple[float, int, int] | None:
    """Quality, precision and earliness that the ranges give to a media type; None when refused."""
    type_, _, subtype = media_type.value.partition("/")
    best: tuple[int, int, float] | None = None
    for position, each in enumerate(ranges):
        precision = (each.type == type_) + (each.subtype == subtype)
        matches = each.utf8 and each.type in {type_, "*"} and each.subtype in {subtype, "*"}
        # The most precise range decides, also when it refuses (`*/*, application/json;q=0`).
        if matches and (best is None or precision > best[0]):
            best = (precision, -position, each.quality)
    if best is None or best[2] <= 0:
        return None
    precision, earliness, quality = best
    return (quality, precision, earliness if precision else 0)


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        type_, slash, subtype = name.partition("/")
        if not slash:
            continue
        quality, utf8 = 1.0, True
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key == "q":
                quality = _quality(value)
            elif key == "charset":
                utf8 = value.strip('"') in {"utf-8", "utf8", "*"}
        ranges.append(_Range(type_, subtype, quality, utf8))
    return ranges


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return min(quality, 1.0) if quality > 0 else 0.0


def is_json_request(content_type: str | None) -> bool:
    """Whether a request's `Content-Type` is `application/json` in UTF-8, said or unsaid."""
    if content_type is None or content_type == MediaType.JSON:
        return content_type is not None
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        value.strip().strip('"')
        for key, _, value in (parameter.partition("=") for parameter in parameters)
        if key.strip() == "charset"
    ]
    return name == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)

"""Content codings: in which one, if any, a client shall get an answer (RFC 9110, 12.5.3)."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

MAX_KEPT = 200
"""Length of an `Accept-Encoding` field of which it is remembered what was chosen."""


class Coding(StrEnum):
    """What bodies can be compressed by, that first which makes the most of the processor."""

    ZSTD = "zstd"
    GZIP = "gzip"
    BROTLI = "br"


class Choice(NamedTuple):
    """How a body may be sent.

    Attributes:
        coding: How it is compressed; None if it is not.
        required: Whether it may not be sent otherwise.
    """

    coding: Coding | None
    required: bool


AS_IT_IS = Choice(None, required=False)


def choose(accept_encoding: str | None, offered: tuple[Coding, ...]) -> Choice | None:
    """The best coding that a client accepts, or None when nothing will do, not even no coding.

    The highest quality wins, then what is offered first. What is not named is not used, unless by `*`; and
    a client that names no coding, or sends no field at all, gets none.

    Args:
        accept_encoding: Value of `Accept-Encoding`; several fields joined by commas; None when absent.
        offered: What can be sent, the preferred first.
    """
    if accept_encoding is None:
        return AS_IT_IS
    return (_chosen_before if len(accept_encoding) <= MAX_KEPT else _chosen)(accept_encoding, offered)


def _chosen(accept_encoding: str, offered: tuple[Coding, ...]) -> Choice | None:
    qualities = _qualities(accept_encoding)
    others = qualities.get("*")
    identity = qualities.get("identity", others)
    best, best_quality = None, 0.0
    for coding in offered:
        quality = qualities.get(coding, others) or 0.0
        if quality > best_quality:
            best, best_quality = coding, quality
    if best is None:
        return None if identity == 0 else AS_IT_IS
    if identity is not None and identity > best_quality:
        return AS_IT_IS
    return Choice(best, required=identity == 0)


_chosen_before = lru_cache(256)(_chosen)


def _qualities(accept_encoding: str) -> dict[str, float]:
    """By name, how much each coding is wanted; the least where it is said several times."""
    qualities: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        quality = _quality(parameters)
        if name == "x-gzip":  # its name of before
            name = "gzip"
        if quality is None and name in {"identity", "*"}:
            continue  # what makes no sense must not make a request impossible to answer
        qualities[name] = min(quality or 0.0, qualities.get(name, 1.0))
    return qualities


def _quality(parameters: list[str]) -> float | None:
    """The weight among an item's parameters; None if it is none."""
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return None
            return min(quality, 1.0) if quality >= 0 else None
    return 1.0

"""JSON that reads the same wherever it is read: what two readers could take differently is refused. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

MAX_DEPTH = 200
"""How deep objects and lists may stand in each other."""

_CONTAINERS = frozenset({dict, list})
_SPACE_AFTER_NAME = re.compile(rb'"[ \t\n\r]+:')
# orjson reads integers beyond 64 bits as floats.
_LONG_INTEGER = re.compile(rb"[0-9]{19}")


class DuplicateMemberError(ValueError):
    """An object has a member twice: readers differ in which one they take."""


def read_json(text: bytes) -> object:
    """The value of a JSON text (RFC 8259) in UTF-8 without a byte order mark; integers are exact.

    Raises:
        ValueError: It is no such text, or is too deep, or has halves of surrogate pairs or numbers beyond
            the range of a double.
        DuplicateMemberError: An object has a member twice, at whatever depth.
    """
    value: object = orjson.loads(text)
    containers: list[Any] = [value] if type(value) in _CONTAINERS else []
    members, has_float = 0, type(value) is float
    for container in containers:  # grows meanwhile
        items = container
        if type(container) is dict:
            members += len(container)
            items = container.values()
        for item in items:
            kind = type(item)
            if kind is dict or kind is list:
                containers.append(item)
            elif kind is float:
                has_float = True
    if len(containers) > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise ValueError("too deep")
    # A name ends in a quote and, mostly, a colon. Strings may have that too: there can be more of them than
    # members are written, never less; so where there are as many as members were read, none is lost.
    is_sure = text.count(b'":') == members and not _SPACE_AFTER_NAME.search(text)
    if not is_sure and _written_members(text) != members:
        raise DuplicateMemberError("a member stands there twice")
    if has_float and _LONG_INTEGER.search(text):
        value = json.loads(text)
    return value


def _is_deeper(value: object, depth: int) -> bool:
    level: list[Any] = [value]
    for _ in range(depth):
        below = [item for each in level for item in (each.values() if type(each) is dict else each)]
        level = [item for item in below if type(item) in _CONTAINERS]
    return bool(level)


def _written_members(text: bytes) -> int:
    """How many members stand in a JSON text."""
    objects: list[list[Any]] = []
    json.loads(text, object_pairs_hook=objects.append)
    return sum(map(len, objects))

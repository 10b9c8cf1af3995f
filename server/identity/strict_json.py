"""JSON that reads the same wherever it is read: what two readers could take differently is refused. Pure."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn, cast

import orjson

MAX_DEPTH = 32
"""How deep objects and lists may stand in each other."""


class DuplicateMemberError(ValueError):
    """An object has a member twice: readers differ in which one they take."""


def read_object(text: bytes) -> dict[str, Any]:
    """An object, from JSON in UTF-8.

    Raises:
        ValueError: It is no JSON object, or has what PostgreSQL's `jsonb` cannot hold (NUL, halves of
            surrogate pairs, numbers beyond any bound), or is too deep.
        DuplicateMemberError: It has a member twice, at whatever depth.
    """
    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=_members,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - of the text, not of its Python type
    check_value(value)
    return value


def write_object(value: object) -> str:
    """The JSON text of an object; equal objects have the same.

    Raises:
        ValueError: It is no object, or has what JSON or `jsonb` cannot hold.
    """
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - told to those who wrote it
    check_value(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError as error:  # an integer beyond 64 bits
        raise ValueError(str(error)) from None


def check_value(value: object, depth: int = 0) -> None:
    """Raises ValueError where a value is none of JSON's, or has what `jsonb` cannot hold."""
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    match value:
        case str():
            _check_text(value)
        case float() if not math.isfinite(value):
            raise ValueError(f"{value} is no number of JSON")
        case None | bool() | int() | float():
            pass
        case list():
            for item in cast("list[object]", value):
                check_value(item, depth + 1)
        case dict():
            for name, member in cast("dict[object, object]", value).items():
                _check_text(name)
                check_value(member, depth + 1)
        case _:
            raise ValueError(f"a {type(value).__name__} is no value of JSON")


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no text")  # noqa: TRY004 - told to those who wrote it
    if "\x00" in text:
        raise ValueError("NUL character")
    if not text.isascii():
        text.encode()  # UnicodeEncodeError, a ValueError, for half of a surrogate pair


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateMemberError("a member stands there twice")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("too large")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")

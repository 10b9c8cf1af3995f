"""JSON of claims and keys: what PostgreSQL can hold, and all readers read alike. Pure."""

from __future__ import annotations

import math
from typing import Any, cast

import orjson

from server.strict_json import read_json

MAX_DEPTH = 32
"""How deep objects and lists may stand in each other."""


def read_object(text: bytes) -> dict[str, Any]:
    """An object, from JSON in UTF-8.

    Raises:
        ValueError: It is no JSON object, or has what PostgreSQL's `jsonb` cannot hold (NUL, halves of
            surrogate pairs, numbers beyond any bound), or is too deep.
        DuplicateMemberError: It has a member twice, at whatever depth.
    """
    value = read_json(text)
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

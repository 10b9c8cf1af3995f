"""Opaque strings that callers hand back: global ids and cursors.

A global id is base64url of the JSON array `[type name, key part, …]`, parts in key form. A cursor is
base64url of a MAC and the JSON array of the row's values in the order it belongs to, in key form. The MAC
covers a tag that names relation and order, so that a cursor works only where it came from.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import orjson

from core.errors import BadUserInput

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAC_BYTES = 12


def encode_global_id(type_name: str, key: Sequence[Any]) -> str:
    """The global id of a row."""
    return _encode(orjson.dumps([type_name, *key]))


def decode_global_id(text: str) -> tuple[str, tuple[Any, ...]]:
    """Type name and key of a global id; BadUserInput if it is none."""
    try:
        match orjson.loads(_decode(text)):
            case [str(type_name), _, *_] as parts if not any(isinstance(p, (dict, list)) for p in parts):
                return type_name, tuple(parts[1:])
    except ValueError:
        pass
    raise BadUserInput("The value is not a global id.")


def encode_cursor(values: Sequence[Any], tag: bytes, key: bytes) -> str:
    """The cursor of a row that has `values` in the order that `tag` names."""
    payload = orjson.dumps(values)
    return _encode(_mac(payload, tag, key) + payload)


def decode_cursor(text: str, tag: bytes, key: bytes) -> list[Any]:
    """The values of a cursor; ValueError if it was not made for this order under this key."""
    data = _decode(text)
    mac, payload = data[:_MAC_BYTES], data[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, tag, key)):
        raise ValueError("not authentic")
    values = orjson.loads(payload)
    if not isinstance(values, list):
        raise ValueError("not a list")  # noqa: TRY004 - malformed input, not a defect
    return values


def _mac(payload: bytes, tag: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(tag + b"\0" + payload, key=key[:64], digest_size=_MAC_BYTES).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base64url") from error

"""Global ids and cursors: they come back as they were, and nothing else comes back at all."""

from __future__ import annotations

import base64
import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadUserInput
from resolvers.opaque import decode_cursor, decode_global_id, encode_cursor, encode_global_id

PARTS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"])),
)
KEY, TAG = b"key", b"tag"


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(PARTS, min_size=1))
def test_a_global_id_comes_back(type_name: str, key: list[Any]) -> None:
    text = encode_global_id(type_name, key)
    assert text.isascii()
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert decode_global_id(text) == (type_name, tuple(key))


@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_any_other_text_is_no_global_id(text: str) -> None:
    with contextlib.suppress(BadUserInput):
        type_name, key = decode_global_id(text)
        assert isinstance(type_name, str)
        assert key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "ä",
        "WyJBcnRpc3QiLDFd\n",
        " WyJBcnRpc3QiLDFd",
        encoded(["Artist"]),
        encoded([]),
        encoded([1, 1]),
        encoded({"Artist": 1}),
        encoded("Artist"),
        encoded(["Artist", [1]]),
        encoded(["Artist", {"a": 1}]),
        encoded(["Artist", 1])[:-2],
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'["Artist", 1e999]').decode().rstrip("="),
    ],
)
def test_what_is_no_global_id(text: str) -> None:
    with pytest.raises(BadUserInput, match="not a global id"):
        decode_global_id(text)


CURSORS = st.lists(PARTS | st.none(), min_size=1, max_size=5)


@given(CURSORS, st.binary(), st.binary(min_size=1))
def test_a_cursor_comes_back_under_its_tag_and_key(values: list[Any], tag: bytes, key: bytes) -> None:
    text = encode_cursor(values, tag, key)
    assert decode_cursor(text, tag, key) == values
    assert encode_cursor(values, tag, key) == text


@given(CURSORS, st.binary(), st.binary())
def test_a_cursor_of_another_order_is_refused(values: list[Any], tag: bytes, other: bytes) -> None:
    text = encode_cursor(values, tag, KEY)
    if tag != other:
        with pytest.raises(ValueError, match="not authentic"):
            decode_cursor(text, other, KEY)


@given(CURSORS)
def test_a_cursor_of_another_server_is_refused(values: list[Any]) -> None:
    with pytest.raises(ValueError, match="not authentic"):
        decode_cursor(encode_cursor(values, TAG, KEY), TAG, b"another key")


@given(CURSORS, st.data())
def test_a_cursor_that_was_tampered_with_is_refused(values: list[Any], data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(encode_cursor(values, TAG, KEY) + "=="))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="not authentic"):
        decode_cursor(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), TAG, KEY)


@given(CURSORS, st.data())
def test_a_character_that_was_changed_never_gives_other_values(
    values: list[Any], data: st.DataObject
) -> None:
    """Base64 has spare bits: a text can be changed and still be the same bytes."""
    text = encode_cursor(values, TAG, KEY)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters()) + text[at + 1 :]
    with contextlib.suppress(ValueError):
        assert decode_cursor(changed, TAG, KEY) == values


@given(CURSORS, st.integers(1, 40))
def test_a_cursor_that_was_cut_is_refused(values: list[Any], length: int) -> None:
    text = encode_cursor(values, TAG, KEY)
    with pytest.raises(ValueError, match=r"not"):
        decode_cursor(text[:-length], TAG, KEY)


@pytest.mark.parametrize("text", ["", "A", "ä", "=", "WzFd", "not a cursor", "\ud800"])
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match=r"not"):
        decode_cursor(text, TAG, KEY)


def test_tag_and_payload_do_not_run_into_each_other() -> None:
    values = [0]
    payload = orjson.dumps(values)
    text = encode_cursor(values, b"a", KEY)
    with pytest.raises(ValueError, match="not authentic"):
        decode_cursor(text, b"a\0" + payload, KEY)

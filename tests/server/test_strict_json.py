from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.strict_json import MAX_DEPTH, DuplicateMemberError, read_json

NAMES = st.text(st.sampled_from('ab":\\ \n{é'), max_size=3)
SCALARS = st.one_of(
    NAMES,
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False, allow_infinity=False),
)
SPACES = st.sampled_from(["", "", " ", "\t", "\r\n", "  "])


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> str:
    """JSON texts as nobody writes them: spaces anywhere, escapes, and members that stand there twice."""

    def spaced(text: str) -> str:
        return draw(SPACES) + text + draw(SPACES)

    def string(text: str) -> str:
        escaped = "".join(f"\\u{ord(sign):04x}" for sign in text)
        return draw(st.sampled_from([json.dumps(text), json.dumps(text, ensure_ascii=False), f'"{escaped}"']))

    def value(depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "array", "object"] if depth else ["scalar"]))
        if kind == "scalar":
            scalar = draw(SCALARS)
            return spaced(string(scalar) if isinstance(scalar, str) else json.dumps(scalar))
        size = draw(st.integers(0, 3))
        if kind == "array":
            return spaced("[" + ",".join(value(depth - 1) for _ in range(size)) + "]")
        members = (spaced(string(draw(NAMES))) + ":" + value(depth - 1) for _ in range(size))
        return spaced("{" + ",".join(members) + "}")

    return value(depth)


def slowly(text: bytes) -> object:
    """The value of a JSON text whose members are all different, by Python's own parser; else ValueError."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    return json.loads(text.decode(), object_pairs_hook=members)


@given(documents())
@example("-9223372036854775809")
@example('{"a" :1,"a":2}')
@example('{"a": ":", "b": "\\":"}')
@example('[{"a":{"a":1}},{"a":1.5,"b":123456789012345678901}]')
def test_texts_are_read_as_by_a_slow_and_strict_reader(text: str) -> None:
    try:
        expected = slowly(text.encode())
    except ValueError:
        with pytest.raises(DuplicateMemberError):
            read_json(text.encode())
    else:
        # The same kinds of numbers, too.
        assert repr(read_json(text.encode())) == repr(expected)


@given(
    st.binary(max_size=20) | st.text('{}[]":,\\u0123456789eE.+- nulltrefasNIiy', max_size=12).map(str.encode)
)
def test_no_text_is_taken_that_a_strict_reader_refuses(text: bytes) -> None:
    try:
        value = read_json(text)
    except ValueError:
        return
    assert repr(value) == repr(slowly(text))
    assert orjson.loads(orjson.dumps(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":1}',
        b'{"a" :1,"a":1}',
        b'{"a"\n:1,"b":"\\":","a"\t:1}',
        b'[{"b":[{"a":{},"a":{}}]}]',
        b'{"":0,"":0}',
        b'{"b":":\\":","b":":\\":"}',
    ],
)
def test_members_that_stand_there_twice_are_refused(text: bytes) -> None:
    with pytest.raises(DuplicateMemberError):
        read_json(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b"01",
        b"1" * 5000,
        b"[1.5, " + b"1" * 5000 + b"]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\n"',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        '{"a":1}'.encode("utf-32-le"),
        b"{} {}",
        b"{'a':1}",
        b"[1,]",
        b"// \n1",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        read_json(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a" :', b"}]")])
def test_depth_is_bounded(start: bytes, end: bytes) -> None:
    times = MAX_DEPTH // (start.count(b"[") + start.count(b"{"))
    value = start * times + b"1" + end * times
    assert read_json(value)
    # Beside as many others: what is counted is depth alone.
    wide = b"[%s]" % b",".join([start + b"1" + end] * MAX_DEPTH)
    assert read_json(wide)
    with pytest.raises(ValueError, match="deep"):
        read_json(b"[" + value + b"]")


@pytest.mark.parametrize("digits", [18, 19, 20, 309, 400])
@pytest.mark.parametrize("sign", ["", "-"])
def test_integers_are_exact_as_far_as_doubles_reach(digits: int, sign: str) -> None:
    text = sign + "9" * digits
    if digits > 308:
        with pytest.raises(ValueError, match="number"):
            read_json(text.encode())
    else:
        assert read_json(b"[" + text.encode() + b"]") == [int(text)]

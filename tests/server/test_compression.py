"""Answers are compressed as their clients ask, and are the same once they are unpacked."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
from typing import TYPE_CHECKING, Any

import brotli  # type: ignore[import-untyped] # has no types
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from server.http import compression as module
from server.http.compression import BYTES_AT_ONCE, Compression, Variants, encoded
from server.http.content_coding import AS_IT_IS, Choice, Coding
from server.http.responses import Response, response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROW = b'{"trackId":1234,"name":"Garden Violet Night","milliseconds":330265,"unitPrice":"0.99"},'
LONG = ROW * 50
LARGE = ROW * (3 * BYTES_AT_ONCE // len(ROW))
JSON = b"application/json; charset=utf-8"

UNPACK: dict[Coding, Callable[[bytes], bytes]] = {
    Coding.ZSTD: lambda body: zstandard.ZstdDecompressor().decompress(body),
    Coding.BROTLI: brotli.decompress,
    Coding.GZIP: gzip.decompress,
}


@pytest.fixture
def compression() -> Iterator[Compression]:
    with Compression.open(tuple(Coding), 1024) as opened:
        yield opened


def fields(answer: Response) -> dict[str, str]:
    assert len(dict(answer.headers)) == len(answer.headers), "a field is there twice"
    return {name.decode(): value.decode() for name, value in answer.headers}


@given(st.binary() | st.binary(max_size=20).map(lambda part: part * 500), st.booleans())
@pytest.mark.parametrize("coding", Coding)
def test_what_is_encoded_can_be_decoded(coding: Coding, body: bytes, thorough: bool) -> None:
    assert UNPACK[coding](encoded(body, coding, thorough=thorough)) == body


@pytest.mark.parametrize("thorough", [False, True])
def test_decoders_need_no_more_memory_than_http_lets_them(thorough: bool) -> None:
    packed = encoded(os.urandom(2**22) * 4, Coding.ZSTD, thorough=thorough)
    assert zstandard.get_frame_parameters(packed).window_size <= 2**23  # RFC 9659


@pytest.mark.parametrize("coding", Coding)
async def test_threads_encode_at_once(coding: Coding) -> None:
    bodies = [os.urandom(200_000 + number) for number in range(50)]  # long enough to meet one another
    packed = await asyncio.gather(*(asyncio.to_thread(encoded, body, coding) for body in bodies))
    assert [UNPACK[coding](each) for each in packed] == bodies


def test_short_answers_are_left_alone(compression: Compression) -> None:
    wanted = Choice(Coding.ZSTD, required=False)
    assert compression.leaves(response(200, b"x" * 1023, JSON), wanted)
    assert not compression.leaves(response(200, b"x" * 1024, JSON), wanted)
    assert not compression.leaves(response(200, b"x", JSON), Choice(Coding.ZSTD, required=True))


@pytest.mark.parametrize("body", [LONG, LARGE], ids=["long", "large"])
@pytest.mark.parametrize("coding", Coding)
async def test_an_answer_says_how_it_is_compressed(
    compression: Compression, coding: Coding, body: bytes
) -> None:
    plain = response(200, body, JSON, (b"vary", b"accept"), (b"etag", b'W/"1"'))
    answer = await compression.applied(plain, Choice(coding, required=False))
    assert UNPACK[coding](answer.body) == body
    assert len(answer.body) < len(body) / 10
    told = fields(answer)
    assert float(told.pop("server-timing").removeprefix("compress;dur=")) > 0
    assert told == {
        "content-type": JSON.decode(),
        "content-length": str(len(answer.body)),
        "content-encoding": coding,
        "x-content-type-options": "nosniff",
        "etag": 'W/"1"',
        "vary": "accept, accept-encoding",
    }


async def test_who_takes_no_coding_gets_none_and_caches_know(compression: Compression) -> None:
    plain = response(200, LONG, JSON, (b"vary", b"accept"))
    assert not compression.leaves(plain, AS_IT_IS)
    answer = await compression.applied(plain, AS_IT_IS)
    assert answer.body == LONG
    assert fields(answer) == fields(plain) | {"vary": "accept, accept-encoding"}


async def test_answers_without_a_body_have_no_coding(compression: Compression) -> None:
    wanted = Choice(Coding.GZIP, required=True)
    nothing = Response(204, b"", ((b"allow", b"GET"),))
    assert await compression.applied(nothing, wanted) == nothing
    not_modified = Response(304, b"", ((b"etag", b'W/"1"'),))
    for choice in (wanted, AS_IT_IS):
        assert not compression.leaves(not_modified, choice)
        answer = await compression.applied(not_modified, choice)
        assert (answer.body, fields(answer)) == (b"", {"etag": 'W/"1"', "vary": "accept-encoding"})


async def test_what_would_only_get_longer_is_sent_as_it_is(compression: Compression) -> None:
    noise = os.urandom(2000)
    answer = await compression.applied(response(200, noise, JSON), Choice(Coding.ZSTD, required=False))
    assert (answer.body, "content-encoding" in fields(answer)) == (noise, False)
    font = response(200, b"x" * 2000, b"font/woff2")
    assert await compression.applied(font, Choice(Coding.ZSTD, required=False)) == font


async def test_who_takes_nothing_else_gets_everything_compressed(compression: Compression) -> None:
    wanted = Choice(Coding.ZSTD, required=True)
    for plain in (
        response(200, b"x", JSON),
        response(200, os.urandom(2000), JSON),
        response(200, b"x", b"font/woff2"),
    ):
        answer = await compression.applied(plain, wanted)
        assert UNPACK[Coding.ZSTD](answer.body) == plain.body
        assert fields(answer)["content-encoding"] == "zstd"


@pytest.mark.parametrize(("length", "beside"), [(BYTES_AT_ONCE, False), (BYTES_AT_ONCE + 1, True)])
async def test_large_bodies_are_compressed_beside_the_loop(
    compression: Compression, monkeypatch: pytest.MonkeyPatch, length: int, beside: bool
) -> None:
    threads: list[bool] = []

    def noted(body: bytes, coding: Coding, **options: Any) -> bytes:
        threads.append(threading.current_thread() is not threading.main_thread())
        return encoded(body, coding, **options)

    monkeypatch.setattr(module, "encoded", noted)
    await compression.applied(response(200, b"x" * length, JSON), Choice(Coding.GZIP, required=False))
    assert threads == [beside]


@pytest.mark.parametrize("coding", Coding)
async def test_the_loop_runs_and_compresses_meanwhile(compression: Compression, coding: Coding) -> None:
    huge = response(200, os.urandom(2**22).hex().encode(), JSON)
    work = asyncio.ensure_future(compression.applied(huge, Choice(coding, required=False)))
    turns = 0
    while not work.done():
        await asyncio.sleep(0.001)
        encoded(LONG, coding)
        turns += 1
    assert UNPACK[coding]((await work).body) == huge.body
    # One or two where the library lets no other thread run.
    assert turns > 4


@pytest.mark.parametrize("thorough", [False, True])
@pytest.mark.parametrize("body", [LONG, LARGE], ids=["long", "large"])
async def test_what_is_sent_many_times_is_compressed_once(
    compression: Compression, monkeypatch: pytest.MonkeyPatch, body: bytes, thorough: bool
) -> None:
    calls: list[tuple[Coding, bool]] = []

    def counted(body: bytes, coding: Coding, **options: Any) -> bytes:
        calls.append((coding, options.get("thorough", False)))
        return encoded(body, coding, **options)

    monkeypatch.setattr(module, "encoded", counted)
    grown: list[int] = []
    variants = Variants(thorough=thorough, grown=grown.append)
    plain = response(200, body, JSON)._replace(variants=variants)
    for coding in (Coding.ZSTD, Coding.GZIP):
        wanted = Choice(coding, required=False)
        answers = await asyncio.gather(*(compression.applied(plain, wanted) for _ in range(5)))
        answers.append(await compression.applied(plain, wanted))
        assert {UNPACK[coding](answer.body) for answer in answers} == {body}
    assert calls == [(Coding.ZSTD, thorough), (Coding.GZIP, thorough)]
    assert (set(variants.made), variants.making) == ({Coding.ZSTD, Coding.GZIP}, {})
    assert grown == [len(each) for each in variants.made.values()]


async def test_who_leaves_does_not_end_what_others_wait_for(
    compression: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = threading.Event()

    def slowly(body: bytes, coding: Coding, **options: Any) -> bytes:
        may_go.wait(10)
        return encoded(body, coding, **options)

    monkeypatch.setattr(module, "encoded", slowly)
    plain = response(200, LARGE, JSON)._replace(variants=Variants())
    leaves, stays = (
        asyncio.create_task(compression.applied(plain, Choice(Coding.GZIP, required=False))) for _ in range(2)
    )
    await asyncio.sleep(0.01)
    leaves.cancel()
    await asyncio.sleep(0)
    may_go.set()
    assert gzip.decompress((await stays).body) == LARGE


async def test_what_failed_is_tried_again(compression: Compression, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = response(200, LARGE, JSON)._replace(variants=Variants())
    wanted = Choice(Coding.GZIP, required=False)
    with monkeypatch.context() as broken:
        broken.setattr(module, "encoded", lambda *_, **__: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            await compression.applied(plain, wanted)
    assert gzip.decompress((await compression.applied(plain, wanted)).body) == LARGE


async def test_nothing_is_done_where_it_is_off() -> None:
    with Compression.open((), 1024) as off:
        for accept_encoding in ("gzip, br, zstd", "*", "identity", None):
            choice = off.choose(accept_encoding)
            assert choice == AS_IT_IS
            assert off.leaves(response(200, LARGE, JSON), AS_IT_IS)
            assert off.leaves(Response(304, b"", ()), AS_IT_IS)

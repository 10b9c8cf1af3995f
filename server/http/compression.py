"""Compressed answers: by zstd, brotli or gzip, small ones at once, large ones in a thread.

The levels, and what counts as large, are from measurements of real answers (`benchmarks/README.md`).
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, Self

import brotli  # type: ignore[import-untyped] # has no types
from isal import isal_zlib

from server.http.content_coding import Choice, Coding, choose
from server.http.responses import Response, varying

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BYTES_AT_ONCE = 2**17
"""Longest body that is compressed on the event loop, for which that takes 0.1 to 0.6 ms.

Handing a body to a thread costs some 50 µs of processor time, and its answer waits for a core: no gain below.
"""

_COMPRESSED_TYPES = frozenset({b"font/woff2"})
"""Types of contents that are compressed already."""


class _Levels(NamedTuple):
    """How hard to try: for bodies that are sent once, and for those that are kept and sent many times."""

    ordinary: int
    thorough: int


_LEVELS = {
    Coding.ZSTD: _Levels(1, 9),
    Coding.GZIP: _Levels(1, 3),
    Coding.BROTLI: _Levels(1, 6),
}

_NOT_MODIFIED = int(HTTPStatus.NOT_MODIFIED)  # the enumeration's own members are looked up in Python

_GZIP_WINDOW = 31
"""zlib's way to ask for gzip's format, with the largest window."""

_of_thread = threading.local()


def encoded(body: bytes, coding: Coding, *, thorough: bool = False) -> bytes:
    """A body in a coding.

    Args:
        body: What is compressed.
        coding: By what.
        thorough: Whether it is sent so often that it may take ten times as long.
    """
    level = _LEVELS[coding].thorough if thorough else _LEVELS[coding].ordinary
    match coding:
        case Coding.ZSTD:
            return zstd.compress(body, level) if thorough else _zstd(body)
        case Coding.BROTLI:
            made: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=level)
            return made
        case Coding.GZIP:
            return isal_zlib.compress(body, level, _GZIP_WINDOW)


def _zstd(body: bytes) -> bytes:
    """By a compressor of this thread: making one takes longer than compressing a short body.

    One for all would have short bodies wait for long ones.
    """
    try:
        compressor: zstd.ZstdCompressor = _of_thread.zstd
    except AttributeError:
        compressor = _of_thread.zstd = zstd.ZstdCompressor(_LEVELS[Coding.ZSTD].ordinary)
    return compressor.compress(body, zstd.ZstdCompressor.FLUSH_FRAME)


@dataclass(slots=True)
class Variants:
    """The compressed forms of a body that is sent many times; each is made when it is first asked for.

    Attributes:
        thorough: Whether it is sent so often that the levels are high.
        made: What there is, by coding.
        making: What a thread is at.
        grown: Told of the bytes that one more form takes.
    """

    thorough: bool = False
    made: dict[Coding, bytes] = field(default_factory=dict)
    making: dict[Coding, asyncio.Future[bytes]] = field(default_factory=dict)
    grown: Callable[[int], None] | None = None

    def keep(self, coding: Coding, body: bytes) -> bytes:
        """Keeps one more form, and gives it."""
        self.made[coding] = body
        if self.grown is not None:
            self.grown(len(body))
        return body

    def take(self, coding: Coding, making: asyncio.Future[bytes]) -> None:
        """Keeps what a thread has made, if it has."""
        del self.making[coding]
        if not making.cancelled() and making.exception() is None:
            self.keep(coding, making.result())


class Compression:
    """Compresses answers.

    Args:
        codings: What answers may be compressed by, the preferred first; none for no compression.
        min_bytes: The shortest body that is compressed, unless its client takes it no other way.

    Attributes:
        assets: Compressed forms of files, by path.
    """

    def __init__(self, codings: tuple[Coding, ...], min_bytes: int) -> None:
        self._codings = codings
        self._min_bytes = min_bytes
        self._executor = ThreadPoolExecutor(os.cpu_count() or 1, "compression")
        self.assets: defaultdict[str, Variants] = defaultdict(partial(Variants, thorough=True))

    @classmethod
    @contextmanager
    def open(cls, codings: tuple[Coding, ...], min_bytes: int) -> Iterator[Self]:
        """Leaving the context ends its threads."""
        compression = cls(codings, min_bytes)
        try:
            yield compression
        finally:
            compression._executor.shutdown(wait=False, cancel_futures=True)

    def choose(self, accept_encoding: str | None) -> Choice | None:
        """How an answer may be sent to a client; None if it takes nothing that there is."""
        return choose(accept_encoding, self._codings)

    def leaves(self, response: Response, choice: Choice) -> bool:
        """Whether an answer is sent as it is, to whomever."""
        if not self._codings:
            return True
        if choice.required or len(response.body) >= self._min_bytes:
            return False
        return response.status != _NOT_MODIFIED

    async def applied(self, response: Response, choice: Choice) -> Response:
        """An answer as its client takes it best, known to caches as depending on that."""
        if response.status == HTTPStatus.NO_CONTENT:
            return response
        if dict(response.headers).get(b"content-type") in _COMPRESSED_TYPES and not choice.required:
            return response
        response = varying(response, b"accept-encoding")
        if choice.coding is None or not response.body:
            return response
        begun = time.perf_counter()
        body = await self._encoded(response, choice.coding)
        if len(body) >= len(response.body) and not choice.required:
            return response
        taken = time.perf_counter() - begun
        headers = tuple(field for field in response.headers if field[0] != b"content-length")
        return Response(
            response.status,
            body,
            (
                *headers,
                (b"content-length", b"%d" % len(body)),
                (b"content-encoding", choice.coding.encode()),
                (b"server-timing", b"compress;dur=%.3f" % (taken * 1000)),
            ),
        )

    async def _encoded(self, response: Response, coding: Coding) -> bytes:
        body, variants = response.body, response.variants
        if variants is None:
            if len(body) <= BYTES_AT_ONCE:
                return encoded(body, coding)
            return await self._in_thread(body, coding)
        if coding in variants.made:
            return variants.made[coding]
        if len(body) <= BYTES_AT_ONCE and not variants.thorough:
            return variants.keep(coding, encoded(body, coding))
        making = variants.making.get(coding)
        if making is None:
            making = variants.making[coding] = self._in_thread(body, coding, thorough=variants.thorough)
            making.add_done_callback(partial(variants.take, coding))
        # Who leaves does not end what others wait for.
        return await asyncio.shield(making)

    def _in_thread(self, body: bytes, coding: Coding, *, thorough: bool = False) -> asyncio.Future[bytes]:
        work = partial(encoded, body, coding, thorough=thorough)
        return asyncio.get_running_loop().run_in_executor(self._executor, work)

"""Compressed answers against plain ones: their length, and what compressing them costs.

`python -m benchmarks.compression` prints two tables. The first has, for answers of several lengths, how short
each coding makes them and the processor time that it takes in this process, by the function that the server
uses: of the same body again and again, and when the processor's caches hold something else. `--levels` adds
all levels that were considered, and `--threads` prints instead what handing bodies to a thread comes to,
against compressing them on the event loop. The second table asks running servers over HTTP/1.1, each question
with each coding in turn: requests per second as a ratio to plain answers of the same round, and the least
processor time of the server. The network is the loopback, which is faster than any compression: what is saved
on a real network is the first table's. `--readme` puts both into the README. Needs wrk.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped] # has no types
import uvloop
from isal import isal_zlib

from benchmarks.load import Asked, http1_requests
from benchmarks.music import SETTINGS, create
from benchmarks.own_cost import HEADERS, ask, opened
from benchmarks.peers.questions import bodies, documents, questions
from benchmarks.processes import usage
from benchmarks.readme import number, show, table
from benchmarks.servers import Rate, start
from demo.postgres import EmbeddedPostgres
from server.http.compression import encoded
from server.http.content_coding import Coding
from server.runners import SERVERS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor

    from benchmarks.load import Load
    from benchmarks.servers import Served

    Encode = Callable[[bytes], bytes]

TRACKS = 10_000
IN_FLIGHT = 16
QUESTIONS = ("Connection", "Page", "Tree", "Wide")
ROWS = (1, 2, 3, 5, 20, 100, 1000)
"""Pages of other lengths, for the first table."""

PLAIN = "identity"
SECONDS = 0.02
TIMES = 5
LARGEST = 4
"""How many of the answers are compressed in threads, for comparison."""

_ELSEWHERE = bytearray(24 * 2**20)
"""What the processor's caches are filled with."""

TURNS_SECONDS = 0.2
REST_SECONDS = 0.0001
"""What the loop does for an answer beside compressing it."""


def page(rows: int) -> bytes:
    """A request for a page of so many rows, with what clients ask for."""
    selection = "id trackId name composer milliseconds unitPrice album { title artist { name } }"
    query = f"{{ tracks(first: {rows}) {{ nodes {{ {selection} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    return json.dumps({"query": query}).encode()


async def answers(url: str) -> list[bytes]:
    """Answers by length."""
    dialect = documents("loadstone")
    asked = [page(rows) for rows in ROWS]
    asked += [bodies(each, dialect[each.name])[0].encode() for each in questions(TRACKS)]
    async with opened(url) as application:
        return sorted([await ask(application, body, HEADERS) for body in asked], key=len)


def warm(encode: Encode, body: bytes) -> float:
    """Processor time of compressing a body again and again, the least of some rounds."""
    encode(body)
    times = []
    for _ in range(TIMES):
        count, began = 0, time.process_time()
        while time.process_time() - began < SECONDS:
            encode(body)
            count += 1
        times.append((time.process_time() - began) / count)
    return min(times)


def cold(encode: Encode, body: bytes) -> float:
    """Processor time of compressing a body when the processor's caches hold something else, the median."""
    times = []
    for _ in range(5 * TIMES):
        bytes(_ELSEWHERE)
        began = time.process_time()
        encode(body)
        times.append(time.process_time() - began)
    return statistics.median(times)


def encoders(*, levels: bool) -> Iterator[tuple[str, Encode]]:
    """What is compared: the server's own, and all levels where that is asked for."""
    for coding in Coding:
        yield coding.value, partial(encoded, coding=coding)
    if levels:
        for level in (1, 2, 3, 4, 5, 6, 9):
            yield f"zstd {level}, by a new compressor", partial(zstd.compress, level=level)
        for level in range(7):
            yield f"br {level}", partial(brotli.compress, mode=brotli.MODE_TEXT, quality=level)
        for level in range(4):
            yield f"gzip {level}", partial(isal_zlib.compress, level=level, wbits=31)
        for level in (1, 6):
            yield f"gzip {level}, zlib", partial(zlib.compress, level=level, wbits=31)


def lengths(found: Sequence[bytes], *, levels: bool) -> Iterator[str]:
    """Lines of the first table."""
    several = dict(encoders(levels=levels))
    rows = []
    for body in found:
        cells = [f"{len(body):,}"]
        for encode in several.values():
            share = len(encode(body)) / len(body) * 100
            times = [number(way(encode, body) * 1e6) for way in (warm, cold)]
            cells.append(f"{share:.0f} %, {' to '.join(times)} µs")
        rows.append(cells)
    yield from table(["bytes", *several], rows)


async def turns(
    body: bytes, coding: Coding, executor: Executor | None, in_flight: int
) -> tuple[float, float]:
    """Answers a second of a loop that does little else, and processor seconds for each.

    Args:
        body: What is compressed for each answer.
        coding: By what.
        executor: Where; None for the loop itself.
        in_flight: How many answers are made at once.
    """
    loop = asyncio.get_running_loop()
    count, ends = 0, time.perf_counter() + TURNS_SECONDS

    async def answer() -> None:
        nonlocal count
        while time.perf_counter() < ends:
            busy = time.perf_counter() + REST_SECONDS
            while time.perf_counter() < busy:
                pass
            if executor is None:
                encoded(body, coding)
                await asyncio.sleep(0)
            else:
                await loop.run_in_executor(executor, encoded, body, coding)
            count += 1

    before = time.process_time()
    await asyncio.gather(*(answer() for _ in range(in_flight)))
    return count / TURNS_SECONDS, (time.process_time() - before) / count


async def beside(found: Sequence[bytes]) -> list[str]:
    """Lines of the table of threads."""
    rows = []
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        for body in found:
            cells = [f"{len(body):,}"]
            for coding in Coding:
                for in_flight in (1, IN_FLIGHT):
                    rates = {
                        where: [await turns(body, coding, where, in_flight) for _ in range(TIMES)]
                        for where in (None, executor)
                    }
                    on_loop, in_thread = (
                        [statistics.median(each) for each in zip(*measured, strict=True)]
                        for measured in rates.values()
                    )
                    more = (in_thread[1] - on_loop[1]) * 1e6
                    cells.append(f"{in_thread[0] / on_loop[0]:.2f}, {more:+.0f} µs")
            rows.append(cells)
    titles = [f"{coding}, {in_flight} in flight" for coding in Coding for in_flight in (1, IN_FLIGHT)]
    return list(table(["bytes", *titles], rows))


def measure(served: Served, requests: Sequence[str], coding: str) -> tuple[Load, Rate]:
    """Asks a server for a second; RuntimeError unless all answers are good."""
    asked = [Asked("/graphql", body, (("accept-encoding", coding),)) for body in requests]
    before = usage(served.pid).cpu
    load = http1_requests(served.url, asked, in_flight=IN_FLIGHT, seconds=1)
    if load.errors:
        raise RuntimeError(f"{served.name}: {load.errors} of {load.requests + load.errors} requests failed")
    return load, Rate(load.requests / load.seconds, (usage(served.pid).cpu - before) / load.requests * 1e6)


def rates(servers: Sequence[Served], rounds: int) -> Iterator[str]:
    """Lines of the second table."""
    dialect = documents("loadstone")
    rows = []
    for question in questions(TRACKS):
        if question.name not in QUESTIONS:
            continue
        asked = bodies(question, dialect[question.name])
        for served in servers:
            measured: dict[str, list[tuple[Load, Rate]]] = {}
            for _ in range(rounds):
                for coding in (PLAIN, *Coding):
                    measured.setdefault(coding, []).append(measure(served, asked, coding))
            rows.append([question.title, served.name, *_cells(measured)])
    yield from table(["question", "server", *(PLAIN, *Coding)], rows)


def _cells(measured: Mapping[str, Sequence[tuple[Load, Rate]]]) -> Iterator[str]:
    plain = measured[PLAIN]
    least = min(rate.microseconds for _, rate in plain)
    for coding, rounds in measured.items():
        length = statistics.median(load.bytes / load.requests for load, _ in rounds)
        microseconds = min(rate.microseconds for _, rate in rounds)
        if coding == PLAIN:
            per_second = statistics.median(rate.per_second for _, rate in rounds)
            yield f"{length:,.0f} bytes, {per_second:,.0f}/s, {microseconds:.0f} µs"
        else:
            # Of the same round: what else the machine does changes from one to the next.
            ratio = statistics.median(
                mine.per_second / other.per_second
                for (_, mine), (_, other) in zip(rounds, plain, strict=True)
            )
            yield f"{length:,.0f} bytes, {ratio:.2f}, {microseconds - least:+.0f} µs"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compression", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is asked (5)")
    parser.add_argument("--levels", action="store_true", help="all levels in the first table")
    parser.add_argument("--threads", action="store_true", help="print the table of threads alone")
    parser.add_argument("--readme", action="store_true", help="put the tables into the README")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(answers(url))
            if given.threads:
                sys.stdout.writelines(f"{line}\n" for line in runner.run(beside(found[-LARGEST:])))
                return
        lines = list(lengths(found, levels=given.levels))
        servers = [start(stack, name, url, folder) for name in SERVERS]
        lines += ["", *rates(servers, given.rounds)]
    show("compression", "benchmarks.compression", lines, readme=given.readme)


if __name__ == "__main__":
    main()

"""Loadstone's servers beside each other: requests per second and processor time of our own questions.

`python -m benchmarks.servers` prints a table. All servers run at the same time and are asked in turns, each
for a short while and several times, so that what else the machine does falls on all alike; each figure is
the median. Ratios are to Hypercorn. Needs wrk and h2load (Debian: wrk, nghttp2-client).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.load import http1, http2
from benchmarks.music import SETTINGS, create
from benchmarks.peers.questions import bodies, documents, questions
from benchmarks.processes import free_port, running, usage
from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.load import Load

TRACKS = 10_000
QUESTIONS = ("Point", "Page")
PROTOCOLS: dict[str, Callable[..., Load]] = {"HTTP/1.1": http1, "HTTP/2": http2}
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    name: str
    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What one server came to: requests per second, and its processor time in microseconds for each."""

    per_second: float
    microseconds: float


def start(
    stack: ExitStack, name: str, database_url: str, folder: Path, flags: Sequence[str] = ("--production",)
) -> Served:
    """Starts a server, and waits until it answers."""
    port = free_port()
    loadstone = str(Path(sys.executable).with_name("loadstone"))
    command = (loadstone, "serve", "--database", database_url, "--bind", f"127.0.0.1:{port}")
    process = stack.enter_context(
        running(
            (*command, "--server", name, *flags),
            environment={key: value for key, value in os.environ.items() if not key.startswith("LOADSTONE_")},
            folder=folder,
            log=folder / f"{name}.log",
        )
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return Served(name, f"http://127.0.0.1:{port}/graphql", process.pid)


def measure(served: Served, ask: Callable[..., Load], asked: Sequence[str], in_flight: int) -> Rate:
    """Asks one server for a second; RuntimeError unless all answers are good."""
    before = usage(served.pid).cpu
    load = ask(served.url, asked, in_flight=in_flight, seconds=1)
    if load.errors:
        raise RuntimeError(f"{served.name}: {load.errors} of {load.requests + load.errors} requests failed")
    return Rate(load.requests / load.seconds, (usage(served.pid).cpu - before) / load.requests * 1e6)


def compare(servers: Sequence[Served], rounds: int) -> Iterator[tuple[str, ...]]:
    """Rows of the table."""
    dialect = documents("loadstone")
    for question in questions(TRACKS):
        if question.name not in QUESTIONS:
            continue
        asked = bodies(question, dialect[question.name])
        for protocol, ask in PROTOCOLS.items():
            for in_flight in (1, 16, 64):
                rates: dict[str, list[Rate]] = {served.name: [] for served in servers}
                for _ in range(rounds):
                    for served in servers:
                        rates[served.name].append(measure(served, ask, asked, in_flight))
                medians = {
                    name: Rate(
                        statistics.median(rate.per_second for rate in each),
                        statistics.median(rate.microseconds for rate in each),
                    )
                    for name, each in rates.items()
                }
                first = medians[servers[0].name]
                yield (
                    *(question.title, protocol, str(in_flight)),
                    *(
                        f"{rate.per_second:,.0f} ({rate.per_second / first.per_second:.2f}), "
                        f"{rate.microseconds:.0f} µs"
                        for rate in medians.values()
                    ),
                )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server is asked (3)")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        servers = [start(stack, name, url, folder) for name in SERVERS]
        titles = ("question", "protocol", "in flight", *SERVERS)
        print(f"| {' | '.join(titles)} |")  # noqa: T201
        print(f"|{' --- |' * len(titles)}")  # noqa: T201
        for row in compare(servers, given.rounds):
            print(f"| {' | '.join(row)} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

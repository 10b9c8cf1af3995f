"""One measurement: a server under load, with what it and the database used."""

from __future__ import annotations

import math
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import load
from benchmarks.processes import running, usage, wait_until_quiet
from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.peers.asking import Asked
    from benchmarks.peers.contestants import Contestant
    from benchmarks.peers.questions import Question

START_SECONDS = 60.0
MOST_SECONDS = 20
"""How long a measurement may take where answers take long."""

_ROUNDS = 6
_SHORTEST_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a server reached with one question.

    Attributes:
        tracks: Size of the database.
        question: The question's name.
        server: The contestant's name.
        protocol: `HTTP/1.1` or `HTTP/2`.
        in_flight: Requests in flight.
        requests: Requests that were answered.
        errors: Requests that failed.
        per_second: Requests a second.
        p50: Milliseconds in which half of the requests were answered.
        p99: The same for 99 of 100.
        server_cpu: Milliseconds of processor time of the server for a request.
        database_cpu: The same of PostgreSQL.
        resident: Memory of the server after it, in MiB.
    """

    tracks: int
    question: str
    server: str
    protocol: str
    in_flight: int
    requests: int
    errors: int
    per_second: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    resident: float


@dataclass(frozen=True, slots=True)
class Setting:
    """What all measurements have in common.

    Attributes:
        tracks: Size of the database.
        database_pid: PostgreSQL's process.
    """

    tracks: int
    database_pid: int


@dataclass(frozen=True, slots=True)
class Run:
    """How a server is put under load.

    Attributes:
        http2: Whether HTTP/2 is spoken, and not HTTP/1.1.
        in_flight: Requests in flight.
        seconds: How long; longer where too few answers would come in this time.
    """

    http2: bool
    in_flight: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Started:
    """A server that runs.

    Attributes:
        contestant: Which.
        pid: Its process.
    """

    contestant: Contestant
    pid: int


@contextmanager
def started(contestant: Contestant, log: Path) -> Iterator[Started]:
    """Runs a server, ready to answer, for as long as the context lasts.

    Raises:
        StartupError: It does not get ready.
    """
    with running(
        contestant.command, environment=contestant.environment, folder=contestant.folder, log=log
    ) as process:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(contestant.port):
            if process.poll() is not None or time.monotonic() > deadline:
                lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [
                    "no output"
                ]
                raise StartupError(f"{contestant.name} does not start: {' / '.join(lines[-5:])}")
            time.sleep(0.05)
        yield Started(contestant, process.pid)


def measure(server: Started, question: Question, asked: Asked, setting: Setting, run: Run) -> Measurement:
    """Puts a server under load.

    Args:
        server: The server.
        question: What it is asked.
        asked: What asking it once showed.
        setting: The database.
        run: How.

    Raises:
        RuntimeError: Answers under load are shorter than they should be.
    """
    contestant = server.contestant
    port = contestant.http2_port if run.http2 else contestant.port
    url = f"http://127.0.0.1:{port}{contestant.path.format(question=question.name)}"
    needed = math.ceil(_ROUNDS * asked.seconds * run.in_flight)
    duration = min(max(run.seconds, needed), max(run.seconds, MOST_SECONDS))
    generate = load.http2 if run.http2 else load.http1
    pids = (server.pid, setting.database_pid)
    wait_until_quiet(pids, load.ANSWER_SECONDS)
    before, database_before = map(usage, pids)
    result = generate(url, asked.bodies, in_flight=run.in_flight, seconds=duration)
    after, database_after = map(usage, pids)
    if result.bytes < result.requests * asked.length * _SHORTEST_SHARE:
        raise RuntimeError(
            f"{contestant.name} answers {question.name} with {result.bytes} bytes for {result.requests} "
            f"requests under load, and {asked.length:.0f} bytes for one otherwise"
        )
    milliseconds = 1e3 / max(result.requests, 1)
    return Measurement(
        tracks=setting.tracks,
        question=question.name,
        server=contestant.name,
        protocol="HTTP/2" if run.http2 else "HTTP/1.1",
        in_flight=run.in_flight,
        requests=result.requests,
        errors=result.errors,
        per_second=result.requests / result.seconds,
        p50=result.p50,
        p99=result.p99,
        server_cpu=(after.cpu - before.cpu) * milliseconds,
        database_cpu=(database_after.cpu - database_before.cpu) * milliseconds,
        resident=after.resident / 2**20,
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

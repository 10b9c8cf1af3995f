"""How many SQL statements a point look-up costs under load, and what one alone waits for.

`loadstone serve` on the music store; PostgreSQL writes each statement that it executes into its log, and the
log is counted. One request in flight must cost exactly one statement, and spend hardly any time outside of
it; 64 in flight must cost fewer than 0.1 each. Needs wrk (Debian: wrk).
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import re
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg

from benchmarks.load import ANSWER_SECONDS, http1
from benchmarks.music import SETTINGS, create
from benchmarks.peers.questions import bodies, documents, questions
from benchmarks.readme import number, show, table
from benchmarks.servers import start
from demo.postgres import EmbeddedPostgres
from loaders.across import PATIENCE
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRACKS = 10_000
ALONE = 1_000
"""Requests that are sent one after the other."""

IN_FLIGHT = (4, 16, 64)
MOST = 0.1
"""Statements of a request at 64 in flight must be fewer."""

MOST_WAIT = 1.0
"""Milliseconds that a request alone may spend outside of its statement: waiting for others would take 5."""

_EXECUTED = re.compile(rb"LOG:  (?:execute|statement)")
_EXECUTION = re.compile(r"execute;dur=([0-9.]+)")
_QUIET_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Count:
    """What a load came to.

    Attributes:
        in_flight: Requests in flight.
        requests: Requests that were answered.
        statements: Statements that PostgreSQL executed.
        p50: Milliseconds in which half of the requests were answered.
    """

    in_flight: int
    requests: int
    statements: int
    p50: float

    @property
    def each(self) -> float:
        """Statements of a request."""
        return self.statements / self.requests


@dataclass(frozen=True, slots=True)
class Alone:
    """Where the time of a request goes that nobody else asks beside; medians in milliseconds.

    Attributes:
        execution: From the prepared document to its answer.
        statement: From sending its statement to its rows.
        rest: What is left: planning the read, waiting, assembling the answer.
    """

    execution: float
    statement: float
    rest: float


class StatementLog:
    """Counts the statements in PostgreSQL's log."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def count(self) -> int:
        """How many there are, once no more come."""
        size = -1
        while size != (size := self._path.stat().st_size):
            time.sleep(_QUIET_SECONDS)
        return len(_EXECUTED.findall(self._path.read_bytes()))


async def log_statements(url: str) -> None:
    """Makes PostgreSQL log what new connections to the database execute."""
    connection = await asyncpg.connect(url)
    try:
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        for setting in ("log_statement = 'all'", "log_parameter_max_length = 0"):
            await connection.execute(f"ALTER DATABASE {name} SET {setting}")
    finally:
        await connection.close()


def one_by_one(url: str, asked: Sequence[str], log: StatementLog) -> tuple[Count, Alone]:
    """Asks on one connection, each time when the answer is there.

    Raises:
        RuntimeError: An answer is an error, or says that it took more than one statement.
    """
    parts = urlsplit(url)
    times, executions, statements = [], [], []
    with closing(
        http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    ) as connection:

        def ask(body: str, headers: dict[str, str]) -> tuple[dict[str, object], str]:
            connection.request("POST", parts.path, body, {"content-type": "application/json", **headers})
            response = connection.getresponse()
            answer = json.loads(response.read())
            if "errors" in answer:
                raise RuntimeError(json.dumps(answer)[:500])
            return answer, response.headers["server-timing"]

        ask(asked[0], {})
        before = log.count()
        for body in asked:
            started = time.perf_counter()
            ask(body, {})
            times.append((time.perf_counter() - started) * 1e3)
        count = Count(1, len(asked), log.count() - before, statistics.median(times))
        for body in asked:
            answer, timing = ask(body, {"x-loadstone-explain": "1"})
            plan = answer["extensions"]["plan"]  # type: ignore[index] # JSON
            if plan["statements"] != 1:
                raise RuntimeError(f"one look-up took {plan['statements']} statements")
            [execution] = _EXECUTION.findall(timing)
            executions.append(float(execution))
            statements.append(float(plan["steps"][0]["milliseconds"]))
    rests = [execution - statement for execution, statement in zip(executions, statements, strict=True)]
    return count, Alone(*map(statistics.median, (executions, statements, rests)))


def together(url: str, asked: Sequence[str], log: StatementLog, in_flight: int, seconds: int) -> Count:
    """Keeps requests in flight; RuntimeError unless all answers are good."""
    http1(url, asked, in_flight=in_flight, seconds=1)  # connections to the database are made
    before = log.count()
    load = http1(url, asked, in_flight=in_flight, seconds=seconds)
    if load.errors:
        raise RuntimeError(f"{load.errors} of {load.requests + load.errors} requests failed")
    return Count(in_flight, load.requests, log.count() - before, load.p50)


def _lines(server: str, counts: Sequence[Count], alone: Alone) -> Iterator[str]:
    yield f"Point look-ups from {server}:"
    yield ""
    yield from table(
        ["in flight", "requests", "statements", "statements a request", "p50 ms"],
        (
            [
                str(each.in_flight),
                f"{each.requests:,}",
                f"{each.statements:,}",
                f"{each.each:.3f}",
                number(each.p50),
            ]
            for each in counts
        ),
    )
    yield ""
    yield (
        f"One alone takes {alone.execution:.2f} ms to execute, {alone.statement:.2f} ms of them in its "
        f"statement and {alone.rest:.2f} ms (at most {MOST_WAIT:g}) outside of it; waiting for others would "
        f"take {PATIENCE * 1e3:g} ms."
    )


def main() -> int:
    """Prints the table; 1 if requests cost more statements, or time, than they may."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.statements",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    add = parser.add_argument
    add("--seconds", type=int, default=3, metavar="N", help="length of each load (3)")
    add("--server", default="granian", choices=SERVERS, help="HTTP server (granian)")
    add("--readme", action="store_true", help="put the table into the README")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves contexts: servers end
    question = next(each for each in questions(TRACKS) if each.name == "Point")
    asked = bodies(question, documents("loadstone")[question.name])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadstone-statements-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        asyncio.run(log_statements(url))
        served = start(stack, given.server, url, folder, ())
        log = StatementLog(postgres.log)
        first, alone = one_by_one(served.url, asked[:ALONE], log)
        counts = [first, *(together(served.url, asked, log, n, given.seconds) for n in IN_FLIGHT)]
    show("statements", "benchmarks.statements", _lines(given.server, counts, alone), readme=given.readme)
    kept = first.statements == first.requests and counts[-1].each < MOST and alone.rest <= MOST_WAIT
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

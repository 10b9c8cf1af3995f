"""What a request costs in our own Python, the HTTP server left out.

`python -m benchmarks.own_cost` asks the application in process, over ASGI, on the embedded PostgreSQL, and
prints processor time of the process for a request; beside it what the driver alone takes for the statement
of the point look-up. `--profile Point` prints where the time goes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import pstats
import statistics
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import uvloop

from benchmarks.music import SETTINGS, create
from benchmarks.peers.comparing import say
from benchmarks.peers.questions import bodies, documents, questions
from demo.postgres import EmbeddedPostgres
from server.application import Application, open_service
from server.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

TRACKS = 10_000
IN_FLIGHT = (1, 16, 64)
ROUNDS = 5
SECONDS = 0.4

_LOOK_UP = """
SELECT t."track_id", t."name", t."composer", t."milliseconds", CAST(t."unit_price" AS text)
FROM public.track AS t WHERE t."track_id" = ANY(CAST($1 AS int4[]))
"""

Ask = "Callable[[], Awaitable[None]]"


async def ask(
    application: Application,
    body: bytes,
    headers: Sequence[tuple[bytes, bytes]],
    address: str = "127.0.0.1",
) -> bytes:
    """One request from an address; the body of its answer."""
    answer = b""
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.get_running_loop().create_future()  # the client stays
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal answer
        if message["type"] == "http.response.body":
            answer += message["body"]

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "client": (address, 40_000),
        "headers": [*headers, (b"content-length", b"%d" % len(body))],
    }
    await application(scope, receive, send)
    return answer


HEADERS = (
    (b"host", b"127.0.0.1:8000"),
    (b"content-type", b"application/json"),
    (b"accept", b"application/json"),
)


async def processor_time(one: Callable[[], Awaitable[object]], in_flight: int, seconds: float) -> float:
    """Seconds of processor time of this process for each of many requests."""
    ends = time.monotonic() + seconds
    count = 0

    async def asker() -> None:
        nonlocal count
        while time.monotonic() < ends:
            await one()
            count += 1

    before = time.process_time()
    await asyncio.gather(*(asker() for _ in range(in_flight)))
    return (time.process_time() - before) / count


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Application]:
    """The application on a database."""
    settings = resolve(
        flags={"database_url": url, "production": True, "pool_size": "10"}, environment={}
    ).settings
    application = Application(partial(open_service, settings, report_warnings=False))
    async with application.opened():
        yield application


def asked(names: Sequence[str]) -> Iterator[tuple[str, list[bytes]]]:
    """The bodies of the requests of each question."""
    dialect = documents("loadstone")
    for question in questions(TRACKS):
        if question.name in names and question.name in dialect:
            yield question.name, [body.encode() for body in bodies(question, dialect[question.name])]


def asking(application: Application, requests: Sequence[bytes]) -> Callable[[], Awaitable[object]]:
    """A function that sends one request after the other."""
    turns = cycle(requests)
    return lambda: ask(application, next(turns), HEADERS)


async def measure(url: str, names: Sequence[str]) -> None:
    """Prints the table."""
    async with opened(url) as application:
        connection = await asyncpg.connect(url)
        ids = cycle(range(1, TRACKS))
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            name: asking(application, requests) for name, requests in asked(names)
        }
        for one in ways.values():
            answer = json.loads(await one())  # type: ignore[arg-type]
            if "errors" in answer:
                raise RuntimeError(answer)
        say("| µs of CPU a request | " + " | ".join(f"{n} in flight" for n in IN_FLIGHT) + " |")
        say("|" + " --- |" * (len(IN_FLIGHT) + 1))
        for name, one in ways.items():
            row = []
            for in_flight in IN_FLIGHT:
                await processor_time(one, in_flight, SECONDS / 2)
                times = [await processor_time(one, in_flight, SECONDS) for _ in range(ROUNDS)]
                row.append(f"{statistics.median(times) * 1e6:.0f} ({min(times) * 1e6:.0f})")
            say(f"| {name} | {' | '.join(row)} |")
        times = [
            await processor_time(lambda: connection.fetch(_LOOK_UP, [next(ids)]), 1, SECONDS)
            for _ in range(ROUNDS)
        ]
        alone = f"{statistics.median(times) * 1e6:.0f} ({min(times) * 1e6:.0f})"
        say(f"| the driver alone, Point's statement | {alone} | | |")
        await connection.close()


async def profile(url: str, name: str, in_flight: int) -> None:
    """Prints where the time of a question goes."""
    async with opened(url) as application:
        [(_, requests)] = asked([name])
        one = asking(application, requests)
        await processor_time(one, in_flight, SECONDS)
        profiler = cProfile.Profile()
        profiler.enable()
        await processor_time(one, in_flight, 10 * SECONDS)
        profiler.disable()
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(45)


def main() -> None:
    """Prints the table, or a profile."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_cost", description=__doc__)
    names = [question.name for question in questions(TRACKS)]
    parser.add_argument("--question", nargs="+", default=names, choices=names)
    parser.add_argument("--profile", choices=names)
    parser.add_argument("--in-flight", type=int, default=64)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg", SETTINGS) as postgres:
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            if given.profile:
                runner.run(profile(url, given.profile, given.in_flight))
            else:
                runner.run(measure(url, given.question))


if __name__ == "__main__":
    main()

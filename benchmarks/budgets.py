"""What budgets cost: point look-ups without one, with one in process, and with one in Valkey, leased or not.

`python -m benchmarks.budgets` asks the application in process, over ASGI, on the embedded PostgreSQL and
Valkey, as a caller who never spends their budget, and prints a table; `--readme` puts it into
`benchmarks/README.md`. The ways take turns, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from benchmarks.music import SETTINGS, create
from benchmarks.own_cost import HEADERS, TRACKS, ask, asked
from benchmarks.readme import show, table
from demo.postgres import EmbeddedPostgres
from demo.valkey import EmbeddedValkey
from server.application import Application, open_service
from server.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

IN_FLIGHT = (1, 16, 64)
ROUNDS = 9
SECONDS = 0.4

BUDGET = {"budget_points": "1000000000", "budget_per_second": "1000000"}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to run.

    Attributes:
        name: Of its line.
        settings: What it needs.
        redis: Whether it has Valkey.
    """

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    redis: bool = False


WAYS = (
    Way("no budget"),
    Way("in process", BUDGET),
    Way("in Valkey, leased", BUDGET, redis=True),
    Way("in Valkey, asked for each request", {**BUDGET, "budget_lease_share": "0"}, redis=True),
)


@dataclass(slots=True)
class Measured:
    """What rounds came to: seconds for each request, of time and of our processor time."""

    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@asynccontextmanager
async def opened(way: Way, url: str, redis_url: str) -> AsyncIterator[Application]:
    """The application on a database."""
    flags = {"database_url": url, "production": True, "max_cost": "1000000", **way.settings}
    if way.redis:
        flags["redis_url"] = redis_url
    settings = resolve(flags=flags, environment={}).settings
    application = Application(partial(open_service, settings, report_warnings=False))
    async with application.opened():
        yield application


async def measured_round(
    application: Application, bodies: list[bytes], in_flight: int, into: Measured
) -> None:
    """Asks for a while."""
    turns = cycle(bodies)
    count = 0
    ends = time.monotonic() + SECONDS

    async def asker() -> None:
        nonlocal count
        while time.monotonic() < ends:
            await ask(application, next(turns), HEADERS)
            count += 1

    began, processor = time.monotonic(), time.process_time()
    await asyncio.gather(*(asker() for _ in range(in_flight)))
    into.times.append((time.monotonic() - began) / count)
    into.processor.append((time.process_time() - processor) / count)


async def measure(url: str, redis_url: str) -> dict[tuple[int, str], Measured]:
    """All ways, by how many were in flight and by name."""
    [(_, bodies)] = asked(["Point"])
    results: dict[tuple[int, str], Measured] = {}
    async with AsyncExitStack() as stack:
        applications = [await stack.enter_async_context(opened(way, url, redis_url)) for way in WAYS]
        for in_flight in IN_FLIGHT:
            for turn in range(ROUNDS + 1):
                for way, application in zip(WAYS, applications, strict=True):
                    into = results.setdefault((in_flight, way.name), Measured())
                    # The first is to warm up.
                    await measured_round(application, bodies, in_flight, into if turn else Measured())
    return results


def _lines(results: dict[tuple[int, str], Measured]) -> Iterator[str]:
    heads = [f"{n} in flight: µs a request (own CPU), of none" for n in IN_FLIGHT]
    rows = []
    for way in WAYS:
        row = [way.name]
        for in_flight in IN_FLIGHT:
            its, none = results[in_flight, way.name], results[in_flight, WAYS[0].name]
            # Rounds are compared with those beside them.
            ratio = statistics.median(one / other for one, other in zip(its.times, none.times, strict=True))
            time_each, processor = statistics.median(its.times), statistics.median(its.processor)
            row.append(f"{time_each * 1e6:.0f} ({processor * 1e6:.0f}), {ratio:.2f}")
        rows.append(row)
    return table(["budget", *heads], rows)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budgets", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="put it into benchmarks/README.md")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "pg", SETTINGS) as postgres,
        EmbeddedValkey(Path(folder) / "valkey") as valkey,
    ):
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            results = runner.run(measure(url, valkey.url))
    show("budgets", "benchmarks.budgets", _lines(results), readme=given.readme)


if __name__ == "__main__":
    main()

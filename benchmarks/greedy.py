"""One greedy client beside others: what the others feel of it, with budgets and without.

`python -m benchmarks.greedy` asks the application in process, over ASGI, with PostgreSQL and Valkey.
Twenty callers send point look-ups at a rate that leaves the machine mostly idle, and one sends three hundred
pages of 1,000 rows a second, whatever it is answered. `--readme` puts the table into `benchmarks/README.md`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from benchmarks.budgets import Way, opened
from benchmarks.music import SETTINGS, create
from benchmarks.own_cost import HEADERS, TRACKS, ask, asked
from benchmarks.readme import show, table
from demo.postgres import EmbeddedPostgres
from demo.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.application import Application

SECONDS = 6.0
ROUNDS = 3
CALLERS = 20
PER_SECOND = 200
"""Requests of the others, together."""

GREEDY_PER_SECOND = 300
MOST_IN_FLIGHT = 200
"""Of the greedy one: one connection of HTTP/2 or two."""

BUDGET = {"budget_points": "5000", "budget_per_second": "1000"}
WAYS = (Way("no budget"), Way("in process", BUDGET), Way("in Valkey", BUDGET, redis=True))


@dataclass(slots=True)
class Felt:
    """Seconds that answers took, of the others and of the greedy one, and how often that one was refused."""

    others: list[float] = field(default_factory=list)
    greedy: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)


async def send(
    application: Application, bodies: Sequence[bytes], per_second: int, addresses: Sequence[str], into: Felt
) -> None:
    """Sends at a rate, whatever comes of it, for a while."""
    is_greedy = len(addresses) == 1
    running: set[asyncio.Task[None]] = set()

    async def one(body: bytes, address: str) -> None:
        began = time.perf_counter()
        answer = await ask(application, body, HEADERS, address)
        took = time.perf_counter() - began
        if b'"THROTTLED"' in answer[:300]:
            into.refused.append(took)
        else:
            (into.greedy if is_greedy else into.others).append(took)

    turns = zip(cycle(bodies), cycle(addresses), strict=False)
    began = time.perf_counter()
    for number in range(int(SECONDS * per_second)):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        if len(running) < MOST_IN_FLIGHT:
            task = asyncio.create_task(one(*next(turns)))
            running.add(task)
            task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def measure(url: str, redis_url: str) -> dict[str, Felt]:
    """What is felt, by the name of the line."""
    bodies = dict(asked(["Point", "Wide"]))
    others = [f"10.0.0.{number}" for number in range(1, CALLERS + 1)]
    results: dict[str, Felt] = {}
    for turn in range(ROUNDS):
        for way in WAYS:
            async with opened(way, url, redis_url) as application:
                for warm in ("Point", "Wide"):
                    await ask(application, bodies[warm][0], HEADERS)
                if way is WAYS[0]:
                    into = results.setdefault("nobody greedy", Felt())
                    await send(application, bodies["Point"], PER_SECOND, others, into)
                into = results.setdefault(way.name, Felt())
                await asyncio.gather(
                    send(application, bodies["Point"], PER_SECOND, others, into),
                    send(application, bodies["Wide"], GREEDY_PER_SECOND, [f"10.1.0.{turn}"], into),
                )
    return results


def _lines(results: dict[str, Felt]) -> Iterator[str]:
    alone = results["nobody greedy"].others
    rows = []
    for name, felt in results.items():
        middle, late = statistics.median(felt.others), _late(felt.others)
        rows.append([
            name,
            f"{middle * 1e3:.2f}",
            f"{late * 1e3:.1f} ({late / _late(alone):.2f})",
            str(len(felt.greedy)),
            str(len(felt.refused)),
            f"{_late(felt.refused) * 1e3:.1f}" if felt.refused else "",
        ])  # fmt: skip
    heads = ["budget", "others: median ms", "p99 ms (of nobody greedy)"]
    return table([*heads, "greedy: answered", "refused", "p99 of refusals ms"], rows)


def _late(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.greedy", description=__doc__)
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
    show("greedy", "benchmarks.greedy", _lines(results), readme=given.readme)


if __name__ == "__main__":
    main()

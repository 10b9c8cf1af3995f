"""The law of the lanes on as many random operations as one likes; or mutations, beside the same by hand.

python -m tests.property.campaign --operations 1000000 --seed 7
python -m tests.property.campaign --writing --operations 10000 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import asyncpg

from demo.postgres import EmbeddedPostgres
from tests.property.lanes import PAGES, SCRIPTS, Comparison, Tally
from tests.property.random_databases import random_database
from tests.property.writing import Copies
from tests.property.writing import Tally as Written
from tests.support.engine import open_engine

EACH = 250
"""Operations on each database before the next one's turn."""

EACH_WRITING = 100
"""Mutations on each database."""

ENOUGH = 5
"""Differences after which nothing more is looked for."""


async def campaign(server: EmbeddedPostgres, operations: int, seed: int) -> Tally:
    """Compares the lanes on the databases of the tests and on ever new random ones."""
    tally = Tally()
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        known = []
        for name, path in SCRIPTS.items():
            url = await _create(server, name, path.read_text())
            engine = await stack.enter_async_context(open_engine(url, PAGES))
            known.append(await Comparison.on(name, engine))
        for number in itertools.count():
            for comparison in known:
                await comparison.run(tally, min(EACH, operations - tally.operations), f"{seed} {number}")
            await _on_a_random_database(server, tally, min(EACH, operations - tally.operations), seed, number)
            _tell(tally, time.monotonic() - started)
            if tally.operations >= operations or len(tally.differences) >= ENOUGH:
                return tally
    raise AssertionError("unreachable")


async def writing_campaign(server: EmbeddedPostgres, operations: int, seed: int) -> Written:
    """Compares mutations with the same by hand, on ever new random databases."""
    tally = Written()
    names: list[str] = []

    async def create(script: str) -> str:
        names.append(f"writing {seed} {len(names)}")
        return await _create(server, names[-1], script)

    started = time.monotonic()
    for number in itertools.count():
        first = len(names)
        async with Copies.open(f"{seed} {number}", create) as copies:
            await copies.run(tally, min(EACH_WRITING, operations - tally.operations))
        for name in names[first:]:
            await _execute(server.url("postgres"), f'DROP DATABASE "{name}" WITH (FORCE)')
        _tell(tally, time.monotonic() - started)
        if tally.operations >= operations or len(tally.differences) >= ENOUGH:
            return tally
    raise AssertionError("unreachable")


async def _on_a_random_database(
    server: EmbeddedPostgres, tally: Tally, operations: int, seed: int, number: int
) -> None:
    name = f"random {seed} {number}"
    script = random_database(Random(name))  # noqa: S311 - repeatable
    url = await _create(server, name, script)
    async with open_engine(url, PAGES) as engine:
        await (await Comparison.on(name, engine, script)).run(tally, operations, str(seed))
    await _execute(server.url("postgres"), f'DROP DATABASE "{name}"')


async def _create(server: EmbeddedPostgres, name: str, script: str) -> str:
    await _execute(server.url("postgres"), f'CREATE DATABASE "{name}" TEMPLATE template0')
    await _execute(server.url(name), script)
    return server.url(name)


async def _execute(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


def _tell(tally: Tally | Written, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{tally.operations:9,} operations in {seconds:,.0f} s, {tally.operations / seconds:.0f} a second, "
        f"{len(tally.differences)} differences, at most {peak} MiB\n"
    )
    sys.stdout.flush()


def main() -> int:
    """Runs a campaign; 1 if the lanes differed anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.campaign", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--writing", action="store_true", help="mutations, beside the same by hand")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="loadstone-campaign-") as folder,
        EmbeddedPostgres(Path(folder) / "pg", settings={"fsync": "off"}) as server,
    ):
        tally: Tally | Written
        if given.writing:
            tally = asyncio.run(writing_campaign(server, given.operations, given.seed))
        else:
            tally = asyncio.run(campaign(server, given.operations, given.seed))
    sys.stdout.write(f"{tally}\n")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())

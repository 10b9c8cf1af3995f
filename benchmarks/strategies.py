"""To-one relations joined and in batches: what the rules of `resolvers.strategies` rest on.

`python -m benchmarks.strategies` prints a table. Operations run in this process, without HTTP, in the
compiled lane; the strategies take turns, so that what else the machine does falls on all; each figure is a
median of rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson
import psutil
from graphql import OperationDefinitionNode, parse

from benchmarks.music import SETTINGS, create
from db.catalogue.reflect import reflect
from db.database import Database
from db.pool import Pool
from demo.postgres import EmbeddedPostgres
from loaders.across import Batches
from resolvers.execution import execute
from resolvers.plan import Strategy
from resolvers.prepared import PreparedOperation
from schema.build import build_schema
from schema.options import SchemaOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvers.strategies import ToOneStrategy
    from schema.build import Schema

TRACKS = 10_000
CONNECTIONS = 10
OFFSETS = 64

STRATEGIES: tuple[ToOneStrategy | None, ...] = (Strategy.TO_ONE, Strategy.JOIN, None)
"""In batches, joined, and as the rules say."""

QUESTIONS = {
    "look-up, 1 relation": "query ($n: Int!) { track(by: {trackId: $n}) { name album { title } } }",
    "look-up, chain of 2 and 2 more": """query ($n: Int!) { track(by: {trackId: $n}) {
        name album { title artist { name } } genre { name } mediaType { name } } }""",
    "page of 50, 2 relations": """query ($n: Int!) { tracks(first: 50, offset: $n) { nodes {
        name album { title } genre { name } } } }""",
    "page of 50, chain of 2 and 2 more": """query ($n: Int!) { tracks(first: 50, offset: $n) { nodes {
        name album { title artist { name } } genre { name } mediaType { name } } } }""",
    "page of 1000, 1 relation": """query ($n: Int!) { tracks(first: 1000, offset: $n) { nodes {
        name album { title } } } }""",
    "page of 1000, chain of 2 and 2 more": """query ($n: Int!) { tracks(first: 1000, offset: $n) { nodes {
        name album { title artist { name } } genre { name } mediaType { name } } } }""",
    "page of 50 in the order of a relation": """query ($n: Int!) {
        tracks(first: 50, offset: $n, orderBy: [{album: {title: ASC}}]) {
            nodes { name album { title } } } }""",
    "10 rows of one parent, 2 relations": """query ($n: Int!) { album(by: {albumId: $n}) {
        tracks(first: 10) { nodes { name genre { name } mediaType { name } } } } }""",
    "20 by 10 by 10, 2 relations": """query ($n: Int!) { artists(first: 20, offset: $n) { nodes {
        name albums(first: 10) { nodes { title tracks(first: 10) { nodes {
            name genre { name } mediaType { name } } } } } } } }""",
    "20 by 10 by 10, chain of 2": """query ($n: Int!) { artists(first: 20, offset: $n) { nodes {
        name albums(first: 10) { nodes { title tracks(first: 10) { nodes {
            name album { title artist { name } } } } } } } } }""",
    "50 by 10, chain of 2": """query ($n: Int!) { playlists(first: 50, offset: $n) { nodes {
        name tracks(first: 10) { nodes { name album { title artist { name } } } } } } }""",
    "50 by 1, 1 relation": """query ($n: Int!) { albums(first: 50, offset: $n) { nodes {
        tracks(first: 1) { nodes { name genre { name } } } } } }""",
}


@dataclass(slots=True)
class Figures:
    """Of one question and strategy: milliseconds of an answer, and of processor time, one for each round."""

    alone: list[float] = field(default_factory=list)
    under_load: list[float] = field(default_factory=list)
    own_cpu: list[float] = field(default_factory=list)
    database_cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Bench:
    """What operations run on."""

    schema: Schema
    batches: Batches
    database_pid: int

    def prepare(self, source: str, strategy: ToOneStrategy | None) -> PreparedOperation:
        """An operation with a strategy."""
        document = parse(source)
        operation = cast("OperationDefinitionNode", document.definitions[0])
        return PreparedOperation(self.schema.graphql, self.schema.model, document, operation, strategy)

    async def ask(self, prepared: PreparedOperation, number: int) -> bytes:
        """The answer as JSON."""
        answer = await execute(prepared, variables={"n": number}, batches=self.batches)
        if answer.errors:
            raise RuntimeError(str(answer.errors))
        return orjson.dumps(answer.data)

    async def measure(self, prepared: PreparedOperation, figures: Figures, seconds: float) -> None:
        """One round: one operation at a time, then 16."""
        times = []
        end = time.perf_counter() + seconds
        number = 0
        while (began := time.perf_counter()) < end:
            number += 1
            await self.ask(prepared, 1 + number % OFFSETS)
            times.append((time.perf_counter() - began) * 1000)
        figures.alone.append(statistics.median(times))

        own, database = time.process_time(), _cpu(self.database_pid)
        began, asked = time.perf_counter(), 0

        async def one() -> None:
            nonlocal asked
            while time.perf_counter() - began < seconds:
                asked += 1
                await self.ask(prepared, 1 + asked % OFFSETS)

        await asyncio.gather(*(one() for _ in range(16)))
        figures.under_load.append((time.perf_counter() - began) * 1000 / asked)
        figures.own_cpu.append((time.process_time() - own) * 1000 / asked)
        figures.database_cpu.append((_cpu(self.database_pid) - database) * 1000 / asked)


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process and its children."""
    root = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:4]) for process in (root, *root.children()))


def _postmaster(folder: Path) -> int:
    [path] = folder.rglob("postmaster.pid")
    return int(path.read_text(encoding="utf-8").splitlines()[0])


async def compare(url: str, pid: int, rounds: int, seconds: float, only: str) -> Iterator[tuple[str, ...]]:
    """The rows of the table: each question with each strategy."""
    pool = await Pool.open(url, pool_size=CONNECTIONS)
    try:
        async with pool.connection() as connection:
            catalog = await reflect(connection)
        database = Database(pool, catalog)
        schema = build_schema(catalog, SchemaOptions(cursor_key=b"for measuring"))
        bench = Bench(schema, Batches(database, CONNECTIONS), pid)
        figures: dict[tuple[str, int], Figures] = {}
        for question, source in QUESTIONS.items():
            if only not in question:
                continue
            prepared = [bench.prepare(source, strategy) for strategy in STRATEGIES]
            for number in range(1, OFFSETS):
                answers = {await bench.ask(each, number) for each in prepared}
                if len(answers) != 1:
                    raise RuntimeError(f"the strategies answer {question} differently")
            for _ in range(rounds):
                for i, each in enumerate(prepared):
                    await bench.measure(each, figures.setdefault((question, i), Figures()), seconds)
        await database.close()
    finally:
        pool.terminate()
    return (
        (
            question,
            ("batch", "join", "rules")[i],
            *map(_median, (f.alone, f.under_load, f.own_cpu, f.database_cpu)),
        )
        for (question, i), f in figures.items()
    )


def _median(values: list[float]) -> str:
    return f"{statistics.median(values):.2f}"


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strategies", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=float, default=0.5, metavar="N", help="of each half of a round")
    parser.add_argument("--only", default="", metavar="TEXT", help="questions that have this in their name")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loadstone-strategies-") as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "pg", SETTINGS) as postgres:
            url = postgres.url(asyncio.run(create(postgres, TRACKS)))
            rows = asyncio.run(compare(url, _postmaster(folder), given.rounds, given.seconds, given.only))
    head = ("question", "strategy", "alone ms", "16 in flight, ms each", "own CPU ms", "database CPU ms")
    for row in (head, ("---",) * len(head), *rows):
        sys.stdout.write(f"| {' | '.join(row)} |\n")


if __name__ == "__main__":
    main()

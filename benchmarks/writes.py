"""How long one mutation of many rows takes: `python -m benchmarks.writes`."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg

from demo.postgres import EmbeddedPostgres
from resolvers.execution import Lane
from tests.support.engine import Engine, open_engine

ROUNDS = 5
DATABASE = """
CREATE TABLE album (
    album_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    released date
);
CREATE TABLE track (
    track_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    album_id int NOT NULL REFERENCES album,
    name text NOT NULL
);
"""
MUTATION = "mutation ($rows: [CreateAlbumInput!]!) { createAlbums(input: $rows) { affectedCount } }"


def flat() -> list[dict[str, Any]]:
    """10,000 rows."""
    return [{"title": f"Album {n}", "released": "1975-02-01"} for n in range(10_000)]


def nested() -> list[dict[str, Any]]:
    """1,000 rows with 10 rows each."""
    return [
        {"title": f"Album {n}", "tracks": {"create": [{"name": f"Track {n}.{i}"} for i in range(10)]}}
        for n in range(1_000)
    ]


async def measure(engine: Engine, rows: list[dict[str, Any]], lane: Lane) -> tuple[float, int]:
    """The median time of the mutation, in seconds, and its statements."""
    times = []
    statements = 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = await engine.run(MUTATION, {"rows": rows}, lane)
        times.append(time.perf_counter() - started)
        if result.errors:
            raise SystemExit(str(result.errors[0]))
        statements = len(result.statements)
    return statistics.median(times), statements


async def main() -> None:
    """Prints what was measured."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        url = server.url("postgres")
        connection = await asyncpg.connect(url)
        await connection.execute(DATABASE)
        await connection.close()
        async with open_engine(url) as engine:
            for name, rows in {"10,000 rows": flat(), "1,000 rows with 10 each": nested()}.items():
                for lane in Lane:
                    seconds, statements = await measure(engine, rows, lane)
                    line = f"{name}, {lane} lane: {seconds:.3f} s, {statements} statements\n"
                    sys.stdout.write(line)


if __name__ == "__main__":
    asyncio.run(main())

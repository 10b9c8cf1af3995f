"""How long a large database takes from start to first answer, and how much memory.

1,000 tables of 15 columns with two foreign keys each, served by `loadstone serve` as a process of its own.
Run it with `make bench`, or `python -m benchmarks.many_tables --tables 2000`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
from graphql import get_introspection_query

from demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = (
    *("integer", "bigint", "text", "varchar(80)", "numeric(12,2)", "timestamptz"),
    *("date", "boolean", "uuid", "jsonb", "double precision"),
)
GIVE_UP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one start came to; times in seconds from the start of the process, memory in MiB."""

    first_answer: float
    resident: float
    sdl_bytes: int
    introspection: float
    resident_after_introspection: float


def statements(tables: int) -> Iterator[str]:
    """The database: every table has a key, a unique name, two foreign keys and eleven plain columns."""
    columns = ", ".join(f"column_{i} {kind}" for i, kind in enumerate(TYPES))
    for number in range(tables):
        parent = f" REFERENCES table_{(number * 7 + 1) % number}" if number else ""
        owner = f" REFERENCES table_{number // 2}" if number else ""
        yield (
            f"CREATE TABLE table_{number} (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,"
            f" name text NOT NULL UNIQUE, parent_id bigint{parent}, owner_id bigint{owner}, {columns});"
            f" CREATE INDEX ON table_{number} (parent_id); CREATE INDEX ON table_{number} (owner_id);"
            f" INSERT INTO table_{number} (name) VALUES ('first')"
        )


async def fill(url: str, tables: int) -> None:
    """Makes the tables."""
    connection = await asyncpg.connect(url)
    try:
        for batch_start in range(0, tables, 100):
            batch = list(statements(tables))[batch_start : batch_start + 100]
            await connection.execute("; ".join(batch))
    finally:
        await connection.close()


def ask(address: str, query: str) -> dict[str, Any]:
    """The answer to a query."""
    request = urllib.request.Request(
        f"http://{address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=GIVE_UP_SECONDS) as response:  # noqa: S310 - see above
        answer: dict[str, Any] = json.load(response)
    if "errors" in answer:
        raise RuntimeError(answer["errors"])
    return answer


def resident(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def measure(url: str, tables: int) -> Measurement:
    """Starts a server on the database and measures it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    started = time.perf_counter()
    command = [
        str(Path(sys.executable).with_name("loadstone")),
        "serve",
        "--database",
        url,
        "--bind",
        address,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        last = tables - 1
        query = f"{{ table{last}s(first: 1) {{ nodes {{ id name parent {{ name }} owner {{ name }} }} }} }}"
        while True:
            try:
                ask(address, query)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > GIVE_UP_SECONDS:
                    raise
                time.sleep(0.01)
        first_answer = time.perf_counter() - started
        memory = resident(process)
        with urllib.request.urlopen(f"http://{address}/schema.graphql") as response:
            sdl_bytes = len(response.read())
        begun = time.perf_counter()
        ask(address, get_introspection_query())
        return Measurement(first_answer, memory, sdl_bytes, time.perf_counter() - begun, resident(process))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def main() -> None:
    """Prints a table row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as postgres:
        url = postgres.url("postgres")
        asyncio.run(fill(url, given.tables))
        print("| tables | first answer | memory | SDL | introspection | memory after it |")  # noqa: T201
        print("| --- | --- | --- | --- | --- | --- |")  # noqa: T201
        for _ in range(given.runs):
            m = measure(url, given.tables)
            print(  # noqa: T201
                f"| {given.tables} | {m.first_answer:.2f} s | {m.resident:.0f} MiB "
                f"| {m.sdl_bytes / 2**20:.1f} MiB | {m.introspection:.2f} s "
                f"| {m.resident_after_introspection:.0f} MiB |"
            )


if __name__ == "__main__":
    main()

"""What requests notice of a schema change, and how soon it is served: a large database under a steady load.

1,000 tables as in `benchmarks.many_tables`; four clients ask for a row each, one after the other; columns are
added meanwhile. Run it with `python -m benchmarks.schema_changes`, `--tables 100` for fewer.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from benchmarks.many_tables import fill, resident
from benchmarks.processes import free_port
from demo.postgres import EmbeddedPostgres

CLIENTS = 4
QUERY = {"query": "{ table7(by: {rowId: 1}) { name parent { name } } }"}
QUIET_SECONDS = 3.0


@dataclass
class Load:
    """Requests one after the other; the milliseconds of each, and how many failed."""

    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0

    async def ask(self, client: httpx.AsyncClient) -> None:
        """Asks until cancelled."""
        while True:
            began = time.perf_counter()
            answer = await client.post("/graphql", json=QUERY)
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            self.failed += "errors" in answer.json()

    def take(self) -> str:
        """The figures since the last call."""
        taken, self.milliseconds = sorted(self.milliseconds), []
        p99 = taken[int(len(taken) * 0.99)]
        return f"{len(taken)} | {statistics.median(taken):.1f} | {p99:.1f} | {taken[-1]:.0f}"


async def measure(address: str, url: str, process: subprocess.Popen[bytes], changes: int) -> None:
    """Prints the rows of a table: without a change, and with each."""
    connection = await asyncpg.connect(url)
    load = Load()
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=120) as client:
        while True:
            with suppress(httpx.TransportError):
                await client.post("/graphql", json=QUERY)
                break
            await asyncio.sleep(0.1)
        asking = [asyncio.create_task(load.ask(client)) for _ in range(CLIENTS)]
        await asyncio.sleep(1)
        load.take()
        await asyncio.sleep(QUIET_SECONDS)
        print(f"| none | | {load.take()} | {resident(process):.0f} |", flush=True)  # noqa: T201
        for number in range(changes):
            await connection.execute(f"ALTER TABLE table_7 ADD change_{number} int")
            began = time.perf_counter()
            wanted = {"query": f"{{ table7(by: {{rowId: 1}}) {{ change{number} }} }}"}
            while "errors" in (await client.post("/graphql", json=wanted)).json():  # noqa: ASYNC110 - we ask
                await asyncio.sleep(0.05)
            seconds = time.perf_counter() - began
            await asyncio.sleep(1)  # the old schema is freed
            print(f"| {number + 1} | {seconds:.1f} | {load.take()} | {resident(process):.0f} |", flush=True)  # noqa: T201
        print(f"{load.failed} requests failed")  # noqa: T201
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    await connection.close()


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=5)
    parser.add_argument("--server", default="hypercorn")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as postgres:
        url = postgres.url("postgres")
        asyncio.run(fill(url, given.tables))
        address = f"127.0.0.1:{free_port()}"
        loadstone = str(Path(sys.executable).with_name("loadstone"))
        subprocess.run([loadstone, "watch", "install", "--database", url], check=True)  # noqa: S603 - our own program
        process = subprocess.Popen(  # noqa: S603 - our own program
            [loadstone, "serve", "--database", url, "--bind", address, "--server", given.server],
            stdout=subprocess.DEVNULL,
        )
        try:
            print("| change | served after, s | requests | p50, ms | p99, ms | worst, ms | MiB |")  # noqa: T201
            print("| --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
            asyncio.run(measure(address, url, process, given.changes))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


if __name__ == "__main__":
    main()

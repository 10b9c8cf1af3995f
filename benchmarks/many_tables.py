"""How long a large database takes from start to first answer, and how much memory.

1,000 tables of 15 columns with two foreign keys each, served by `loadstone serve` as a process of its own.
Run it with `make bench`, or `python -m benchmarks.many_tables --tables 2000`.

With `--roles 50`: what the schemas of so many roles take beside the first, where all have equal grants, and
where each lacks most columns of another table. With `--writing` these roles may write, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import jwt
from graphql import get_introspection_query

from demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = (
    *("integer", "bigint", "text", "varchar(80)", "numeric(12,2)", "timestamptz"),
    *("date", "boolean", "uuid", "jsonb", "double precision"),
)
GIVE_UP_SECONDS = 120.0
SECRET = "what the tokens of a benchmark are signed with"  # noqa: S105 - of a benchmark


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one start came to; times in seconds from the start of the process, memory in MiB."""

    first_answer: float
    resident: float
    sdl_bytes: int
    introspection: float
    resident_after_introspection: float


@dataclass(frozen=True, slots=True)
class RoleMeasurement:
    """What one more role came to: how many there are, its first answer's seconds, memory in MiB."""

    grants: str
    roles: int
    seconds: float
    resident: float


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


def ask(address: str, query: str, token: str | None = None) -> dict[str, Any]:
    """The answer to a query."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    request = urllib.request.Request(
        f"http://{address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json", **headers},
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


@contextmanager
def served(url: str, query: str, *flags: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server on the database that has answered a query: its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    started = time.perf_counter()
    loadstone = str(Path(sys.executable).with_name("loadstone"))
    command = [loadstone, "serve", "--database", url, "--bind", address, *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        while True:
            try:
                ask(address, query)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - started > GIVE_UP_SECONDS:
                    raise
                time.sleep(0.01)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def last_table(tables: int) -> str:
    """A nested query."""
    return f"{{ table{tables - 1}s(first: 1) {{ nodes {{ id name parent {{ name }} owner {{ name }} }} }} }}"


def measure(url: str, tables: int) -> Measurement:
    """Starts a server on the database and measures it."""
    started = time.perf_counter()
    with served(url, last_table(tables)) as (address, process):
        first_answer = time.perf_counter() - started
        memory = resident(process)
        with urllib.request.urlopen(f"http://{address}/schema.graphql") as response:
            sdl_bytes = len(response.read())
        begun = time.perf_counter()
        ask(address, get_introspection_query())
        return Measurement(first_answer, memory, sdl_bytes, time.perf_counter() - begun, resident(process))


async def grant(url: str, tables: int, roles: int, *, different: bool, writing: bool) -> None:
    """Makes roles that may use all tables; different ones lack most columns of another table each."""
    kind = "different" if different else "equal"
    privileges = ("SELECT", "INSERT", "UPDATE") if writing else ("SELECT",)
    on_tables = ", ".join((*privileges, "DELETE") if writing else privileges)
    names = [f"{kind}_{number}" for number in range(roles)]
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "DO $$ BEGIN CREATE ROLE server_of_benchmark LOGIN NOINHERIT; CREATE ROLE visitor;"
            " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO visitor; GRANT visitor TO server_of_benchmark"
        )
        for number, name in enumerate(names):
            await connection.execute(
                f"CREATE ROLE {name}; GRANT {name} TO server_of_benchmark;"
                f"GRANT {on_tables} ON ALL TABLES IN SCHEMA public TO {name}"
            )
            if different:
                lacking = f"table_{number % tables}"
                some = ", ".join(f"{each} (id, name, parent_id, owner_id)" for each in privileges)
                await connection.execute(
                    f"REVOKE ALL ON {lacking} FROM {name}; GRANT {some} ON {lacking} TO {name}"
                )
    finally:
        await connection.close()


def of_roles(url: str, tables: int, roles: int, *, different: bool) -> Iterator[RoleMeasurement]:
    """Asks as one role after the other."""
    kind = "different" if different else "equal"
    query = last_table(tables)
    login = url.replace("//postgres@", "//server_of_benchmark@")
    expires = int(time.time()) + 3600
    with served(login, query, "--anonymous-role", "visitor", "--jwt-secret", SECRET) as (address, process):
        yield RoleMeasurement(kind, 0, 0.0, resident(process))
        for number in range(roles):
            token = jwt.encode({"role": f"{kind}_{number}", "exp": expires}, SECRET, algorithm="HS256")
            begun = time.perf_counter()
            while True:  # a request may end before the schema is made
                try:
                    ask(address, query, token)
                    break
                except urllib.error.HTTPError:
                    if time.perf_counter() - begun > GIVE_UP_SECONDS:
                        raise
            yield RoleMeasurement(kind, number + 1, time.perf_counter() - begun, resident(process))


def show_roles(url: str, tables: int, roles: int, *, writing: bool) -> None:
    """Prints what the schemas of roles take."""
    print("| grants | roles | median seconds until the first answer as a role | memory |")  # noqa: T201
    print("| --- | --- | --- | --- |")  # noqa: T201
    for different in (False, True):
        asyncio.run(grant(url, tables, roles, different=different, writing=writing))
        taken = []
        for each in of_roles(url, tables, roles, different=different):
            taken.append(each.seconds)
            if each.roles in {0, 1, 10, roles}:
                seconds = statistics.median(taken[1:] or taken)
                row = f"| {each.grants} | {each.roles} | {seconds:.2f} | {each.resident:.0f} MiB |"
                print(row, flush=True)  # noqa: T201


def main() -> None:
    """Prints a table row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--roles", type=int, help="measure the schemas of so many roles instead")
    parser.add_argument("--writing", action="store_true", help="roles that may write")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as postgres:
        url = postgres.url("postgres")
        asyncio.run(fill(url, given.tables))
        if given.roles is not None:
            show_roles(url, given.tables, given.roles, writing=given.writing)
            return
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

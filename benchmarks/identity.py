"""What it costs to say who asks: point look-ups without a token, by one caller, and by a thousand in turn.

`loadstone serve` with an anonymous role and tokens (HS256: a role, `sub`). Callers look rows up by key in a
table that all may read, and in one whose policy shows them the rows of their `sub`. The variants are asked in
turns, each for a short while and several times, so that what else the machine does falls on all alike; each
figure is a median, each ratio is to the anonymous one of the same server. Statements are counted in
PostgreSQL's log afterwards. Needs wrk (Debian: wrk).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import jwt

from benchmarks.load import ANSWER_SECONDS, http1
from benchmarks.music import SETTINGS
from benchmarks.processes import usage
from benchmarks.readme import number, show, table
from benchmarks.servers import start
from benchmarks.statements import StatementLog, log_statements
from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.load import Load
    from benchmarks.servers import Served

CALLERS = 1_000
IN_FLIGHT = (1, 16, 64)
AIM = 0.7
"""What one caller's look-ups should reach of the throughput of anonymous ones."""

SECRET = "what the tokens of a benchmark are signed with"  # noqa: S105 - of a benchmark
TOKEN_SECONDS = 24 * 3600

# Row n belongs to caller n, row 1000 + n to the first: all of them see the row that they ask for.
DATABASE = f"""
CREATE ROLE server_of_benchmark LOGIN NOINHERIT;
CREATE ROLE visitor;
CREATE ROLE member;
GRANT visitor, member TO server_of_benchmark;
CREATE TABLE note (note_id int PRIMARY KEY, owner text NOT NULL, name text NOT NULL, price int, made date);
INSERT INTO note
SELECT n, 'caller ' || CASE WHEN n <= {CALLERS} THEN n ELSE 1 END, 'row ' || n, n, DATE '2020-01-01' + n
FROM generate_series(1, {2 * CALLERS}) AS n;
CREATE TABLE own_note (LIKE note INCLUDING ALL);
INSERT INTO own_note SELECT * FROM note;
ALTER TABLE own_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON own_note TO member
USING (owner = (SELECT current_setting('request.jwt.claims', true)::json ->> 'sub'));
GRANT SELECT ON note TO visitor, member;
GRANT SELECT ON own_note TO member;
ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """Who asks for what.

    Attributes:
        title: In a few words.
        bodies: The requests.
        tokens: The callers, in turn.
    """

    title: str
    bodies: tuple[str, ...]
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one variant came to: requests per second, and milliseconds of processor time for each."""

    per_second: float
    server_cpu: float
    database_cpu: float


def variants() -> tuple[Variant, ...]:
    """All of them, the anonymous one first."""
    expires = int(time.time()) + TOKEN_SECONDS
    tokens = tuple(
        jwt.encode({"role": "member", "sub": f"caller {n}", "exp": expires}, SECRET, algorithm="HS256")
        for n in range(1, CALLERS + 1)
    )
    of_all, of_first = range(1, CALLERS + 1), range(CALLERS + 1, 2 * CALLERS + 1)
    return (
        Variant("anonymous", _bodies("note", of_first), ()),
        Variant("one caller", _bodies("note", of_first), tokens[:1]),
        Variant("one caller, policy", _bodies("ownNote", of_first), tokens[:1]),
        Variant("a thousand callers", _bodies("note", of_all), tokens),
        Variant("a thousand callers, policy", _bodies("ownNote", of_all), tokens),
    )


def _bodies(name: str, ids: range) -> tuple[str, ...]:
    query = f"query Point($id: Int!) {{ {name}(by: {{noteId: $id}}) {{ noteId owner name price made }} }}"
    return tuple(json.dumps({"query": query, "variables": {"id": each}}) for each in ids)


def check(served: Served, variant: Variant) -> None:
    """Asks once; RuntimeError unless the answer is a row."""
    headers = {"content-type": "application/json"}
    if variant.tokens:
        headers["authorization"] = f"Bearer {variant.tokens[0]}"
    request = urllib.request.Request(served.url, variant.bodies[0].encode(), headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - see above
        answer = json.load(response)
    if "errors" in answer or None in answer["data"].values():
        raise RuntimeError(f"{served.name}, {variant.title}: {answer}")


def ask(served: Served, variant: Variant, in_flight: int) -> Load:
    """Asks for a second; RuntimeError unless all were answered."""
    load = http1(served.url, variant.bodies, in_flight=in_flight, seconds=1, tokens=variant.tokens)
    if load.errors:
        raise RuntimeError(f"{served.name}, {variant.title}: {load.errors} requests failed")
    return load


def measure(served: Served, variant: Variant, in_flight: int, database: int) -> Rate:
    """Asks one server for a second.

    Args:
        served: The server.
        variant: Who asks for what.
        in_flight: How many requests are in flight.
        database: Process of PostgreSQL.
    """
    server_before, database_before = usage(served.pid).cpu, usage(database).cpu
    load = ask(served, variant, in_flight)
    return Rate(
        load.requests / load.seconds,
        (usage(served.pid).cpu - server_before) / load.requests * 1e3,
        (usage(database).cpu - database_before) / load.requests * 1e3,
    )


def rates(served: Sequence[Served], rounds: int, database: int) -> dict[tuple[str, str, int], Rate]:
    """Medians by server, variant and requests in flight."""
    found: dict[tuple[str, str, int], list[Rate]] = {}
    for _ in range(rounds):
        for in_flight in IN_FLIGHT:
            for each in served:
                for variant in variants():
                    key = each.name, variant.title, in_flight
                    found.setdefault(key, []).append(measure(each, variant, in_flight, database))
    return {key: _median(each) for key, each in found.items()}


def _median(several: Sequence[Rate]) -> Rate:
    return Rate(
        statistics.median(rate.per_second for rate in several),
        statistics.median(rate.server_cpu for rate in several),
        statistics.median(rate.database_cpu for rate in several),
    )


def statements(served: Sequence[Served], log: StatementLog) -> dict[tuple[str, str, int], float]:
    """Simple and prepared statements that PostgreSQL executes for a request; BEGIN and COMMIT count."""
    found = {}
    for each in served:
        for variant in variants():
            for in_flight in IN_FLIGHT:
                before = log.count()
                requests = ask(each, variant, in_flight).requests
                found[each.name, variant.title, in_flight] = (log.count() - before) / requests
    return found


def _lines(
    names: Sequence[str], found: dict[tuple[str, str, int], Rate], counts: dict[tuple[str, str, int], float]
) -> Iterator[str]:
    yield f"At {' / '.join(map(str, IN_FLIGHT))} in flight; statements are round trips that begin or end too:"
    yield ""
    head = ("who asks", "server", "requests/s", "times anonymous", "server CPU ms", "database CPU ms")
    rows = []
    for name in names:
        base = [found[name, "anonymous", n].per_second for n in IN_FLIGHT]
        for variant in variants():
            each = [found[name, variant.title, n] for n in IN_FLIGHT]
            ratios = [rate.per_second / first for rate, first in zip(each, base, strict=True)]
            rows.append(
                (
                    variant.title,
                    name,
                    " / ".join(number(rate.per_second) for rate in each),
                    " / ".join(f"{ratio:.2f}" for ratio in ratios),
                    " / ".join(number(rate.server_cpu) for rate in each),
                    " / ".join(number(rate.database_cpu) for rate in each),
                    " / ".join(f"{counts[name, variant.title, n]:.2f}" for n in IN_FLIGHT),
                )
            )
    yield from table((*head, "statements a request"), rows)


async def create(url: str) -> None:
    """Makes roles and tables."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(DATABASE)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


def main() -> int:
    """Prints the table; 1 where one caller is below the aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each variant is asked (5)")
    parser.add_argument("--readme", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    flags = ("--production", "--anonymous-role", "visitor", "--jwt-secret", SECRET)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        owner = postgres.url("postgres")
        asyncio.run(create(owner))
        url = owner.replace("//postgres@", "//server_of_benchmark@")
        database = int((folder / "pg" / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        with ExitStack() as measured:
            served = [start(measured, name, url, folder, flags) for name in SERVERS]
            for each in served:
                for variant in variants():
                    check(each, variant)
                    ask(each, variant, 64)  # schemas of roles and connections are made
            found = rates(served, given.rounds, database)
        asyncio.run(log_statements(owner))
        served = [start(stack, name, url, folder, flags) for name in SERVERS]
        for each in served:
            ask(each, variants()[1], 64)
        counts = statements(served, StatementLog(postgres.log))
    show("identity", "benchmarks.identity", _lines(tuple(SERVERS), found, counts), readme=given.readme)
    kept = all(
        found[name, "one caller", n].per_second >= AIM * found[name, "anonymous", n].per_second
        for name in SERVERS
        for n in IN_FLIGHT
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

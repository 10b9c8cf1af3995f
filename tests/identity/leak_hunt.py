"""Looks for rows, claims and messages of one tenant in answers to another, whatever goes wrong meanwhile.

python -m tests.identity.leak_hunt --requests 1000000

Many tenants ask one server for what is theirs and what is not, over HTTP, while clients leave, statements
fail and take too long, mutations are refused, and the schema changes: on a pool of one connection and of ten,
in both lanes, on every server, with and without PgBouncer. Whatever a tenant owns has a mark of theirs; an
answer with another's is a leak.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
import jwt
import orjson

from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS
from tests.support.pgbouncer import pgbouncer
from tests.support.roles import created

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TENANTS = 100
NOTES = 2_000
SECRET = "a secret of the leak hunt, long enough for it"  # noqa: S105 - of this hunt alone
LANES = ("compiled", "reference")
POOLS = (1, 10)
CLIENTS = 24
HOT = 0.3
"""How many of all requests are the first tenant's."""
TIMEOUT_SECONDS = 0.5
"""After which the server ends a request."""
RELOAD_SECONDS = 2.0
"""Between two changes of the schema."""
START_SECONDS = 30.0

ROLES = created("hunted LOGIN NOINHERIT", "tenant", "auditor") + "GRANT tenant, auditor TO hunted;"

DATABASE = f"""
CREATE FUNCTION me() RETURNS int STABLE LANGUAGE sql
    RETURN (current_setting('request.jwt.claims', true)::json ->> 'sub')::int;
CREATE TABLE note (note_id int PRIMARY KEY, tenant int NOT NULL, body text NOT NULL, number int NOT NULL);
CREATE TABLE line (
    line_id int PRIMARY KEY, note_id int REFERENCES note, tenant int NOT NULL, body text NOT NULL
);
CREATE INDEX ON line (note_id);
CREATE INDEX ON note (tenant);
INSERT INTO note SELECT n, n % {TENANTS}, 'mark ' || n % {TENANTS} || '.', n % 7
    FROM generate_series(0, {NOTES - 1}) AS n;
INSERT INTO line SELECT n, n % {NOTES}, n % {NOTES} % {TENANTS}, 'mark ' || n % {NOTES} % {TENANTS} || '.'
    FROM generate_series(0, {NOTES * 3 - 1}) AS n;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
ALTER TABLE line ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON note TO tenant USING (tenant = me());
CREATE POLICY own ON line TO tenant USING (tenant = me());
CREATE POLICY every ON note TO auditor USING (true);
CREATE VIEW nap WITH (security_invoker) AS SELECT n.*, pg_sleep(0.0005)::text AS slept FROM note AS n;
CREATE VIEW sleep WITH (security_invoker) AS SELECT n.*, pg_sleep(5)::text AS slept FROM note AS n;
CREATE FUNCTION who() RETURNS text STABLE LANGUAGE sql RETURN 'mark ' || me() || '.';
CREATE FUNCTION fail() RETURNS text STABLE LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'mark %.', me(); END $$;
CREATE FUNCTION divide() RETURNS int STABLE LANGUAGE sql RETURN 1 / (me() - me());
GRANT SELECT, INSERT, UPDATE, DELETE ON note, line TO tenant;
GRANT SELECT ON nap, sleep TO tenant;
GRANT SELECT ON note TO auditor;
"""

PAGE = "notes(first: 20, orderBy: [{number: ASC}]) { totalCount nodes { body lines { nodes { body } } } }"
DOCUMENTS = {
    "look-up": "query ($id: Int!) { note(by: {noteId: $id}) { body lines { nodes { body } } } }",
    "page": f"query {{ who {PAGE} }}",
    "filter": "query ($id: Int!) { notes(filter: {number: {eq: $id}}) { totalCount nodes { body tenant } } }",
    "aggregate": "{ who notes { aggregate { count max { body } min { body } } groups(by: [body]) "
    "{ key { body } aggregate { count } } } }",
    "relation": "query ($id: Int!) { line(by: {lineId: $id}) { body note { body lines { nodes { body } } } }"
    " }",
    "nap": "{ naps(first: 2) { nodes { body slept } } who }",
    "timeout": "{ sleeps(first: 1) { nodes { body slept } } }",
    "raise": f"{{ who fail {PAGE} }}",
    "error": f"{{ who divide {PAGE} }}",
    "update": "mutation { updateNotes(filter: {}, set: {number: 3}) { affectedCount notes { body } } }",
    "foreign update": "mutation ($id: Int!) { updateNote(by: {noteId: $id}, set: {number: 4}) {"
    " note { body } } }",
    "foreign create": "mutation ($id: Int!) {"
    ' createNote(input: {noteId: $id, tenant: $id, body: "x", number: 1}) { note { body } } }',
    "dry run": "mutation ($id: Int!) { updateNotes(filter: {}, set: {number: $id}, dryRun: true) {"
    " notes { body } } }",
}
WEIGHTS = {"look-up": 12, "page": 6, "filter": 4, "relation": 6, "aggregate": 3, "nap": 0.5, "timeout": 0.02}
MARK = re.compile(rb"mark (\d+)\.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hunt goes on."""

    server: str
    lane: str
    pool: int
    pooler: bool

    def __str__(self) -> str:
        return f"{self.server}, {self.lane} lane, pool of {self.pool}{', PgBouncer' if self.pooler else ''}"


PLACES = [Place(*each) for each in itertools.product(SERVERS, LANES, POOLS, (False, True))]


@dataclass(slots=True)
class Tally:
    """What came of requests.

    Attributes:
        kinds: How many were sent, by their kind.
        codes: How many ended with which error; `None` for data without errors.
        left: How many clients did not wait for the answer.
        marks: How many marks of their own tenants answers had.
        foreign: Answers with the mark of another tenant, or fewer rows than the tenant has.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str | None] = field(default_factory=Counter)
    left: int = 0
    marks: int = 0
    foreign: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """All requests."""
        return self.kinds.total()

    def take(self, tenant: int, kind: str, body: bytes) -> None:
        """Looks through an answer."""
        own = b"%d" % tenant
        marks = MARK.findall(body)
        self.marks += len(marks)
        answer: dict[str, Any] = orjson.loads(body)
        errors = answer.get("errors")
        self.codes[errors[0]["extensions"]["code"] if errors else None] += 1
        wrong = any(mark != own for mark in marks)
        if kind in {"page", "update"} and not errors:
            [found] = [each for each in answer["data"].values() if isinstance(each, dict)]
            wrong |= found.get("totalCount", found.get("affectedCount")) != NOTES // TENANTS
        if wrong:
            self.foreign.append(f"tenant {tenant}, {kind}: {body[:500]!r}")


class Client:
    """One connection that asks for one tenant after the other.

    Args:
        port: Of the server.
        tokens: By tenant.
        tally: What came of it.
        random: What to do next.
    """

    def __init__(self, port: int, tokens: Sequence[str], tally: Tally, random: Random) -> None:
        self._port = port
        self._tokens = tokens
        self._tally = tally
        self._random = random
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self) -> None:
        """Sends a request, and waits for its answer, or leaves."""
        random = self._random
        kind = random.choices(list(DOCUMENTS), [WEIGHTS.get(kind, 1) for kind in DOCUMENTS])[0]
        tenant = 0 if random.random() < HOT else random.randrange(TENANTS)
        document = DOCUMENTS[kind]
        identifier = random.choice((tenant, tenant + TENANTS, random.randrange(NOTES)))
        variables = {"id": identifier} if "$id" in document else {}
        self._tally.kinds[kind] += 1
        asked = asyncio.ensure_future(self._send(tenant, {"query": document, "variables": variables}))
        if random.random() < 0.1:
            await asyncio.sleep(random.random() * random.choice((0.002, 0.02, 0.1)))
            if not asked.done():
                self._tally.left += 1
                asked.cancel()
                await asyncio.gather(asked, return_exceptions=True)
                self.leave()
                return
        self._tally.take(tenant, kind, await asked)

    async def _send(self, tenant: int, content: object) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = orjson.dumps(content)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n%s"
            % (self._tokens[tenant].encode(), len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if length is None:
            raise ValueError(f"an answer without its length: {head!r}")
        return await reader.readexactly(int(length[1]))

    def leave(self) -> None:
        """Closes the connection, whatever is on its way."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def hunt(
    place: Place, postgres: EmbeddedPostgres, pooler: str | None, requests: int, seed: str
) -> Tally:
    """Sends requests to a server at one place.

    Args:
        place: The server.
        postgres: Where its database is made, anew.
        pooler: Address of a pooler; None where the place has none.
        requests: How many.
        seed: What tells one hunt from another.
    """
    name = f"hunt {seed} {place}"[:60]
    await _execute(postgres.url("postgres"), f'DROP DATABASE IF EXISTS "{name}"; ')
    await _execute(postgres.url("postgres"), f'CREATE DATABASE "{name}" TEMPLATE template0')
    url = postgres.url(name)
    await _execute(url, ROLES + DATABASE)
    login = url.replace("//postgres@", "//hunted@")
    if pooler is not None:
        login = f"postgresql://hunted@{pooler}{urlsplit(url).path}"
    tokens = [
        jwt.encode({"sub": str(n), "role": "tenant", "exp": time.time() + 86_400}, SECRET, "HS256")
        for n in range(TENANTS)
    ]
    tally = Tally()
    with _serving(place, login) as (port, process):
        changing = asyncio.create_task(_change(url, process))
        clients = [Client(port, tokens, tally, Random(f"{seed} {n}")) for n in range(CLIENTS)]  # noqa: S311

        async def run(client: Client) -> None:
            while tally.requests < requests and not tally.foreign:
                await client.ask()
            client.leave()

        try:
            await asyncio.gather(*map(run, clients))
        finally:
            changing.cancel()
            await asyncio.gather(changing, return_exceptions=True)
    return tally


async def _change(url: str, process: subprocess.Popen[bytes]) -> None:
    """Changes the schema now and then, in ways that every request survives."""
    connection = await asyncpg.connect(url)
    try:
        for number in itertools.count():
            await asyncio.sleep(RELOAD_SECONDS)
            await connection.execute(f"ALTER TABLE note ADD COLUMN extra_{number} int")
            await asyncio.sleep(RELOAD_SECONDS)
            await connection.execute(f"ALTER TABLE note DROP COLUMN extra_{number}")
            await connection.execute(f"COMMENT ON TABLE line IS 'Comment {number}.'")
            process.send_signal(signal.SIGHUP)
    finally:
        connection.terminate()


@contextmanager
def _serving(place: Place, url: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    module = "server.cli" if place.lane == LANES[0] else "benchmarks.peers.reference_lane"
    settings = {
        "LOADSTONE_DATABASE_URL": url,
        "LOADSTONE_JWT_SECRET": SECRET,
        "LOADSTONE_SERVER": place.server,
        "LOADSTONE_POOL_SIZE": str(place.pool),
        "LOADSTONE_BIND": "127.0.0.1:0",
        "LOADSTONE_REQUEST_TIMEOUT": str(TIMEOUT_SECONDS),
        "LOADSTONE_SCHEMA_POLL_SECONDS": "0.5",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOADSTONE_")}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            (sys.executable, "-c", f"import sys; from {module} import main; sys.exit(main())", "serve"),
            env={**environment, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _port(process, output), process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(START_SECONDS)
            process.kill()


def _port(process: subprocess.Popen[bytes], output: Any) -> int:
    deadline = time.monotonic() + START_SECONDS
    while True:
        output.seek(0)
        said: bytes = output.read()
        if match := re.search(rb"Loadstone serves http://127\.0\.0\.1:(\d+)/", said):
            return int(match[1])
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the server does not serve: {said.decode()}")
        time.sleep(0.05)


async def _execute(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


def main() -> int:
    """Hunts at all places; 1 if anything leaked."""
    parser = argparse.ArgumentParser(prog="python -m tests.identity.leak_hunt", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, metavar="N", help="at all places together")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="places whose name has this")
    given = parser.parse_args()
    places = [place for place in PLACES if given.only in str(place)]
    leaks = 0
    with (
        tempfile.TemporaryDirectory(prefix="loadstone-hunt-") as folder,
        EmbeddedPostgres(
            Path(folder) / "pg", settings={"fsync": "off", "max_connections": "200"}
        ) as postgres,
    ):
        asyncio.run(_execute(postgres.url("postgres"), ROLES))
        for place in places:
            started = time.monotonic()
            behind = pgbouncer(postgres.url("postgres"), "hunted") if place.pooler else nullcontext()
            with behind as pooler:
                tally = asyncio.run(
                    hunt(place, postgres, pooler, given.requests // len(places), str(given.seed))
                )
            codes = ", ".join(f"{code or 'data'} {count:,}" for code, count in tally.codes.most_common())
            sys.stdout.write(
                f"{place}: {tally.requests:,} requests in {time.monotonic() - started:,.0f} s ({codes}; "
                f"{tally.left:,} left), {tally.marks:,} marks, {len(tally.foreign)} foreign\n"
            )
            for leak in tally.foreign:
                sys.stdout.write(f"  {leak}\n")
            sys.stdout.flush()
            leaks += len(tally.foreign)
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())

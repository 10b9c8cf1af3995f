"""The real server: `loadstone serve` as a process of its own, reached over real sockets.

A test that asks for `serve`, `shop` or `client` runs once on every server; `-k granian` picks one.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import asyncpg
import httpx
import pytest
import trustme
from playwright.async_api import async_playwright

from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from playwright.async_api import Browser

BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

once = pytest.mark.parametrize("server_name", SERVERS[:1], indirect=True)
"""For tests of what is the same on every server, and takes its time."""

LOADSTONE = str(Path(sys.executable).with_name("loadstone"))
SECONDS = 30.0
"""How long starting and stopping may take."""

SHOP = """
CREATE TABLE artist (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE album (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, artist_id int REFERENCES artist);
INSERT INTO artist (name) SELECT 'artist ' || n FROM generate_series(1, 20) n;
INSERT INTO album (title, artist_id) SELECT 'album ' || n, 1 + n % 20 FROM generate_series(1, 100) n;
CREATE VIEW long_nap AS SELECT 1 AS one, pg_sleep(30)::text AS nap;
CREATE VIEW short_nap AS SELECT 1 AS one, pg_sleep(1.5)::text AS nap;
CREATE VIEW broken AS SELECT 1 AS one, current_setting('loadstone.secret')::text AS two;
CREATE FUNCTION read_at(a artist) RETURNS text STABLE LANGUAGE sql AS 'SELECT statement_timestamp()::text';
"""


@dataclass
class Server:
    """A `loadstone serve` process; leaving the context kills it.

    Attributes:
        process: Its process.
        output: File with what it printed.
        log: File with what it logged.
    """

    process: subprocess.Popen[bytes]
    output: Path
    log: Path

    @property
    def lines(self) -> list[str]:
        """What it printed so far."""
        return self.output.read_text().splitlines()

    @property
    def url(self) -> str:
        """`http://host:port` of the cleartext address."""
        return self._address("http")

    @property
    def tls_url(self) -> str:
        """`https://host:port` of the TLS address."""
        return self._address("https")

    @property
    def port(self) -> int:
        """Port of the cleartext address."""
        return int(self.url.rpartition(":")[2])

    def _address(self, scheme: str) -> str:
        for line in self.lines:
            if match := re.match(rf"Loadstone serves ({scheme}://[^/]+)/graphql \(", line):
                return match[1]
        raise AssertionError(f"no {scheme} address in {self.lines}")

    def wait_until_serving(self, addresses: int) -> None:
        """Waits until it has printed so many addresses."""
        deadline = time.monotonic() + SECONDS
        while sum(line.startswith("Loadstone serves") for line in self.lines) < addresses:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the server does not serve: {self.log.read_text()}")
            time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends a signal and returns the exit status."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Certificate:
    """A certificate for localhost, and a context that trusts it."""

    cert: Path
    key: Path
    context: ssl.SSLContext


class Serve(Protocol):
    """Starts `loadstone serve` on free ports, cleartext and TLS, and waits until it serves.

    Servers run until the end of all tests, unless a test stops them or uses them as a context.
    """

    def __call__(self, database_url: str, *arguments: str, env: Mapping[str, str] | None = None) -> Server:
        """Starts one with further arguments and environment variables."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without settings of Loadstone, and what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOADSTONE_")}
    return {**kept, **(extra or {})}


@pytest.fixture(params=SERVERS)
def server_name(request: pytest.FixtureRequest) -> str:
    """What `--server` is given: each server in turn."""
    name: str = request.param
    return name


@pytest.fixture
def serve(start_server: Serve, server_name: str) -> Serve:
    def start(database_url: str, *arguments: str, env: Mapping[str, str] | None = None) -> Server:
        return start_server(database_url, "--server", server_name, *arguments, env=env)

    return start


@pytest.fixture(scope="session")
def start_server(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    servers: list[Server] = []

    def start(database_url: str, *arguments: str, env: Mapping[str, str] | None = None) -> Server:
        folder = tmp_path_factory.mktemp("serve")
        with (folder / "output").open("wb") as output, (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(LOADSTONE, "serve", "--database", database_url),
                    *("--bind", "127.0.0.1:0", "--tls-bind", "127.0.0.1:0"),
                    *("--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key)),
                    *arguments,
                ],
                stdout=output,
                stderr=log,
                cwd=folder,
                env=environment(env),
            )
        server = Server(process, folder / "output", folder / "log")
        servers.append(server)
        server.wait_until_serving(2)
        return server

    yield start
    for server in servers:
        with server:
            pass


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("certificate")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    cert, key = folder / "cert.pem", folder / "key.pem"
    issued.cert_chain_pems[0].write_to_path(cert)
    issued.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return Certificate(cert, key, context)


@pytest.fixture(scope="session")
async def shop_url(create_database: Callable[[str], Awaitable[str]]) -> str:
    """A database with artists, albums, and views that take their time."""
    return await create_database(SHOP)


@pytest.fixture(scope="session")
def shops() -> dict[str, Server]:
    """The servers of `shop`, by name."""
    return {}


@pytest.fixture
def shop(shops: dict[str, Server], shop_url: str, server_name: str, serve: Serve) -> Server:
    """One server for tests that leave it as it was: bodies up to 256 KiB, requests up to 2 seconds."""
    if server_name not in shops:
        shops[server_name] = serve(shop_url, "--max-body-bytes", "262144", "--request-timeout", "2")
    return shops[server_name]


@pytest.fixture(params=["http1", "h2c", "h2"])
async def client(
    request: pytest.FixtureRequest, shop: Server, certificate: Certificate
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shop by each protocol: HTTP/1.1, HTTP/2 with prior knowledge, HTTP/2 over TLS."""
    protocols: dict[str, dict[str, Any]] = {
        "http1": {"base_url": shop.url},
        "h2c": {"base_url": shop.url, "http1": False, "http2": True},
        "h2": {"base_url": shop.tls_url, "http2": True, "verify": certificate.context},
    }
    async with httpx.AsyncClient(timeout=15, **protocols[request.param]) as each:
        yield each


@pytest.fixture
async def watch(shop_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees what others run."""
    connection = await asyncpg.connect(shop_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    finder = Path(__file__).parents[1] / "support" / "programs.py"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, finder, "chromium"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    path, reason = await process.communicate()
    if process.returncode != 0:
        pytest.skip(f"Browser tests are left out: {reason.decode().strip()}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path.decode().strip(), headless=True, args=BROWSER_FLAGS
        )
        yield browser
        await browser.close()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def naps(connection: asyncpg.Connection, number: int, seconds: float) -> None:
    """Waits until so many statements sleep."""

    async def so_many() -> bool:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep'"
            " AND datname = current_database()"
        )
        return found == number

    await until(so_many, seconds)

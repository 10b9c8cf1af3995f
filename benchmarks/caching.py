"""What kept answers save: `python -m benchmarks.caching` asks the application in process, over ASGI.

Processor time of the process for each request: not kept (caching off, and on but asked past), kept, and by
GET as 200 and 304; a point look-up, and a tree of 20 artists with their albums and tracks. The database is
the embedded PostgreSQL, whose own time is not in it.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import uvloop

from benchmarks.music import SETTINGS, create
from benchmarks.own_cost import HEADERS, processor_time
from benchmarks.peers.comparing import say
from demo.postgres import EmbeddedPostgres
from server.application import Application, open_service
from server.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

TRACKS = 10_000
ROUNDS = 7
SECONDS = 0.3
IN_FLIGHT = 16

QUESTIONS = {
    "point look-up": "{ track(by: {trackId: 17}) { trackId name composer milliseconds unitPrice } }",
    "tree": "{ artists(first: 20) { nodes { name albums { nodes { title tracks { nodes {"
    " name milliseconds unitPrice genre { name } } } } } } } }",
}

Fields = "Sequence[tuple[bytes, bytes]]"


async def ask(
    application: Application, document: str, method: str, fields: Sequence[tuple[bytes, bytes]]
) -> tuple[dict[bytes, bytes], bytes]:
    """One request; header fields and body of its answer."""
    body = json.dumps({"query": document}).encode() if method == "POST" else b""
    parts: list[bytes] = []
    head: dict[bytes, bytes] = {}
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.get_running_loop().create_future()  # the client stays
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            head.update(message["headers"])
            head[b":status"] = b"%d" % message["status"]
        else:
            parts.append(message["body"])

    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": f"query={quote(document)}".encode() if method == "GET" else b"",
        "headers": [*HEADERS, *fields, (b"content-length", b"%d" % len(body))],
    }
    await application(scope, receive, send)
    return head, b"".join(parts)


@asynccontextmanager
async def opened(url: str, seconds: int) -> AsyncIterator[Application]:
    """The application on a database."""
    flags = {"database_url": url, "production": True, "pool_size": "10", "cache_seconds": str(seconds)}
    settings = resolve(flags=flags, environment={}).settings
    application = Application(partial(open_service, settings, report_warnings=False))
    async with application.opened():
        yield application


async def ways(
    off: Application, on: Application, document: str
) -> Mapping[str, Callable[[], Awaitable[object]]]:
    """Ways to ask for one answer, each checked to be what it is called."""
    head, body = await ask(on, document, "GET", ())
    etag = (b"if-none-match", head[b"etag"])
    made = {
        "caching off": partial(ask, off, document, "POST", ()),
        "asked past it": partial(ask, on, document, "POST", ((b"cache-control", b"no-store"),)),
        "kept": partial(ask, on, document, "POST", ()),
        "kept, GET, 200": partial(ask, on, document, "GET", ()),
        "kept, GET, 304": partial(ask, on, document, "GET", (etag,)),
        "caching off, GET, 200": partial(ask, off, document, "GET", ()),
        "caching off, GET, 304": partial(ask, off, document, "GET", (etag,)),
    }
    for name, one in made.items():
        await one()
        told, found = await one()
        if found != (b"" if "304" in name else body) or told[b":status"] != (
            b"304" if "304" in name else b"200"
        ):
            raise RuntimeError(name)
        if name.startswith("kept") != (b"hit" in told.get(b"cache-status", b"")):
            raise RuntimeError(name)
    return made


async def measure(url: str) -> None:
    """Prints the table."""
    async with opened(url, 0) as off, opened(url, 3600) as on:
        say("| | " + " | ".join(f"{name}: µs | of caching off" for name in QUESTIONS) + " |")
        say("| --- |" + " ---: |" * 2 * len(QUESTIONS))
        rows: dict[str, list[str]] = {}
        for document in QUESTIONS.values():
            asked = await ways(off, on, document)
            times: dict[str, list[float]] = {name: [] for name in asked}
            for _ in range(ROUNDS):  # they take turns, so that what else the machine does falls on all
                for name, one in asked.items():
                    times[name].append(await processor_time(one, IN_FLIGHT, SECONDS))
            base = statistics.median(times["caching off"])
            for name, each in times.items():
                median = statistics.median(each)
                rows.setdefault(name, []).append(f"{median * 1e6:.0f} | {median / base:.2f}")
        for name, cells in rows.items():
            say(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg", SETTINGS) as postgres:
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(url))


if __name__ == "__main__":
    main()

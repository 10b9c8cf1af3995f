"""What a document costs until it is ready to run, sent in full against named by its hash.

`python -m benchmarks.persisted` runs the stages decode, identify, document and prepare of requests whose
documents are prepared already, in process, and prints microseconds of processor time for each.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvloop

from benchmarks.music import SETTINGS, create
from benchmarks.peers.comparing import say
from demo.postgres import EmbeddedPostgres
from server.application import open_service
from server.http.decoding import decode
from server.http.exchange import AsgiExchange
from server.http.watch import Watch
from server.operations import prepare
from server.pipeline import identify
from server.settings import Settings

if TYPE_CHECKING:
    from server.stages import Stages

TRACKS = 1000
FIELDS = (1, 20, 200)
"""How many look-ups the documents have."""

ROUNDS = 7
REQUESTS = 2000


def document(fields: int) -> str:
    """A document of so many look-ups."""
    lookups = "\n".join(
        f"  track{number}: track(by: {{trackId: {number}}}) {{ name composer milliseconds }}"
        for number in range(1, fields + 1)
    )
    return f"query Tracks {{\n{lookups}\n}}\n"


def exchange(body: bytes) -> AsgiExchange:
    """A request."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: object) -> None:
        pass

    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    return AsgiExchange(scope, receive, send, Watch())


async def made_ready(body: bytes, stages: Stages) -> None:
    """Runs the stages until the operation could run, and registers its document where that is asked for."""
    asked = exchange(body)
    request = await decode(asked, max_body_bytes=2**20)
    if isinstance(request, list):
        raise TypeError("a batch")
    caller = await identify(asked, stages)
    text = stages.documents.at_hand(request) or await stages.documents.fetch(request)
    prepare(request, caller, text, stages.limits)
    await stages.documents.register(text)


async def processor_time(body: bytes, stages: Stages) -> float:
    """Microseconds of processor time for a request."""
    times = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(REQUESTS):
            await made_ready(body, stages)
        times.append((time.process_time() - before) / REQUESTS * 1e6)
    return statistics.median(times)


async def measure(url: str) -> None:
    """Prints the table."""
    settings = Settings(database_url=url, max_tokens=10_000, max_aliases=1000, max_root_fields=1000)
    async with open_service(settings, report_warnings=False) as service:
        say("| document | sent in full, µs | named by its hash, µs |")
        say("| --- | --- | --- |")
        for fields in FIELDS:
            source = document(fields)
            digest = hashlib.sha256(source.encode()).hexdigest()
            named = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
            await made_ready(json.dumps({"query": source, **named}).encode(), service.stages)
            full = await processor_time(json.dumps({"query": source}).encode(), service.stages)
            by_hash = await processor_time(json.dumps(named).encode(), service.stages)
            say(f"| {len(source):,} bytes | {full:.1f} | {by_hash:.1f} |")


def main() -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg", SETTINGS) as postgres:
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(url))


if __name__ == "__main__":
    main()

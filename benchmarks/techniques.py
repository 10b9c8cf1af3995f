"""What the service's techniques are worth: each off and on, in one table.

`python -m benchmarks.techniques`: `loadstone serve` on the music store, once for each set of settings, with
one Valkey for all of them. What is off and what is on is asked in turns, each for a short while and several
times, so that what else the machine does falls on both; figures are medians. Bytes are those of a whole
answer, its head included. Needs wrk (Debian: wrk).
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import statistics
import tempfile
import urllib.error
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.load import ANSWER_SECONDS, Asked, http1_requests
from benchmarks.music import SETTINGS, create
from benchmarks.peers.questions import documents, questions
from benchmarks.processes import usage
from benchmarks.readme import number, show, table
from benchmarks.servers import start
from demo.postgres import EmbeddedPostgres
from demo.valkey import EmbeddedValkey
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.servers import Served

TRACKS = 10_000
PATH = "/graphql"
NOT_MODIFIED = 304
CACHED = ("--cache-seconds", "600")
BUDGET = ("--budget-points", "100000000", "--budget-per-second", "1000000")


@dataclass(frozen=True, slots=True)
class Side:
    """A technique, off or on.

    Attributes:
        flags: Of the server.
        by: How it is asked: `full` (POST of the document), `hash` (POST of its hash), `get` (GET by its
            hash), `known` (the same, with the ETag of the answer).
        headers: Of the requests, besides.
    """

    flags: tuple[str, ...] = ()
    by: str = "full"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique, measured by questions of `benchmarks.peers.questions`."""

    title: str
    questions: tuple[str, ...]
    off: Side
    on: Side


COMPRESSED = (("accept-encoding", "zstd"),)
TECHNIQUES = (
    Technique("persisted documents", ("Point", "Tree"), Side(), Side(by="hash")),
    Technique("cached answers", ("Point", "Tree", "Aggregate"), Side(), Side(CACHED)),
    Technique("304 instead of 200, not cached", ("Point", "Tree"), Side(by="get"), Side(by="known")),
    Technique("304 instead of 200, cached", ("Point", "Tree"), Side(CACHED, "get"), Side(CACHED, "known")),
    Technique("compression (zstd)", ("Page", "Tree"), Side(), Side(headers=COMPRESSED)),
    Technique("compression (zstd), cached", ("Page", "Tree"), Side(CACHED), Side(CACHED, headers=COMPRESSED)),
    Technique("a budget, leased", ("Point",), Side(), Side(BUDGET)),
    Technique(
        "leases instead of asking Redis each time",
        ("Point",),
        Side((*BUDGET, "--budget-lease-share", "0")),
        Side(BUDGET),
    ),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests per second, the server's processor time in milliseconds and the bytes of each."""

    per_second: float
    cpu: float
    bytes: float


def requests(
    served: Served, side: Side, document: str, variables: Sequence[Mapping[str, int]]
) -> list[Asked]:
    """The requests of a side; what they need is made known to the server first."""
    persisted = {"version": 1, "sha256Hash": hashlib.sha256(document.encode()).hexdigest()}
    if side.by == "full":
        asked = [{"query": document, "variables": dict(values)} for values in variables]
        return [Asked(PATH, json.dumps(each), side.headers) for each in asked]
    extensions = {"persistedQuery": persisted}
    first = {"query": document, "variables": dict(variables[0]), "extensions": extensions}
    _send(served, Asked(PATH, json.dumps(first)))
    if side.by == "hash":
        hashed = [{"variables": dict(values), "extensions": extensions} for values in variables]
        return [Asked(PATH, json.dumps(each), side.headers) for each in hashed]
    parts = [{"variables": json.dumps(values), "extensions": json.dumps(extensions)} for values in variables]
    got = [Asked(f"{PATH}?{urlencode(each)}", headers=side.headers) for each in parts]
    if side.by == "get":
        return got
    return [
        Asked(each.target, headers=(*each.headers, ("if-none-match", _send(served, each)))) for each in got
    ]


def _send(served: Served, asked: Asked) -> str:
    """The ETag of the answer; RuntimeError where that has errors."""
    headers = dict(asked.headers) | ({"content-type": "application/json"} if asked.body else {})
    url = served.url.removesuffix(PATH) + asked.target
    request = urllib.request.Request(url, asked.body.encode() or None, headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - see above
        content = json.load(response)
        if "errors" in content:
            raise RuntimeError(f"{served.name}: {content}")
        return str(response.headers.get("etag"))


def check(served: Served, side: Side, asked: Asked) -> None:
    """Asks once; RuntimeError where the technique does not show."""
    headers = dict(asked.headers) | ({"content-type": "application/json"} if asked.body else {})
    url = served.url.removesuffix(PATH) + asked.target
    request = urllib.request.Request(url, asked.body.encode() or None, headers)  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - see above
            status, coding = response.status, response.headers.get("content-encoding")
    except urllib.error.HTTPError as error:
        status, coding = error.code, None
    expected = NOT_MODIFIED if side.by == "known" else 200
    if status != expected or (side.headers == COMPRESSED) != (coding == "zstd"):
        raise RuntimeError(f"{served.name}: {side}: {status}, {coding}")


def measure(served: Served, asked: Sequence[Asked], in_flight: int) -> Rate:
    """Asks one server for a second; RuntimeError unless all answers are good."""
    before = usage(served.pid).cpu
    load = http1_requests(served.url, asked, in_flight=in_flight, seconds=1)
    if load.errors:
        raise RuntimeError(f"{served.name}: {load.errors} of {load.requests + load.errors} requests failed")
    cpu = (usage(served.pid).cpu - before) / load.requests * 1e3
    return Rate(load.requests / load.seconds, cpu, load.bytes / load.requests)


def rows(
    servers: Mapping[tuple[str, ...], Served], techniques: Sequence[Technique], rounds: int, in_flight: int
) -> Iterator[tuple[str, ...]]:
    """Rows of the table."""
    texts, asked_for = documents("loadstone"), {each.name: each for each in questions(TRACKS)}
    for technique in techniques:
        for name in technique.questions:
            question = asked_for[name]
            sides = (technique.off, technique.on)
            asked = [
                requests(servers[side.flags], side, texts[name], question.variables[:200]) for side in sides
            ]
            rates: tuple[list[Rate], list[Rate]] = ([], [])
            for side, each in zip(sides, asked, strict=True):
                measure(servers[side.flags], each, in_flight)  # caches are filled, connections made
                check(servers[side.flags], side, each[0])
            for _ in range(rounds):
                for side, each, found in zip(sides, asked, rates, strict=True):
                    found.append(measure(servers[side.flags], each, in_flight))
            off, on = (_median(each) for each in rates)
            yield (
                technique.title,
                question.title,
                *(number(off.per_second), number(on.per_second), f"{on.per_second / off.per_second:.2f}"),
                *(number(off.cpu), number(on.cpu), number(off.bytes), number(on.bytes)),
            )


def _median(several: Sequence[Rate]) -> Rate:
    return Rate(
        statistics.median(rate.per_second for rate in several),
        statistics.median(rate.cpu for rate in several),
        statistics.median(rate.bytes for rate in several),
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is asked (5)")
    parser.add_argument("--in-flight", type=int, default=16, help="requests in flight (16)")
    parser.add_argument("--server", choices=SERVERS, default=SERVERS[0], help="the HTTP server")
    parser.add_argument("--only", default="", metavar="TEXT", help="techniques whose title has this")
    parser.add_argument("--readme", action="store_true", help="put the table into benchmarks/README.md")
    given = parser.parse_args()
    techniques = [each for each in TECHNIQUES if given.only in each.title]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        valkey = stack.enter_context(EmbeddedValkey(folder / "valkey"))
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        flags = {side.flags: None for each in techniques for side in (each.off, each.on)}
        servers = {
            each: start(stack, given.server, url, folder, ("--production", "--redis", valkey.url, *each))
            for each in flags
        }
        head = ("technique", "question", "off /s", "on /s", "on : off", "CPU ms off", "on", "bytes off", "on")
        lines = list(table(head, rows(servers, techniques, given.rounds, given.in_flight)))
    where = f"{given.server}, {given.in_flight} requests in flight:"
    show("techniques", "benchmarks.techniques", [where, "", *lines], readme=given.readme)


if __name__ == "__main__":
    main()

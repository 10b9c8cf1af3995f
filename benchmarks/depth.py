"""Whether a page costs the same at any depth, and in a table of any size.

`loadstone serve` on a table of made-up events, asked over HTTP for pages of 50: the first, the second, page
10,000 (the one in the middle where a table has fewer), one at nine tenths (among NULLs, where the order has
them), the last, and page 10,000 backwards from the row behind it. Cursors are made beforehand, by offsets.
Pages take turns, so that what else the machine does falls on all alike; figures are medians of the server's
own time (`Server-Timing`). No page may take more than 1.2 times as long as the slower of the first and the
last, which have no cursor: where the order has NULLs, the rows of one of them lie close to each other.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import re
import signal
import statistics
import sys
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

from benchmarks.load import ANSWER_SECONDS
from benchmarks.music import SETTINGS
from benchmarks.readme import number, show, table
from benchmarks.servers import start
from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIZE = 50
DEEP = 10_000
"""The deep page, counted from 1."""

MOST = 1.2
"""How many times as long as the pages without a cursor any other may take."""

ROUNDS = 60
WARM_UP = 12
"""Rounds before those that count: connections prepare their statements."""

PAGES = ("first", "second", "deep", "nine tenths", "last", "deep, backwards")
WITHOUT_CURSOR = (0, 4)

_DURATION = re.compile(r"dur=([0-9.]+)")
_OK = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What is paged through.

    Attributes:
        title: In a few words.
        document: The document, with the variables `$first`, `$after`, `$last`, `$before`, `$offset`.
        share: The share of the rows that it is about.
    """

    title: str
    document: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Paging:
    """What paging through one order of one table came to.

    Attributes:
        order: Its title.
        rows: Size of the table.
        medians: Milliseconds of the server for each of `PAGES`.
    """

    order: str
    rows: int
    medians: tuple[float, ...]

    def ratio(self, place: int) -> float:
        """The slowest page beside one of `PAGES`."""
        return max(self.medians) / self.medians[place]

    @property
    def flat(self) -> bool:
        """Whether it is what we promise."""
        return min(map(self.ratio, WITHOUT_CURSOR)) <= MOST


def orders() -> tuple[Order, ...]:
    """All orders; each has an index."""
    mine = 0.6
    return (
        _order("primary key", "events({}) {}"),
        _order("column with ties, not in an index with the key", "events({}, orderBy: [{{day: ASC}}]) {}"),
        _order("text", "events({}, orderBy: [{{label: ASC}}]) {}"),
        _order("ties and NULLs, NULLs last", "events({}, orderBy: [{{score: ASC}}]) {}"),
        _order("ties and NULLs, NULLs first", "events({}, orderBy: [{{score: ASC_NULLS_FIRST}}]) {}"),
        _order("ties and NULLs, descending", "events({}, orderBy: [{{score: DESC}}]) {}"),
        _order(
            "8 values, directions that differ", "events({}, orderBy: [{{level: ASC}}, {{eventId: DESC}}]) {}"
        ),
        _order("rows of a parent", "stream(by: {{streamId: 1}}) {{ events({}) {} }}", mine),
        _order(
            "rows of a parent, NULLs last",
            "stream(by: {{streamId: 1}}) {{ events({}, orderBy: [{{score: ASC}}]) {} }}",
            mine,
        ),
        _order("filtered", "events({}, filter: {{kind: {{eq: 1}}}}, orderBy: [{{label: ASC}}]) {}", mine),
    )


def _order(title: str, field: str, share: float = 1.0) -> Order:
    window = "first: $first, after: $after, last: $last, before: $before, offset: $offset"
    page = "{ nodes { eventId day score level label } pageInfo { startCursor endCursor } }"
    variables = "$first: Int, $after: String, $last: Int, $before: String, $offset: Int"
    return Order(title, f"query ({variables}) {{ {field.format(window, page)} }}", share)


async def create(postgres: EmbeddedPostgres, rows: int) -> str:
    """Makes a database with so many events; its name."""
    name = f"events_{rows}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    connection = await asyncpg.connect(postgres.url(name))
    try:
        await connection.execute("SELECT set_config('depth.rows', $1, false)", str(rows))
        await connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    return name


def ask(
    connection: http.client.HTTPConnection, order: Order, window: dict[str, Any]
) -> tuple[dict[str, Any], float]:
    """A page, and the milliseconds of the server for it; RuntimeError if it has errors."""
    body = json.dumps({"query": order.document, "variables": window})
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    if response.status != _OK or "errors" in answer:
        raise RuntimeError(f"{order.title} {window}: {response.status} {json.dumps(answer)[:500]}")
    milliseconds = sum(map(float, _DURATION.findall(response.headers["server-timing"])))
    (page,) = answer["data"].values()
    return page.get("events", page), milliseconds


def windows(connection: http.client.HTTPConnection, order: Order, rows: int) -> list[dict[str, Any]]:
    """The arguments of each of `PAGES`."""
    rows = int(rows * order.share)
    deep = min((DEEP - 1) * SIZE, rows // 2)

    def cursor(offset: int) -> str:
        page, _ = ask(connection, order, {"first": 1, "offset": offset})
        end: str = page["pageInfo"]["endCursor"]
        return end

    return [
        {"first": SIZE},
        {"first": SIZE, "after": cursor(SIZE - 1)},
        {"first": SIZE, "after": cursor(deep - 1)},
        {"first": SIZE, "after": cursor(rows * 9 // 10)},
        {"last": SIZE},
        {"last": SIZE, "before": cursor(deep + SIZE)},
    ]


def measure(port: int, rows: int, rounds: int) -> Iterator[Paging]:
    """Asks for all pages of all orders in turns."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)) as connection:
        asked = [(order, windows(connection, order, rows)) for order in orders()]
        for order, pages in asked:  # the same rows, whichever way they are reached
            deep, backwards = (ask(connection, order, pages[place])[0]["nodes"] for place in (2, 5))
            if deep != backwards or len(deep) != SIZE:
                raise RuntimeError(f"{order.title}: page {DEEP:,} is not the same backwards")
        times: dict[str, list[list[float]]] = {order.title: [[] for _ in PAGES] for order, _ in asked}
        for turn in range(WARM_UP + rounds):
            for order, pages in asked:
                for place, window in enumerate(pages):
                    _, milliseconds = ask(connection, order, window)
                    if turn >= WARM_UP:
                        times[order.title][place].append(milliseconds)
    for title, each in times.items():
        yield Paging(title, rows, tuple(map(statistics.median, each)))


def _lines(server: str, sizes: Sequence[int], pagings: Sequence[Paging]) -> Iterator[str]:
    largest = max(sizes)
    yield f"Milliseconds of {server} for a page of {SIZE}, {largest:,} rows:"
    yield ""
    yield from table(
        ["order", *PAGES, "slowest / first", "slowest / last"],
        (
            [
                paging.order,
                *map(number, paging.medians),
                *(f"{paging.ratio(place):.2f}" for place in WITHOUT_CURSOR),
            ]
            for paging in pagings
            if paging.rows == largest
        ),
    )
    if len(sizes) > 1:
        by_place = {(paging.order, paging.rows): paging.medians for paging in pagings}
        yield ""
        yield "The first / the second / the deep page by rows of the table:"
        yield ""
        yield from table(
            ["order", *(f"{rows:,}" for rows in sizes)],
            (
                [
                    order.title,
                    *(" / ".join(map(number, by_place[order.title, rows][:3])) for rows in sizes),
                ]
                for order in orders()
            ),
        )


def main() -> int:
    """Prints the tables; 1 if a page takes too long beside the first."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.depth", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    sizes = [10_000, 100_000, 1_000_000]
    add("--rows", type=int, nargs="+", default=sizes, metavar="N", help="sizes of the table")
    add(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"how often each page is asked for ({ROUNDS})"
    )
    add("--server", default="granian", choices=SERVERS, help="HTTP server (granian)")
    add("--readme", action="store_true", help="put the tables into the README")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves contexts: servers end
    pagings: list[Paging] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadstone-depth-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        for rows in given.rows:
            sys.stderr.write(f"{rows:,} rows\n")
            url = postgres.url(asyncio.run(create(postgres, rows)))
            with ExitStack() as serving:
                served = start(serving, given.server, url, folder)
                pagings += measure(urlsplit(served.url).port or 0, rows, given.rounds)
    show("depth", "benchmarks.depth", _lines(given.server, given.rows, pagings), readme=given.readme)
    largest = max(given.rows)
    return 1 if any(not paging.flat for paging in pagings if paging.rows == largest) else 0


if __name__ == "__main__":
    sys.exit(main())

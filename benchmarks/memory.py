"""Whether memory stays flat over a million requests whose documents keep changing.

`loadstone serve` as a process of its own, on the music store. Clients post point look-ups, pages, trees,
documents with errors and introspection, most of them texts that were never sent before; some clients leave
before their answer. The server's resident memory is taken at even steps. After a warm-up, which fills what is
kept and bounded, it may not grow: by the straight line through the rest, and by its greatest values in the
second and the last quarter.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.changing import Requests
from benchmarks.music import SETTINGS, create
from benchmarks.processes import usage
from benchmarks.readme import number, show, table
from benchmarks.servers import start
from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TRACKS = 10_000
CLIENTS = 16
SAMPLES = 200
ANSWER_SECONDS = 60.0

MOST_GROWTH = 1.0
"""MiB for 100,000 requests."""

MOST_RISE = 1.05
"""The greatest value of the last quarter beside that of the second."""

_ROWS = 20
_EACH = 100_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Resident memory.

    Attributes:
        requests: How many requests had been answered.
        mebibytes: What the server's processes had in memory.
        seconds: Since the start.
    """

    requests: int
    mebibytes: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of memory after the warm-up.

    Attributes:
        growth: MiB for 100,000 requests, by the straight line of least squares.
        rise: The greatest value of the last quarter of all requests, beside that of the second.
    """

    growth: float
    rise: float

    @property
    def flat(self) -> bool:
        """Whether it is what we promise."""
        return self.growth <= MOST_GROWTH and self.rise <= MOST_RISE


class _Tally:
    """What the clients have done together, and memory meanwhile."""

    def __init__(self, pid: int, total: int) -> None:
        self.begun = 0
        self.done = 0
        self.left = 0
        self.statuses: dict[int, int] = {}
        self.samples: list[Sample] = []
        self._pid = pid
        self._total = total
        self._started = time.monotonic()

    def begin(self) -> bool:
        """Whether there is one more request to send."""
        self.begun += 1
        return self.begun <= self._total

    def end(self, status: int | None) -> None:
        """Counts a request: its status, or None if the client left."""
        self.done += 1
        if status is None:
            self.left += 1
        else:
            self.statuses[status] = self.statuses.get(status, 0) + 1
        if self.done * SAMPLES // self._total > len(self.samples):
            sample = Sample(self.done, usage(self._pid).resident / 2**20, time.monotonic() - self._started)
            self.samples.append(sample)
            if len(self.samples) % (SAMPLES // _ROWS) == 0:
                sys.stderr.write(
                    f"{sample.requests:10,} requests, {sample.seconds:6,.0f} s, {sample.mebibytes:6.1f} MiB\n"
                )


async def run(url: str, pid: int, total: int) -> _Tally:
    """Sends so many requests."""
    tally = _Tally(pid, total)
    parts = urlsplit(url)
    await asyncio.gather(
        *(
            _client(parts.hostname or "", parts.port or 0, Requests(seed, TRACKS), tally)
            for seed in range(CLIENTS)
        )
    )
    return tally


async def _client(host: str, port: int, requests: Requests, tally: _Tally) -> None:
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while tally.begin():
        request = requests.next()
        reader, writer = connection = connection or await asyncio.open_connection(host, port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: benchmark\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(request.body), request.body)
        )
        if request.leaves:
            await writer.drain()
            await asyncio.sleep(0.001)
            writer.close()
            connection = None
            tally.end(None)
            continue
        async with asyncio.timeout(ANSWER_SECONDS):
            tally.end(await _answer(reader))
    if connection is not None:
        connection[1].close()
        with suppress(OSError):
            await connection[1].wait_closed()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Reads an answer; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, length = head.partition(b"content-length:")
    await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
    return int(head.split(b" ", 2)[1])


def judge(samples: Sequence[Sample], total: int, warm_up: int) -> Verdict:
    """What memory did after the warm-up."""
    warm = [sample for sample in samples if sample.requests > warm_up]
    line = statistics.linear_regression(
        [sample.requests / _EACH for sample in warm], [sample.mebibytes for sample in warm]
    )
    quarters = [
        max(sample.mebibytes for sample in samples if low < sample.requests / total <= high)
        for low, high in ((0.25, 0.5), (0.75, 1.0))
    ]
    return Verdict(line.slope, quarters[1] / quarters[0])


def _lines(server: str, tally: _Tally, verdict: Verdict, warm_up: int) -> Iterator[str]:
    last = tally.samples[-1]
    statuses = ", ".join(
        f"{count:,} with status {status}" for status, count in sorted(tally.statuses.items())
    )
    yield (
        f"{tally.done:,} requests to {server} in {last.seconds:,.0f} s, "
        f"{tally.done / last.seconds:,.0f} a second: {statuses}; {tally.left:,} clients left before."
    )
    yield (
        f"After the first {warm_up:,}: {verdict.growth:+.2f} MiB for each 100,000 requests "
        f"(at most {MOST_GROWTH:g}); greatest value of the last quarter beside the second's: "
        f"{verdict.rise:.3f} (at most {MOST_RISE:g})."
    )
    yield ""
    shown = list(itertools.islice(tally.samples, SAMPLES // _ROWS - 1, None, SAMPLES // _ROWS))
    yield from table(
        ["requests", *(f"{sample.requests:,}" for sample in shown[1::2])],
        [["MiB", *(number(sample.mebibytes) for sample in shown[1::2])]],
    )


def main() -> int:
    """Prints what memory did; 1 if it grew."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--requests", type=int, default=1_000_000, metavar="N", help="how many (1,000,000)")
    add(
        "--warm-up",
        type=int,
        metavar="N",
        help="how many of them come before the verdict (a fifth, at least 30,000)",
    )
    add("--server", default="granian", choices=SERVERS, help="HTTP server (granian)")
    add("--readme", action="store_true", help="put the table into the README")
    given = parser.parse_args()
    warm_up = given.warm_up if given.warm_up is not None else max(given.requests // 5, 30_000)
    if warm_up > given.requests // 2:
        parser.error("--warm-up must leave half of the requests")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves contexts: servers end
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadstone-memory-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder / "pg", SETTINGS))
        url = postgres.url(asyncio.run(create(postgres, TRACKS)))
        served = start(stack, given.server, url, folder, ())
        tally = asyncio.run(run(served.url, served.pid, given.requests))
    verdict = judge(tally.samples, given.requests, warm_up)
    lines = _lines(given.server, tally, verdict, warm_up)
    show("memory", "benchmarks.memory", lines, readme=given.readme)
    return 0 if verdict.flat else 1


if __name__ == "__main__":
    sys.exit(main())

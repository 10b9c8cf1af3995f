"""Load on one address of this machine: HTTP/1.1 by wrk, HTTP/2 by h2load.

Both send requests that differ from one to the next, keep a number of them in flight, and end by themselves.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from itertools import cycle, repeat
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

WRK_SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 30.0
"""How long one answer may take."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it.

    Attributes:
        requests: Answers with status 200.
        errors: Answers with another status, and requests without an answer.
        seconds: How long it took.
        p50: Milliseconds in which half of the requests were answered.
        p99: The same for 99 of 100.
        bytes: Length of the answers together; wrk counts their heads too.
    """

    requests: int
    errors: int
    seconds: float
    p50: float
    p99: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of HTTP/1.1.

    Attributes:
        target: Path and query.
        body: Empty for GET, which is sent then; POST else.
        headers: Names and values.
    """

    target: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def line(self) -> str:
        """The request for `load.lua`."""
        method = "POST" if self.body else "GET"
        headers = (*self.headers, ("content-type", "application/json")) if self.body else self.headers
        return "\t".join((method, self.target, self.body, *(f"{name}: {value}" for name, value in headers)))


def http1(
    url: str, bodies: Sequence[str], *, in_flight: int, seconds: int, tokens: Sequence[str] = ()
) -> Load:
    """POSTs JSON bodies in turn over HTTP/1.1, on as many connections as requests are in flight.

    Args:
        url: Where to.
        bodies: What is posted.
        in_flight: How many requests are sent before an answer.
        seconds: How long.
        tokens: Bearer tokens of the bodies, in turn if there are fewer; none unless given.

    Raises:
        RuntimeError: wrk failed.
    """
    path = urlsplit(url).path
    fields = cycle((("authorization", f"Bearer {token}"),) for token in tokens) if tokens else repeat(())
    asked = [Asked(path, body, headers) for body, headers in zip(bodies, fields, strict=False)]
    return http1_requests(url, asked, in_flight=in_flight, seconds=seconds)


def http1_requests(url: str, asked: Sequence[Asked], *, in_flight: int, seconds: int) -> Load:
    """Sends any requests in turn over HTTP/1.1; see `http1`. Answers without content count as good ones."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests", encoding="utf-8") as lines:
        lines.writelines(f"{each.line()}\n" for each in asked)
        lines.flush()
        output = _run(
            [
                *("wrk", "--threads=1", f"--connections={in_flight}", f"--duration={seconds}s"),
                *(f"--timeout={ANSWER_SECONDS:.0f}s", f"--script={WRK_SCRIPT}", url, lines.name),
            ],
            seconds,
        )
    counted = json.loads(output.strip().rpartition("\n")[2])
    return Load(
        requests=counted["requests"],
        errors=counted["errors"],
        seconds=counted["microseconds"] / 1e6,
        p50=counted["p50"] / 1e3,
        p99=counted["p99"] / 1e3,
        bytes=counted["bytes"],
    )


def http2(url: str, bodies: Sequence[str], *, in_flight: int, seconds: int) -> Load:
    """Asks the same by GET over HTTP/2, on one connection with as many streams as requests are in flight.

    Raises:
        RuntimeError: h2load failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        addresses, log = Path(folder, "addresses"), Path(folder, "log")
        addresses.write_text("".join(f"{url}?{query_string(body)}\n" for body in bodies), encoding="ascii")
        output = _run(
            [
                *("h2load", "--clients=1", f"--max-concurrent-streams={in_flight}", f"--duration={seconds}"),
                *(f"--log-file={log}", f"--input-file={addresses}"),
            ],
            seconds,
        )
        # Start, status and microseconds of each request.
        answers = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    times = [int(microseconds) / 1e3 for _, status, microseconds in answers if status == "200"]
    total = re.search(r"\((\d+)\) data", output)
    if total is None:
        raise RuntimeError(f"h2load did not say how much it received: {output}")
    p = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99 or [float("nan")] * 99
    return Load(
        requests=len(times),
        errors=len(answers) - len(times),
        seconds=seconds,
        p50=p[49],
        p99=p[98],
        bytes=int(total[1]),
    )


def query_string(body: str) -> str:
    """The parameters of a GET request that asks what a POST request with this body asks."""
    asked = json.loads(body)
    return urlencode({"query": asked["query"], "variables": json.dumps(asked["variables"])})


def _run(command: Sequence[str], seconds: int) -> str:
    done = subprocess.run(  # noqa: S603 - constant programs
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 2 * ANSWER_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout}")
    return done.stdout

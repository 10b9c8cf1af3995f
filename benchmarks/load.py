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
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

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


def http1(  # noqa: PLR0913 - each says one thing about the load
    url: str,
    bodies: Sequence[str],
    *,
    in_flight: int,
    seconds: int,
    tokens: Sequence[str] = (),
    accept_encoding: str | None = None,
) -> Load:
    """POSTs JSON bodies in turn over HTTP/1.1, on as many connections as requests are in flight.

    Args:
        url: Where to.
        bodies: What is posted.
        in_flight: How many requests are sent before an answer.
        seconds: How long.
        tokens: Bearer tokens of the bodies, in turn if there are fewer; none unless given.
        accept_encoding: Header field of that name; not sent unless given.

    Raises:
        RuntimeError: wrk failed.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        if tokens:
            lines.writelines(f"{token}\t{body}\n" for token, body in zip(cycle(tokens), bodies, strict=False))
        else:
            lines.writelines(f"{body}\n" for body in bodies)
        lines.flush()
        output = _run(
            [
                *("wrk", "--threads=1", f"--connections={in_flight}", f"--duration={seconds}s"),
                *(() if accept_encoding is None else ("--header", f"Accept-Encoding: {accept_encoding}")),
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

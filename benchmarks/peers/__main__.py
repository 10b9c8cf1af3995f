"""Loadstone beside other GraphQL servers on one PostgreSQL: `python -m benchmarks.peers --help`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from benchmarks import music
from benchmarks.peers import contestants
from benchmarks.peers.comparing import Terms, compare, say
from benchmarks.peers.contestants import LANES, PEERS, Contestant
from benchmarks.peers.installing import install_node_peers, install_python_peers, install_system_programs
from benchmarks.peers.measuring import Setting
from benchmarks.peers.questions import questions
from benchmarks.readme import command, machine, now, put_into_readme
from benchmarks.report import Results, markdown
from core.errors import StartupError
from demo.postgres import EmbeddedPostgres
from server.runners import SERVERS

if TYPE_CHECKING:
    from benchmarks.peers.measuring import Measurement

Maker: TypeAlias = Callable[[str, Path], Contestant]
"""Makes a contestant of the database's URL and a folder to work in."""


def main() -> int:
    """Measures, prints the tables, keeps the results in `benchmarks/results`; returns the exit status."""
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # leaves contexts: servers end
    try:
        results = _compare(given)
    except StartupError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    results.write()
    sys.stdout.write(markdown(results))
    if given.readme:
        put_into_readme(results.kind, markdown(results))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    names = [question.name for question in questions(10_000)]
    add = parser.add_argument
    add("--rows", type=int, nargs="+", default=[10_000], metavar="TRACKS", help="sizes of the database")
    add("--server", nargs="+", default=list(SERVERS), choices=SERVERS, help="Loadstone's servers")
    add("--lane", nargs="+", default=list(LANES), choices=LANES, help="Loadstone's lanes")
    add("--peer", nargs="*", default=list(PEERS), choices=PEERS, help="other servers")
    add("--question", nargs="+", default=names, choices=names, help="what is asked")
    add("--in-flight", type=int, nargs="+", default=[1, 16, 64], metavar="N", help="requests in flight")
    add("--seconds", type=int, default=3, help="length of a measurement; longer where answers are slow")
    add(
        "--http2",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="HTTP/2 where servers speak it too",
    )
    add("--ceiling", action="store_true", help="an empty application on Loadstone's servers as well")
    add("--readme", action="store_true", help="put the tables into the README")
    return parser


def _compare(given: argparse.Namespace) -> Results:
    install_system_programs()
    makers = _makers(given)
    terms = Terms(
        questions=frozenset(given.question),
        in_flight=tuple(given.in_flight),
        seconds=given.seconds,
        http2=given.http2,
        ceilings=tuple(given.server) if given.ceiling else (),
    )
    measurements: list[Measurement] = []
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="loadstone-peers-") as temporary:
        folder = Path(temporary)
        with EmbeddedPostgres(folder / "pg", music.SETTINGS) as postgres:
            pid = int((folder / "pg" / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
            for tracks in given.rows:
                say(f"making a database of {tracks:,} tracks")
                url = postgres.url(asyncio.run(music.create(postgres, tracks)))
                work = folder / f"servers-{tracks}"
                work.mkdir()
                field = [make(url, work) for make in makers]
                versions |= {contestant.name: contestant.version for contestant in field}
                measurements += compare(field, terms, Setting(tracks, pid), work)
    return Results(
        when=now(),
        machine=machine(),
        versions=versions,
        command=command("benchmarks.peers"),
        measurements=tuple(measurements),
    )


def _makers(given: argparse.Namespace) -> list[Maker]:
    """What makes the contestants; installs the peers."""
    # The second lane on one server tells enough.
    ours = [(server, given.lane[0]) for server in given.server]
    ours += [(given.server[0], lane) for lane in given.lane[1:]]
    makers: list[Maker] = [partial(contestants.loadstone, server, lane) for server, lane in ours]
    if "strawberry" in given.peer:
        makers.append(partial(contestants.strawberry, install_python_peers()))
    if {"postgraphile", "mercurius"} & set(given.peer):
        node = install_node_peers()
        if "postgraphile" in given.peer:
            makers.append(partial(contestants.postgraphile, node))
        if "mercurius" in given.peer:
            makers.append(partial(contestants.mercurius, node))
    return makers


if __name__ == "__main__":
    sys.exit(main())

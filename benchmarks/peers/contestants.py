"""The servers of the comparison: how each is started and reached. One process each, equal pools."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from benchmarks.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.peers.installing import NodePeers, PythonPeers

POOL_SIZE = 10
"""Database connections of each server."""

LANES = ("compiled", "reference")
"""Ways in which Loadstone answers, the usual one first."""

PEERS = ("strawberry", "postgraphile", "mercurius")

_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server to start.

    Attributes:
        name: What it is called in the results.
        version: What it is made of.
        dialect: Whose documents it understands.
        command: Program and arguments.
        environment: All its environment variables.
        folder: Its working directory.
        port: Its port for HTTP/1.1.
        http2_port: Its port for HTTP/2 without TLS, if it speaks it.
        path: Path of its GraphQL endpoint; `{question}` stands for the question's name.
    """

    name: str
    version: str
    dialect: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    port: int
    http2_port: int | None
    path: str = "/graphql"


def loadstone(server: str, lane: str, url: str, folder: Path) -> Contestant:
    """Loadstone on one of its servers, in one of its lanes."""
    port = free_port()
    module = "server.cli" if lane == LANES[0] else "benchmarks.peers.reference_lane"
    return Contestant(
        name=f"Loadstone, {server}, {lane}",
        version=f"{metadata.version('loadstone')}, {server} {metadata.version(server)}",
        dialect="loadstone",
        command=(
            *(sys.executable, "-c", f"import sys; from {module} import main; sys.exit(main())"),
            *("serve", "--database", url, "--bind", f"127.0.0.1:{port}"),
            *("--server", server, "--pool-size", str(POOL_SIZE), "--production"),
        ),
        environment={**_environment(), "PYTHONPATH": str(_REPOSITORY)},
        folder=folder,
        port=port,
        http2_port=port,
    )


def empty(server: str, answers: Path) -> Contestant:
    """An application on one of Loadstone's servers that sends answers it has.

    Args:
        server: Name of the server.
        answers: Folder of the answers, as `benchmarks.peers.empty` reads them.
    """
    port = free_port()
    return Contestant(
        name=f"empty application, {server}",
        version=f"{server} {metadata.version(server)}",
        dialect="loadstone",
        command=(sys.executable, "-m", "benchmarks.peers.empty", server, str(port), str(answers)),
        environment={**_environment(), "PYTHONPATH": str(_REPOSITORY)},
        folder=answers,
        port=port,
        http2_port=port,
        path="/{question}",
    )


def strawberry(peers: PythonPeers, url: str, folder: Path) -> Contestant:
    """The hand-written server on Strawberry."""
    port = free_port()
    return Contestant(
        name="Strawberry by hand, uvicorn",
        version=peers.version("strawberry-graphql", "uvicorn"),
        dialect="by_hand",
        command=(
            *(str(peers.program("uvicorn")), "--app-dir", str(Path(__file__).parent / "strawberry_server")),
            *("--port", str(port), "--no-access-log", "--log-level", "warning", "app:app"),
        ),
        environment={**_environment(), **_database(url), "POOL_SIZE": str(POOL_SIZE)},
        folder=folder,
        port=port,
        http2_port=None,
    )


def postgraphile(peers: NodePeers, url: str, folder: Path) -> Contestant:
    """PostGraphile 5."""
    return _node("PostGraphile", "postgraphile", peers, ("postgraphile",), url, folder)


def mercurius(peers: NodePeers, url: str, folder: Path) -> Contestant:
    """The hand-written server on Mercurius."""
    return _node("Mercurius by hand, JIT", "by_hand", peers, ("mercurius", "fastify"), url, folder)


def _node(  # noqa: PLR0913, PLR0917 - passed on as they came
    name: str, dialect: str, peers: NodePeers, packages: tuple[str, ...], url: str, folder: Path
) -> Contestant:
    port, http2_port = free_port(), free_port()
    return Contestant(
        name=name,
        version=f"{peers.version(*packages)}, Node {peers.node_version}",
        dialect=dialect,
        command=(str(peers.node), str(peers.folder / f"{packages[0]}.mjs")),
        environment={
            **_environment(),
            **_database(url),
            "POOL_SIZE": str(POOL_SIZE),
            "PORT": str(port),
            "PORT_HTTP2": str(http2_port),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
        },
        folder=folder,
        port=port,
        http2_port=http2_port,
    )


def _environment() -> dict[str, str]:
    """Our environment without what would set up servers."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LOADSTONE_", "PG", "NODE_", "GRAPHILE_", "HYPERCORN_", "GRANIAN_"))
    }


def _database(url: str) -> dict[str, str]:
    """The variables of PostgreSQL's own clients that say which database."""
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "PGHOST": options["host"],
        "PGPORT": options["port"],
        "PGUSER": parts.username or "",
        "PGDATABASE": parts.path.removeprefix("/"),
    }

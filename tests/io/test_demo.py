"""`loadstone demo`: the first thing that a newcomer sees."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import httpx
import psutil

from tests.io.conftest import LOADSTONE, Server, environment

if TYPE_CHECKING:
    from pathlib import Path

QUERY = {"query": "{ airports(first: 1) { totalCount nodes { name country { name } } } }"}


def start(folder: Path) -> Server:
    with (folder / "output").open("wb") as output, (folder / "log").open("wb") as log:
        command = [LOADSTONE, "demo", "--folder", str(folder / "data")]
        process = subprocess.Popen(command, stdout=output, stderr=log, cwd=folder, env=environment())
    return Server(process, folder / "output", folder / "log")


def children_of(server: Server) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(server.process.pid).children(recursive=True)
    return found


async def check(server: Server) -> None:
    async with httpx.AsyncClient(http2=True, verify=False) as client:  # noqa: S501 - a development certificate
        answer = await client.post(f"{server.tls_url}/graphql", json=QUERY)
        assert answer.http_version == "HTTP/2"
        airports = answer.json()["data"]["airports"]
        assert airports["totalCount"] > 20_000
        assert airports["nodes"][0]["country"]["name"]
        ready = await client.get(f"{server.url}/health/ready")
        assert ready.json() == {"status": "ok", "checks": {"postgresql": "ok", "redis": "ok"}}
        page = await client.get(f"{server.url}/graphql", headers={"accept": "text/html"})
        assert re.search('<script type="module" src="(/graphiql/assets/[^"]+)"', page.text)


async def test_it_answers_stops_cleanly_and_starts_again_quickly(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for port in (8000, 8443):
            with suppress(OSError):  # where it is taken already, that is as good
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        server = stack.enter_context(start(tmp_path))
        server.wait_until_serving(2)
        assert server.lines[0] == "127.0.0.1:8000 is in use by another program; taking a free port instead."
        assert server.lines[1] == "127.0.0.1:8443 is in use by another program; taking a free port instead."
        await check(server)
        children = children_of(server)
        assert server.stop() == 0
        assert not any(child.is_running() for child in children)

        started = time.monotonic()
        again = stack.enter_context(start(tmp_path))
        again.wait_until_serving(2)
        assert time.monotonic() - started < 5
        await check(again)
        assert again.stop() == 0

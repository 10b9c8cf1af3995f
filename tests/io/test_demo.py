"""`loadstone demo`: the first thing that a newcomer sees."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import httpx
import psutil

from demo.travel import FREQUENT_TRAVELLERS, TRIPS_OF_FREQUENT
from tests.io.conftest import LOADSTONE, Server, environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

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


TRIPS = "{ trips(first: 500) { totalCount nodes { rowId traveller { givenName } legs { totalCount } } } }"
CREATE = """mutation ($input: CreateTripInput!) { createTrip(input: $input) { trip { rowId title } } }"""


class Asking:
    """Asks the demo as whoever has a token."""

    def __init__(self, server: Server, client: httpx.AsyncClient) -> None:
        self._url = f"{server.url}/graphql"
        self._client = client

    async def send(self, token: str | None, query: str, variables: Mapping[str, Any]) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        return await self._client.post(self._url, json=body, headers=headers)

    async def answer(self, token: str | None, query: str, **variables: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.send(token, query, variables)).json()
        return found

    async def trips(self, token: str) -> dict[str, Any]:
        found = await self.answer(token, TRIPS)
        assert "errors" not in found, found
        trips: dict[str, Any] = found["data"]["trips"]
        return trips


async def printed_tokens(server: Server, folder: Path) -> list[list[str]]:
    """The tokens that it printed, and those that the printed commands print, of the same travellers."""
    names = [f"{each.given_name} {each.family_name}: " for each in FREQUENT_TRAVELLERS[:2]]
    deadline = time.monotonic() + 10
    while len(commands := [line for line in server.lines if " token " in line and "--claim" in line]) < 2:
        assert time.monotonic() < deadline, server.lines
        await asyncio.sleep(0.02)
    tokens = [line.removeprefix(name) for name in names for line in server.lines if line.startswith(name)]
    made = [
        subprocess.check_output(shlex.split(command), cwd=folder, env=environment(), text=True)  # noqa: ASYNC221 - short
        for command in commands
    ]
    return [tokens, [token.strip() for token in made]]


async def test_travellers_see_and_write_their_own_trips_alone(tmp_path: Path) -> None:
    with start(tmp_path) as server:
        server.wait_until_serving(2)
        async with httpx.AsyncClient() as client:
            asking = Asking(server, client)
            seen = []
            for tokens in await printed_tokens(server, tmp_path):
                assert len(tokens) == 2
                for token, traveller in zip(tokens, FREQUENT_TRAVELLERS, strict=False):
                    trips = await asking.trips(token)
                    assert trips["totalCount"] == len(trips["nodes"]) == TRIPS_OF_FREQUENT
                    assert {trip["traveller"]["givenName"] for trip in trips["nodes"]} == {
                        traveller.given_name
                    }
                    assert all(trip["legs"]["totalCount"] for trip in trips["nodes"])
                    seen.append({trip["rowId"] for trip in trips["nodes"]})
            assert seen[:2] == seen[2:]
            assert seen[0].isdisjoint(seen[1])

            nobody = await asking.answer(None, TRIPS)
            assert nobody["errors"][0]["message"] == "Cannot query field 'trips' on type 'Query'."
            header, payload, signature = tokens[0].split(".")
            forged = await asking.send(f"{header}.{payload}.{signature[::-1]}", TRIPS, {})
            assert forged.status_code == 401

            trip = {"title": "Home", "startsOn": "2027-01-01", "endsOn": "2027-01-02"}
            first, second = (str(traveller.id) for traveller in FREQUENT_TRAVELLERS[:2])
            own = await asking.answer(tokens[0], CREATE, input={**trip, "travellerId": first})
            assert own["data"]["createTrip"]["trip"]["title"] == "Home"
            foreign = await asking.answer(tokens[0], CREATE, input={**trip, "travellerId": second})
            assert foreign["errors"][0]["extensions"]["code"] == "FORBIDDEN"
            assert (await asking.trips(tokens[0]))["totalCount"] == TRIPS_OF_FREQUENT + 1
            assert (await asking.trips(tokens[1]))["totalCount"] == TRIPS_OF_FREQUENT

        secret = tmp_path / "data" / "token.toml"
        assert secret.stat().st_mode & 0o777 == 0o600
        assert server.stop() == 0

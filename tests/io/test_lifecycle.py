"""Clients that leave, parts that fail, workers that die, and the end."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from typing import TYPE_CHECKING

import asyncpg
import httpx
import psutil

from demo.valkey import EmbeddedValkey
from tests.io.conftest import naps, once, until
from tests.io.raw_client import RawClient
from tests.support.valkey import suspended

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.io.conftest import Serve, Server

LONG_NAP = {"query": "{ longNaps { nodes { nap } } }"}
SHORT_NAP = {"query": "{ shortNaps { nodes { nap } } }"}
PING = {"query": "{ __typename }"}


async def test_sql_ends_when_the_connection_does(
    serve: Serve, shop_url: str, watch: asyncpg.Connection
) -> None:
    with serve(shop_url) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            waiting = asyncio.create_task(client.post("/graphql", json=LONG_NAP, timeout=60))
            await naps(watch, 1, 5)
            waiting.cancel()
            await naps(watch, 0, 1)
            assert (await client.post("/graphql", json=PING)).status_code == 200


async def test_sql_ends_when_its_stream_does(serve: Serve, shop_url: str, watch: asyncpg.Connection) -> None:
    with serve(shop_url) as server:
        client = await RawClient.connect(server)
        given_up = client.send(json.dumps(LONG_NAP).encode())
        sibling = client.send(json.dumps(SHORT_NAP).encode())
        await naps(watch, 2, 5)
        client.reset(given_up)
        await naps(watch, 1, 1)
        assert (sibling, "200") in await client.events(5, until=sibling)
        await client.close()


async def test_a_polite_stop_ends_what_is_in_flight(serve: Serve, shop_url: str, server_name: str) -> None:
    """Granian says at once that it takes no further requests; Hypercorn refuses those that come."""
    with serve(shop_url) as server:
        h2 = await RawClient.connect(server)
        async with httpx.AsyncClient(base_url=server.url) as http1:
            waiting = asyncio.create_task(http1.post("/graphql", json=SHORT_NAP, timeout=60))
            stream = h2.send(json.dumps(SHORT_NAP).encode())
            await asyncio.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.2)
            late = h2.send(json.dumps(PING).encode())
            log = await h2.events(10, until=stream)
            assert {(stream, "200"), (stream, "end")} <= set(log)
            assert ((0, "goaway") if server_name == "granian" else (late, "refused")) in log
            assert "data" in (await waiting).json()
        await h2.close()
        status = await asyncio.to_thread(server.process.wait, 10)
        assert (status, server.log.read_text()) == (0, "")


async def test_a_second_signal_ends_it_at_once(
    serve: Serve, shop_url: str, watch: asyncpg.Connection
) -> None:
    with serve(shop_url) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            waiting = asyncio.create_task(client.post("/graphql", json=LONG_NAP, timeout=60))
            await naps(watch, 1, 5)
            server.process.send_signal(signal.SIGINT)
            await asyncio.sleep(0.2)
            started = time.monotonic()
            assert await asyncio.to_thread(server.stop, signal.SIGINT) == 1
            assert time.monotonic() - started < 3
            await asyncio.gather(waiting, return_exceptions=True)
            await naps(watch, 0, 1)
            assert server.log.read_text() == ""


def workers(server: Server) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


async def test_a_killed_worker_is_replaced(serve: Serve, shop_url: str) -> None:
    with serve(shop_url, "--workers", "2") as server:

        async def both_serve() -> bool:
            found = workers(server)
            return len(found) == 2 and all(worker.num_fds() > 15 for worker in found)

        await until(both_serve, 10)
        victim = workers(server)[0]
        victim.kill()
        started = time.monotonic()

        async def replaced() -> bool:
            found = workers(server)
            return len(found) == 2 and victim not in found

        await until(replaced, 2)
        async with httpx.AsyncClient(base_url=server.url) as client:
            while time.monotonic() - started < 2:
                answer = await client.post("/graphql", json=PING, headers={"connection": "close"})
                assert answer.json() == {"data": {"__typename": "Query"}}
        assert f"worker {victim.pid} ended with status -9; replacing it" in server.log.read_text()
        left = workers(server)
        assert await asyncio.to_thread(server.stop) == 0
        assert not any(worker.is_running() for worker in left)


@once
async def test_workers_that_cannot_start_are_given_up(
    serve: Serve, create_database: Callable[[str], Awaitable[str]], shop_url: str
) -> None:
    url = await create_database("CREATE TABLE thing (id int PRIMARY KEY)")
    admin = await asyncpg.connect(shop_url)
    name = url.partition("@/")[2].partition("?")[0]
    with serve(url, "--workers", "2") as server:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        for worker in workers(server):
            worker.kill()
        assert await asyncio.to_thread(server.process.wait, 90) == 2
        last = server.log.read_text().splitlines()[-1]
        assert last == "loadstone: workers end as soon as they are started, 5 times in a row"
    await admin.close()


async def test_workers_end_with_their_supervisor(serve: Serve, shop_url: str) -> None:
    with serve(shop_url, "--workers", "2") as server:
        left = workers(server)
        server.process.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, left, 10)
        assert alive == []


@once
async def test_readiness_tells_of_redis_and_stays(serve: Serve, shop_url: str, tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as valkey:
        server = serve(shop_url, "--redis", valkey.url)
        assert len(server.lines) == 2
        async with httpx.AsyncClient(base_url=server.url) as client:
            ready = await client.get("/health/ready")
            assert ready.json() == {"status": "ok", "checks": {"postgresql": "ok", "redis": "ok"}}
            async with suspended(valkey):
                for _ in range(3):
                    ready = await client.get("/health/ready")
                    checks = {"postgresql": "ok", "redis": "away"}
                    assert (ready.status_code, ready.json()) == (
                        200,
                        {"status": "degraded", "checks": checks},
                    )
                await until(lambda: _logged(server, "Redis does not answer, going on without it: no"), 5)

            async def is_back() -> bool:
                return bool((await client.get("/health/ready")).json()["status"] == "ok")

            await until(is_back, 5)
            log = server.log.read_text()
            assert (log.count("Redis does not answer"), log.count("Redis answers again")) == (1, 1)
    server.stop()


async def _logged(server: Server, line: str) -> bool:
    return line in server.log.read_text()


@once
async def test_readiness_and_answers_when_the_database_goes(
    serve: Serve, create_database: Callable[[str], Awaitable[str]], shop_url: str
) -> None:
    url = await create_database("CREATE TABLE thing (id int PRIMARY KEY)")
    admin = await asyncpg.connect(shop_url)
    name = url.partition("@/")[2].partition("?")[0]
    with serve(url) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            ready = await client.get("/health/ready", timeout=10)
            assert ready.status_code == 503
            assert ready.json()["checks"] == {"postgresql": "failing"}
            answer = await client.post("/graphql", json={"query": "{ things { nodes { rowId } } }"})
            [error] = answer.json()["errors"]
            assert name not in answer.text
            assert error["extensions"]["code"] in {"DATABASE_UNAVAILABLE", "INTERNAL_SERVER_ERROR"}
    await admin.close()


@once
async def test_a_defect_tells_only_its_id(serve: Serve, shop_url: str) -> None:
    """A view that fails in a way that no caller can cause: an unset configuration parameter."""
    with serve(shop_url) as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            answer = await client.post("/graphql", json={"query": "{ brokens { nodes { two } } }"})
        [error] = answer.json()["errors"]
        identifier = error["extensions"]["id"]
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "id": identifier}
        assert error["message"] == f"An internal error happened. The server's log has it as {identifier}."
        assert "loadstone.secret" not in answer.text
        log = server.log.read_text()
        assert f"internal error {identifier}" in log
        assert "loadstone.secret" in log


@once
async def test_production_tells_little(serve: Serve, shop_url: str) -> None:
    with serve(shop_url, "--production") as server:
        async with httpx.AsyncClient(base_url=server.url, headers={"accept": "application/json"}) as client:
            for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Artist") { name } }'):
                answer = await client.post("/graphql", json={"query": query})
                assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
            misspelt = await client.post("/graphql", json={"query": "{ artist { nodes { nam } } artistz }"})
            assert "did you mean" not in misspelt.text.lower()
            body = {"query": "query ($o: [ArtistOrderBy!]) { artists(orderBy: $o) { nodes { name } } }"}
            wrong = await client.post("/graphql", json={**body, "variables": {"o": [{"nam": "ASC"}]}})
            assert "did you mean" not in wrong.text.lower()
            explained = await client.post("/graphql", json=PING, headers={"x-loadstone-explain": "1"})
            assert explained.json() == {"data": {"__typename": "Query"}}
            assert (await client.get("/schema.graphql")).status_code == 403
            page = await client.get("/graphql", headers={"accept": "text/html"})
            assert page.status_code == 406


@once
async def test_naming_warnings_are_logged_once(
    serve: Serve, create_database: Callable[[str], Awaitable[str]]
) -> None:
    columns = ", ".join(f'"{n} apples" int' for n in range(25))
    url = await create_database(f"CREATE TABLE basket (id int PRIMARY KEY, {columns})")
    with serve(url, "--workers", "2") as server:
        lines = [line for line in server.log.read_text().splitlines() if " WARNING " in line]
    assert len(lines) == 21
    assert lines[-1].endswith("5 more warnings about the schema; `loadstone schema` prints all of them")

"""The database changes beneath a server that answers requests."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx

from tests.io.conftest import SHOP, once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.io.conftest import Serve, Server

    CreateDatabase = Callable[[str], Awaitable[str]]

STABLE = (
    "{ artists(first: 5) { nodes { name } } }",
    '{ artist(by: {name: "artist 3"}) { name albums(first: 3) { nodes { title } } } }',
    'mutation { updateAlbum(by: {rowId: 7}, set: {title: "again"}) { album { title artist { name } } } }',
)
FLEETING = "{ albums(first: 3) { nodes { title extra artist { name } } } }"
CHANGES = (
    "ALTER TABLE album ADD extra text; ALTER TABLE artist ADD born date",
    "CREATE TABLE genre (id int PRIMARY KEY, name text); ALTER TABLE album ADD genre_id int REFERENCES genre",
    "ALTER TABLE album RENAME extra TO other",
    "ALTER TABLE artist ALTER name TYPE varchar(100)",
    "BEGIN; ALTER TABLE album RENAME other TO extra; ALTER TABLE artist DROP born, ADD died date; COMMIT",
    "ALTER TABLE album DROP extra, DROP genre_id; DROP TABLE genre",
    "ALTER TABLE artist ALTER name TYPE text, ADD last int",
)


async def test_no_request_fails_while_the_schema_changes(
    serve: Serve, create_database: CreateDatabase
) -> None:
    url = await create_database(SHOP)
    with serve(url, "--schema-poll-seconds", "0.1") as server:
        admin = await asyncpg.connect(url)
        async with httpx.AsyncClient(base_url=server.url, timeout=15) as client:
            changing = True
            codes: list[str] = []

            async def ask(query: str) -> int:
                answered = 0
                while changing:
                    answer = await client.post("/graphql", json={"query": query})
                    body = answer.json()
                    if query == FLEETING:
                        codes.extend(error["extensions"]["code"] for error in body.get("errors", ()))
                    else:
                        assert "errors" not in body, body
                    answered += 1
                return answered

            asking = [asyncio.create_task(ask(query)) for query in (*STABLE, FLEETING)]
            for change in CHANGES:
                await asyncio.sleep(0.2)
                await admin.execute(change)
            changed = time.monotonic()
            await until_served(client, "{ artists(first: 1) { nodes { last } } }")
            assert time.monotonic() - changed < 3
            changing = False
            answered = await asyncio.gather(*asking)
            assert min(answered) > 10
            assert set(codes) == {"GRAPHQL_VALIDATION_FAILED"}
            assert "last: Int" in (await client.get("/schema.graphql")).text
        await admin.close()
        assert "internal error" not in server.log.read_text()


async def until_served(client: httpx.AsyncClient, query: str) -> None:
    async with asyncio.timeout(8):
        while "errors" in (await client.post("/graphql", json={"query": query})).json():  # noqa: ASYNC110 - asked
            await asyncio.sleep(0.05)


async def answers(server: Server, number: int) -> list[dict[str, Any]]:
    """Answers by new connections: of any worker."""
    found = []
    for _ in range(number):
        async with httpx.AsyncClient(base_url=server.url) as client:
            answer = await client.post("/graphql", json={"query": "{ artists(first: 1) { nodes { born } } }"})
            found.append(answer.json())
    return found


async def test_a_hangup_builds_the_schema_anew(serve: Serve, create_database: CreateDatabase) -> None:
    url = await create_database(SHOP)
    with serve(url, "--schema-watch", "off") as server:
        await add_column(url)
        assert "errors" in (await answers(server, 1))[0]
        server.process.send_signal(signal.SIGHUP)
        async with httpx.AsyncClient(base_url=server.url) as client:
            await until_served(client, "{ artists(first: 1) { nodes { born } } }")
        assert await asyncio.to_thread(server.stop) == 0
        [line] = server.log.read_text().splitlines()
        assert line.endswith(": SIGHUP")


@once
async def test_a_hangup_reaches_all_workers(serve: Serve, create_database: CreateDatabase) -> None:
    url = await create_database(SHOP)
    with serve(url, "--schema-watch", "off", "--workers", "2") as server:
        await add_column(url)
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 15
        # A worker that starts only now finds the column by itself.
        while any("errors" in each for each in await answers(server, 10)):
            assert time.monotonic() < deadline
        assert ": SIGHUP" in server.log.read_text()
        assert await asyncio.to_thread(server.stop) == 0


async def add_column(url: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute("ALTER TABLE artist ADD born date")
    await admin.close()

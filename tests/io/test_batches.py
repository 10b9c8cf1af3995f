"""Several operations in one request, with the real engine behind them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.io.conftest import naps, once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg

    from tests.io.conftest import Serve, Server

LOOK_UP = "query ($id: Int!) { artist(by: {rowId: $id}) { name } }"
CREATE = "mutation ($name: String!) { createArtist(input: {name: $name}) { artist { name } } }"
GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest.fixture(scope="session")
def servers() -> dict[str, Server]:
    """The servers of `batching`, by name."""
    return {}


@pytest.fixture
def batching(servers: dict[str, Server], shop_url: str, server_name: str, serve: Serve) -> Server:
    """A server that takes up to ten operations, with two connections and two seconds for them."""
    if server_name not in servers:
        options = ("--max-batch-operations", "10", "--pool-size", "2", "--request-timeout", "2")
        servers[server_name] = serve(shop_url, *options)
    return servers[server_name]


@pytest.fixture
async def client(batching: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=batching.url, timeout=15) as each:
        yield each


def look_up(number: int) -> dict[str, Any]:
    return {"query": LOOK_UP, "variables": {"id": number}}


def found(number: int) -> dict[str, Any]:
    return {"data": {"artist": {"name": f"artist {number}"}}}


def codes(result: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in result.get("errors", [])]


async def test_answers_stand_in_the_order_of_the_operations(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=[look_up(n) for n in (7, 1, 7, 3)])
    assert (response.status_code, response.json()) == (200, [found(n) for n in (7, 1, 7, 3)])
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    stages = [part.split(";")[0] for part in response.headers["server-timing"].split(", ")]
    assert stages == ["decode", "identify", "execute", "respond"]
    modern = await client.post("/graphql", json=[look_up(1)], headers={"accept": GRAPHQL_RESPONSE})
    assert modern.headers["content-type"] == GRAPHQL_RESPONSE + "; charset=utf-8"
    assert modern.json() == [found(1)]


async def test_operations_share_statements(client: httpx.AsyncClient) -> None:
    query = "query ($id: Int!) { artist(by: {rowId: $id}) { name readAt } }"
    operations = [{"query": query, "variables": {"id": n}} for n in range(1, 11)]
    response = await client.post("/graphql", json=operations, headers={"x-loadstone-explain": "1"})
    results = response.json()
    assert [result["data"]["artist"]["name"] for result in results] == [f"artist {n}" for n in range(1, 11)]
    assert [result["extensions"]["plan"]["statements"] for result in results] == [1] * 10
    # Two are on their way at once, and whoever comes meanwhile goes together.
    assert len({result["data"]["artist"]["readAt"] for result in results}) <= 3


async def test_what_fails_fails_alone(client: httpx.AsyncClient) -> None:
    operations = [
        look_up(1),
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": LOOK_UP, "variables": {"id": "x"}},
        {"query": "{ brokens { nodes { two } } }"},
        {"query": "query A { __typename } query B { __typename }"},
        look_up(2),
    ]
    response = await client.post("/graphql", json=operations)
    first, *failed, last = response.json()
    assert (response.status_code, first, last) == (200, found(1), found(2))
    assert [codes(result) for result in failed] == [
        ["GRAPHQL_PARSE_FAILED"],
        ["GRAPHQL_VALIDATION_FAILED"],
        ["BAD_USER_INPUT"],
        ["INTERNAL_SERVER_ERROR"],
        ["BAD_USER_INPUT"],
    ]


async def test_mutations_are_transactions_of_their_own(
    client: httpx.AsyncClient, watch: asyncpg.Connection
) -> None:
    """More of them than there are connections, and one of them refused."""
    names = [f"new {n}" for n in range(6)]
    operations = [{"query": CREATE, "variables": {"name": name}} for name in [*names, "artist 1"]]
    try:
        response = await client.post("/graphql", json=operations)
        *created, refused = response.json()
        assert created == [{"data": {"createArtist": {"artist": {"name": name}}}} for name in names]
        assert codes(refused) == ["CONSTRAINT_VIOLATION"]
        kept = await watch.fetch("SELECT name FROM artist WHERE name LIKE 'new %' ORDER BY name")
        assert [row["name"] for row in kept] == names
    finally:
        await watch.execute("DELETE FROM artist WHERE name LIKE 'new %'")


async def test_what_takes_too_long_ends_alone(client: httpx.AsyncClient, watch: asyncpg.Connection) -> None:
    operations = [look_up(1), {"query": "{ longNaps { nodes { nap } } }"}, look_up(2)]
    response = await client.post("/graphql", json=operations)
    first, slow, last = response.json()
    assert (response.status_code, first, codes(slow), last) == (200, found(1), ["TIMEOUT"], found(2))
    await naps(watch, 0, 5)


async def test_a_client_that_leaves_ends_all(client: httpx.AsyncClient, watch: asyncpg.Connection) -> None:
    nap = {"query": "{ longNaps { nodes { nap } } }"}
    asking = asyncio.create_task(client.post("/graphql", json=[look_up(1), nap, look_up(2)]))
    await naps(watch, 1, 5)
    asking.cancel()
    await naps(watch, 0, 5)
    assert (await client.post("/graphql", json=[look_up(1)])).json() == [found(1)]


@once
@pytest.mark.parametrize(
    "operations",
    [
        [],
        [look_up(1)] * 11,
        [look_up(1), 1],
        [look_up(1), None],
        [[look_up(1)]],
        [look_up(1), {}],
        [look_up(1), {"query": 1}],
    ],
)
async def test_what_is_no_batch_is_refused_as_a_whole(
    client: httpx.AsyncClient, operations: list[Any]
) -> None:
    response = await client.post("/graphql", json=operations)
    assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])


@once
async def test_a_batch_has_members_once_too(client: httpx.AsyncClient) -> None:
    body = b'[{"query": "{ __typename }"}, {"query": "{ __typename }", "variables": {"a": 1, "a": 2}}]'
    response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])

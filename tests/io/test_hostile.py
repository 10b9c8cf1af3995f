"""Peers that break the rules: none of them disturbs another."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from tests.io.raw_client import RawClient

if TYPE_CHECKING:
    from tests.io.conftest import Server

QUERY = b'{"query": "{ __typename }"}'


async def is_well(server: Server) -> bool:
    """Whether fresh requests are answered by both protocols."""
    for http2 in (False, True):
        async with httpx.AsyncClient(base_url=server.url, http1=not http2, http2=http2) as client:
            answer = await client.post(
                "/graphql", content=QUERY, headers={"content-type": "application/json"}
            )
            if answer.json() != {"data": {"__typename": "Query"}}:
                return False
    return True


@pytest.mark.parametrize(("method", "path"), [("GET", "/café".encode()), ("GÉT", b"/graphql")])
async def test_a_head_that_is_not_ascii_ends_its_stream_alone(shop: Server, method: str, path: bytes) -> None:
    client = await RawClient.connect(shop)
    sibling = client.send(b'{"query": "{ __type', end=False)
    wrong = client.send(None, method=method, path=path)
    assert (wrong, "reset") in await client.events(5, until=wrong)
    client.send_more(sibling, b'name }"}', end=True)
    assert (sibling, "200") in await client.events(5, until=sibling)
    await client.close()
    assert await is_well(shop)


async def test_a_body_that_goes_on_after_its_answer_ends_its_stream_alone(shop: Server) -> None:
    client = await RawClient.connect(shop)
    unfinished = client.send(QUERY, end=False)
    assert (unfinished, "408") in await client.events(6, until=unfinished)
    client.send_more(unfinished, b"x" * 1000)
    sibling = client.send(QUERY)
    assert (sibling, "200") in await client.events(5, until=sibling)
    await client.close()
    assert await is_well(shop)


async def test_bodies_that_never_end_are_given_up(shop: Server) -> None:
    clients = [await RawClient.connect(shop) for _ in range(5)]
    for client in clients:
        for _ in range(100):
            client.send(QUERY, end=False)
    assert await is_well(shop)
    logs = await asyncio.gather(*(client.events(10, until=199) for client in clients))
    assert [sum(what == "408" for _, what in log) for log in logs] == [100] * 5
    for client in clients:
        await client.close()
    assert await is_well(shop)


async def test_a_refused_body_is_read_to_its_end(shop: Server) -> None:
    client = await RawClient.connect(shop)
    refused = client.send(b"x" * 300_000, end=False)
    sibling = client.send(QUERY)
    log = await client.events(5, until=sibling)
    assert {(refused, "413"), (sibling, "200")} <= set(log)
    assert (refused, "end") not in log
    client.send_more(refused, b"x" * 200_000, end=True)
    assert (refused, "end") in await client.events(5, until=refused)
    await client.close()


async def test_http1_goes_on_after_a_refused_body(shop: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    )
    writer.write(head % 500_000 + b"x" * 500_000 + head % len(QUERY) + QUERY)
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    await reader.readuntil(b'"BAD_REQUEST"}}]}')
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_connections_that_clients_close_are_closed(shop: Server) -> None:
    process = psutil.Process(shop.process.pid)
    before = process.num_fds()
    for _ in range(20):
        assert await is_well(shop)
    await asyncio.sleep(0.5)
    assert process.num_fds() <= before + 5


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5000 + b"}}",
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        QUERY.decode().encode("utf-16"),
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"",
        b'{"query": null}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "operationName": 1}',
    ],
)
async def test_bodies_that_are_no_requests(shop: Server, body: bytes) -> None:
    async with httpx.AsyncClient(base_url=shop.url) as client:
        answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 413}
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "9999" not in answer.text


FRAGMENTS = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(30))


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{n}: __typename" for n in range(10_000)) + " }",
        "{ ...f0 } " + FRAGMENTS + " fragment f30 on Query { __typename }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ __typename " + "@skip(if: false) " * 5000 + "}",
        "#\n" * 30_000 + "{ __typename }",
        "{ artists " * 3000 + "}" * 3000,
        "{ artists(orderBy: " + "[" * 5000 + "]" * 5000 + ") { nodes { name } } }",
        "{ artists(first: " + "9" * 5000 + ") { nodes { name } } }",
        "{ artists(first: 1.0" + "0" * 5000 + ") { nodes { name } } }",
    ],
)
async def test_documents_meant_to_cost(shop: Server, query: str) -> None:
    process = psutil.Process(shop.process.pid)
    body = json.dumps({"query": query})
    async with httpx.AsyncClient(base_url=shop.url) as client:
        headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
        answer = await client.post("/graphql", content=body, headers=headers)
        if answer.status_code == 413:
            pytest.fail("the document must be refused for what it is")
        before = process.cpu_times()
        for _ in range(5):
            answer = await client.post("/graphql", content=body, headers=headers)
        after = process.cpu_times()
    if answer.status_code == 200:
        assert answer.json() == {"data": {"__typename": "Query"}}
    else:
        code = answer.json()["errors"][0]["extensions"]["code"]
        assert (answer.status_code, code[:8]) == (400, "GRAPHQL_")
        assert "999999" not in answer.text
        assert len(answer.content) < 20_000
    assert (after.user + after.system - before.user - before.system) / 5 < 0.1

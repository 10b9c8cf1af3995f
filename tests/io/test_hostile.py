"""Peers that break the rules: none of them disturbs another."""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import hpack
import httpx
import psutil
import pytest

from tests.io.conftest import naps, once
from tests.io.raw_client import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PING,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    RawClient,
    frame,
)

if TYPE_CHECKING:
    import asyncpg

    from tests.io.conftest import Serve, Server

QUERY = b'{"query": "{ __typename }"}'
LONG_NAP = b'{"query": "{ longNaps { nodes { nap } } }"}'


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


async def test_a_path_that_is_not_ascii_ends_its_stream_alone(shop: Server) -> None:
    client = await RawClient.connect(shop)
    sibling = client.send(b'{"query": "{ __type', end=False)
    wrong = client.send(None, method="GET", path="/café".encode())
    log = await client.events(5, until=wrong)
    assert {(wrong, "reset"), (wrong, "404")} & set(log)
    client.send_more(sibling, b'name }"}', end=True)
    assert (sibling, "200") in await client.events(5, until=sibling)
    await client.close()
    assert await is_well(shop)


async def test_a_method_that_is_not_ascii_harms_no_other_connection(shop: Server, server_name: str) -> None:
    """Hypercorn resets the stream; Granian ends the connection (docs/servers.md)."""
    client = await RawClient.connect(shop)
    sibling = client.send(b'{"query": "{ __type', end=False)
    wrong = client.send(None, method="GÉT")
    log = await client.events(5, until=wrong)
    if server_name == "granian":
        assert (0, "closed") in log
    else:
        assert (wrong, "reset") in log
        client.send_more(sibling, b'name }"}', end=True)
        assert (sibling, "200") in await client.events(5, until=sibling)
    await client.close()
    assert await is_well(shop)


async def test_a_body_that_goes_on_after_its_answer_ends_its_stream_alone(shop: Server) -> None:
    client = await RawClient.connect(shop)
    unfinished = client.send(QUERY, end=False)
    assert (unfinished, "408") in await client.events(6, until=unfinished)
    client.send_frame(DATA, 0, unfinished, b"x" * 1000)
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
    log = await client.events(5, statuses=2)
    assert {(refused, "413"), (sibling, "200")} <= set(log)
    assert (refused, "end") not in log
    client.send_more(refused, b"x" * 200_000, end=True)
    assert (refused, "end") in await client.events(5, until=refused)
    await client.close()


@pytest.mark.parametrize(("path", "status"), [(b"/nowhere", "404"), (b"/graphql?query={", "415")])
async def test_a_refusal_does_not_wait_for_the_body(shop: Server, path: bytes, status: str) -> None:
    client = await RawClient.connect(shop)
    refused = client.send(b"x", end=False, path=path, content_type=b"text/plain")
    sibling = client.send(QUERY)
    log = await client.events(1, statuses=2)
    assert {(refused, status), (sibling, "200")} <= set(log)
    client.send_more(refused, b"x", end=True)
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


HEAD_START = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        "host: a\r\nhost: b\r\ncontent-length: 27\r\n",
        "host: a, b\r\ncontent-length: 27\r\n",
        "host: a\rb\r\ncontent-length: 27\r\n",
        "host: a\r\n b\r\ncontent-length: 27, 5\r\n",
        "host: a\r\ncontent-length: 27\r\ncontent-length: 5\r\n",
        "host: a\r\ncontent-length: +27\r\n",
    ],
)
async def test_heads_that_can_be_read_in_two_ways_are_refused(shop: Server, fields: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    writer.write(HEAD_START + fields.encode() + b"\r\n" + QUERY)
    status = (await asyncio.wait_for(reader.readline(), 5))[9:12]
    writer.close()
    await writer.wait_closed()
    assert status == b"400"


async def test_connections_that_clients_close_are_closed(shop: Server) -> None:
    process = psutil.Process(shop.process.pid)
    before = process.num_fds()
    for _ in range(10):
        assert await is_well(shop)
    await asyncio.sleep(0.5)
    assert process.num_fds() <= before + 5


async def test_clients_that_leave_within_a_body_cost_nothing_more(serve: Serve, shop_url: str) -> None:
    with serve(shop_url) as server:
        process = psutil.Process(server.process.pid)
        client = await RawClient.connect(server)
        for _ in range(20):
            client.send(b'{"query": ', end=False)
        await asyncio.sleep(0.2)
        await client.close()
        await asyncio.sleep(0.3)
        before = process.cpu_times()
        await asyncio.sleep(1)
        after = process.cpu_times()
        assert after.user + after.system - before.user - before.system < 0.5
        assert await is_well(server)


HEAD = hpack.Encoder().encode(
    [
        (":method", "POST"),
        (":path", "/graphql"),
        (":scheme", "http"),
        (":authority", "localhost"),
        ("content-type", "application/json"),
    ]
)
# A field of 4,000 bytes put into the table, and 15,000 uses of it: 60 MB in 15 KB.
BOMB = b"\x40\x01a\x7f\xa1\x1e" + b"b" * 4000
USES = b"\xbe" * 15_000
FLOODS = {
    "PING": (b"", frame(PING, 0, 0, b"12345678")),
    "SETTINGS": (b"", frame(SETTINGS, 0, 0, struct.pack(">HI", 1, 0))),
    "CONTINUATION": (frame(HEADERS, 0, 1, HEAD), frame(CONTINUATION, 0, 1, b"\x00\x01a\x3fb" + b"b" * 62)),
    "empty CONTINUATION": (frame(HEADERS, 0, 1, HEAD), frame(CONTINUATION, 0, 1)),
    "empty DATA": (frame(HEADERS, END_HEADERS, 1, HEAD), frame(DATA, 0, 1)),
    "HPACK bomb": (
        frame(HEADERS, END_HEADERS | END_STREAM, 1, HEAD + BOMB),
        frame(HEADERS, END_HEADERS | END_STREAM, 3, HEAD + USES),
    ),
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_floods_take_no_memory_and_harm_nobody(shop: Server, flood: str) -> None:
    process = psutil.Process(shop.process.pid)
    await is_well(shop)
    before = process.memory_info().rss
    first, again = FLOODS[flood]
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0) + first)
    number = max(1, 1_000_000 // len(again)) if flood != "HPACK bomb" else 1
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(2):
            for _ in range(number // 100 + 1):
                writer.write(again * min(number, 100))
                await writer.drain()
            await reader.read(100)
    assert await is_well(shop)
    assert process.memory_info().rss - before < 2**25
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("way", ["RST_STREAM", "overflow"])
async def test_streams_given_up_at_once_leave_nothing_running(
    serve: Serve, shop_url: str, watch: asyncpg.Connection, way: str
) -> None:
    """Many requests, each reset as soon as it is sent, by the client or by what it makes the server do."""
    with serve(shop_url) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0))
        with suppress(ConnectionError):
            for stream in range(1, 3000, 2):
                writer.write(frame(HEADERS, END_HEADERS, stream, HEAD))
                writer.write(frame(DATA, END_STREAM, stream, LONG_NAP))
                if way == "overflow":
                    writer.write(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", 2**31 - 1)))
                else:
                    writer.write(frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))
                await writer.drain()
        await naps(watch, 0, 3)
        assert await is_well(server)
        assert server.log.read_text() == ""
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@once
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"query": "{ __typename }", "variables": ' + b'{"n": ' * 20_000 + b"1" + b"}" * 20_001,
        b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"n": 1e999}}',
        b'{"query": "{ __typename }", "variables": {"n": NaN}}',
        b'{"query": "{ __typename }", "variables": {"n": -Infinity}}',
        b'{"query": "{ __typename }", "query": "{ __typename }"}',
        b'{"query": "{ __typename }", "variables": {"n": [{"a": 1, "\\u0061": 1}]}}',
        b"\xef\xbb\xbf" + QUERY,
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

NESTED_FRAGMENTS = " ".join(
    f"fragment f{n} on Artist {{ albums {{ nodes {{ artist {{ ...f{n + 1} ...f{n + 1} }} }} }} }}"
    for n in range(30)
)


@once
@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{n}: __typename" for n in range(10_000)) + " }",
        "{ ...f0 } " + FRAGMENTS + " fragment f30 on Query { __typename }",
        "{ artists { nodes { ...f0 } } } " + NESTED_FRAGMENTS + " fragment f30 on Artist { name }",
        "{ " + ("... on Query { " + "__typename " * 100 + "} ") * 200 + "}",
        "{ artists { totalCount } " + "... on Query { artists { totalCount } " * 190 + "}" * 191,
        "{ " + "artists { nodes { name } } " * 700 + "}",
        "{ artists { nodes { " + "name " * 4800 + " name: id } } }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ __typename " + "@skip(if: false) " * 5000 + "}",
        "{ __typename " + "@skip(if: false) " * 700 + "}",
        "{ " + "a " * 120_000 + "}",
        "#\n" * 30_000 + "{ __typename }",
        "#\n" * 80_000 + "{ __typename }",
        "{ __schema { types { " + "fields { type { " * 50 + "name " + "} } " * 50 + "} } }",
        "{ __schema { types { " + "fields { type { " * 4 + "name " + "} } " * 4 + "} } }",
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
    code = answer.json()["errors"][0]["extensions"]["code"]
    assert (answer.status_code, code[:8]) == (400, "GRAPHQL_")
    assert "999999" not in answer.text
    assert len(answer.content) < 20_000
    assert (after.user + after.system - before.user - before.system) / 5 < 0.1

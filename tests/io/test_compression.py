"""Compressed answers, as clients of every protocol get and unpack them."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import brotli  # type: ignore[import-untyped] # has no types
import httpx
import pytest
import zstandard

from tests.io.conftest import once
from tests.support.node import run_script

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Browser

    from tests.io.conftest import Serve, Server

FIELDS = "{ nodes { id rowId title artist { name } } }"
PAGE = f"{{ albums(first: 100) {FIELDS} }}"
PAGES = f"{{ {' '.join(f'a{n}: albums(first: 100) {FIELDS}' for n in range(20))} }}"
"""Of 200 KB: compressed in a thread."""

UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


async def raw(
    client: httpx.AsyncClient, method: str, path: str, **options: Any
) -> tuple[httpx.Response, bytes]:
    """An answer and its body as it came."""
    async with client.stream(method, path, **options) as response:
        return response, b"".join([part async for part in response.aiter_raw()])


@pytest.mark.parametrize("query", [PAGE, PAGES], ids=["page", "pages"])
async def test_each_coding_can_be_unpacked(client: httpx.AsyncClient, query: str) -> None:
    asked = {"query": query}
    plain, body = await raw(client, "POST", "/graphql", json=asked, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept, accept-encoding"
    for coding, unpack in UNPACK.items():
        response, packed = await raw(
            client, "POST", "/graphql", json=asked, headers={"accept-encoding": f"{coding}, x;q=0.5"}
        )
        assert response.headers["content-encoding"] == coding
        assert int(response.headers["content-length"]) == len(packed) < len(body) / 5
        assert unpack(packed) == body


async def test_a_client_gets_what_it_likes_best(client: httpx.AsyncClient) -> None:
    asked = {"query": PAGE}
    for accepted, coding in (
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("*, zstd;q=0", "gzip"),
        ("zstd;q=0, br;q=0, gzip;q=0", None),
        ("", None),
    ):
        response = await client.post("/graphql", json=asked, headers={"accept-encoding": accepted})
        assert response.headers.get("content-encoding") == coding, accepted
        assert len(response.json()["data"]["albums"]["nodes"]) == 100


async def test_short_answers_and_those_without_a_body_are_left_alone(client: httpx.AsyncClient) -> None:
    accepted = {"accept-encoding": "gzip, zstd"}
    response = await client.post("/graphql", json={"query": "{ __typename }"}, headers=accepted)
    assert "content-encoding" not in response.headers
    response = await client.request("OPTIONS", "/graphql", headers=accepted)
    assert (response.status_code, "content-encoding" in response.headers) == (204, False)


async def test_head_is_answered_like_get(client: httpx.AsyncClient) -> None:
    for accepted in ("zstd", "identity"):
        options: dict[str, Any] = {"params": {"query": PAGE}, "headers": {"accept-encoding": accepted}}
        get, head = [await client.request(method, "/graphql", **options) for method in ("GET", "HEAD")]
        assert head.content == b""
        changing = {"server-timing", "date", "x-request-id"}
        assert {name: value for name, value in head.headers.items() if name not in changing} == {
            name: value for name, value in get.headers.items() if name not in changing
        }


async def test_who_takes_nothing_is_refused_before_anything_is_done(client: httpx.AsyncClient) -> None:
    mutation = 'mutation { createArtist(input: {name: "refused"}) { affectedCount } }'
    response = await client.post(
        "/graphql", json={"query": mutation}, headers={"accept-encoding": "deflate, identity;q=0"}
    )
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (406, "BAD_REQUEST")
    query = '{ artist(by: {name: "refused"}) { name } }'
    headers = {"accept-encoding": "gzip, identity;q=0"}
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    assert response.headers["content-encoding"] == "gzip"  # though it is short
    assert response.json() == {"data": {"artist": None}}


async def test_errors_are_compressed_too(client: httpx.AsyncClient) -> None:
    wrong = {"query": f"{{ artists {{ {' '.join(f'nothing{n}' for n in range(100))} }} }}"}
    response = await client.post("/graphql", json=wrong, headers={"accept-encoding": "br"})
    assert response.headers["content-encoding"] == "br"
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_the_schema_and_the_pages_files_are_compressed(shop: Server) -> None:
    async with httpx.AsyncClient(base_url=shop.url, timeout=15) as client:
        page = (await client.get("/graphql", headers={"accept": "text/html"})).text
        script = page.partition('type="module" src="')[2].partition('"')[0]
        for path in ("/schema.graphql", script):
            _, body = await raw(client, "GET", path, headers={"accept-encoding": "identity"})
            for coding, unpack in UNPACK.items():
                answers = await asyncio.gather(
                    *(raw(client, "GET", path, headers={"accept-encoding": coding}) for _ in range(3))
                )
                for response, packed in answers:
                    assert (response.headers["content-encoding"], unpack(packed)) == (coding, body)
                    assert "accept-encoding" in response.headers["vary"]


@once
async def test_settings_say_by_what(serve: Serve, shop_url: str) -> None:
    accepted = {"accept-encoding": "gzip, deflate, br, zstd"}
    with serve(shop_url, "--compression", "gzip,br", "--compression-min-bytes", "0") as some:
        async with httpx.AsyncClient(base_url=some.url, headers=accepted) as client:
            response = await client.post("/graphql", json={"query": PAGE})
            assert response.headers["content-encoding"] == "gzip"
            response = await client.post("/graphql", json={"query": f"{{ albums(first: 2) {FIELDS} }}"})
            assert response.headers["content-encoding"] == "gzip"


def test_node_unpacks_what_it_asks_for(shop: Server) -> None:
    answers = run_script("unpack.mjs", f"{shop.url}/graphql", PAGE)
    assert {"br", "gzip"} <= answers.keys() <= UNPACK.keys()
    assert [len(answer["data"]["albums"]["nodes"]) for answer in answers.values()] == [100] * len(answers)


@once
async def test_a_browser_unpacks_what_it_asks_for(shop: Server, browser: Browser) -> None:
    page = await browser.new_page(ignore_https_errors=True, bypass_csp=True)
    await page.goto(shop.tls_url + "/schema.graphql")
    ask = """async (query) => {
        const answer = await fetch("/graphql", {
            method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({query})
        });
        return [answer.headers.get("content-encoding"), (await answer.json()).data.albums.nodes.length];
    }"""
    assert await page.evaluate(ask, PAGE) == ["zstd", 100]
    await page.close()

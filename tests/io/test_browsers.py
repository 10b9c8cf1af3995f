"""What browsers need, and what they must not be made to do, over real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.io.conftest import once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.io.conftest import Certificate, Serve, Server

APP = "https://app.example.com"
QUERY = {"query": "{ artists(first: 1) { nodes { name } } }"}
BY_URL = "/graphql?query={artists(first:1){nodes{name}}}"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
FOLLOWED = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.fixture(scope="module")
def open_shops() -> dict[str, Server]:
    """The servers of `open_shop`, by name."""
    return {}


@pytest.fixture
def open_shop(open_shops: dict[str, Server], shop_url: str, server_name: str, serve: Serve) -> Server:
    """A server that one origin may use, in production."""
    if server_name not in open_shops:
        given = ("--cors-origins", APP, "--hsts-seconds", "300", "--production")
        open_shops[server_name] = serve(shop_url, *given)
    return open_shops[server_name]


@asynccontextmanager
async def each_protocol(
    server: Server, certificate: Certificate, protocol: str
) -> AsyncIterator[httpx.AsyncClient]:
    options: dict[str, dict[str, Any]] = {
        "http1": {"base_url": server.url},
        "h2c": {"base_url": server.url, "http1": False, "http2": True},
        "h2": {"base_url": server.tls_url, "http2": True, "verify": certificate.context},
    }
    async with httpx.AsyncClient(timeout=15, **options[protocol]) as client:
        yield client


@pytest.fixture(params=["http1", "h2c", "h2"])
async def open_client(
    request: pytest.FixtureRequest, open_shop: Server, certificate: Certificate
) -> AsyncIterator[httpx.AsyncClient]:
    async with each_protocol(open_shop, certificate, request.param) as client:
        yield client


def code(response: httpx.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


def cors(response: httpx.Response) -> set[str]:
    return {name for name in response.headers if name.startswith("access-control-")}


# Simple requests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/plain; charset=utf-8",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, text/plain",
        "text/plain, application/json",
        "application/jsonx",
        "application/graphql",
    ],
)
async def test_what_needs_no_preflight_is_no_request(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)
    assert (response.status_code, code(response)) == (415, "BAD_REQUEST")


async def test_nothing_is_written_by_get(client: httpx.AsyncClient) -> None:
    mutation = "mutation { deleteArtists(filter: {}, atMost: 100) { affectedCount } }"
    for method in ("GET", "HEAD"):
        response = await client.request(method, "/graphql", params={"query": mutation})
        assert response.status_code == 405
    assert (await client.post("/graphql", json=QUERY)).json()["data"]["artists"]["nodes"]


# Requests of other sites -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://other.example.com"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {**FOLLOWED, "sec-fetch-dest": "iframe", "accept": HTML},
    ],
)
async def test_they_are_refused_before_all_else(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    refused = [
        await client.post("/graphql", json=QUERY, headers=headers),
        await client.post("/graphql", content=b"x" * 300_000, headers=headers),
        await client.get(BY_URL, headers=headers),
        await client.options("/graphql", headers={**headers, "access-control-request-method": "POST"}),
        await client.get("/schema.graphql", headers=headers),
    ]
    assert [(each.status_code, code(each)) for each in refused] == [(403, "FORBIDDEN")] * 5
    assert all(cors(each) == set() for each in refused)
    assert "server-timing" not in refused[0].headers
    assert (await client.post("/graphql", json=QUERY)).status_code == 200


async def test_our_own_page_is_no_other_site(client: httpx.AsyncClient) -> None:
    """By its word, or else by the host that the request names, over HTTP/1.1 and HTTP/2."""
    own = str(client.base_url).rstrip("/")
    for headers in (
        {"origin": own},
        {"origin": "https://proxy.example.com", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ):
        assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 200


async def test_links_lead_to_graphiql_and_never_run_an_operation(
    client: httpx.AsyncClient, open_client: httpx.AsyncClient
) -> None:
    page = await client.get(BY_URL, headers={**FOLLOWED, "accept": HTML})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for other in (
        await client.get(BY_URL, headers={**FOLLOWED, "accept": "application/json"}),
        await client.post("/graphql", json=QUERY, headers={**FOLLOWED, "accept": HTML}),
        await open_client.get(BY_URL, headers={**FOLLOWED, "accept": HTML}),
    ):
        assert (other.status_code, code(other)) == (403, "FORBIDDEN")
    assert (await client.get("/schema.graphql", headers={**FOLLOWED, "accept": HTML})).status_code == 200


# CORS --------------------------------------------------------------------------------------------------


async def test_without_the_setting_nobody_is_allowed(client: httpx.AsyncClient) -> None:
    own = str(client.base_url).rstrip("/")
    response = await client.post("/graphql", json=QUERY, headers={"origin": own})
    assert (response.status_code, cors(response)) == (200, set())
    assert response.headers["vary"] == "accept"


async def test_a_preflight_and_what_it_is_for(open_client: httpx.AsyncClient) -> None:
    browser = {"origin": APP, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    preflight = await open_client.options("/graphql", headers={**browser, **asked})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == APP
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    response = await open_client.post("/graphql", json=QUERY, headers=browser)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, APP)
    assert "server-timing" in response.headers["access-control-expose-headers"]
    assert response.headers["vary"] == "accept, origin"


async def test_allowed_origins_can_read_errors_too(open_client: httpx.AsyncClient) -> None:
    headers = {"origin": APP, "sec-fetch-site": "cross-site"}
    modern = {**headers, "accept": "application/graphql-response+json"}
    for response, status in (
        (await open_client.post("/graphql", json={"query": "{"}, headers=modern), 400),
        (await open_client.post("/graphql", content=b"{}", headers=headers), 415),
        (await open_client.post("/graphql", content=b"x" * 2_000_000, headers=headers), 415),
        (await open_client.delete("/graphql", headers=headers), 405),
        (await open_client.get("/nowhere", headers=headers), 404),
        (await open_client.get("/schema.graphql", headers=headers), 403),
    ):
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (status, APP)
        assert "origin" in response.headers["vary"]


@pytest.mark.parametrize("origin", ["null", f"{APP}.evil.com", f"{APP}:8443", "http://app.example.com"])
async def test_look_alikes_are_refused(open_client: httpx.AsyncClient, origin: str) -> None:
    response = await open_client.post("/graphql", json=QUERY, headers={"origin": origin})
    assert (response.status_code, cors(response)) == (403, set())
    assert "origin" in response.headers["vary"]


# A real browser ----------------------------------------------------------------------------------------

FETCH = """async ([url, mode, type]) => {
    const body = '{"query": "{ __typename }"}';
    const headers = { "content-type": type, ...(mode === "cors" ? { authorization: "Bearer x" } : {}) };
    try {
      const response = await fetch(url, { method: "POST", mode, headers, body });
      return [response.status, await response.text(), response.headers.get("server-timing") !== null];
    } catch {
      return null;
    }
}"""


@asynccontextmanager
async def other_site(html: bytes) -> AsyncIterator[str]:
    """A site of one page; gives its origin."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        )
        writer.write(head % len(html) + html)
        await writer.drain()
        writer.close()

    site = await asyncio.start_server(answer, "localhost", 0)
    async with site:
        yield f"http://localhost:{site.sockets[0].getsockname()[1]}"


@once
async def test_a_browser_keeps_to_it(browser: Browser, serve: Serve, shop_url: str) -> None:
    """Pages of two sites ask; one of them may. Links from the other lead to GraphiQL."""
    page = await browser.new_page()
    statuses: list[int] = []
    async with other_site(b"<p>A page") as allowed:
        with serve(shop_url, "--cors-origins", allowed) as server:
            url = f"{server.url}/graphql"
            await page.goto(allowed)
            answer = await page.evaluate(FETCH, [url, "cors", "application/json"])
            assert answer == [200, '{"data":{"__typename":"Query"}}', True]

            async with other_site(f'<a href="{url}">explore</a>'.encode()) as other:
                await page.goto(other)
                page.on("response", lambda response: statuses.append(response.status))
                assert await page.evaluate(FETCH, [url, "cors", "application/json"]) is None
                assert await page.evaluate(FETCH, [url, "no-cors", "text/plain"]) in ([0, "", False], None)
                assert set(statuses) <= {403}
                await page.get_by_role("link", name="explore").click()
                await page.wait_for_url(url)
                await page.locator(".graphiql-container").wait_for()
    await page.close()


# Header fields -----------------------------------------------------------------------------------------


async def test_documents_are_kept_apart(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": HTML})
    schema = await client.get("/schema.graphql")
    data = await client.get(BY_URL)
    for each in (page, schema, data):
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["referrer-policy"] == "no-referrer"
        assert each.headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in each.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in each.headers["content-security-policy"]
        assert each.headers.get("server", "") == ""
        assert "strict-transport-security" not in each.headers
    assert page.headers["cross-origin-opener-policy"] == "same-origin"


async def test_hsts_goes_by_tls_alone(open_client: httpx.AsyncClient) -> None:
    response = await open_client.post("/graphql", json=QUERY)
    expected = "max-age=300" if open_client.base_url.scheme == "https" else None
    assert response.headers.get("strict-transport-security") == expected


@once
async def test_anyone_may_ask_where_that_is_set(serve: Serve, shop_url: str) -> None:
    headers = {"origin": "null", "sec-fetch-site": "cross-site"}
    with serve(shop_url, "--cors-origins", "*") as server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            response = await client.post("/graphql", json=QUERY, headers=headers)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")
    assert "access-control-allow-credentials" not in response.headers

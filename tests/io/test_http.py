"""GraphQL over HTTP, as clients of every protocol see it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from tests.io.conftest import once

if TYPE_CHECKING:
    from tests.io.conftest import Certificate, Server

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON_IN_UTF16 = "application/json; charset=utf-16"
DELETION = "mutation { deleteArtists(filter: {}, atMost: 100) { affectedCount } }"
ARTISTS = "{ artists(first: 2) { nodes { name albums(first: 1) { nodes { title } } } } }"
ANSWER = {
    "artists": {
        "nodes": [
            {"name": "artist 1", "albums": {"nodes": [{"title": "album 20"}]}},
            {"name": "artist 2", "albums": {"nodes": [{"title": "album 1"}]}},
        ]
    }
}


def code(response: httpx.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


async def test_each_protocol_is_spoken(client: httpx.AsyncClient, request: pytest.FixtureRequest) -> None:
    response = await client.post("/graphql", json={"query": ARTISTS})
    assert response.json() == {"data": ANSWER}
    protocol = request.node.callspec.params["client"]
    assert response.http_version == ("HTTP/1.1" if protocol == "http1" else "HTTP/2")


async def test_tls_offers_http1_too(shop: Server, certificate: Certificate) -> None:
    async with httpx.AsyncClient(base_url=shop.tls_url, verify=certificate.context) as client:
        response = await client.post("/graphql", json={"query": ARTISTS})
    assert (response.http_version, response.json()) == ("HTTP/1.1", {"data": ANSWER})


async def test_queries_by_url(client: httpx.AsyncClient) -> None:
    query = "query Some($first: Int) { artists(first: $first) { nodes { name } } }"
    parameters = {"query": query, "variables": '{"first": 1}', "operationName": "Some", "extensions": ""}
    response = await client.get("/graphql", params=parameters)
    assert response.json() == {"data": {"artists": {"nodes": [{"name": "artist 1"}]}}}
    head = await client.head("/graphql", params=parameters)
    assert (head.status_code, head.content) == (200, b"")


async def test_answers_are_not_kept_or_sniffed(client: httpx.AsyncClient, server_name: str) -> None:
    headers = (await client.post("/graphql", json={"query": "{ __typename }"})).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["vary"] == "accept"
    # Granian always sends the field.
    assert headers.get("server") == ("" if server_name == "granian" else None)


async def test_server_timing_names_the_stages(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": ARTISTS})
    stages = [part.split(";dur=") for part in response.headers["server-timing"].split(", ")]
    assert [name for name, _ in stages] == [
        *("decode", "identify", "document", "prepare", "execute", "respond")
    ]
    assert all(float(duration) >= 0 for _, duration in stages)


@pytest.mark.parametrize(
    ("body", "expected_code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($n: Int!) { artists(first: $n) { nodes { name } } }"}, "BAD_USER_INPUT"),
        ({"query": "query A { __typename } query B { __typename }"}, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "operationName": "Other"}, "BAD_USER_INPUT"),
    ],
)
async def test_refused_documents(client: httpx.AsyncClient, body: dict[str, Any], expected_code: str) -> None:
    modern = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_RESPONSE})
    legacy = await client.post("/graphql", json=body, headers={"accept": "application/json"})
    assert (modern.status_code, legacy.status_code) == (400, 200)
    assert modern.headers["content-type"] == GRAPHQL_RESPONSE + "; charset=utf-8"
    assert legacy.headers["content-type"] == "application/json; charset=utf-8"
    assert modern.json() == legacy.json()
    assert code(modern) == expected_code
    assert "data" not in modern.json()


async def test_errors_of_fields_come_with_data_and_200(client: httpx.AsyncClient) -> None:
    body = {"query": '{ node(id: "nonsense") { id } artists(first: 1) { nodes { name } } }'}
    response = await client.post("/graphql", json=body, headers={"accept": GRAPHQL_RESPONSE})
    assert response.status_code == 200
    assert response.json()["data"] == {"node": None, "artists": {"nodes": [{"name": "artist 1"}]}}
    assert response.json()["errors"][0]["path"] == ["node"]
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "allow"),
    [
        ("DELETE", "/graphql", {}, 405, "GET, HEAD, POST, OPTIONS"),
        ("PUT", "/graphql", {"json": {"query": "{ __typename }"}}, 405, "GET, HEAD, POST, OPTIONS"),
        ("GET", "/graphql?query=mutation{x}", {}, 400, None),
        ("GET", "/graphql?query=" + quote(DELETION), {}, 405, "POST"),
        ("HEAD", "/graphql?query=" + quote(DELETION), {}, 405, "POST"),
        ("GET", "/graphql?query={__typename}&variables=" + quote('{"a":1,"a":1}'), {}, 400, None),
        ("GET", "/graphql?query={__typename}&extensions=" + quote('{"a":NaN}'), {}, 400, None),
        ("POST", "/schema.graphql", {}, 405, "GET, HEAD, OPTIONS"),
        ("GET", "/nowhere", {}, 404, None),
        ("GET", "/%ff%00/../%e0%a4%a", {}, 404, None),
        ("POST", "/nowhere", {"content": b"x" * 400_000}, 404, None),
        ("GET", "/graphql", {}, 400, None),
        ("GET", "/graphql?query={__typename}", {"headers": {"accept": "image/png"}}, 406, None),
        ("POST", "/graphql", {"content": "{}"}, 415, None),
        ("POST", "/graphql", {"content": "{}", "headers": {"content-type": "text/plain"}}, 415, None),
        ("POST", "/graphql", {"content": "{}", "headers": {"content-type": JSON_IN_UTF16}}, 415, None),
        ("POST", "/graphql", {"data": {"query": "{ __typename }"}}, 415, None),
        ("POST", "/graphql", {"json": [{"query": "{ __typename }"}]}, 400, None),
        ("POST", "/graphql", {"content": b"{", "headers": {"content-type": "application/json"}}, 400, None),
    ],
)
async def test_requests_that_are_none(
    client: httpx.AsyncClient, method: str, path: str, options: dict[str, Any], status: int, allow: str | None
) -> None:
    options = {**options, "headers": {"accept": GRAPHQL_RESPONSE, **options.get("headers", {})}}
    response = await client.request(method, path, **options)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    assert method == "HEAD" or code(response)
    assert (await client.post("/graphql", json={"query": "{ __typename }"})).status_code == 200


async def test_options_names_the_methods(client: httpx.AsyncClient) -> None:
    response = await client.options("/graphql")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


@pytest.mark.parametrize("known_length", [True, False])
async def test_too_large_a_body_disturbs_nobody(client: httpx.AsyncClient, *, known_length: bool) -> None:
    async def pieces() -> Any:
        for _ in range(30):
            yield b"x" * 10_000

    content = b"x" * 300_000 if known_length else pieces()
    headers = {"content-type": "application/json"}
    refused, *siblings = await asyncio.gather(
        client.post("/graphql", content=content, headers=headers),
        *(client.post("/graphql", json={"query": ARTISTS}) for _ in range(5)),
    )
    assert (refused.status_code, code(refused)) == (413, "BAD_REQUEST")
    assert [sibling.json() for sibling in siblings] == [{"data": ANSWER}] * 5
    after = await client.post("/graphql", json={"query": ARTISTS})
    assert after.json() == {"data": ANSWER}


async def test_the_plan_is_told_when_asked_for(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": ARTISTS}, headers={"x-loadstone-explain": "1"})
    plan = response.json()["extensions"]["plan"]
    assert plan["statements"] == 2
    assert [step["table"] for step in plan["steps"]] == ["public.artist", "public.album"]
    assert [step["parent"] for step in plan["steps"]] == [None, plan["steps"][0]["id"]]
    assert plan["steps"][1]["batchedKeys"] == 2
    assert all(step["statement"].startswith("SELECT") for step in plan["steps"])


async def test_schema_and_health(client: httpx.AsyncClient) -> None:
    schema = await client.get("/schema.graphql")
    assert "type Artist implements Node" in schema.text
    assert schema.headers["content-type"] == "text/plain; charset=utf-8"
    assert (await client.get("/health/live")).json() == {"status": "ok"}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "checks": {"postgresql": "ok"}})


@once
async def test_a_request_that_takes_too_long_is_ended(client: httpx.AsyncClient) -> None:
    query = {"query": "{ longNaps { nodes { nap } } }"}
    response = await client.post("/graphql", json=query, headers={"accept": GRAPHQL_RESPONSE})
    assert (response.status_code, code(response)) == (504, "TIMEOUT")


async def test_integers_of_any_length_are_exact(client: httpx.AsyncClient) -> None:
    query = "query ($n: Int) { artists(first: $n) { nodes { name } } }"
    digits = "123456789012345678901234567890"
    body = json.dumps({"query": query, "variables": {"n": int(digits)}})
    response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert code(response) == "BAD_USER_INPUT"
    assert digits in response.json()["errors"][0]["message"]

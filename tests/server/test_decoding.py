from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.decoding import GraphQLRequest, decode
from server.http.errors import HttpError
from server.http.exchange import AsgiExchange
from server.http.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.channel import Channel

    MakeChannel = Callable[..., Channel]


async def decoded(channel: Channel) -> GraphQLRequest:
    request = await decode(channel.exchange, max_body_bytes=1000, seconds=0.1)
    assert isinstance(request, GraphQLRequest)
    return request


async def refusal(channel: Channel) -> tuple[int, str]:
    with pytest.raises(HttpError) as caught:
        await decoded(channel)
    return caught.value.status, caught.value.message


async def test_a_post(channel: MakeChannel) -> None:
    body = {
        "query": "{ a }",
        "operationName": "Q",
        "variables": {"n": 1},
        "extensions": {"x": {}},
        "later": "ignored",
    }
    request = await decoded(channel("POST", "/graphql", json.dumps(body).encode()))
    assert request == GraphQLRequest("{ a }", "Q", {"n": 1}, {"x": {}}, read_only=False, explain=False)


async def test_what_is_null_is_absent(channel: MakeChannel) -> None:
    body = b'{"query": "", "operationName": null, "variables": null, "extensions": null}'
    request = await decoded(channel("POST", "/graphql", body))
    assert request == GraphQLRequest("", None, {}, {}, read_only=False, explain=False)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_parameters_of_a_url(channel: MakeChannel, method: str) -> None:
    parameters = {"query": "{ é }", "operationName": "", "variables": '{"n": "+ &"}', "extensions": ""}
    request = await decoded(channel(method, "/graphql?" + urlencode(parameters)))
    assert request == GraphQLRequest("{ é }", None, {"n": "+ &"}, {}, read_only=True, explain=False)


async def test_the_plan_is_asked_for_by_a_header(channel: MakeChannel) -> None:
    body = b'{"query": "{ a }"}'
    assert (await decoded(channel("POST", "/graphql", body, headers={"x-loadstone-explain": "1"}))).explain
    assert not (
        await decoded(channel("POST", "/graphql", body, headers={"x-loadstone-explain": "0"}))
    ).explain


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"query": "{ a }"} x', "not valid JSON"),
        (b'{"query": NaN}', "not valid JSON"),
        (b'{"query": "\xff"}', "not valid JSON"),
        (b'{"variables": {"n": 1e999}}', "not valid JSON"),
        (b'{"variables": {"n": ' + b"1" * 900 + b"}}", "not valid JSON"),
        (b"[[]]", "not an array"),
        (b'[{"query": "{ a }"}]', "not an array"),
        (b"null", "must be a JSON object"),
        (b"true", "must be a JSON object"),
        (b"{}", "parameter query"),
        (b'{"qeury": "{ a }"}', "parameter query"),
        (b'{"query": 1}', "parameter query"),
        (b'{"query": "{ a }", "operationName": {}}', "parameter operationName"),
        (b'{"query": "{ a }", "variables": "{}"}', "parameter variables"),
        (b'{"query": "{ a }", "extensions": []}', "parameter extensions"),
    ],
)
async def test_bodies_that_are_no_requests(channel: MakeChannel, body: bytes, wanted: str) -> None:
    status, message = await refusal(channel("POST", "/graphql", body))
    assert status == 400
    assert wanted in message


@pytest.mark.parametrize(
    "query",
    [
        "",
        "query=",
        "variables={}",
        "query={a}&query={b}",
        "query={a}&variables={",
        "query={a}&variables=[]",
        "query=%ff",
        "&".join(f"p{n}=" for n in range(50)),
    ],
)
async def test_urls_that_are_no_requests(channel: MakeChannel, query: str) -> None:
    status, _ = await refusal(channel("GET", "/graphql?" + query))
    assert status == 400


async def test_compressed_bodies_are_refused(channel: MakeChannel) -> None:
    status, _ = await refusal(channel("POST", "/graphql", b"{}", headers={"content-encoding": "gzip"}))
    assert status == 415


async def test_other_methods_are_named_briefly(channel: MakeChannel) -> None:
    status, message = await refusal(channel("X" * 1000, "/graphql"))
    assert (status, len(message) < 60) == (405, True)


@given(st.integers(-(10**300), 10**300))
async def test_integers_are_exact(number: int) -> None:
    body = json.dumps({"query": "{ a }", "variables": {"n": [number]}}).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(_: object) -> None:
        raise AssertionError("nothing to send")

    headers = [(b"content-type", b"application/json")]
    scope = {"method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    request = await decode(AsgiExchange(scope, receive, send, Watch()), max_body_bytes=1000)
    assert isinstance(request, GraphQLRequest)
    assert request.variables == {"n": [number]}
    assert isinstance(request.variables["n"][0], int)

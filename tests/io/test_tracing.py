"""Request ids and traces, from the request to the answer, the log and the code of users."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.io.conftest import once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.io.conftest import Serve, Server

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
ECHO = re.compile(rf'traceparent;desc="(00-{TRACE}-[0-9a-f]{{16}}-01)"')
ASKED = {"query": "{ __typename }"}
NAMED = {"x-request-id": "mine", "traceparent": TRACEPARENT, "tracestate": "congo=1"}

EXTENSION = """
from __future__ import annotations

import asyncio

import strawberry

from schema.extending import Context, Data, Row, current_request, row_field


def told() -> str:
    request = current_request()
    if request is None or request.trace is None:
        return "nothing"
    return " ".join([request.request_id, request.trace.traceparent, request.trace.tracestate])


@row_field("Artist", reads=["rowId"])
def told_to_rows(rows: list[Row]) -> list[str]:
    return [told() for _ in rows]


@strawberry.type
class Query:
    @strawberry.field
    async def told_to_roots(self, info: strawberry.Info[Context, None]) -> str:
        await asyncio.sleep(0.05)
        return told()
"""


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "/graphql", {"json": ASKED}, 200),
        ("POST", "/graphql", {"json": {"query": "{"}}, 200),
        (
            "POST",
            "/graphql",
            {"content": b"x" * 300_000, "headers": {"content-type": "application/json"}},
            413,
        ),
        ("POST", "/graphql", {"content": b"{}"}, 415),
        ("GET", "/graphql?query={__typename}", {"headers": {"accept": "image/png"}}, 406),
        ("GET", "/graphql", {"headers": {"accept": "text/html"}}, 200),
        ("HEAD", "/graphql?query={__typename}", {}, 200),
        ("OPTIONS", "/graphql", {}, 204),
        ("DELETE", "/graphql", {}, 405),
        ("GET", "/graphql?query={__typename}", {"headers": {"origin": "https://evil.example"}}, 403),
        ("GET", "/schema.graphql", {}, 200),
        ("GET", "/health/live", {}, 200),
        ("GET", "/nowhere", {}, 404),
    ],
)
async def test_each_answer_names_its_request(
    shop: Server, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    async with httpx.AsyncClient(base_url=shop.url, timeout=15) as client:
        unnamed = await client.request(method, path, **options)
        options = {**options, "headers": {**options.get("headers", {}), **NAMED}}
        named = await client.request(method, path, **options)
    assert (unnamed.status_code, named.status_code) == (status, status)
    assert re.fullmatch("[0-9a-f]{16}", unnamed.headers["x-request-id"])
    assert "traceparent" not in unnamed.headers.get("server-timing", "")
    assert named.headers["x-request-id"] == "mine"
    assert any(map(ECHO.fullmatch, named.headers["server-timing"].split(", ")))


async def test_what_could_do_harm_or_is_no_trace_is_not_repeated(shop: Server) -> None:
    headers = {"x-request-id": "<b>", "traceparent": TRACEPARENT.replace("00-", "ff-", 1)}
    async with httpx.AsyncClient(base_url=shop.url, timeout=15) as client:
        answer = await client.post("/graphql", json=ASKED, headers=headers)
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
    assert TRACE not in str(answer.headers)


@once
async def test_the_log_and_the_code_of_users_name_it(serve: Serve, shop_url: str, tmp_path: Path) -> None:
    (tmp_path / "telling.py").write_text(EXTENSION)
    query = {"query": "{ toldToRoots artists(first: 2) { nodes { toldToRows } } }"}
    with serve(shop_url, "--extension", str(tmp_path / "telling.py")) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=15) as client:
            answers = await asyncio.gather(
                client.post("/graphql", json=query, headers=NAMED),
                client.post("/graphql", json=query),
                client.post("/graphql", json=query, headers={**NAMED, "x-request-id": "another"}),
            )
            for name, answer in zip(("mine", None, "another"), answers, strict=True):
                echo = ECHO.search(answer.headers["server-timing"])
                expected = f"{name} {echo[1]} congo=1" if echo else "nothing"
                rows = [{"toldToRows": expected}] * 2
                assert answer.json() == {"data": {"toldToRoots": expected, "artists": {"nodes": rows}}}
                assert (name is None) == (echo is None)
            broken = {"query": "{ brokens { nodes { two } } }"}
            [error] = (await client.post("/graphql", json=broken, headers=NAMED)).json()["errors"]
    logged = f"internal error {error['extensions']['id']} (request mine, trace {TRACE})"
    assert logged in server.log.read_text()

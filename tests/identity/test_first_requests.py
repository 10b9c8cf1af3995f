"""Requests of roles whose schema has to be built first, and of others meanwhile."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from db.identity import Identity
from server.http.errors import ClientGoneError
from server.pipeline import answer
from server.served import Builder
from tests.identity.conftest import member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.identity.conftest import House

CLERK = Identity("clerk")
QUERY = "{ whoami }"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Builds of schemas wait until it is set."""
    gate = threading.Event()
    build = Builder.build_beside

    def build_later(self: Builder, *arguments: Any) -> Any:
        gate.wait(10)
        return build(self, *arguments)

    monkeypatch.setattr(Builder, "build_beside", build_later)
    yield gate
    gate.set()


async def test_others_are_answered_while_schemas_are_built(house: House, gate: threading.Event) -> None:
    first = [asyncio.create_task(house.data(QUERY, who)) for who in (member(1), CLERK, member(2), CLERK)]
    await asyncio.sleep(0.1)
    began = time.monotonic()
    for _ in range(20):
        assert await house.data(QUERY) == {"whoami": "visitor"}
    assert time.monotonic() - began < 5
    assert not any(task.done() for task in first)
    gate.set()
    assert [data["whoami"] for data in await asyncio.gather(*first)] == ["member", "clerk", "member", "clerk"]


async def test_who_waits_too_long_gives_up_and_the_build_goes_on(house: House, gate: threading.Event) -> None:
    service = house.service
    patient = asyncio.create_task(house.data(QUERY, member(1)))
    stages = replace(service.stages, limits=replace(service.stages.limits, request_timeout=0.2))
    hasty = replace(house, service=replace(service, stages=stages))
    for caller in (member(2), CLERK):
        found = await hasty.ask(QUERY, caller)
        assert (found["status"], found["errors"][0]["extensions"]["code"]) == (504, "TIMEOUT")
    assert not patient.done()
    gate.set()
    assert await patient == {"whoami": "member"}
    assert await house.data(QUERY, CLERK) == {"whoami": "clerk"}


async def test_who_leaves_is_not_waited_for(house: House, gate: threading.Event) -> None:
    service = house.service
    headers = {"x-caller": "clerk"}
    request = house.channel("POST", "/graphql", b'{"query": "{ whoami }"}', headers=headers)
    task = asyncio.create_task(answer(request.exchange, service.stages))
    await asyncio.sleep(0.1)
    request.leave()
    with pytest.raises(ClientGoneError):
        await asyncio.wait_for(task, 5)
    gate.set()
    assert await house.data(QUERY, CLERK) == {"whoami": "clerk"}


async def test_a_build_that_newer_schemas_make_useless_is_done_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, build, builds = threading.Event(), Builder.build_beside, 0

    def hold_the_first(self: Builder, *arguments: Any) -> Any:
        nonlocal builds
        builds += 1
        if builds == 1:
            gate.wait(10)
        return build(self, *arguments)

    monkeypatch.setattr(Builder, "build_beside", hold_the_first)
    try:
        waiting = asyncio.create_task(house.data("{ ledgers { totalCount } }", member(1)))
        async with asyncio.timeout(5):
            while builds == 0:  # noqa: ASYNC110 - a thread counts
                await asyncio.sleep(0.01)
        await house.execute("GRANT SELECT ON ledger TO member, visitor")
        assert await house.service.live.check("a test")
        assert await waiting == {"ledgers": {"totalCount": 1}}
    finally:
        gate.set()

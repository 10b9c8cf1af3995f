from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from core.errors import StartupError
from server.application import Application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.service import Service


async def lifespan(application: Application, *messages: str) -> list[dict[str, Any]]:
    """What the application answers to messages of its lifespan."""
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    for message in messages:
        incoming.put_nowait({"type": f"lifespan.{message}"})
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await application({"type": "lifespan"}, incoming.get, send)
    return sent


async def test_the_service_is_open_as_long_as_the_server_runs() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def open_service() -> AsyncIterator[Service]:
        events.append("opened")
        yield cast("Service", None)
        events.append("closed")

    sent = await lifespan(Application(open_service), "startup", "shutdown")
    gc.unfreeze()
    assert events == ["opened", "closed"]
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


async def test_a_service_that_is_open_is_left_open_by_the_lifespan() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def open_service() -> AsyncIterator[Service]:
        events.append("opened")
        yield cast("Service", object())
        events.append("closed")

    application = Application(open_service)
    async with application.opened():
        sent = await lifespan(application, "startup", "shutdown")
        assert events == ["opened"]
    gc.unfreeze()
    assert events == ["opened", "closed"]
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


@pytest.mark.parametrize("error", [StartupError("no database"), ZeroDivisionError("a defect")])
async def test_whatever_keeps_it_from_starting_is_told_to_the_server(error: Exception) -> None:
    @asynccontextmanager
    async def open_service() -> AsyncIterator[Service]:
        raise error
        yield

    application = Application(open_service)
    assert await lifespan(application, "startup") == [
        {"type": "lifespan.startup.failed", "message": str(error)}
    ]


async def test_websockets_are_refused() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    @asynccontextmanager
    async def open_service() -> AsyncIterator[Service]:
        yield cast("Service", None)

    await Application(open_service)({"type": "websocket"}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]

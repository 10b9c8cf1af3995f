"""A fake ASGI server's end of one request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from server.http.exchange import AsgiExchange
from server.http.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Channel:
    """What a server would have in its hands: messages for the application, and what it sent.

    Attributes:
        exchange: The application's end.
        sent: The application's messages.
    """

    def __init__(self, scope: Mapping[str, Any], messages: list[dict[str, Any]]) -> None:
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self._incoming.put_nowait(message)
        self.sent: list[dict[str, Any]] = []
        self.exchange = AsgiExchange(scope, self._incoming.get, self._send, Watch())

    @property
    def waiting(self) -> int:
        """Messages that the application has not taken."""
        return self._incoming.qsize()

    @property
    def ended(self) -> bool:
        """Whether the answer is complete."""
        return bool(self.sent) and not self.sent[-1].get("more_body", False)

    def put(self, message: dict[str, Any]) -> None:
        """Gives the application a message."""
        self._incoming.put_nowait(message)

    def leave(self) -> None:
        """The client leaves."""
        self.put({"type": "http.disconnect"})

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def chunk(body: bytes, *, more: bool = False) -> dict[str, Any]:
    """A part of a request's body."""
    return {"type": "http.request", "body": body, "more_body": more}


def channel_maker() -> Callable[..., Channel]:
    """Makes requests: method, target, body in chunks (None for one that does not end), headers."""

    def make(
        method: str = "POST",
        target: str = "/graphql",
        *body: bytes,
        headers: Mapping[str, str] | None = None,
        ends: bool = True,
    ) -> Channel:
        path, _, query = target.partition("?")
        fields = {"content-type": "application/json", **(headers or {})}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        }
        parts = body or (b"",)
        messages = [
            chunk(part, more=not ends or position < len(parts)) for position, part in enumerate(parts, 1)
        ]
        return Channel(scope, messages)

    return make

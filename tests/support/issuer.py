"""An HTTP server on loopback that publishes keys, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from tests.support.tokens import public_jwk

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator


class Issuer:
    """What publishes keys.

    Attributes:
        url: Where.
        fetches: How often they were asked for.
        status: What it answers with.
        body: The rest of the answer.
        headers: Further header fields.
        delay: Seconds before it answers.
        drip: Whether it answers byte by byte, without end.
    """

    def __init__(self) -> None:
        self.url = ""
        self.fetches = 0
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.drip = False
        self._connections: set[asyncio.Task[None]] = set()

    def publish(self, **kids: str) -> None:
        """Publishes keys, by their ids; each is named by an algorithm of its own."""
        self.publish_set([public_jwk(name, kid=kid) for kid, name in kids.items()])

    def publish_set(self, keys: list[dict[str, Any]]) -> None:
        """Publishes these keys."""
        self.body = json.dumps({"keys": keys}).encode()

    @classmethod
    @asynccontextmanager
    async def serving(cls, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """One that answers as long as the context lasts, by TLS if it is given what for."""
        issuer = cls()
        server = await asyncio.start_server(issuer._connected, "127.0.0.1", 0, ssl=tls)
        scheme = "http" if tls is None else "https"
        issuer.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys?set=1"
        try:
            yield issuer
        finally:
            server.close()
            for task in issuer._connections:
                task.cancel()
            await asyncio.gather(*issuer._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"GET /keys?set=1 HTTP/1.1\r\n")
        self.fetches += 1
        await asyncio.sleep(self.delay)
        length = 10**6 if self.drip else len(self.body)
        fields = {"Content-Length": length, "Connection": "close", **self.headers}
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in fields.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        while self.drip:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.write(self.body)
        await writer.drain()

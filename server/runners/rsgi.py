"""A request over RSGI, Granian's own interface: a whole body and a whole answer by one call each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from server.http.errors import ClientGoneError
from server.http.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from granian._granian import RSGIHTTPProtocol
    from granian.rsgi import Scope

    from server.http.responses import Response
    from server.http.watch import Watch


_GONE = (RSGIProtocolClosed, RSGIProtocolError)

MAX_EMPTY_CHUNKS = 10
"""Chunks without a byte, one after the other, until a client counts as gone.

Of a stream that was reset, or whose connection was, Granian gives such chunks without end, and at once:
reading on would take a processor until the body's time is over.
"""


class RsgiExchange(Exchange):
    """An exchange over RSGI."""

    __slots__ = ("_chunks", "_empty", "_protocol")

    def __init__(self, scope: Scope, protocol: RSGIHTTPProtocol, watch: Watch) -> None:
        super().__init__(
            scope.method,
            scope.path,
            scope.query_string.encode("latin-1"),
            list(scope.headers.items()),
            watch,
            is_secure=scope.scheme == "https",
            peer=scope.client.rpartition(":")[0],
        )
        if "host" not in self.headers and scope.authority:
            self.headers["host"] = scope.authority  # HTTP/2 has it beside the header fields
        self._protocol = protocol
        self._chunks: Any = None
        self._empty = 0

    async def _body(self, most: int) -> bytes:
        if "content-length" not in self.headers:
            return await super()._body(most)
        self._ended = True
        try:
            return await self._protocol()
        except _GONE:
            raise ClientGoneError from None

    async def _next_chunk(self) -> bytes:
        if self._chunks is None:
            self._chunks = aiter(self._protocol)
        try:
            chunk: bytes = await anext(self._chunks)
        except StopAsyncIteration:
            self._ended = True
            return b""
        except _GONE:
            self._ended = True
            raise ClientGoneError from None
        self._empty = 0 if chunk else self._empty + 1
        if self._empty > MAX_EMPTY_CHUNKS:
            self._ended = True
            raise ClientGoneError
        return chunk

    async def _client_gone(self) -> None:
        await self._protocol.client_disconnect()

    async def _send(self, response: Response, body: bytes) -> None:
        self._protocol.response_bytes(response.status, _fields(response), body)

    async def _send_first(self, response: Response, body: bytes) -> Callable[[], Awaitable[None]]:
        transport = self._protocol.response_stream(response.status, _fields(response))
        try:
            await transport.send_bytes(body)
        except _GONE:
            raise ClientGoneError from None

        async def end() -> None:
            nonlocal transport
            del transport  # this is what ends the answer

        return end


def _fields(response: Response) -> list[tuple[str, str]]:
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    fields.append(("server", ""))  # or it would name itself
    return fields

"""One HTTP request being answered, whatever interface a server hands it over by; and that interface for ASGI.

Rules kept here, because servers trust the application with them:

- The whole body is taken in, or read and thrown away, before the answer ends: an unread body makes
  Hypercorn stop reading the connection, with all other streams on it.
- A body that does not come in time ends the request; nothing waits for it forever.
- When the client leaves, the work for it is cancelled.
- The answer to HEAD has no body: not every server leaves it out by itself.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import ErrorCode
from server.http.errors import ClientGoneError, HttpError
from server.http.watch import OverdueError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence

    from server.http.responses import Response
    from server.http.watch import Watch

_T = TypeVar("_T")

DRAIN_SECONDS = 8.0
"""How long the rest of a refused body is read before the connection is given up."""


class Exchange(ABC):
    """A request's head, its body, and the way back to the client.

    Attributes:
        method: In capitals.
        path: Decoded; may hold anything.
        query_string: As sent, without the question mark.
        headers: By lower-case name; several fields of a name joined by commas.
        is_secure: Whether it came by TLS, to this server.
        peer: The address of the connection's other end; None where it has none.
    """

    __slots__ = ("_ended", "_watch", "headers", "is_secure", "method", "path", "peer", "query_string")

    def __init__(  # noqa: PLR0913 - what a request consists of
        self,
        method: str,
        path: str,
        query_string: bytes,
        headers: Sequence[tuple[str, str]],
        watch: Watch,
        *,
        is_secure: bool,
        peer: str | None,
    ) -> None:
        self._ended = False
        self._watch = watch
        self.method = method
        self.path = path
        self.query_string = query_string
        self.is_secure = is_secure
        self.peer = peer
        self.headers = dict(headers)
        if len(self.headers) < len(headers):
            self.headers = _joined(headers)

    @property
    def is_ambiguous(self) -> bool:
        """Whether a proxy may have read it otherwise: which host it is for, or where its body ends."""
        headers = self.headers
        length = headers.get("content-length")
        return "," in headers.get("host", "") or (
            length is not None and (not length.isdecimal() or "transfer-encoding" in headers)
        )

    async def body(self, most: int, seconds: float) -> bytes:
        """The whole body.

        Args:
            most: The most bytes it may have.
            seconds: How long it may take to come.

        Raises:
            HttpError: 413 or 408.
            ClientGoneError: The client left.
        """
        length = self.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > most:
            raise _too_large(most)
        try:
            return await self._watch.over(self._body(most), seconds)
        except OverdueError:
            raise HttpError(408, "The request's body did not arrive in time.", ErrorCode.TIMEOUT) from None

    async def _body(self, most: int) -> bytes:
        first = b"" if self._ended else await self._next_chunk()
        size = len(first)
        if size > most:
            raise _too_large(most)
        if self._ended:  # as most have
            return first
        chunks = [first]
        while not self._ended:
            chunk = await self._next_chunk()
            size += len(chunk)
            if size > most:
                raise _too_large(most)
            chunks.append(chunk)
        return b"".join(chunks)

    def while_connected(self, work: Awaitable[_T], seconds: float) -> Coroutine[Any, Any, _T]:
        """The result of the work, which is cancelled when the client leaves. The body must have been read.

        Args:
            work: What the answer needs.
            seconds: How long it may take.

        Raises:
            OverdueError: It took longer.
            ClientGoneError: The client left.
        """
        return self._watch.over(work, seconds, self._client_gone)

    def in_time(self, work: Awaitable[_T], seconds: float) -> Coroutine[Any, Any, _T]:
        """The same, whether or not the client leaves: for parts of what waits `while_connected`."""
        return self._watch.over(work, seconds)

    async def respond(self, response: Response) -> None:
        """Sends the answer; the rest of an unread body is thrown away meanwhile.

        The client has the whole answer at once, and the stream ends when its body has: answering
        without that would leave what is still on its way to be taken for something else.
        """
        body = response.body if self.method != "HEAD" else b""
        if self._ended:
            await self._send(response, body)
            return
        drain = asyncio.create_task(self._drain())
        try:
            end = await self._send_first(response, body)
            await asyncio.wait(
                (drain,), timeout=0 if response.status == HTTPStatus.REQUEST_TIMEOUT else DRAIN_SECONDS
            )
            await end()
        finally:
            drain.cancel()

    async def _drain(self) -> None:
        try:
            while not self._ended:
                await self._next_chunk()
        except ClientGoneError:
            return

    @abstractmethod
    async def _next_chunk(self) -> bytes:
        """The next part of the body; sets `_ended` after the last. ClientGoneError if the client left."""

    @abstractmethod
    async def _client_gone(self) -> None:
        """Returns when the client has left; called once the body has ended."""

    @abstractmethod
    async def _send(self, response: Response, body: bytes) -> None:
        """Sends a whole answer."""

    @abstractmethod
    async def _send_first(self, response: Response, body: bytes) -> Callable[[], Awaitable[None]]:
        """Sends all of an answer but its end; gives what ends it."""


class AsgiExchange(Exchange):
    """An exchange over ASGI."""

    __slots__ = ("_receive", "_send_message")

    def __init__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
        watch: Watch,
    ) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        is_secure = scope.get("scheme") == "https"
        client = scope.get("client")
        super().__init__(
            scope["method"],
            scope["path"],
            scope["query_string"],
            headers,
            watch,
            is_secure=is_secure,
            peer=client[0] if client else None,
        )
        self._receive = receive
        self._send_message = send

    async def _next_chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._ended = True
            raise ClientGoneError
        self._ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk

    async def _client_gone(self) -> None:
        # After the body, the only message there can be is that the client has left.
        await self._receive()

    async def _send(self, response: Response, body: bytes) -> None:
        await self._send_message(_head(response))
        await self._send_message({"type": "http.response.body", "body": body})

    async def _send_first(self, response: Response, body: bytes) -> Callable[[], Awaitable[None]]:
        await self._send_message(_head(response))
        await self._send_message({"type": "http.response.body", "body": body, "more_body": True})
        return lambda: self._send_message({"type": "http.response.body", "body": b""})


def _head(response: Response) -> dict[str, Any]:
    return {"type": "http.response.start", "status": response.status, "headers": list(response.headers)}


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields by name, those of the same name as one."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _too_large(most: int) -> HttpError:
    return HttpError(413, f"The request's body is larger than {most} bytes.")

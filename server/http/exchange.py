"""One HTTP request being answered over ASGI.

Rules kept here, because servers trust the application with them:

- The whole body is taken in, or read and thrown away, before the answer ends: an unread body makes
  Hypercorn stop reading the connection, with all other streams on it.
- A body that does not come in time ends the request; nothing waits for it forever.
- When the client leaves, the work for it is cancelled.
- The answer to HEAD has no body: not every server leaves it out by itself.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import ErrorCode
from server.http.errors import ClientGoneError, HttpError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from server.http.responses import Response

_T = TypeVar("_T")

DRAIN_SECONDS = 8.0
"""How long the rest of a refused body is read before the connection is given up."""


class Exchange:
    """A request's head, its body, and the way back to the client.

    Attributes:
        method: In capitals.
        path: Decoded; may hold anything.
        query_string: As sent, without the question mark.
        headers: By lower-case name; several fields of a name joined by commas.
    """

    __slots__ = ("_ended", "_receive", "_send", "headers", "method", "path", "query_string")

    def __init__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Mapping[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        self._receive = receive
        self._send = send
        self._ended = False
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.headers: dict[str, str] = {}
        for name_bytes, value_bytes in scope["headers"]:
            name, value = name_bytes.decode("latin-1"), value_bytes.decode("latin-1")
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value

    @property
    def is_ambiguous(self) -> bool:
        """Whether a proxy may have read it otherwise: which host it is for, or where its body ends."""
        length = self.headers.get("content-length")
        return "," in self.headers.get("host", "") or (
            length is not None and (not length.isdecimal() or "transfer-encoding" in self.headers)
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
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(seconds):
                while not self._ended:
                    chunk = await self._next_chunk()
                    size += len(chunk)
                    if size > most:
                        raise _too_large(most)
                    chunks.append(chunk)
        except TimeoutError:
            raise HttpError(408, "The request's body did not arrive in time.", ErrorCode.TIMEOUT) from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def while_connected(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of the work, which is cancelled when the client leaves. The body must have been read.

        Raises:
            ClientGoneError: The client left.
        """
        task = asyncio.create_task(work)
        # After the body, the only message there can be is that the client has left.
        gone = asyncio.ensure_future(self._receive())
        gone.add_done_callback(lambda _: task.cancel())
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if gone.done() and not gone.cancelled() and not (current and current.cancelling()):
                raise ClientGoneError from None
            raise
        finally:
            gone.cancel()

    async def respond(self, response: Response) -> None:
        """Sends the answer; the rest of an unread body is thrown away meanwhile.

        The client has the whole answer at once, and the stream ends when its body has: answering
        without that would leave what is still on its way to be taken for something else.
        """
        head = {"type": "http.response.start", "status": response.status, "headers": list(response.headers)}
        body = response.body if self.method != "HEAD" else b""
        if self._ended:
            await self._send(head)
            await self._send({"type": "http.response.body", "body": body})
            return
        drain = asyncio.create_task(self._drain())
        try:
            await self._send(head)
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            await asyncio.wait(
                (drain,), timeout=0 if response.status == HTTPStatus.REQUEST_TIMEOUT else DRAIN_SECONDS
            )
            await self._send({"type": "http.response.body", "body": b""})
        finally:
            drain.cancel()

    async def _drain(self) -> None:
        try:
            while not self._ended:
                await self._next_chunk()
        except ClientGoneError:
            return

    async def _next_chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._ended = True
            raise ClientGoneError
        self._ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


def _too_large(most: int) -> HttpError:
    return HttpError(413, f"The request's body is larger than {most} bytes.")

"""An HTTP/2 client for what proper clients do not do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import h2.config
import h2.connection
import h2.events

if TYPE_CHECKING:
    from tests.io.conftest import Server

Log = list[tuple[int, str]]


class RawClient:
    """An HTTP/2 client that sends what it is told to, right or wrong."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        configuration = h2.config.H2Configuration(
            client_side=True, validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self._h2 = h2.connection.H2Connection(configuration)
        self._h2.initiate_connection()
        self._flush()

    @classmethod
    async def connect(cls, server: Server) -> Self:
        """Connects and waits until the server's windows are known."""
        client = cls(*await asyncio.open_connection("127.0.0.1", server.port))
        client._h2.receive_data(await client._reader.read(2**16))
        client._flush()
        return client

    def send(
        self, body: bytes | None, *, end: bool = True, method: str = "POST", path: bytes = b"/graphql"
    ) -> int:
        """Sends a request and returns the number of its stream."""
        stream = self._h2.get_next_available_stream_id()
        headers = [
            (b":method", method.encode()),
            (b":path", path),
            (b":scheme", b"http"),
            (b":authority", b"localhost"),
            (b"content-type", b"application/json"),
        ]
        self._h2.send_headers(stream, headers, end_stream=end and body is None)
        if body is not None:
            self.send_more(stream, body, end=end)
        self._flush()
        return stream

    def send_more(self, stream: int, body: bytes, *, end: bool = False) -> None:
        for start in range(0, len(body), 16_384):
            chunk = body[start : start + 16_384]
            self._h2.send_data(stream, chunk, end_stream=end and start + len(chunk) == len(body))
        self._flush()

    async def events(self, seconds: float, *, until: int | None = None) -> Log:
        """Statuses and ends of streams, by stream, until one has ended or the time is over."""
        log: Log = []
        try:
            async with asyncio.timeout(seconds):
                while data := await self._reader.read(2**16):
                    for event in self._h2.receive_data(data):
                        match event:
                            case h2.events.ResponseReceived():
                                log.append((event.stream_id, dict(event.headers)[b":status"].decode()))
                            case h2.events.StreamEnded():
                                log.append((event.stream_id, "end"))
                            case h2.events.StreamReset():
                                log.append((event.stream_id, "reset"))
                    self._flush()
                    if any(stream == until and what in {"end", "reset"} for stream, what in log):
                        return log
                log.append((0, "closed"))
        except TimeoutError:
            pass
        return log

    def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())

    def reset(self, stream: int) -> None:
        """Gives a request up."""
        self._h2.reset_stream(stream)
        self._flush()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

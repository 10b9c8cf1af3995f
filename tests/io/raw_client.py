"""An HTTP/2 client for what proper clients do not do."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Self

import h2.config
import h2.connection
import h2.events
from h2.errors import ErrorCodes

if TYPE_CHECKING:
    from tests.io.conftest import Server

Log = list[tuple[int, str]]

DEFAULT_WINDOW = 65_535
FRAME_HEAD = 9
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One HTTP/2 frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


class RawClient:
    """An HTTP/2 client that sends what it is told to, right or wrong."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = b""
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
        while client._h2.outbound_flow_control_window <= DEFAULT_WINDOW:
            client._h2.receive_data(client._without_goaway(await client._reader.read(2**16), []))
            client._flush()
        return client

    def send(
        self,
        body: bytes | None,
        *,
        end: bool = True,
        method: str = "POST",
        path: bytes = b"/graphql",
        content_type: bytes = b"application/json",
    ) -> int:
        """Sends a request and returns the number of its stream."""
        stream = self._h2.get_next_available_stream_id()
        headers = [
            (b":method", method.encode()),
            (b":path", path),
            (b":scheme", b"http"),
            (b":authority", b"localhost"),
            (b"content-type", content_type),
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

    async def events(self, seconds: float, *, until: int | None = None, statuses: int = 0) -> Log:
        """Statuses and ends of streams, by stream; under 0, what is about the connection.

        Args:
            seconds: How long to listen at most.
            until: A stream: once it has ended.
            statuses: Once so many streams have a status.
        """
        log: Log = []
        try:
            async with asyncio.timeout(seconds):
                while data := await self._reader.read(2**16):
                    log.extend(map(_told, self._h2.receive_data(self._without_goaway(data, log))))
                    self._flush()
                    if any(stream == until and what in {"end", "reset", "refused"} for stream, what in log):
                        return log
                    if 0 < statuses <= sum(what.isdecimal() for _, what in log):
                        return log
                log.append((0, "closed"))
        except TimeoutError:
            pass
        except ConnectionError:
            log.append((0, "closed"))
        return log

    def _without_goaway(self, data: bytes, log: Log) -> bytes:
        """Whole frames, but for GOAWAY: the h2 library takes that for the end of all streams."""
        self._frames += data
        kept = b""
        while len(self._frames) >= FRAME_HEAD:
            length = FRAME_HEAD + int.from_bytes(self._frames[:3], "big")
            if len(self._frames) < length:
                break
            if self._frames[3] == GOAWAY:
                log.append((0, "goaway"))
            else:
                kept += self._frames[:length]
            self._frames = self._frames[length:]
        return kept

    def send_frame(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        """Sends a frame, whether or not it is its turn."""
        self._writer.write(frame(kind, flags, stream, payload))

    def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())

    def reset(self, stream: int) -> None:
        """Gives a request up."""
        self._h2.reset_stream(stream)
        self._flush()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def _told(event: h2.events.Event) -> tuple[int, str]:
    match event:
        case h2.events.ResponseReceived():
            return (event.stream_id, dict(event.headers)[b":status"].decode())
        case h2.events.StreamEnded():
            return (event.stream_id, "end")
        case h2.events.StreamReset(error_code=ErrorCodes.REFUSED_STREAM):
            return (event.stream_id, "refused")
        case h2.events.StreamReset():
            return (event.stream_id, "reset")
    return (0, type(event).__name__)

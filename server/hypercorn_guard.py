"""Ways in which one client or one stream can harm others in Hypercorn 0.18, closed.

- A `:path` or `:method` that is not ASCII raises in the task that reads the HTTP/2 connection, and ends
  all its streams. Here that stream is reset.
- DATA for a stream whose answer has been sent (a body that came too late) raises there as well. Here it
  is thrown away, and the stream reset without an error: the client need not send the rest.
- Streams that are opened and reset faster than they can be ended are refused from the 1,001st on, by an
  exception that ends the connection with a traceback in the log. Here it is closed.
- Requests on open HTTP/2 connections after it was asked to stop are reset as if they had been dealt with.
  Here they are refused, which tells clients to send them again elsewhere.
- When a connection's tasks are cancelled (it broke, or the grace period is over), requests without an
  answer wait for the task that sends, which is gone: the process never ends. Here they stop waiting.
- A connection that the client has closed is held until it would have been idle for too long. Here it is
  closed at once, by the task that reads it: the timer's own task would wait for itself.
- Windows of 64 KiB make clients wait for leave to send larger bodies, and some (httpx 0.28) miss it when
  they wait for several answers at once. The application takes in bodies as they come and bounds them
  itself, so here windows are as large as bodies usually may be.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import hypercorn.protocol
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hypercorn.events import Closed, Updated
from hypercorn.protocol.h2 import H2Protocol
from hypercorn.protocol.h11 import H11Protocol
from priority import TooManyStreamsError  # type: ignore[attr-defined]

if TYPE_CHECKING:
    import h2.events
    from hypercorn.events import Event
    from hypercorn.protocol.events import Event as StreamEvent


STREAM_WINDOW = 2**20
"""Bytes of a body that a client may send at once."""

CONNECTION_WINDOW = 2**24
"""The same for all streams of a connection, beyond the 64 KiB that every connection starts with."""


def guard_hypercorn() -> None:
    """Lets Hypercorn's connections use the guarded protocols, in this process."""
    hypercorn.protocol.H2Protocol = GuardedH2Protocol  # type: ignore[assignment, attr-defined]
    hypercorn.protocol.H11Protocol = GuardedH11Protocol  # type: ignore[assignment, attr-defined]


class GuardedH11Protocol(H11Protocol):
    """HTTP/1.1 whose connections end when the client has closed them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._reader = asyncio.current_task()

    async def handle(self, event: Event) -> None:
        """Takes in what happened to the connection."""
        await super().handle(event)
        if isinstance(event, Closed) and asyncio.current_task() is self._reader:
            await self.send(_STOP_IDLE_TIMER)


class GuardedH2Protocol(H2Protocol):
    """HTTP/2 whose streams end alone, and whose connections end when the client has closed them."""

    _ended = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._reader = asyncio.current_task()
        self.connection.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: self.config.h2_max_concurrent_streams,
                SettingCodes.MAX_HEADER_LIST_SIZE: self.config.h2_max_header_list_size,
                SettingCodes.ENABLE_CONNECT_PROTOCOL: 1,
                SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            },
        )

    async def initiate(
        self, headers: list[tuple[bytes, bytes]] | None = None, settings: bytes | None = None
    ) -> None:
        """Opens the connection from our side."""
        await super().initiate(headers, settings)
        self.connection.increment_flow_control_window(CONNECTION_WINDOW)
        await self._flush()

    async def handle(self, event: Event) -> None:
        """Takes in what happened to the connection."""
        await super().handle(event)
        if isinstance(event, Closed) and asyncio.current_task() is self._reader:
            await self.send(_STOP_IDLE_TIMER)

    async def send_task(self) -> None:
        """Sends what streams have to send, as long as there is a connection."""
        try:
            await super().send_task()
        finally:
            self._ended = True
            for buffer in self.stream_buffers.values():
                await buffer.close()

    async def stream_send(self, event: StreamEvent) -> None:
        """Takes what a stream has to send."""
        if not self._ended:
            await super().stream_send(event)

    async def _handle_events(self, events: list[h2.events.Event]) -> None:
        # One by one: an event may be about a stream that the one before it has opened or ended.
        for event in events:
            if isinstance(event, RequestReceived) and not _is_ascii(event):
                self._reset(event.stream_id, ErrorCodes.PROTOCOL_ERROR)
                await self._flush()
            elif isinstance(event, RequestReceived) and self.context.terminated.is_set():
                self._reset(event.stream_id, ErrorCodes.REFUSED_STREAM)
                await self._flush()
            elif isinstance(event, DataReceived) and event.stream_id not in self.streams:
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self._reset(event.stream_id, ErrorCodes.NO_ERROR)
                await self._flush()
            else:
                try:
                    await super()._handle_events([event])
                except TooManyStreamsError:
                    self.streams.popitem()  # the one that was refused
                    self.connection.close_connection(ErrorCodes.ENHANCE_YOUR_CALM)
                    await self._flush()
                    await self.send(Closed())
                    return

    def _reset(self, stream_id: int, code: ErrorCodes) -> None:
        try:
            self.connection.reset_stream(stream_id, code)
        except ProtocolError:
            return  # the client has ended it meanwhile


_STOP_IDLE_TIMER = Updated(idle=False)


def _is_ascii(request: RequestReceived) -> bool:
    return all(bytes(value).isascii() for name, value in request.headers if name in {b":path", b":method"})

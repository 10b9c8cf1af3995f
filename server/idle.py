"""Connections on which nothing moves are closed, whatever the server does about them.

Servers time some of what a client may leave undone: the head of an HTTP/1.1 request, the next request.
None of ours times all of it: a connection that sends nothing, the first bytes of HTTP/2, HTTP/2 without
requests, an answer for which the client gives no leave. Here the kernel is asked when a connection has
last sent or received, so one rule holds for all.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

IDLE_SECONDS = 90.0
"""How long nothing may move: more than the servers' own keep-alive of 75 s, which is the more polite."""

_CHECKS = 6
# Of Linux's struct tcp_info: the state, then milliseconds since data was last sent, and last received.
_TCP_INFO = struct.Struct("=B43xI4xI")
_LISTENING = 10
_TCP_FAMILIES = frozenset({socket.AF_INET, socket.AF_INET6})


@asynccontextmanager
async def closing_idle_connections(ports: Iterable[int], seconds: float) -> AsyncIterator[None]:
    """Closes connections to local ports on which nothing has moved for so long, while the context lasts.

    On Linux only: elsewhere the kernel does not tell.
    """
    if sys.platform != "linux":
        yield
        return
    closing = asyncio.create_task(_close_idle_connections(frozenset(ports), seconds))
    try:
        yield
    finally:
        closing.cancel()


async def _close_idle_connections(ports: frozenset[int], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds / _CHECKS)
        await asyncio.to_thread(_shut_down, ports, seconds * 1000)


def _shut_down(ports: frozenset[int], milliseconds: float) -> None:
    for connection in _connections(ports):
        with connection:
            state, since_sent, since_received = _TCP_INFO.unpack(
                connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
            )
            if state != _LISTENING and min(since_sent, since_received) > milliseconds:
                # The server sees that the client has left.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def _connections(ports: frozenset[int]) -> Iterator[socket.socket]:
    """This process's sockets with a local port, as sockets of our own on the same connections."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            descriptor = os.dup(int(entry.name))
        except OSError:
            continue  # closed meanwhile
        try:
            connection = socket.socket(fileno=descriptor)
        except OSError:
            os.close(descriptor)
            continue
        is_tcp = connection.type == socket.SOCK_STREAM and connection.family in _TCP_FAMILIES
        if is_tcp and connection.getsockname()[1] in ports:
            yield connection
        else:
            connection.close()

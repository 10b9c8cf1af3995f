from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress

from server.idle import closing_idle_connections


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(100):
            writer.write(data)
    writer.close()


async def test_connections_on_which_nothing_moves_are_closed_and_no_others() -> None:
    async with await asyncio.start_server(echo, "127.0.0.1", 0) as watched:
        port = watched.sockets[0].getsockname()[1]
        async with closing_idle_connections([port], 0.6):
            idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", port)
            busy_reader, busy_writer = await asyncio.open_connection("127.0.0.1", port)
            closed = asyncio.create_task(idle_reader.read())
            for _ in range(12):
                await asyncio.sleep(0.1)
                busy_writer.write(b"x")
                assert await busy_reader.read(1) == b"x"
            assert closed.done()
            assert await closed == b""
            later_reader, later_writer = await asyncio.open_connection("127.0.0.1", port)
            later_writer.write(b"x")
            assert await later_reader.read(1) == b"x"
        for writer in (idle_writer, busy_writer, later_writer):
            writer.close()
            await writer.wait_closed()


async def test_an_answer_that_the_client_does_not_take_counts_as_nothing() -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 50_000_000)
        with suppress(ConnectionError):
            await writer.drain()
        given_up.set()
        writer.transport.abort()

    given_up = asyncio.Event()
    async with await asyncio.start_server(flood, "127.0.0.1", 0) as watched:
        port = watched.sockets[0].getsockname()[1]
        async with closing_idle_connections([port], 0.6):
            with socket.create_connection(("127.0.0.1", port)):
                started = time.monotonic()
                await asyncio.wait_for(given_up.wait(), 5)
                assert time.monotonic() - started > 0.5

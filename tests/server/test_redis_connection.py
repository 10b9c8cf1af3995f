from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import TYPE_CHECKING

import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import DataError

from demo.valkey import EmbeddedValkey
from server.redis_connection import (
    DEADLINE_SECONDS,
    MAX_CONNECTIONS,
    PROBE_SECONDS,
    RedisConnection,
    RedisUnavailableError,
)
from tests.support.valkey import kill, suspended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SLACK_SECONDS = 0.1
"""What a busy machine adds."""

_TICK_SECONDS = 0.01


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server that may come to harm."""
    with EmbeddedValkey(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
async def connection(valkey: EmbeddedValkey) -> AsyncIterator[RedisConnection]:
    async with RedisConnection.open(valkey.url) as opened:
        yield opened


@pytest.fixture
async def own_connection(own_valkey: EmbeddedValkey) -> AsyncIterator[RedisConnection]:
    async with RedisConnection.open(own_valkey.url) as opened:
        yield opened


async def lost(connection: RedisConnection) -> float:
    """Seconds until a command is given up, without those in which this process got no processor."""
    waited = 0.0

    async def wait() -> None:
        nonlocal waited
        while True:
            before = time.monotonic()
            await asyncio.sleep(_TICK_SECONDS)
            waited += min(time.monotonic() - before, 2 * _TICK_SECONDS)

    waiting = asyncio.create_task(wait())
    with pytest.raises(RedisUnavailableError):
        await connection.run(lambda client: client.get("key"))
    waiting.cancel()
    return waited


async def available(connection: RedisConnection) -> None:
    async with asyncio.timeout(PROBE_SECONDS + 5):
        while not connection.is_available:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.005)


async def connected(connection: RedisConnection, number: int) -> None:
    """Has it open so many connections, however busy the machine is."""
    await asyncio.gather(*(connection.ping() for _ in range(number)), return_exceptions=True)
    await available(connection)


async def back(connection: RedisConnection) -> None:
    await available(connection)
    assert await connection.run(lambda client: client.set("key", "value"))


@pytest.mark.parametrize("callers", [1, 5 * MAX_CONNECTIONS])
async def test_who_asks_while_it_hangs_loses_a_deadline_once(
    own_valkey: EmbeddedValkey, own_connection: RedisConnection, callers: int
) -> None:
    await connected(own_connection, callers)
    async with suspended(own_valkey):
        at_once = await asyncio.gather(*(lost(own_connection) for _ in range(callers)))
        assert max(at_once) < DEADLINE_SECONDS + SLACK_SECONDS
        assert not own_connection.is_available
        for _ in range(20):
            assert await lost(own_connection) < SLACK_SECONDS
            await asyncio.sleep(0.02)
    await back(own_connection)


async def test_it_is_found_again_after_a_restart(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with EmbeddedValkey(tmp_path / "valkey") as server:
        url = server.url
        opened = RedisConnection.open(url)
        connection = await opened.__aenter__()
        await connection.ping()
        await kill(server)
    async with asyncio.timeout(5):
        while connection.is_available:
            assert await lost(connection) < DEADLINE_SECONDS + SLACK_SECONDS
    await asyncio.sleep(1.5 * PROBE_SECONDS)
    assert await lost(connection) < SLACK_SECONDS
    with EmbeddedValkey(tmp_path / "valkey") as server:
        assert server.url == url
        await back(connection)
        await opened.__aexit__(None, None, None)
    told = [record.getMessage() for record in caplog.records if record.name == "loadstone"]
    assert [line.partition(":")[0] for line in told] == [
        "Redis does not answer, going on without it",
        "Redis answers again",
    ]


async def test_it_may_be_there_later(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as server:
        url = server.url
    async with RedisConnection.open(url) as connection:
        assert not connection.is_available
        assert await lost(connection) < SLACK_SECONDS
        with EmbeddedValkey(tmp_path / "valkey") as server:
            assert server.url == url
            await back(connection)


async def test_connections_that_were_closed_while_idle_are_not_noticed(
    valkey: EmbeddedValkey, connection: RedisConnection
) -> None:
    await connected(connection, 3)
    async with Redis.from_url(valkey.url) as admin:
        await admin.client_kill_filter(_type="normal", skipme=True)
    await asyncio.sleep(0.05)
    await asyncio.gather(*(connection.ping() for _ in range(3)))
    assert connection.is_available


async def test_commands_that_it_refuses_close_nothing(
    own_valkey: EmbeddedValkey, own_connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(value: str) -> None:
        with pytest.raises(RedisUnavailableError):
            await own_connection.run(lambda client: client.set("key", value))

    async with Redis.from_url(own_valkey.url) as admin:
        await own_connection.run(lambda client: client.set("key", "value"))
        await admin.config_set("maxmemory-policy", "noeviction")
        await admin.config_set("maxmemory", "1")
        await refused("other")
        assert own_connection.is_available
        assert await own_connection.run(lambda client: client.get("key")) == b"value"
        await admin.config_set("maxmemory", "0")
        await own_connection.run(lambda client: client.set("key", "value"))
        await admin.slaveof("127.0.0.1", 1)  # of nobody: stale, and for reading alone
        await refused("other")
        assert own_connection.is_available
        assert await own_connection.run(lambda client: client.get("key")) == b"value"
        await admin.slaveof()
        await own_connection.run(lambda client: client.set("key", "value"))
    assert caplog.text.count("Redis refuses a command") == 1


async def test_a_slow_command_alone_is_given_up_alone(
    connection: RedisConnection, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.monotonic()
    with pytest.raises(RedisUnavailableError):
        await connection.run(lambda client: client.blpop(["never"], timeout=5))
    assert time.monotonic() - began < DEADLINE_SECONDS + SLACK_SECONDS
    await available(connection)
    await connection.ping()
    assert caplog.text == ""


async def test_answers_that_come_while_this_process_is_busy_are_read(
    valkey: EmbeddedValkey, connection: RedisConnection
) -> None:
    await connected(connection, 1)
    asked = asyncio.create_task(connection.run(lambda client: client.blpop(["busy"], timeout=5)))
    await asyncio.sleep(DEADLINE_SECONDS / 4)
    with BlockingRedis.from_url(valkey.url) as other:
        time.sleep(DEADLINE_SECONDS)  # noqa: ASYNC251 - this process does something else
        other.rpush("busy", "here")
    assert await asked == (b"busy", b"here")
    assert connection.is_available


async def test_what_is_wrong_with_a_command_is_a_defect(connection: RedisConnection) -> None:
    with pytest.raises(DataError):
        await connection.run(lambda client: client.set("key", object()))  # type: ignore[arg-type]
    assert connection.is_available


async def test_no_answer_crosses_over_when_callers_leave(connection: RedisConnection) -> None:
    drawn = random.Random(1)  # noqa: S311 - who leaves, and when

    async def ask(number: int) -> bool:
        return await connection.run(lambda client: client.echo(str(number))) == str(number).encode()

    answered = 0
    for first in range(0, 10_000, 50):
        tasks = [asyncio.create_task(ask(number)) for number in range(first, first + 50)]
        for task in drawn.sample(tasks, 25):
            for _ in range(drawn.randrange(4)):
                await asyncio.sleep(0)
            task.cancel()
        answered += right(await asyncio.gather(*tasks, return_exceptions=True))
        await available(connection)
    assert answered > 4_000


async def test_no_answer_crosses_over_at_the_deadline(connection: RedisConnection) -> None:
    async def ask(number: int) -> bool:
        if number % 10 == 0:
            return await connection.run(lambda client: client.blpop(["never"], timeout=5)) is None
        return await connection.run(lambda client: client.echo(str(number))) == str(number).encode()

    answered = 0
    for first in range(0, 200, 50):
        answered += right(await asyncio.gather(*map(ask, range(first, first + 50)), return_exceptions=True))
        await available(connection)
    assert answered > 150
    await connection.ping()


def right(outcomes: list[bool | BaseException]) -> int:
    """How many answers there are, all of them right."""
    given_up = (asyncio.CancelledError, RedisUnavailableError)
    assert [each for each in outcomes if each is not True and not isinstance(each, given_up)] == []
    return outcomes.count(True)

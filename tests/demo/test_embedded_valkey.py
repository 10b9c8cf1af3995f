from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis

from core.errors import StartupError
from demo.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from demo.valkey import EmbeddedValkey

with EmbeddedValkey(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    time.sleep(600)
"""


async def test_serves_valkey_9_on_no_port(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as client:
            information = await client.info("server")
    assert str(information["valkey_version"]).startswith("9.")
    assert information["tcp_port"] == 0


async def test_keeps_what_was_written_and_leaves_nothing_running(
    tmp_path: Path, nothing_runs: Callable[[Path], None]
) -> None:
    for expected in (1, 2):
        with EmbeddedValkey(tmp_path / "valkey") as server:
            async with Redis.from_url(server.url) as client:
                assert await client.incr("starts") == expected
        nothing_runs(tmp_path)


async def test_keeps_what_was_written_when_it_is_killed(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as client:
            await client.set("key", "value")
            os.kill((await client.info("server"))["process_id"], signal.SIGKILL)
    with EmbeddedValkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as client:
            assert await client.get("key") == b"value"


async def test_ends_with_the_process_that_started_it(
    tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path / "valkey")
    async with Redis.from_url(started.line()) as client:
        await client.set("key", "value")
    started.signal_group(signal.SIGKILL)
    assert started.wait() != 0
    with EmbeddedValkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as client:
            assert await client.get("key") == b"value"
    nothing_runs(tmp_path)


async def test_takes_over_from_a_server_that_was_left_behind(
    tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path / "valkey")
    started.line()
    left = int((tmp_path / "valkey" / "valkey.pid").read_text())
    started.kill_watchdog(left)
    started.send(signal.SIGKILL)
    started.wait()
    os.kill(left, 0)  # still there
    with EmbeddedValkey(tmp_path / "valkey") as server:
        async with Redis.from_url(server.url) as client:
            assert (await client.info("server"))["process_id"] != left
    nothing_runs(tmp_path)


def test_two_at_once_are_refused(tmp_path: Path, program: Callable[..., Any]) -> None:
    started = program(HOLD, tmp_path / "valkey")
    started.line()
    with pytest.raises(StartupError, match="in use by another process"), EmbeddedValkey(tmp_path / "valkey"):
        pass


@pytest.mark.parametrize("name", ["long" * 50, "zoë b,c:d%20#e?f&g='h\""])
async def test_works_in_any_folder(name: str, tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / name) as server:
        async with Redis.from_url(server.url) as client:
            assert await client.config_get("dir") == {"dir": str(tmp_path / name)}


def test_says_what_is_wrong_with_its_data(tmp_path: Path, nothing_runs: Callable[[Path], None]) -> None:
    with EmbeddedValkey(tmp_path / "valkey"):
        pass
    for file in (tmp_path / "valkey" / "appendonlydir").glob("*.rdb"):
        file.write_bytes(b"damaged")
    with (
        pytest.raises(StartupError, match=r"valkey-server ended .*valkey\.log"),
        EmbeddedValkey(tmp_path / "valkey"),
    ):
        pass
    nothing_runs(tmp_path)

from __future__ import annotations

import asyncio
import signal
import ssl
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from redis.asyncio import Redis

from core.errors import StartupError
from demo.environment import DemoEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOLD = """
import sys, time
from pathlib import Path
from demo.environment import DemoEnvironment

with DemoEnvironment(Path(sys.argv[1]), progress=False) as environment:
    print(environment.database_url, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in which the demo has run once."""
    with tempfile.TemporaryDirectory(prefix="loadstone-test-") as name:
        with DemoEnvironment(Path(name), progress=False):
            pass
        yield Path(name)


async def look_around(environment: DemoEnvironment) -> int:
    """Uses every part; returns how often this was done in this folder."""
    connection = await asyncpg.connect(environment.database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM airport") > 27_000
        visits: int = await connection.fetchval(
            "UPDATE traveller SET miles = miles + 1 WHERE email = 'visits@example.org' RETURNING miles"
        ) or await connection.fetchval(
            "INSERT INTO traveller (email, given_name, family_name, miles) "
            "VALUES ('visits@example.org', 'A', 'B', 1) RETURNING miles"
        )
    finally:
        await connection.close()
    async with Redis.from_url(environment.redis_url) as client:
        assert await client.ping()
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(environment.tls_cert, environment.tls_key)
    return visits


def test_every_start_finds_what_was_there(folder: Path, nothing_runs: Callable[[Path], None]) -> None:
    visits = []
    for _ in range(2):
        with DemoEnvironment(folder) as environment:
            visits.append(asyncio.run(look_around(environment)))
    assert visits[1] == visits[0] + 1
    nothing_runs(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_leaves_nothing_running_whatever_ends_it(
    number: signal.Signals, folder: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, folder)
    assert started.line()
    started.signal_group(number)
    assert started.wait() != 0
    nothing_runs(folder)
    with DemoEnvironment(folder, progress=False) as environment:
        assert asyncio.run(look_around(environment))


def test_can_be_interrupted_during_the_first_start(
    tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path)
    while not (tmp_path / "valkey" / "appendonlydir").exists():
        time.sleep(0.01)  # until all servers run and data are about to be loaded
    started.signal_group(signal.SIGINT)
    assert started.wait() != 0
    nothing_runs(tmp_path)
    with DemoEnvironment(tmp_path, progress=False) as environment:
        assert asyncio.run(look_around(environment)) == 1


def test_two_at_once_are_refused_and_the_first_lives_on(folder: Path, program: Callable[..., Any]) -> None:
    with DemoEnvironment(folder, progress=False) as environment:
        second = program(HOLD, folder)
        assert second.line() == ""
        assert second.wait() != 0
        with pytest.raises(StartupError, match="in use"), DemoEnvironment(folder):
            pass
        assert asyncio.run(look_around(environment))


def test_a_part_that_cannot_start_stops_the_others(
    tmp_path: Path, nothing_runs: Callable[[Path], None]
) -> None:
    (tmp_path / "valkey").touch()
    with pytest.raises(StartupError, match="valkey"), DemoEnvironment(tmp_path, progress=False):
        pass
    nothing_runs(tmp_path)


def test_lives_in_the_data_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert DemoEnvironment().folder == tmp_path / "loadstone"


def test_has_no_addresses_when_it_is_not_running(tmp_path: Path) -> None:
    environment = DemoEnvironment(tmp_path)
    for name in ("database_url", "server_url", "jwt_secret", "redis_url", "tls_cert", "tls_key"):
        with pytest.raises(RuntimeError, match="not running"):
            getattr(environment, name)

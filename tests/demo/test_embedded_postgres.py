from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from core.errors import StartupError
from demo.account import prepare_folder
from demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Callable

FAST = {"fsync": "off"}
HOLD = """
import sys, time
from pathlib import Path
from demo.account import prepare_folder
from demo.postgres import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1]), {"fsync": "off"}) as server:
    print(server.url("postgres"), flush=True)
    time.sleep(600)
"""


async def query(url: str, *statements: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            value = await connection.fetchval(statement)
    finally:
        await connection.close()
    return value


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def file_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def exists(path: Path) -> bool:
    return path.exists()


def process_owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def test_serves_postgresql_18_in_utf8_with_the_given_settings(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", {**FAST, "shared_buffers": "20MB"}) as server:
        url = server.url("postgres")
        assert await query(url, "SELECT current_setting('server_version_num')::int / 10000") == 18
        assert await query(url, "SHOW shared_buffers") == "20MB"
        assert await query(url, "SHOW server_encoding") == "UTF8"
        assert await query(url, "SELECT upper('zoë')") == "ZOË"


async def test_listens_on_no_port(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert await query(server.url("postgres"), "SHOW listen_addresses") == ""


async def test_keeps_its_data_and_leaves_nothing_running(
    tmp_path: Path, nothing_runs: Callable[[Path], None]
) -> None:
    for expected in (1, 2):
        with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
            await query(
                server.url("postgres"),
                "CREATE TABLE IF NOT EXISTS starts ()",
                "INSERT INTO starts DEFAULT VALUES",
            )
            assert await query(server.url("postgres"), "SELECT count(*) FROM starts") == expected
        nothing_runs(tmp_path)
    assert "database system is shut down" in server.log.read_text()


def test_has_no_url_when_it_is_not_running(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", FAST)
    with pytest.raises(RuntimeError, match="not running"):
        server.url("postgres")
    with server:
        assert server.url("a b/c").startswith("postgresql://postgres@/a%20b%2Fc?host=/")
    with pytest.raises(RuntimeError, match="not running"):
        server.url("postgres")


async def test_recovers_when_postgresql_is_killed(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        await query(server.url("postgres"), "CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(postmaster(tmp_path / "pg"), signal.SIGKILL)
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert await query(server.url("postgres"), "SELECT number FROM kept") == 7
        assert "automatic recovery in progress" in server.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
async def test_ends_with_the_process_that_started_it(
    number: signal.Signals, tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path / "pg")
    await query(started.line(), "CREATE TABLE kept AS SELECT 7 AS number")
    started.signal_group(number)
    assert started.wait() != 0
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:  # at once, also while the other one shuts down
        assert await query(server.url("postgres"), "SELECT number FROM kept") == 7
    nothing_runs(tmp_path)


async def test_ends_in_order_when_its_process_is_killed(
    tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path / "pg")
    started.line()
    started.send(signal.SIGKILL)
    nothing_runs(tmp_path)
    assert "database system is shut down" in (tmp_path / "pg" / "postgres.log").read_text()


async def test_takes_over_from_a_server_that_was_left_behind(
    tmp_path: Path, program: Callable[..., Any], nothing_runs: Callable[[Path], None]
) -> None:
    started = program(HOLD, tmp_path / "pg")
    await query(started.line(), "CREATE TABLE kept AS SELECT 7 AS number")
    left = postmaster(tmp_path / "pg")
    started.kill_watchdog(left)
    started.send(signal.SIGKILL)
    started.wait()
    os.kill(left, 0)  # still there
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert postmaster(tmp_path / "pg") != left
        assert await query(server.url("postgres"), "SELECT number FROM kept") == 7
    nothing_runs(tmp_path)


def test_two_at_once_are_refused(tmp_path: Path, program: Callable[..., Any]) -> None:
    started = program(HOLD, tmp_path / "pg")
    started.line()
    with (
        pytest.raises(StartupError, match=rf"in use by another process \(PID {started.pid}\)"),
        EmbeddedPostgres(tmp_path / "pg", FAST),
    ):
        pass
    with EmbeddedPostgres(tmp_path / "other", FAST):
        pass


def test_trusts_no_process_identifier_of_an_earlier_run(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", FAST):
        lines = (tmp_path / "pg" / "data" / "postmaster.pid").read_text().splitlines()
    # As after a crash and a restart of the machine, when the number went to somebody else: to us.
    (tmp_path / "pg" / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    (tmp_path / "pg" / ".s.PGSQL.5432.lock").write_text("\n".join([str(os.getpid()), *lines[1:4], ""]))
    with EmbeddedPostgres(tmp_path / "pg", FAST):
        assert postmaster(tmp_path / "pg") != os.getpid()


async def test_completes_a_creation_that_was_interrupted(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "pg", FAST):
        pass
    (tmp_path / "pg" / "data").rename(tmp_path / "pg" / "data.new")
    (tmp_path / "pg" / "data.new" / "global" / "pg_control").unlink()
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert await query(server.url("postgres"), "SELECT 1") == 1


@pytest.mark.parametrize("name", ["long" * 50, "zoë b,c:d%20#e?f&g='h\""])
async def test_works_in_any_folder(name: str, tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / name / "pg", FAST) as server:
        url = server.url("postgres")
        assert await query(url, "SHOW data_directory") == str(tmp_path / name / "pg" / "data")
        folder = Path(url.partition("host=")[2].partition("&")[0])
        assert file_mode(folder) == 0o700
    assert folder == tmp_path / name / "pg" or not exists(folder)


async def test_follows_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with EmbeddedPostgres(Path("pg"), FAST) as server:
        monkeypatch.chdir("/")
        assert await query(server.url("postgres"), "SELECT 1") == 1


async def test_is_not_led_astray_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c x=y",
        "TZ": "Asia/Tokyo",
    }.items():
        monkeypatch.setenv(name, value)
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert await query(server.url("postgres"), "SHOW timezone") == "UTC"


def test_names_the_setting_that_is_wrong(tmp_path: Path, nothing_runs: Callable[[Path], None]) -> None:
    with (
        pytest.raises(StartupError, match="shared_bufers"),
        EmbeddedPostgres(tmp_path / "pg", {**FAST, "shared_bufers": "1GB"}),
    ):
        pass
    nothing_runs(tmp_path)
    with EmbeddedPostgres(tmp_path / "pg", FAST):  # and holds no lock
        pass


def test_refuses_data_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "pg" / "data").mkdir(parents=True)
    (tmp_path / "pg" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(StartupError, match="PostgreSQL 17's"), EmbeddedPostgres(tmp_path / "pg", FAST):
        pass


def test_refuses_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "pg").touch()
    with pytest.raises(StartupError, match="cannot be used"), EmbeddedPostgres(tmp_path / "pg", FAST):
        pass


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its account")


@only_root
async def test_root_runs_it_as_nobody_and_opens_no_folder_to_others(tmp_path: Path) -> None:
    assert file_mode(tmp_path) == 0o700
    with EmbeddedPostgres(tmp_path / "pg", FAST) as server:
        assert process_owner(postmaster(tmp_path / "pg")) == pwd.getpwnam("nobody").pw_uid
        assert await query(server.url("postgres"), "SELECT 1") == 1
    assert file_mode(tmp_path) == 0o710
    assert file_mode(tmp_path / "pg") == 0o700


@only_root
async def test_root_leaves_a_folder_to_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    with EmbeddedPostgres(folder, FAST):
        pass
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 54_321, 54_321, follow_symlinks=False)
    with EmbeddedPostgres(folder, FAST):
        assert process_owner(postmaster(folder)) == 54_321
    assert {path.stat().st_uid for path in folder.rglob("*")} == {54_321}


AS_NOBODY = """
import asyncio, os, sys
# Python itself may lie where nobody may look: what it would import later is imported now.
import encodings.ascii, encodings.idna
from pathlib import Path
import asyncpg
from core.errors import StartupError
from demo.postgres import EmbeddedPostgres

os.setgroups([])
os.setgid(65_534)
os.setuid(65_534)

async def main() -> None:
    with EmbeddedPostgres(Path(sys.argv[1]), {"fsync": "off"}) as server:
        connection = await asyncpg.connect(server.url("postgres"))
        print(await connection.fetchval("SELECT 'served'"))
        await connection.close()

try:
    asyncio.run(main())
except StartupError as error:
    print(error)
"""


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


@only_root
@pytest.mark.skipif(
    not _reachable(Path(asyncpg.__file__)), reason="this environment is closed to ordinary users"
)
def test_works_for_an_ordinary_user(tmp_path: Path) -> None:
    def run(folder: Path) -> str:
        return subprocess.run(
            [sys.executable, "-c", AS_NOBODY, folder], capture_output=True, text=True, check=True
        ).stdout.strip()

    tmp_path.chmod(0o755)
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65_534, 65_534)
    assert run(tmp_path / "theirs") == "served"
    (tmp_path / "ours").mkdir()
    assert "belongs to another user" in run(tmp_path / "ours")


@only_root
def test_lets_its_account_read_programs_that_were_installed_for_root_alone(tmp_path: Path) -> None:
    wheel = tmp_path / "site" / "wheel"
    program, data, library = (
        wheel / "bin" / "server",
        wheel / "data",
        tmp_path / "site" / "wheel.libs" / "lib.so",
    )
    for file, mode in ((program, 0o700), (data, 0o600), (library, 0o600)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        file.chmod(mode)
        file.parent.chmod(0o700)
    account = prepare_folder(tmp_path / "folder", wheel)
    assert [file_mode(path) for path in (program, data, library)] == [0o750, 0o640, 0o640]
    assert [file_mode(path) for path in (wheel, library.parent, tmp_path)] == [0o750, 0o750, 0o710]
    assert program.stat().st_gid in account.groups

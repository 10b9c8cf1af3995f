"""Programs that use the embedded servers and can be killed, and a look at what they leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30.0  # seconds within which anything happens, also on a busy machine


class Program:
    """A Python process with a process group of its own, as a terminal would start it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def signal_group(self, number: int) -> None:
        """What Ctrl-C does: the signal goes to the whole group."""
        os.killpg(self._process.pid, number)

    def send(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def kill_watchdog(self, server: int) -> None:
        """Ends what watches over the server."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for watchdog in set(map(int, children)) - {server}:
            os.kill(watchdog, signal.SIGKILL)

    def wait(self) -> int:
        return self._process.wait(PATIENCE)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder for its maker alone, not below pytest's own, which every other run of pytest closes again."""
    with tempfile.TemporaryDirectory(prefix="loadstone-test-") as name:
        yield Path(name)


@pytest.fixture
def program() -> Iterator[Callable[..., Program]]:
    """Starts a Python process with the given code and arguments."""
    started = []

    def start(code: str, *arguments: object) -> Program:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return Program(process)

    yield start
    for process in started:
        with process:
            process.kill()


@pytest.fixture
def processes() -> Callable[[Path], set[int]]:
    """Finds the running processes that work in a folder or were started with its name."""

    def find(folder: Path) -> set[int]:
        return {int(entry.name) for entry in Path("/proc").iterdir() if _works_in(entry, folder)}

    return find


@pytest.fixture
def nothing_runs(processes: Callable[[Path], set[int]]) -> Callable[[Path], None]:
    """Fails unless all processes of a folder are gone within a while."""

    def check(folder: Path) -> None:
        eventually(lambda: not processes(folder))

    return check


def _works_in(process: Path, folder: Path) -> bool:
    if not process.name.isdecimal() or int(process.name) == os.getpid():
        return False
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        directory = (process / "cwd").readlink()
        command = (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    is_server = b"postgres" in command or b"valkey-server" in command
    return state != "Z" and is_server and (directory.is_relative_to(folder) or os.fsencode(folder) in command)


def eventually(condition: Callable[[], bool]) -> None:
    """Waits until the condition holds; fails when it does not within a while."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "this has not happened in time"
        time.sleep(0.02)

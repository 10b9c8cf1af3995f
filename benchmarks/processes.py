"""Servers as processes that end with us, and what processes have used."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

STOP_SECONDS = 30.0
_QUIET_SECONDS = 0.1
_QUIET_SHARE = 0.2
# Ends the server's process group when our end of the pipe closes without our having stopped the server.
_WATCHDOG = 'read -r _; kill -s KILL -- "-$1"'


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its descendants have used so far.

    Attributes:
        cpu: Seconds of processor time, of descendants that have ended too.
        resident: Bytes of memory now; what they share counts for each.
    """

    cpu: float
    resident: int


def usage(pid: int) -> Usage:
    """What the process and its descendants have used."""
    root = psutil.Process(pid)
    cpu, resident = 0.0, 0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            cpu += times.user + times.system + times.children_user + times.children_system
            resident += process.memory_info().rss
    return Usage(cpu, resident)


def wait_until_quiet(pids: Sequence[int], seconds: float) -> None:
    """Waits until processes do little; at most so many seconds."""
    deadline = time.monotonic() + seconds
    before = sum(usage(pid).cpu for pid in pids)
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        now = sum(usage(pid).cpu for pid in pids)
        if now - before <= _QUIET_SHARE * _QUIET_SECONDS:
            return
        before = now


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server for as long as the context lasts, or we live.

    Args:
        command: Program and arguments.
        environment: All its environment variables.
        folder: Its working directory.
        log: File that takes its output.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - programs of the comparison
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    watchdog = subprocess.Popen(  # noqa: S603 - constant program
        ["/bin/sh", "-c", _WATCHDOG, "watchdog", str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with watchdog:
        try:
            yield process
        finally:
            watchdog.kill()
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

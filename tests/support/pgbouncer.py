"""PgBouncer in transaction mode before the embedded PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10

CONFIGURATION = """
[databases]
* = host={socket} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextmanager
def pgbouncer(url: str, *users: str, size: int = 3) -> Iterator[str]:
    """A pooler before a server; the address to put in place of its host.

    Args:
        url: Of a database of the server.
        users: Who may log in.
        size: Sessions for each user and database.
    """
    finder = Path(__file__).with_name("programs.py")
    found = subprocess.run([sys.executable, finder, "pgbouncer"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip(f"what is behind a pooler is left out: {found.stderr.strip()}")
    options = parse_qs(urlsplit(url).query)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        listen = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="loadstone-pgbouncer-"))
    try:
        folder.chmod(0o777)
        for place in (Path(options["host"][0]), Path(options["host"][0]).parent):
            place.chmod(0o755)  # it does not run as root
        (folder / "users").write_text("".join(f'"{user}" ""\n' for user in users))
        file = folder / "ini"
        file.write_text(
            CONFIGURATION.format(
                socket=options["host"][0], port=options["port"][0], listen=listen, folder=folder, size=size
            )
        )
        as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
        process = subprocess.Popen([found.stdout.strip(), "-q", *as_user, str(file)])
        try:
            _wait(listen)
            yield f"127.0.0.1:{listen}"
        finally:
            process.terminate()
            process.wait(SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return

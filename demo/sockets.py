"""Where the unix socket of an embedded server lies.

A socket path holds at most 103 bytes on some systems (107 on Linux), and a connection URL gives
meaning to commas and other signs; a data folder may be longer and may contain anything. Such a
folder gets a short, private folder for its socket in /tmp.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.account import Account

_MOST_BYTES = 103
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


@contextmanager
def socket_folder(data_folder: Path, name: str, account: Account) -> Iterator[Path]:
    """A folder in which a socket of this name can be made and reached.

    Args:
        data_folder: Absolute path of the server's data folder, private to the account.
        name: File name of the socket.
        account: Whom the server runs as.

    Raises:
        StartupError: Somebody else has taken the folder's name.
    """
    if _fits(data_folder / name):
        yield data_folder
        return
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    # TMPDIR may be long too. The name is predictable and /tmp open to all: only our own folder will do.
    folder = Path("/tmp") / f"loadstone-{digest}"  # noqa: S108 - private folder, checked
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {os.geteuid(), account.user}:
        raise StartupError(f"The folder {folder} for sockets belongs to another user.")
    account.take(folder)
    folder.chmod(0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= _MOST_BYTES and _PLAIN.fullmatch(str(path)) is not None

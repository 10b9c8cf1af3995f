"""Whom an embedded server runs as, and the folders that this account must reach.

An ordinary user runs the servers as itself. PostgreSQL refuses to run as root, so root runs them as
the owner of the data folder or, for a new folder, as `nobody`: an account that every system has, so
that nothing needs to be created. Folders on the way that only root may enter (a home folder, a
temporary folder) get search permission for their group alone, and the servers get that group:
nobody else learns to enter them.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SEARCH = stat.S_IXGRP | stat.S_IXOTH
_READ = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True)
class Account:
    """The identity of a server process; `None` in both fields means our own.

    Attributes:
        user: Numeric user id to change to.
        group: Numeric group id to change to.
        groups: Further group ids that let it enter the folders it needs.
    """

    user: int | None = None
    group: int | None = None
    groups: frozenset[int] = frozenset()

    def process_options(self) -> dict[str, Any]:
        """The arguments of `subprocess.Popen` that run a program as this account."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": sorted(self.groups)}

    def take(self, file: Path | int) -> None:
        """Gives a file or folder, by path or by descriptor, to this account."""
        if self.user is not None and self.group is not None:
            os.chown(file, self.user, self.group)


def prepare_folder(folder: Path, wheel: Path) -> Account:
    """Creates the data folder of a server and decides who runs the server.

    Args:
        folder: Absolute path of the data folder; made when missing, private to the account after.
        wheel: Folder of the wheel with the server's programs, readable by the account after.

    Raises:
        StartupError: The folder belongs to another user.
        OSError: The folder cannot be made or used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    status = folder.stat()
    if os.geteuid() != 0:
        if status.st_uid != os.geteuid():
            raise StartupError(f"The data folder {folder} belongs to another user: choose another one.")
        account = Account()
    else:
        user, group = status.st_uid, status.st_gid
        if user == 0:
            entry = pwd.getpwnam("nobody")
            user, group = entry.pw_uid, entry.pw_gid
        groups = _let_in([*folder.parents, *wheel.parents]) | _let_read(wheel)
        account = Account(user, group, groups)
    account.take(folder)
    folder.chmod(0o700)
    return account


def _let_in(folders: Iterable[Path]) -> frozenset[int]:
    """Makes folders enterable by their group; returns the groups that are needed."""
    groups = set()
    for folder in set(folders):
        status = folder.stat()
        if status.st_mode & _SEARCH != _SEARCH:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXGRP)
            groups.add(status.st_gid)
    return frozenset(groups)


def _let_read(wheel: Path) -> frozenset[int]:
    """Makes an installed wheel readable by its group; needed only when installed under a tight umask."""
    if wheel.stat().st_mode & (_READ | _SEARCH) == _READ | _SEARCH:
        return frozenset()
    groups = set()
    # Libraries that came with the programs lie beside the package.
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        for path in (folder, *folder.rglob("*")) if folder.exists() else ():
            status = path.stat()
            mode = stat.S_IMODE(status.st_mode)
            path.chmod(mode | (mode & (stat.S_IRUSR | stat.S_IXUSR)) >> 3)
            groups.add(status.st_gid)
    return frozenset(groups)

"""Prints the path of a Chromium; installs Debian's first where there is none and this user may.

Exit status 1, with the reason on standard error, where there is none to be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_INSTALL_SECONDS = 600


def main() -> None:
    """Finds or installs, and prints."""
    path = _find() or _install()
    print(path)  # noqa: T201 - the program's answer


def _find() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _install() -> str:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit("there is no Chromium here, and only root on Debian may install one")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update",), ("install", "--yes", "--no-install-recommends", "chromium"):
        try:
            done = subprocess.run(
                [apt, *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_INSTALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            sys.exit(f"there is no Chromium here, and apt-get {command[0]} took too long")
        if done.returncode != 0:
            last_line = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            sys.exit(f"there is no Chromium here, and apt-get {command[0]} failed: {last_line}")
    return _find() or sys.exit("apt-get installed Chromium, yet there is none on the PATH")


if __name__ == "__main__":
    main()

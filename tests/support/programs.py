"""Prints the path of a program that tests need; installs Debian's where there is none and this user may.

python tests/support/programs.py chromium

Exit status 1, with the reason on standard error, where there is none to be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = {
    "chromium": ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
    "nodejs": ("node", "nodejs"),
    "npm": ("npm",),
    "pgbouncer": ("pgbouncer", "/usr/sbin/pgbouncer"),
}
"""What programs are called, by their package."""

_INSTALL_SECONDS = 600


def main() -> None:
    """Finds or installs, and prints."""
    for package in sys.argv[1:]:
        print(_find(package) or _install(package))  # noqa: T201 - the program's answer


def _find(package: str) -> str | None:
    return next(filter(None, map(shutil.which, _NAMES[package])), None)


def _install(package: str) -> str:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit(f"there is no {package} here, and only root on Debian may install one")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("update",), ("install", "--yes", "--no-install-recommends", package):
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
            sys.exit(f"there is no {package} here, and apt-get {command[0]} took too long")
        if done.returncode != 0:
            last_line = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            sys.exit(f"there is no {package} here, and apt-get {command[0]} failed: {last_line}")
    return _find(package) or sys.exit(f"apt-get installed {package}, yet there is none on the PATH")


if __name__ == "__main__":
    main()

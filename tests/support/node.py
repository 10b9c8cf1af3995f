"""JavaScript clients: scripts of `tests/clients`, run by Node against a server.

What they import is installed there by `npm ci` when it is first needed, and again after a change of the lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = Path(__file__).parents[1] / "clients"
_LOCK = FOLDER / "package-lock.json"
_STAMP = FOLDER / "node_modules" / ".stamp"
_PROGRAMS = Path(__file__).with_name("programs.py")
_INSTALL_SECONDS = 300
_RUN_SECONDS = 120


def run_script(name: str, *arguments: str, seconds: float = _RUN_SECONDS) -> Any:
    """Runs a script with arguments, and gives the JSON value that it prints.

    The test fails where there is no Node, and none to be had, and where the script does.
    """
    _install()
    return json.loads(_output([_program("nodejs"), FOLDER / name, *arguments], seconds))


def _program(package: str) -> str:
    return _output([sys.executable, _PROGRAMS, package], _INSTALL_SECONDS).strip()


def _install() -> None:
    with _LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes run tests
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not _STAMP.exists() or _STAMP.read_text() != wanted:
            npm = _program("npm")
            # For packages whose lock has no addresses npm looks at its `cafile` not everywhere; Node does.
            certificates = _output([npm, "config", "get", "cafile"], _RUN_SECONDS).strip()
            trusted = {} if certificates == "null" else {"NODE_EXTRA_CA_CERTS": certificates}
            command = (npm, "ci", "--no-audit", "--no-fund", "--prefix", FOLDER)
            _output(command, _INSTALL_SECONDS, environment=trusted | os.environ)
            _STAMP.write_text(wanted)


def _output(
    command: Sequence[str | Path], seconds: float, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=FOLDER,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        shown = " ".join(map(str, command))
        pytest.fail(f"{shown} ended with status {done.returncode}: {done.stderr.strip()}", pytrace=False)
    return done.stdout

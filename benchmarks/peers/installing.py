"""Installs what the comparison needs beside Loadstone: load generators, and the peers with what they run on.

Peers go into a cache folder of the user, one for each lock; what is there is used again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import PlatformDirs

from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HERE = Path(__file__).parent
_NODE_SCRIPTS = ("postgraphile.mjs", "mercurius.mjs")
_SYSTEM_PROGRAMS = {"wrk": "wrk", "h2load": "nghttp2-client"}
_POSTGRAPHILE = 5
_INSTALL_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class PythonPeers:
    """An environment with the packages of `strawberry_server/requirements.txt`.

    Attributes:
        folder: The environment.
    """

    folder: Path

    def program(self, name: str) -> Path:
        """A program of the environment."""
        return self.folder / "bin" / name

    def version(self, *packages: str) -> str:
        """Names and versions of packages."""
        lock = (_HERE / "strawberry_server" / "requirements.txt").read_text(encoding="utf-8")
        pinned = dict(re.findall(r"^([\w.-]+)==([^ ;]+)", lock, re.MULTILINE))
        return ", ".join(f"{name} {pinned[name]}" for name in packages)


@dataclass(frozen=True, slots=True)
class NodePeers:
    """A folder with the packages of `node/package.json` and the servers' scripts.

    Attributes:
        folder: The folder.
        node: The program that runs them.
    """

    folder: Path
    node: Path

    @property
    def node_version(self) -> str:
        """Node's version."""
        return _run([str(self.node), "--version"]).strip().removeprefix("v")

    def version(self, *packages: str) -> str:
        """Names and versions of packages, as they are installed."""
        return ", ".join(f"{name} {self._version(name)}" for name in packages)

    def _version(self, package: str) -> str:
        path = self.folder / "node_modules" / package / "package.json"
        version: str = json.loads(path.read_text(encoding="utf-8"))["version"]
        return version

    def check(self) -> None:
        """Sees to it that PostGraphile is 5: on old versions of Node, 4 is installed without a word.

        Raises:
            StartupError: It is not.
        """
        version = self._version("postgraphile")
        if int(version.partition(".")[0]) != _POSTGRAPHILE:
            raise StartupError(f"PostGraphile {_POSTGRAPHILE} is needed, but {version} was installed")


def install_system_programs() -> None:
    """Installs wrk and h2load where they are missing and we may.

    Raises:
        StartupError: They are missing, and we may not or cannot.
    """
    missing = [package for program, package in _SYSTEM_PROGRAMS.items() if shutil.which(program) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise StartupError(f"load generators are missing: apt-get install {' '.join(missing)}")
    _run(["apt-get", "update"])
    _run(["apt-get", "install", "--yes", "--no-install-recommends", *missing])


def install_python_peers() -> PythonPeers:
    """Makes the environment of the hand-written Python server.

    Raises:
        StartupError: It cannot be made.
    """
    lock = _HERE / "strawberry_server" / "requirements.txt"

    def fill(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder)])
        install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(lock)]
        _run([str(folder / "bin" / "python"), "-m", "pip", *install])

    return PythonPeers(_cached("python", lock, fill))


def install_node_peers() -> NodePeers:
    """Makes the folder of the peers that run on Node, which comes from npm too.

    Raises:
        StartupError: It cannot be made.
    """
    lock = _HERE / "node" / "package-lock.json"
    if shutil.which("npm") is None:
        raise StartupError("npm is missing, which installs the peers that run on Node: apt-get install npm")

    def fill(folder: Path) -> None:
        folder.mkdir()
        for path in (lock, lock.with_name("package.json")):
            shutil.copy(path, folder)
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)])

    folder = _cached("node", lock, fill)
    for script in _NODE_SCRIPTS:
        shutil.copy(lock.with_name(script), folder)
    nodes = list(folder.glob("node_modules/node-*/bin/node"))
    if len(nodes) != 1:
        raise StartupError("npm has no Node for this machine: Linux on x64 or arm64 is needed")
    peers = NodePeers(folder, nodes[0])
    peers.check()
    return peers


def _cached(kind: str, lock: Path, fill: Callable[[Path], None]) -> Path:
    """The folder that `fill` made for this lock, now or earlier."""
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = PlatformDirs("loadstone").user_cache_path / "peers" / f"{kind}-{digest}"
    ready = folder / ".ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fill(folder)
        ready.touch()
    return folder


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603 - programs of our choice
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INSTALL_SECONDS,
    )
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        raise StartupError(f"{' '.join(command[:3])} failed: {' / '.join(lines[-3:])}")
    return done.stdout

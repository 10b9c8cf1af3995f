"""Extensions whose files change: what is loaded anew, what stays, and what the log says."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from core.errors import StartupError
from server.reloading import ExtensionFiles, reload_extensions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from schema.extensions import Extension

EXTENSION = """
import strawberry

from words import word


@strawberry.type
class Query:
    @strawberry.field
    def said(self) -> str:
        return word() + "{mark}"
"""
QUIET = 0.05
"""Seconds in which several looks at the files fit."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an extension and what it imports; modules are as they were afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    for name in ("words", "mine", "mine.extension", "mine.inner", "not_yet_there"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    write(tmp_path / "extension.py", EXTENSION.format(mark="!"))
    write(tmp_path / "words.py", "def word(): return 'one'\n")
    return tmp_path


def write(file: Path, text: str) -> None:
    """Writes a file, which is newer than it was, however soon that is."""
    newer = file.stat().st_mtime_ns + 1_000_000 if file.exists() else None
    file.write_text(text)
    if newer is not None:
        os.utime(file, ns=(newer, newer))


def said(extensions: tuple[Extension, ...]) -> str:
    [extension] = extensions
    return str(extension.roots["Query"]().said())


def test_what_has_changed_is_told_once(folder: Path) -> None:
    files = ExtensionFiles(["extension.py"])
    assert files.changed() == []
    write(folder / "words.py", "def word(): return 'two'\n")
    write(folder / "extension.py", EXTENSION.format(mark="?"))
    assert files.changed() == ["extension.py", "words.py"]
    assert files.changed() == []


def test_modules_of_its_folder_are_loaded_anew(folder: Path) -> None:
    files = ExtensionFiles(["extension.py"])
    assert said(files.extensions) == "one!"
    write(folder / "words.py", "def word(): return 'two'\n")
    assert said(files.reload()) == "two!"
    write(folder / "words.py", "def word(): return 'six'\n")  # as long, and in the same second
    write(folder / "extension.py", EXTENSION.format(mark="?"))
    assert said(files.reload()) == said(files.extensions) == "six?"


def test_a_module_by_its_dotted_name(folder: Path) -> None:
    (folder / "mine").mkdir()
    write(folder / "mine" / "__init__.py", "")
    write(folder / "mine" / "inner.py", "def word(): return 'in'\n")
    write(folder / "mine" / "extension.py", EXTENSION.format(mark="").replace("words", "mine.inner"))
    files = ExtensionFiles(["mine.extension"])
    assert said(files.extensions) == "in"
    write(folder / "mine" / "inner.py", "def word(): return 'on'\n")
    assert files.changed() == ["inner.py"]
    assert said(files.reload()) == "on"


def test_what_is_installed_in_the_folder_is_not_its_own(folder: Path) -> None:
    installed = folder / ".venv" / "site-packages"
    installed.mkdir(parents=True)
    write(installed / "words.py", "def word(): return 'there'\n")
    (folder / "words.py").unlink()
    sys.path.append(str(installed))
    files = ExtensionFiles(["extension.py"])
    assert said(files.extensions) == "there!"
    write(installed / "words.py", "def word(): return 'not seen'\n")
    assert files.changed() == []


def test_what_cannot_be_loaded_leaves_what_was_loaded(folder: Path) -> None:
    files = ExtensionFiles(["extension.py"])
    words = sys.modules["words"]
    write(folder / "words.py", "def word( return\n")
    with pytest.raises(StartupError, match=r"extension extension.py: .* \(line 1 of "):
        files.reload()
    assert said(files.extensions) == "one!"
    assert sys.modules["words"] is words
    write(folder / "words.py", "def word(): return 'mended'\n")
    assert files.changed() == ["words.py"]
    assert said(files.reload()) == "mended!"


def test_what_only_a_broken_version_imports_is_looked_at(folder: Path) -> None:
    files = ExtensionFiles(["extension.py"])
    write(folder / "not_yet_there.py", "number = 1\n")
    write(folder / "extension.py", "import not_yet_there\n\nnot_yet_there.number / 0\n")
    with pytest.raises(StartupError, match="ZeroDivisionError"):
        files.reload()
    files.changed()
    write(folder / "not_yet_there.py", "number = 2\n")
    assert files.changed() == ["not_yet_there.py"]


@asynccontextmanager
async def reloading(files: ExtensionFiles) -> AsyncIterator[asyncio.Queue[tuple[str, str]]]:
    """What is served while files are looked at: why, and what the extension says then."""
    served: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def serve(reason: str, extensions: tuple[Extension, ...]) -> None:
        await served.put((reason, said(extensions)))

    task = asyncio.create_task(reload_extensions(files, serve, 0.005))
    yield served
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_changes_is_served(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    async with reloading(ExtensionFiles(["extension.py"])) as served, asyncio.timeout(5):
        await asyncio.sleep(QUIET)
        assert served.empty()
        write(folder / "words.py", "def word(): return 'two'\n")
        assert await served.get() == ("words.py changed", "two!")
        write(folder / "words.py", "def word( return\n")
        while not caplog.messages:  # noqa: ASYNC110 - the log does not tell
            await asyncio.sleep(0.005)
        await asyncio.sleep(QUIET)
        write(folder / "words.py", "def word(): return 'six'\n")
        assert await served.get() == ("words.py changed", "six!")
    [message] = caplog.messages
    assert message.startswith("words.py changed; the schema stays as it is: extension extension.py: ")
    assert "\n" not in message

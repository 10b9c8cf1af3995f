"""Loading extensions anew when their files change: in development, for those who write them."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.extensions import file_of, load_extensions, own_modules

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from schema.extensions import Extension

_log = logging.getLogger("loadstone")

POLL_SECONDS = 1.0
"""How long a change may stay unnoticed."""

State = tuple[int, int] | None
"""Of a file: when it was changed, and its size; None where there is none."""


class ExtensionFiles:
    """The files that extensions are made of: their own, and those that they import from their folders.

    Args:
        names: The extensions (see `load_extensions`).

    Attributes:
        extensions: What they add to the schema, as it was loaded last.

    Raises:
        StartupError: An extension cannot be used.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        before = set(sys.modules)
        with _from_sources():
            self.extensions = load_extensions(names)
        self._files = {file for file in map(file_of, names) if file is not None}
        self._modules = own_modules(self._files, before)
        self._states = self._look()

    def changed(self) -> list[str]:
        """Names of the files that are not as they were when this was asked last, or when they were loaded."""
        states = self._look()
        before, self._states = self._states, states
        return sorted(file.name for file in states if states[file] != before.get(file))

    def reload(self) -> tuple[Extension, ...]:
        """What the extensions add now.

        Raises:
            StartupError: One cannot be used; what was loaded before stays.
        """
        with _from_sources(), _forgotten([module.name for module in self._modules]):
            before = set(sys.modules)
            try:
                self.extensions = load_extensions(self._names)
            except StartupError:
                # It may be what it imports that is to be mended.
                self._modules |= own_modules(self._files, before)
                raise
            else:
                self._modules = own_modules(self._files, before)
            finally:
                self._states = {**self._look(), **self._states}
        return self.extensions

    def _look(self) -> dict[Path, State]:
        files = self._files | {module.file for module in self._modules}
        return {file: _state(file) for file in files}


def _state(file: Path) -> State:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@contextmanager
def _forgotten(names: Sequence[str]) -> Iterator[None]:
    """Has modules loaded anew within the context; where that fails, they are as they were."""
    before: Mapping[str, ModuleType] = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    importlib.invalidate_caches()
    try:
        yield
    except BaseException:
        sys.modules.update(before)
        raise


@contextmanager
def _from_sources() -> Iterator[None]:
    """Has modules loaded without leaving compiled files behind.

    These are told from newer sources by whole seconds: the next change may come sooner.
    """
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes


async def reload_extensions(
    files: ExtensionFiles,
    serve: Callable[[str, tuple[Extension, ...]], Awaitable[object]],
    seconds: float = POLL_SECONDS,
) -> None:
    """Loads extensions anew whenever one of their files changes, for ever.

    What cannot be loaded is told in one line of the log, and what is served stays as it is.

    Args:
        files: Their files.
        serve: Is given why (`airports.py changed`) and what extensions add now.
        seconds: How often to look.
    """
    while True:
        await asyncio.sleep(seconds)
        names = files.changed()
        if not names:
            continue
        reason = f"{', '.join(names)} changed"
        try:
            extensions = await asyncio.to_thread(files.reload)
        except StartupError as error:
            _log.warning("%s; the schema stays as it is: %s", reason, error)
        else:
            await serve(reason, extensions)

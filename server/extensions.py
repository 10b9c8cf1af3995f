"""Loading the modules that users extend the schema with."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.errors import StartupError
from schema.extensions import extension_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from types import ModuleType

    from schema.extensions import Extension

FILE_ENDING = ".py"

INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders whose modules are nobody's own."""


class OwnModule(NamedTuple):
    """A module that is part of an extension: the extension itself, or one that it imports from its folder."""

    name: str
    file: Path


def load_extensions(names: Sequence[str]) -> tuple[Extension, ...]:
    """What modules add to the schema, in their order.

    Args:
        names: Files (`my_extension.py`), or modules by their dotted names. Modules are also looked for in the
            working directory, and what a file imports also in its folder.

    Raises:
        StartupError: A module is not there, raises, or has something in it that cannot be used.
    """
    return tuple(extension_of(name, vars(_load(name))) for name in names)


def file_of(name: str) -> Path | None:
    """Where an extension that is loaded was read from; None where that is no file."""
    if name.endswith(FILE_ENDING):
        return Path(name).resolve()
    origin = getattr(sys.modules.get(name), "__file__", None)
    return None if origin is None else Path(origin).resolve()


def own_modules(files: Collection[Path], before: Collection[str]) -> set[OwnModule]:
    """The modules that extensions are made of.

    Args:
        files: The files of the extensions.
        before: Names of the modules that were there before these were loaded.
    """
    folders = {file.parent for file in files}
    found = set()
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None)
        if origin is None:
            continue
        file = Path(origin).resolve()
        if file in files or (name not in before and any(_is_in(file, folder) for folder in folders)):
            found.add(OwnModule(name, file))
    return found


def _is_in(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder) and INSTALLED.isdisjoint(file.relative_to(folder).parts)


def _load(name: str) -> ModuleType:
    try:
        if name.endswith(FILE_ENDING):
            return _load_file(name, Path(name).resolve())
        _look_in(Path.cwd())
        return importlib.import_module(name)
    except StartupError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise StartupError(f"extension {name}: there is no module of that name") from None
        raise _failure(name, error) from error
    except (Exception, SystemExit) as error:
        raise _failure(name, error) from error


def _load_file(name: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise StartupError(f"extension {name}: there is no such file")
    # No other module can have that name, and annotations are looked up by it.
    module_name = f"loadstone_extension_{path.stem}_{abs(hash(path)):x}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise StartupError(f"extension {name}: it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    _look_in(path.parent)
    spec.loader.exec_module(module)
    return module


def _look_in(folder: Path) -> None:
    """Lets modules be found in a folder, behind all others."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _failure(name: str, error: BaseException) -> StartupError:
    """One line: what the module raised, and where in it."""
    if isinstance(error, SyntaxError):
        return StartupError(f"extension {name}: {error.msg} (line {error.lineno} of {error.filename})")
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "importlib" not in frame.filename and frame.filename != __file__]
    where = f" (line {own[-1].lineno} of {own[-1].filename})" if own else ""
    told = " ".join(str(error).split())
    return StartupError(f"extension {name}: it raised {type(error).__name__}: {told}{where}")

"""Tables of results in `README.md`, each between marks of its own."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

README = Path(__file__).with_name("README.md")


def put_into_readme(name: str, text: str) -> None:
    """Replaces what stands between the marks of that name; ValueError where there are none."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = README.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{README} has no {begin} … {end}")
    README.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table."""
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    """Three digits that say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def now() -> str:
    """Date and time, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M")


def machine() -> str:
    """What we run on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def command(module: str) -> str:
    """How we were started."""
    return " ".join([f"python -m {module}", *sys.argv[1:]])


def show(name: str, module: str, lines: Iterable[str], *, readme: bool) -> None:
    """Prints a table with what it is from, and puts it into the README where that is asked for."""
    text = "\n".join([f"Measured {now()} on {machine()}, by `{command(module)}`:", "", *lines, ""])
    sys.stdout.write(text)
    if readme:
        put_into_readme(name, text)

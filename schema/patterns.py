"""Patterns over schemas, tables and columns (`public.*`, `*.account.password_*`). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_PARTS = 3
"""Schema, table, column."""


def parts_of(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern; ValueError if it is none."""
    parts = tuple(pattern.split("."))
    if len(parts) > MAX_PARTS or not all(parts):
        raise ValueError("patterns like schema, schema.table or schema.table.column")
    return parts


@dataclass(frozen=True, slots=True)
class Patterns:
    """What is served by the settings `include` and `exclude`.

    A pattern stands for whatever it names and all within: `audit` for a schema, `audit.*` for its tables,
    `*.*.password` for columns. Nothing included means everything; what is excluded stays out.
    """

    include: tuple[tuple[str, ...], ...]
    exclude: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, include: Iterable[str], exclude: Iterable[str]) -> Patterns:
        """Patterns from their texts."""
        return cls(tuple(map(parts_of, include)), tuple(map(parts_of, exclude)))

    def serve(self, *path: str) -> bool:
        """Whether a table (schema and name) or a column (with its own name) is served."""
        if any(_matches(pattern, path) for pattern in self.exclude if len(pattern) <= len(path)):
            return False
        # A pattern for columns includes their table, too.
        return not self.include or any(_matches(pattern, path) for pattern in self.include)

    def idle(self, paths: Sequence[tuple[str, ...]]) -> list[tuple[str, str]]:
        """The patterns that none of the paths meets, each behind the name of its setting."""
        return [
            (setting, ".".join(pattern))
            for setting, patterns in (("include", self.include), ("exclude", self.exclude))
            for pattern in patterns
            if not any(len(pattern) <= len(path) and _matches(pattern, path) for path in paths)
        ]


def meets_any(patterns: Iterable[str], *path: str) -> bool:
    """Whether one of the patterns stands for a table (schema and name), or for something around it."""
    parts = map(parts_of, patterns)
    return any(len(pattern) <= len(path) and _matches(pattern, path) for pattern in parts)


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return all(map(fnmatchcase, path, pattern))  # as far as both go

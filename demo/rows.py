"""Rows on their way into a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class TableRows:
    """Rows of one table, each with a value per column, in the types that asyncpg takes."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]

    @classmethod
    def of(cls, table: str, records: Sequence[Mapping[str, object]]) -> Self:
        """Rows from records that all have the same keys in the same order: the columns."""
        return cls(table, tuple(records[0]), [tuple(record.values()) for record in records])

"""What can be written to a relation, as pure, hashable data: shapes without values, as `db.query` has reads.

What comes out of a write is a record for each row that it wrote, with the outputs in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.catalogue.model import QualifiedName
    from db.query import Condition, Output, Via


@dataclass(frozen=True, slots=True)
class OnConflict:
    """What becomes of a row whose unique key (columns `key`) is there already.

    The columns `updated` take its values, and the column `raised` one more than it has; without any of the
    former, nothing happens.
    """

    key: tuple[str, ...]
    updated: tuple[str, ...]
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows that are inserted, in their order; parameters `value0`, … are lists, one for each column.

    Without columns it is one row, of defaults.

    Attributes:
        table: The relation.
        columns: The columns that every row gives; the others take their defaults.
        outputs: What is read of each row.
        conflict: What becomes of rows whose key is there already; None where that is an error.
    """

    table: QualifiedName
    columns: tuple[str, ...]
    outputs: tuple[Output, ...]
    conflict: OnConflict | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Rows that are changed; parameters `value0`, … are the columns' new values.

    Attributes:
        table: The relation.
        columns: The columns that are set.
        via: The row whose key is given by parameters `key0`, …; None where the condition alone says which.
        condition: Which rows.
        version: Column that must have the value whose text is the parameter `version`; None for none.
        outputs: What is read of each row, as it is then.
        kept: Columns that are set to what they are: rows are written of which nothing changes.
        raised: Column that is raised by one; None for none.
    """

    table: QualifiedName
    columns: tuple[str, ...]
    via: Via | None
    condition: Condition
    version: str | None
    outputs: tuple[Output, ...]
    kept: tuple[str, ...] = ()
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Rows that are deleted (attributes as `Update`); what is read of them is as they were."""

    table: QualifiedName
    via: Via | None
    condition: Condition
    version: str | None
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """Rows, each named by a key, that take values of their own.

    Parameters `key0`, … and `value0`, … are lists with an item for each row. What comes out is a record for
    each item whose row is there: its number, from 1.

    Attributes:
        table: The relation.
        columns: The columns that are set.
        via: How keys name rows.
        raised: Column that is raised by one; None for none.
    """

    table: QualifiedName
    columns: tuple[str, ...]
    via: Via
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Rows, each named by a key, that lose values (parameters, `via` and `raised` as `Assign`).

    Where the columns `held` have the values of an item, `cleared` become NULL.
    """

    table: QualifiedName
    held: tuple[str, ...]
    cleared: tuple[str, ...]
    via: Via
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteEach:
    """Rows that are deleted where `columns` have the values of an item; parameters `value0`, … are lists."""

    table: QualifiedName
    columns: tuple[str, ...]


Write = Insert | Update | Delete | Assign | Release | DeleteEach

WRITES = (Insert, Update, Delete, Assign, Release, DeleteEach)

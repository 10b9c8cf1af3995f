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

    The columns `updated` take its values; without any, nothing happens.
    """

    key: tuple[str, ...]
    updated: tuple[str, ...]


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
        versioned: Whether only a row whose version is the parameter `version`.
        outputs: What is read of each row, as it is then.
    """

    table: QualifiedName
    columns: tuple[str, ...]
    via: Via | None
    condition: Condition
    versioned: bool
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Delete:
    """Rows that are deleted (attributes as `Update`); what is read of them is as they were."""

    table: QualifiedName
    via: Via | None
    condition: Condition
    versioned: bool
    outputs: tuple[Output, ...]


Write = Insert | Update | Delete

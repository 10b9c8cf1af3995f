"""Which of the given values does not meet a constraint, as far as that can be told. Pure."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from core.errors import ConstraintKind
from db.values import ScalarKind, ScalarShape
from resolvers.new_rows import linked_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.errors import ConstraintViolation
    from db.catalogue.model import Table
    from db.values import Shape
    from resolvers.bindings import TableType
    from resolvers.new_rows import InputPath, NewRow

_SHOWN = 64
"""Of longer values PostgreSQL shows the beginning alone, in bytes."""

_PARTITION_KEY = re.compile(r"\((.*)\) = \((.*)\)", re.DOTALL)
"""As in: Partition key of the failing row contains (a, b) = (1, 2)."""

_EXACT = frozenset({"int2", "int4", "int8", "text", "varchar", "bool", "uuid"})
"""Types whose values stand in messages as they were given."""


def describe(violation: ConstraintViolation, table_type: TableType) -> tuple[str, ...] | None:
    """Gives the violation the comment of its constraint as message; the columns that it is about.

    None where it is about another relation.
    """
    table = table_type.table
    if (violation.schema, violation.table) != table.name:
        return None
    comment, columns = _constraint(table, violation)
    if comment is not None:
        violation.message = comment
    return columns


def locate_in_rows(violation: ConstraintViolation, table_type: TableType, rows: Sequence[NewRow]) -> None:
    """Says where in the input of rows of one statement the value of the constraint's column stands."""
    columns = describe(violation, table_type)
    if columns is None:
        return
    row = rows[0] if len(rows) == 1 else _row_of(violation, table_type, rows, columns)
    if row is not None:
        violation.extensions["inputPath"] = list(_place_in(row, table_type, columns))
    else:
        shared = _shared([each.path for each in rows])
        violation.extensions["inputPath"] = list(shared)


def locate_in_changes(
    violation: ConstraintViolation, table_type: TableType, given: Mapping[str, Any], path: InputPath
) -> None:
    """Says where in the input of changes the value of the constraint's column stands."""
    columns = describe(violation, table_type)
    if columns is None:
        return
    fields = [name for name, binding in table_type.updated.items() if binding.column in columns]
    named = [name for name in fields if name in given] or fields
    violation.extensions["inputPath"] = [*path, *named[:1]]


def _constraint(table: Table, violation: ConstraintViolation) -> tuple[str | None, tuple[str, ...]]:
    """The comment of the constraint, and its columns."""
    for constraint in (table.primary_key, *table.unique_keys, *table.foreign_keys, *table.rules):
        if constraint is not None and constraint.name == violation.constraint:
            return constraint.comment, constraint.columns
    if violation.column is not None:
        return None, (violation.column,)
    partition_key = _partition_key(violation)
    names = () if partition_key is None else partition_key[1].replace('"', "").split(", ")
    columns = tuple(column.name for column in table.columns)
    # Expressions among them are of columns that cannot be told.
    return None, tuple(names) if set(names) <= set(columns) else ()


def _partition_key(violation: ConstraintViolation) -> re.Match[str] | None:
    """What PostgreSQL says of a row that has no partition; None where it is about something else."""
    if violation.kind is not ConstraintKind.CHECK or violation.constraint is not None:
        return None
    return _PARTITION_KEY.search(violation.detail or "")


def _place_in(row: NewRow, table_type: TableType, columns: Sequence[str]) -> InputPath:
    """Where in the input of a row one of the columns is given, or would be."""
    linked = linked_columns(table_type)
    fields = [name for name, binding in table_type.inserted.items() if binding.column in columns]
    fields += [linked[column] for column in columns if column in linked]
    named = [name for name in fields if name in row.given]
    if not named and all(column in row.values for column in columns):
        return row.path  # the row that it is nested in gives them
    return (*row.path, *(named or fields)[:1])


def _shared(paths: Sequence[InputPath]) -> InputPath:
    """The beginning that all paths have."""
    shared = paths[0]
    for path in paths[1:]:
        length = next((n for n, (a, b) in enumerate(zip(shared, path, strict=False)) if a != b), len(shared))
        shared = shared[:length]
    return shared


def _row_of(
    violation: ConstraintViolation, table_type: TableType, rows: Sequence[NewRow], columns: Sequence[str]
) -> NewRow | None:
    """Which of several rows does not meet the constraint; None where that cannot be told."""
    detail = violation.detail or ""
    if violation.kind is ConstraintKind.NOT_NULL:
        lacking = [row for row in rows if any(row.values.get(name) is None for name in columns)]
        return lacking[0] if lacking else None
    partition_key = _partition_key(violation)
    if partition_key is not None:
        stated = partition_key[2]
    elif violation.kind is ConstraintKind.CHECK:
        # As in: Failing row contains (1, null, Smith).
        columns = [column.name for column in sorted(table_type.table.columns, key=lambda c: c.position)]
        stated = detail.partition("(")[2].rpartition(")")[0]
    else:
        # As in: Key (a, b)=(1, 2) already exists. Of an exclusion, the other row's key stands behind it.
        named, _, rest = detail.partition(")=(")
        stated = rest.partition(f"({named.partition('(')[2]})=(")[0].rpartition(")")[0]
    shapes = {binding.column: binding.shape for binding in table_type.inserted.values()}
    alike = [row for row in rows if _is_stated(row, shapes, columns, stated)]
    given = [[row.values.get(column) for column in columns] for row in alike]
    if not alike or any(one != other for one, other in pairwise(given)):
        return None
    return alike[-1] if violation.kind is ConstraintKind.UNIQUE else alike[0]


def _is_stated(row: NewRow, shapes: Mapping[str, Shape], columns: Sequence[str], stated: str) -> bool:
    """Whether PostgreSQL's words for the values of columns can be those of a row."""
    texts = [_text(row, column, shapes.get(column)) for column in columns]
    if any(text is not None and text not in stated for text in texts):
        return False
    pattern = ", ".join(".*" if text is None else re.escape(text) for text in texts)
    return re.fullmatch(pattern, stated, re.DOTALL) is not None


def _text(row: NewRow, column: str, shape: Shape | None) -> str | None:
    """How PostgreSQL words a value; None where that is not sure."""
    value = row.values.get(column)
    if column not in row.values or shape is None:
        return None
    if value is None:
        return "null"
    if not isinstance(shape, ScalarShape):
        return None
    if shape.kind is ScalarKind.BOOLEAN:
        return "t" if value else "f"
    if shape.kind is not ScalarKind.ENUM and shape.type.name.name not in _EXACT:
        return None
    text = str(value).lower() if shape.kind is ScalarKind.UUID else str(value)
    return text if len(text.encode()) <= _SHOWN else None

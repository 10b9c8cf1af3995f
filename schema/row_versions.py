"""Which column is the version of a table's rows. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StartupError
from db.values import ScalarShape, shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.catalogue.model import Catalog, Column, Table


@dataclass(frozen=True, slots=True)
class VersionMark:
    """A column that is to be the version of rows.

    Attributes:
        column: The column.
        path: Of it.
        by_setting: Whether a setting says so; else its comment.
        served: Whether the patterns serve it.
    """

    column: Column
    path: str
    by_setting: bool
    served: bool


def version_of(
    table: Table, marks: Sequence[VersionMark], catalog: Catalog, warnings: list[str]
) -> str | None:
    """The name of the column that is the version of the table's rows; None where none can be.

    Args:
        table: The table.
        marks: Its columns that are to be.
        catalog: Where it is from.
        warnings: Collects which marks have no effect.

    Raises:
        StartupError: A setting names a column that cannot be.
    """
    usable = []
    for mark in marks:
        if not (mark.served and mark.column.selectable):
            what = "the setting version" if mark.by_setting else "the tag @version"
            why = "the column is not served" if not mark.served else "the column may not be read"
            warnings.append(f"{_shown(mark)}: {what} has no effect: {why}.")
        elif (problem := _problem(table, mark.column, catalog)) is not None:
            if mark.by_setting:
                raise StartupError(f"objects: version cannot be set for {mark.path!r}: {problem}")
            warnings.append(_without_effect(mark, problem))
        else:
            usable.append(mark)
    chosen = [mark for mark in usable if mark.by_setting] or usable
    if len(chosen) > 1 and chosen[0].by_setting:
        raise StartupError(
            f"objects: version is set for {chosen[0].path!r} and {chosen[1].path!r}; a table has one"
        )
    if len(chosen) == 1:
        [one] = chosen
        warnings.extend(
            _without_effect(mark, f"{_shown(one)} is the version") for mark in usable if mark is not one
        )
        return one.column.name
    warnings.extend(_without_effect(mark, "another column of the table has it, too") for mark in chosen)
    return None


def _problem(table: Table, column: Column, catalog: Catalog) -> str | None:
    """Why a column cannot be the version of rows."""
    shape = shape_of(column.type, catalog)
    if not isinstance(shape, ScalarShape) or not shape.type.equatable:
        return f"values of {column.type.name} cannot be compared as one"
    if table.primary_key is not None and column.name in table.primary_key.columns:
        return "it is part of the primary key"
    return None


def _without_effect(mark: VersionMark, why: str) -> str:
    return f"{_shown(mark)}: the tag @version has no effect: {why}."


def _shown(mark: VersionMark) -> str:
    return json.dumps(mark.path, ensure_ascii=False)

"""Rows that are to be inserted, made of coerced input. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.values import column_form, key_to_column
from resolvers.bindings import Holder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from db.values import Shape
    from resolvers.bindings import Link, TableType

CREATE = "create"
CONNECT = "connect"
DISCONNECT = "disconnect"
MAX_DEPTH = 20
"""How deep rows may be nested in input."""

InputPath = tuple[str | int, ...]
"""Where in the arguments of a field something stands."""


@dataclass(slots=True)
class NewRow:
    """A row that is to be inserted.

    Attributes:
        given: The input that it was made of.
        path: Where that stands.
        values: By column, in column form; those that related rows give are added once these are known.
    """

    given: Mapping[str, Any]
    path: InputPath
    values: dict[str, Any]


def bad_input(message: str, path: InputPath) -> BadUserInput:
    """The error for a value at a place of the arguments."""
    return BadUserInput(message, {"inputPath": list(path)})


def linked_columns(table_type: TableType) -> dict[str, str]:
    """The columns that a row referred to can give in their place, with the fields of these rows."""
    return {
        column: name
        for name, link in table_type.links.items()
        if link.holder is Holder.HERE
        for column in link.relation.columns
    }


class NewRows:
    """Makes the new rows of one type.

    Args:
        table_type: The type.
    """

    def __init__(self, table_type: TableType) -> None:
        self.type = table_type
        self._columns = [(name, each.column, each.shape) for name, each in table_type.inserted.items()]
        self._shapes: dict[str, Shape] = {column: shape for _, column, shape in self._columns}
        self._names = {column: name for name, column, _ in self._columns}
        self._parents = [(n, link) for n, link in table_type.links.items() if link.holder is Holder.HERE]
        self._needed = [
            (column, name)
            for column, name in linked_columns(table_type).items()
            if not (found := table_type.table.column(column)).nullable and not found.has_default
        ]

    def make(
        self, given: Mapping[str, Any], path: InputPath, owner: Mapping[str, Any] | None = None
    ) -> NewRow:
        """A row.

        Args:
            given: Its input.
            path: Where that stands.
            owner: What the row that it is nested in gives, by column, in key form.

        Raises:
            BadUserInput: A column is given more than once, or not at all.
        """
        values = {
            column: column_form(shape, given[name]) for name, column, shape in self._columns if name in given
        }
        row = NewRow(given, path, values)
        linked = [(name, link) for name, link in self._parents if given.get(name) is not None]
        for name, link in linked:
            columns = link.relation.columns
            if all(column in values for column in columns):
                raise bad_input(f"Give {name!r} or {self._named(columns)}, not both.", (*path, name))
            if owner is not None and owner.keys() >= set(columns):
                raise bad_input(f"{name!r} is the row that this one is nested in.", (*path, name))
        if owner is not None:
            if all(column in values for column in owner):
                where = (*path, self._names[next(iter(owner))])
                message = f"{self._named(tuple(owner))} comes from the row that this one is nested in."
                raise bad_input(message, where)
            self.add(row, owner, path)
        for column, name in self._needed:
            if column not in values and not any(column in link.relation.columns for _, link in linked):
                message = f"{self._named((column,))} or {name!r} must be given."
                raise bad_input(message, (*path, name))
        return row

    def add(self, row: NewRow, found: Mapping[str, Any], path: InputPath) -> None:
        """Gives a row the values of another one, by column, in key form.

        Raises:
            BadUserInput: A column has another value already.
        """
        for column, key in found.items():
            value = key_to_column(self._shapes[column], key)
            if row.values.setdefault(column, value) != value:
                raise bad_input(f"{self._named((column,))} has another value there.", path)

    def _named(self, columns: Sequence[str]) -> str:
        return " and ".join(repr(self._names[column]) for column in columns)


def items_of(row: NewRow, name: str, link: Link, what: str) -> list[tuple[Any, InputPath]]:
    """What a row gives under a link for `create` or `connect`, and where each stands."""
    return linked_items(row.given.get(name), (*row.path, name), what, is_many=link.is_many)


def linked_items(given: Any, path: InputPath, what: str, *, is_many: bool) -> list[tuple[Any, InputPath]]:
    """What the input of a link gives for `what`, and where each stands."""
    items = None if given is None else given.get(what)
    if items is None:
        return []
    path = (*path, what)
    return [(item, (*path, number)) for number, item in enumerate(items)] if is_many else [(items, path)]

"""Arguments of a connection (`first`, `after`, …, `orderBy`) as the window they ask for. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import BadUserInput
from db.keyset import TotalOrder, total_order
from db.query import CountTerm, OrderTerm, Seek
from resolvers.bindings import ColumnBinding, ToOne, relationship_of
from resolvers.opaque import decode_cursor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from db.query import ToOneJoin
    from resolvers.bindings import Model, PageLimits, TableType


COUNT = "count"
"""In an order, under a to-many relation: the number of its rows."""


class OrderDirection(Enum):
    """How a column is sorted; without a word about NULLs they count as larger than every value."""

    ASC = "ASC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    ASC_NULLS_LAST = "ASC_NULLS_LAST"
    DESC = "DESC"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"
    DESC_NULLS_LAST = "DESC_NULLS_LAST"

    @property
    def descending(self) -> bool:
        """Whether larger values come first."""
        return self.name.startswith("DESC")

    @property
    def nulls_first(self) -> bool:
        """Whether NULLs come first."""
        return self.name.endswith("NULLS_FIRST") or self is OrderDirection.DESC


class Window(NamedTuple):
    """Which rows of a connection are asked for.

    Attributes:
        order: The total order.
        tag: Names relation and order in cursors.
        size: How many rows at the most.
        backward: Counted from the end.
        after: The position to start behind; None from the start.
        before: The position to end ahead of; None to the end.
        offset: Rows to skip first.
        values: Values of the parameters of `after` and `before`, by name.
    """

    order: TotalOrder
    tag: bytes
    size: int
    backward: bool
    after: Seek | None
    before: Seek | None
    offset: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ordering:
    """A total order of a relation's rows, and the tag that names both in cursors."""

    order: TotalOrder
    tag: bytes


def ordering_of(model: Model, table_type: TableType, order_by: Sequence[Mapping[str, Any]]) -> Ordering:
    """The order that `orderBy` asks for."""
    order = total_order(table_type.table, [_order_term(model, table_type, item, ()) for item in order_by])
    tag = hashlib.blake2b(repr((table_type.table.name, order)).encode(), digest_size=16).digest()
    return Ordering(order, tag)


def frozen(value: Any) -> Any:
    """Coerced input as something hashable: tuples for lists and objects."""
    if isinstance(value, dict):
        return tuple([(name, frozen(item)) for name, item in value.items()])
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def window_of(
    model: Model, table_type: TableType, ordering: Ordering, arguments: Mapping[str, Any]
) -> Window:
    """The window that the arguments ask for.

    Raises:
        BadUserInput: Sizes out of bounds, arguments that exclude each other, or a foreign cursor.
    """
    first, last = arguments.get("first"), arguments.get("last")
    offset = arguments.get("offset")
    if first is not None and last is not None:
        raise BadUserInput("'first' and 'last' exclude each other.")
    if last is not None and offset is not None:
        raise BadUserInput("'last' and 'offset' exclude each other.")
    if offset is not None and offset < 0:
        raise BadUserInput("'offset' must not be negative.")
    values: dict[str, Any] = {}
    return Window(
        order=ordering.order,
        tag=ordering.tag,
        size=window_size(table_type.pages, first, last),
        backward=last is not None,
        after=_seek(model, "after", arguments.get("after"), ordering, values),
        before=_seek(model, "before", arguments.get("before"), ordering, values),
        offset=offset or 0,
        values=values,
    )


def window_size(pages: PageLimits, first: int | None, last: int | None = None) -> int:
    """How many rows `first` or `last` asks for; BadUserInput where that is out of bounds."""
    name, size = ("last", last) if last is not None else ("first", first)
    if size is None:
        return pages.size
    if size < 0:
        raise BadUserInput(f"'{name}' must not be negative.")
    if size > pages.most:
        raise BadUserInput(f"'{name}' must be at most {pages.most}.")
    return size


def _order_term(
    model: Model, table_type: TableType, item: Mapping[str, Any], path: tuple[ToOneJoin, ...]
) -> OrderTerm | CountTerm:
    ((name, value),) = item.items()
    binding = table_type.orders.get(name)
    if isinstance(binding, ColumnBinding):
        return OrderTerm(binding.column, value.descending, value.nulls_first, path)
    relation = table_type.relations[name]
    if not isinstance(relation, ToOne):
        return CountTerm(relationship_of(relation), value[COUNT].descending, path)
    return _order_term(model, model.by_table[relation.target], value, (*path, relation.join()))


def _seek(
    model: Model, name: str, cursor: str | None, ordering: Ordering, values: dict[str, Any]
) -> Seek | None:
    if cursor is None:
        return None
    expected = 1 if ordering.order.positional else len(ordering.order.terms)
    try:
        parts = decode_cursor(cursor, ordering.tag, model.cursor_key)
    except ValueError:
        parts = []
    if len(parts) != expected:
        raise BadUserInput(f"'{name}' is not a cursor of this connection in this order.")
    values.update({f"{name}{i}": part for i, part in enumerate(parts) if part is not None})
    return Seek(tuple(part is None for part in parts))

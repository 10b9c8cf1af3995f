"""What names one row (`by:`, global ids) as the key that its look-up is made with. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.query import Via
from db.values import input_to_key, is_key_form
from resolvers.opaque import decode_global_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resolvers.bindings import Model, TableType
    from resolvers.reads import Key

_NO_ID = "The value is not a global id."


def key_of_argument(table_type: TableType, by: Mapping[str, Any]) -> tuple[Via, Key]:
    """How a coerced `by:` argument finds its row.

    Raises:
        BadUserInput: It gives a global id that is none of this type.
    """
    ((name, value),) = by.items()
    via, key_of = key_source(table_type, name)
    return via, key_of(value)


def key_source(table_type: TableType, name: str) -> tuple[Via, Callable[[Any], Key]]:
    """How one of the keys of `by:` finds its row, and what makes the key of its coerced value.

    The function raises BadUserInput for a global id that is none of this type.
    """
    binding = table_type.keys.get(name)
    if binding is None:
        return _via(table_type, table_type.id_columns or ()), partial(_key_of_own_id, table_type)
    columns = tuple(column for _, column in binding.parts)
    shapes = [table_type.shapes[column] for column in columns]
    if not binding.nested:
        (shape,) = shapes
        return _via(table_type, columns), lambda value: (input_to_key(shape, value),)
    names = [part for part, _ in binding.parts]
    return (
        _via(table_type, columns),
        lambda value: tuple(
            [input_to_key(shape, value[part]) for part, shape in zip(names, shapes, strict=True)]
        ),
    )


def _key_of_own_id(table_type: TableType, global_id: str) -> Key:
    type_name, key = decode_global_id(global_id)
    if type_name != table_type.name:
        raise BadUserInput(f"The global id is not one of {table_type.name}.")
    return _key_of_id(table_type, key)[1]


def key_of_node(model: Model, global_id: str) -> tuple[TableType, Via, Key]:
    """The type that a global id names, and how it finds its row; BadUserInput if it is none."""
    type_name, key = decode_global_id(global_id)
    table_type = model.types.get(type_name)
    if table_type is None:
        raise BadUserInput(_NO_ID)
    return table_type, *_key_of_id(table_type, key)


def _key_of_id(table_type: TableType, key: Key) -> tuple[Via, Key]:
    columns = table_type.id_columns or ()
    shapes = [table_type.shapes[column] for column in columns]
    if not columns or len(key) != len(shapes) or not all(map(is_key_form, shapes, key)):
        raise BadUserInput(_NO_ID)
    return _via(table_type, columns), key


def _via(table_type: TableType, columns: tuple[str, ...]) -> Via:
    return Via(columns, tuple(table_type.table.column(column).type for column in columns))

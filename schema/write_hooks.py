"""Functions of users that are called before and after rows are written: checked, and made hooks of. Pure.

Functions are given values as JSON has them, and so give them back; statements take them in input form.
"""

from __future__ import annotations

import base64
import inspect
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graphql import Undefined
from graphql.pyutils import is_awaitable
from graphql.utilities.coerce_input_value import coerce_input_value

from core.errors import StartupError
from db.values import ListShape, ScalarKind, ScalarShape
from resolvers.bindings import WriteHooks, WriteKind
from schema.user_code import check_reads, data_parameters, fits, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from db.catalogue.model import QualifiedName
    from db.values import Shape
    from resolvers.bindings import ColumnBinding, TableType
    from schema.extending import WriteHook
    from schema.extensions import Extension
    from schema.value_types import ValueTypes

PARAMETERS = 2
"""What every hook takes: the kind of the write, and rows."""


@dataclass(frozen=True, slots=True)
class _Hook:
    """A function of a user.

    Attributes:
        path: What messages call it.
        function: The function.
        data: Names of the parameters that it is given what it fetches with.
        reads: The fields that written rows are given with; None if it is called before.
    """

    path: str
    function: Callable[..., Any]
    data: frozenset[str]
    reads: tuple[str, ...] | None

    async def call(self, kind: WriteKind, rows: list[dict[str, Any]], data: object) -> Any:
        made = self.function(kind, rows, **dict.fromkeys(self.data, data))
        return await made if is_awaitable(made) else made


def with_write_hooks(
    types: Mapping[QualifiedName, TableType],
    extensions: Sequence[Extension],
    values: ValueTypes,
    *,
    lenient: bool,
) -> dict[QualifiedName, TableType]:
    """The object types with the hooks of their rows, in the order of their extensions.

    Args:
        types: The types.
        extensions: What has the hooks.
        values: Types of values.
        lenient: Whether hooks are left out whose type is not there. A hook that reads a column that is not
            there has its table read-only then: it could not be called, and rows must not go past it.

    Raises:
        StartupError: A function is for a type, or reads a column, that is not there, or takes what no hook is
            given.
    """
    by_table: dict[QualifiedName, list[_Hook]] = {}
    locked: dict[QualifiedName, TableType] = {}
    seen = set()
    for extension in extensions:
        for write_hook in extension.hooks:
            if id(write_hook) in seen:  # imported from one module into another
                continue
            seen.add(id(write_hook))
            hook = _hook(extension, write_hook)
            if lenient and not fits(write_hook.type_name, (), types):
                continue
            table = table_of(hook.path, write_hook.type_name, types)
            if lenient and not fits(write_hook.type_name, hook.reads or (), types):
                locked[table] = _read_only(types[table])
                continue
            check_reads(hook.path, hook.reads or (), types[table])
            by_table.setdefault(table, []).append(hook)
    hooked = {
        table: replace(types[table], hooks=_hooks(types[table], hooks, values))
        for table, hooks in by_table.items()
    }
    return {**types, **hooked, **locked}


def _read_only(table_type: TableType) -> TableType:
    table = replace(table_type.table, insertable=False, updatable=False, deletable=False)
    return replace(table_type, table=table, inserted={}, updated={})


def _hook(extension: Extension, hook: WriteHook[Any, Any]) -> _Hook:
    name = "before_write" if hook.reads is None else "after_write"
    path = f"extension {extension.name}: {name}({hook.type_name!r}) {hook.function.__name__}"
    data = data_parameters(hook.function)
    rest = [each for each in inspect.signature(hook.function).parameters.values() if each.name not in data]
    positional = [each for each in rest if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
    if len(rest) != PARAMETERS or len(positional) != PARAMETERS:
        raise StartupError(f"{path}: its parameters must be the kind of the write, the rows, and data: Data")
    return _Hook(path, hook.function, data, hook.reads)


def _hooks(table_type: TableType, hooks: Sequence[_Hook], values: ValueTypes) -> WriteHooks:
    first = [hook for hook in hooks if hook.reads is None]
    last = [hook for hook in hooks if hook.reads is not None]
    reads = dict.fromkeys(name for hook in last for name in hook.reads or ())

    async def before(
        kind: WriteKind, rows: Sequence[Mapping[str, Any]], data: object
    ) -> Sequence[Mapping[str, Any]]:
        columns = table_type.inserted if kind is WriteKind.CREATE else table_type.updated
        for hook in first:
            made = await hook.call(kind, [_plain(columns, row, values) for row in rows], data)
            if not isinstance(made, list) or len(made) != len(rows):
                raise TypeError(f"{hook.path} must return a list of {len(rows)} rows")
            rows = [_input(hook.path, columns, values, *both) for both in zip(rows, made, strict=True)]
        return rows

    async def after(kind: WriteKind, rows: Sequence[Mapping[str, Any]], data: object) -> None:
        for hook in last:
            await hook.call(kind, [{name: row[name] for name in hook.reads or ()} for row in rows], data)

    return WriteHooks(tuple(reads), before if first else None, after if last else None)


def _plain(
    columns: Mapping[str, ColumnBinding], row: Mapping[str, Any], values: ValueTypes
) -> dict[str, Any]:
    """The columns of a row in input form as JSON has them; ranges are PostgreSQL's text."""
    return {
        name: _plain_value(columns[name].shape, value, values)
        for name, value in row.items()
        if name in columns
    }


def _plain_value(shape: Shape, value: Any, values: ValueTypes) -> Any:
    if isinstance(shape, ListShape) and value is not None:
        return [_plain_value(shape.element, item, values) for item in value]
    if not isinstance(shape, ScalarShape) or value is None:
        return value
    match shape.kind:
        case ScalarKind.BIGINT:
            value = str(value)
        case ScalarKind.JSON:
            value = json.loads(value)
        case ScalarKind.BYTES:
            value = base64.b64encode(value).decode("ascii")
        case ScalarKind.ENUM:
            value = values.input(shape).coerce_output_value(value)
    return value


def _input(
    path: str,
    columns: Mapping[str, ColumnBinding],
    values: ValueTypes,
    row: Mapping[str, Any],
    made: Mapping[str, Any],
) -> dict[str, Any]:
    """The row that a hook made, in input form.

    Args:
        path: What messages call the hook.
        columns: By their names in the input.
        values: Has their types.
        row: The row that the hook was given, in input form.
        made: What it made of it.

    Raises:
        TypeError: There is no such column, or the value is none of its type.
    """
    given = _plain(columns, row, values)
    result = {name: value for name, value in row.items() if name not in columns}
    for name, value in made.items():
        if name not in columns:
            raise TypeError(f"{path} gave {name}, which is no column to write")
        # What is as it was need not be input: ranges are given as text.
        if name in given and repr(value) == repr(given[name]):
            result[name] = row[name]
            continue
        result[name] = coerce_input_value(value, values.input(columns[name].shape))
        if result[name] is Undefined:
            raise TypeError(f"{path} gave {name} a value that does not fit its type")
    return result

"""Calling SQL functions that are fields of `Query` and `Mutation`, in both lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from db.query import XMIN, Form, FunctionRead, LookupRead, Output
from db.values import read_form_is_key_form
from resolvers.keys import via_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from asyncpg import Record

    from core.events import Observer
    from db.query import Read
    from db.transactions import Writer
    from resolvers.bindings import FunctionMutation, TableType
    from resolvers.plan import FunctionStep, MutationStep


def function_read(step: FunctionStep) -> FunctionRead:
    """What a field of `Query` asks."""
    if step.selection is None:
        return FunctionRead(step.call)
    return FunctionRead(step.call, step.selection.type.table.name, step.outputs)


async def call_function(
    step: MutationStep,
    binding: FunctionMutation,
    inputs: Mapping[str, Any],
    writer: Writer,
    observer: Observer | None,
) -> Sequence[Record]:
    """Calls the function of a mutation field; a record of each row, or one with the value.

    Raises:
        RequestError: It cannot be done; the transaction is of no use any more.
    """
    if step.call is None:
        raise TypeError("the field calls no function")
    table = None if binding.type is None else binding.type.table.name
    read = FunctionRead(step.call, table, step.outputs)

    async def fetch(read: Read, values: Mapping[str, Any]) -> list[Record]:
        return await writer.fetch(read, values, step=step.info.id, observer=observer)

    records = await fetch(read, inputs)
    is_versioned = any(output.column == XMIN for output in step.outputs)
    if binding.type is None or not is_versioned:
        return records
    return await _with_versions(binding.type, step.outputs, records, fetch)


def stored_key(table_type: TableType) -> tuple[str, ...]:
    """The columns by which the stored row is found that a function gives; none where there are none."""
    key = table_type.table.primary_key
    return key.columns if key is not None and set(key.columns) <= table_type.shapes.keys() else ()


async def _with_versions(
    table_type: TableType,
    outputs: Sequence[Output],
    records: Sequence[Record],
    fetch: Callable[[Read, Mapping[str, Any]], Awaitable[list[Record]]],
) -> Sequence[Record]:
    """The records with the versions that rows have now: the call's own statement sees those from before it.

    Rows that are not there any more keep the version that they had.
    """
    columns = stored_key(table_type)
    if not columns:
        return records
    key_at = [
        outputs.index(Output(name, Form.READ if read_form_is_key_form(table_type.shapes[name]) else Form.KEY))
        for name in columns
    ]
    version = outputs.index(Output(XMIN, Form.READ))
    read = LookupRead(table_type.table.name, (outputs[version],), via_of(table_type, columns))
    values = {f"key{i}": [record[position] for record in records] for i, position in enumerate(key_at)}
    made = [list(record) for record in records]
    for row in await fetch(read, values):
        made[row[-1] - 1][version] = row[0]
    return cast("list[Record]", made)  # to be read by position, as records are

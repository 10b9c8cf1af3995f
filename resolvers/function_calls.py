"""Calling SQL functions that are fields of `Query` and `Mutation`, in both lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from db.query import XMIN, Form, FunctionRead, LookupRead, Output
from db.values import read_form_is_key_form
from resolvers.keys import via_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncpg import Record

    from resolvers.bindings import FunctionMutation, TableType
    from resolvers.plan import FunctionStep, MutationStep
    from resolvers.reads import Reader


def function_read(step: FunctionStep) -> FunctionRead:
    """What a field of `Query` asks."""
    if step.selection is None:
        return FunctionRead(step.call)
    return FunctionRead(step.call, step.selection.type.table.name, step.outputs)


async def call_function(
    step: MutationStep, binding: FunctionMutation, inputs: Mapping[str, Any], reader: Reader
) -> Sequence[Record]:
    """Calls the function of a mutation field; a record of each row, or one with the value.

    Raises:
        RequestError: It cannot be done; the transaction is of no use any more.
    """
    if step.call is None:
        raise TypeError("the field calls no function")
    table = None if binding.type is None else binding.type.table.name
    read = FunctionRead(step.call, table, step.outputs)
    records = await reader.database.fetch(read, inputs, step=step.info.id, observer=reader.observer)
    is_versioned = any(output.column == XMIN for output in step.outputs)
    if binding.type is None or binding.type.id_columns is None or not is_versioned:
        return records
    return await _with_versions(binding.type, step.outputs, records, reader)


async def _with_versions(
    table_type: TableType, outputs: Sequence[Output], records: Sequence[Record], reader: Reader
) -> Sequence[Record]:
    """The records with the versions that rows have now: the call's own statement sees those from before it.

    Rows that are not there any more keep the version that they had.
    """
    columns = table_type.id_columns or ()
    via = via_of(table_type, columns)
    keys = [[record[position] for position in _key_positions(table_type, outputs)] for record in records]
    version = outputs.index(Output(XMIN, Form.READ))
    read = LookupRead(table_type.table.name, (outputs[version],), via)
    values = {f"key{i}": [key[i] for key in keys] for i in range(len(columns))}
    made = [list(record) for record in records]
    for row in await reader.database.fetch(read, values):
        made[row[-1] - 1][version] = row[0]
    return cast("list[Record]", made)  # to be read by position, as records are


def _key_positions(table_type: TableType, outputs: Sequence[Output]) -> list[int]:
    """Where the key of rows stands, by which their versions are read."""
    shapes = {binding.column: binding.shape for binding in table_type.columns.values()}
    forms = {
        column: Form.READ if read_form_is_key_form(shapes[column]) else Form.KEY
        for column in table_type.id_columns or ()
    }
    return [outputs.index(Output(column, form)) for column, form in forms.items()]

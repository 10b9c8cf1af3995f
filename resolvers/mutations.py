"""Writing the rows of a mutation field: coerced arguments in, statements, records of the written rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput, ConstraintViolation, RequestError
from db.transactions import Writer
from db.values import column_form
from db.writes import Delete, OnConflict, Update
from resolvers.bindings import FunctionMutation, MutationKind
from resolvers.conditions import EVERYTHING, condition_of, split_filter
from resolvers.function_calls import call_function
from resolvers.keys import key_of_argument
from resolvers.nested_writes import NestedWrites, key_outputs
from resolvers.new_rows import NewRows
from resolvers.row_writes import RowWrites
from resolvers.write_hooks import after, before

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncpg import Record

    from core.events import Observer
    from db.query import Condition, Output, Via
    from resolvers.bindings import Model, MutationBinding, TableType
    from resolvers.fetching import Fetcher
    from resolvers.plan import MutationStep
    from resolvers.reads import Reader

AFFECTED_COUNT = "affectedCount"
"""Field of every payload: how many rows were written."""


class WriteRefused(Exception):  # noqa: N818 - carries an error
    """A root field could not be written, for good.

    Attributes:
        error: Why.
        key: The response key of the field.
    """

    def __init__(self, error: Exception, key: str) -> None:
        super().__init__(error, key)
        self.error = error
        self.key = key


async def write(  # noqa: PLR0913, PLR0917 - what a field is given, and where it writes
    model: Model,
    step: MutationStep,
    arguments: Mapping[str, Any],
    inputs: Mapping[str, Any],
    reader: Reader,
    data: Callable[[], Fetcher],
) -> Sequence[Record]:
    """Writes what a mutation field asks for; a record of each written row, with the outputs of the step.

    Where the field calls a function, they are records of what that gives.

    Args:
        model: What the schema stands for.
        step: The step.
        arguments: Coerced.
        inputs: Values of the parameters of its calls of functions.
        reader: Of the transaction that it is part of.
        data: Gives what hooks fetch with.

    Raises:
        RequestError: It cannot be done; the transaction is of no use any more.
        Exception: What a hook raises.
    """
    binding, writer = step.binding, reader.database
    if not isinstance(writer, Writer):
        raise TypeError("rows are written in a transaction")
    hooked = None if isinstance(binding, FunctionMutation) or binding.type.hooks is None else binding
    try:
        if hooked is not None:
            arguments = await before(hooked, arguments, data())
        records = await without_hooks(model, step, arguments, inputs, writer, reader.observer)
    except ConstraintViolation as violation:
        conceal(model, violation)
        raise
    if hooked is not None:
        await after(hooked, step.hooked, records, data())
    return records


async def without_hooks(  # noqa: PLR0913, PLR0917 - as `write`
    model: Model,
    step: MutationStep,
    arguments: Mapping[str, Any],
    inputs: Mapping[str, Any],
    writer: Writer,
    observer: Observer | None,
) -> Sequence[Record]:
    """The same as `write`, for a field whose Python code is called elsewhere, or not at all."""
    binding = step.binding
    if isinstance(binding, FunctionMutation):
        return await call_function(step, binding, inputs, writer, observer)
    writes = RowWrites(writer, observer, step.info.id, inputs)
    mutation = _Mutation(model, binding, step.outputs, arguments, writes)
    match binding.kind:
        case MutationKind.CREATE | MutationKind.CREATE_MANY:
            return await mutation.create()
        case MutationKind.UPDATE | MutationKind.UPDATE_MANY:
            return await mutation.update()
    return await mutation.delete()


class _Mutation:
    """One field that writes, with its arguments."""

    def __init__(
        self,
        model: Model,
        binding: MutationBinding,
        outputs: tuple[Output, ...],
        arguments: Mapping[str, Any],
        writes: RowWrites,
    ) -> None:
        self._model = model
        self._type = binding.type
        self._outputs = outputs
        self._is_many = binding.kind.is_many
        self._arguments = arguments
        self._writes = writes
        self._nested = NestedWrites(model, writes)

    async def create(self) -> Sequence[Record]:
        """Inserts rows; they come out in the order in which they went in, unless some were left out."""
        given = self._arguments["input"]
        new = NewRows(self._type)
        if self._is_many:
            rows = [new.make(each, ("input", number)) for number, each in enumerate(given)]
        else:
            rows = [new.make(given, ("input",))]
        on_conflict = self._arguments.get("onConflict")
        conflict = None if on_conflict is None else _conflict(self._type, on_conflict)
        records = await self._nested.insert(new, rows, self._outputs, conflict)
        return [record for record in records if record is not None]

    async def update(self) -> Sequence[Record]:
        """Changes the rows that a key or a filter names, and which rows belong to them."""
        given = self._arguments["set"]
        if not given:
            raise BadUserInput("'set' must give at least one column.")
        columns = [(self._type.updated[name], v) for name, v in given.items() if name in self._type.updated]
        links = [
            (name, self._type.links[name], linked)
            for name, linked in given.items()
            if linked is not None and name not in self._type.updated
        ]
        values = {f"value{i}": column_form(column.shape, v) for i, (column, v) in enumerate(columns)}
        via, condition = self._chosen(values)
        keys = [output for _, link, _ in links for output in key_outputs(link)]
        update = Update(
            self._type.table.name,
            tuple(column.column for column, _ in columns),
            via,
            condition,
            self._version(),
            (*self._outputs, *keys),
            # Where only links are given, rows are written all the same: locked, and of a new version.
            () if columns or self._type.raised is not None else (_column_to_keep(self._type),),
            self._type.raised,
        )
        records = await self._writes.change(self._type, update, values, given)
        await self._check(records, via, values)
        position = len(self._outputs)
        for name, link, linked in links:
            end = position + len(link.relation.columns)
            owners = [tuple(record[position:end]) for record in records]
            await self._nested.change(name, link, linked, owners, ("set", name))
            position = end
        return records

    async def delete(self) -> Sequence[Record]:
        """Deletes the rows that a key or a filter names."""
        values: dict[str, Any] = {}
        via, condition = self._chosen(values)
        delete = Delete(self._type.table.name, via, condition, self._version(), self._outputs)
        records = await self._writes.change(self._type, delete, values, None)
        await self._check(records, via, values)
        return records

    def _version(self) -> str | None:
        """The column that must be as it was read; None where nothing is said about that."""
        version = self._type.version
        return None if version is None or self._arguments.get("ifMatch") is None else version.column

    def _chosen(self, values: dict[str, Any]) -> tuple[Via | None, Condition]:
        """Which rows are meant; adds the values of parameters."""
        if "by" in self._arguments:
            via, key = key_of_argument(self._type, self._arguments["by"])
            values.update({f"key{i}": part for i, part in enumerate(key)})
            values["version"] = self._arguments.get("ifMatch")
            return via, EVERYTHING
        _, of_filter = split_filter(self._model, self._type, self._arguments["filter"])
        values.update(of_filter)
        return None, condition_of(self._model, self._type, self._arguments["filter"])

    async def _check(self, records: Sequence[Record], via: Via | None, values: Mapping[str, Any]) -> None:
        """Whether no more rows were written than were meant, and none of another version."""
        at_most = self._arguments.get("atMost")
        if at_most is not None and len(records) > at_most:
            raise BadUserInput(f"The filter meets more rows than 'atMost' ({at_most}) lets be changed.")
        if not records and via is not None and self._version() is not None:
            key = {name: values[name] for name in (f"key{i}" for i in range(len(via.columns)))}
            await self._writes.must_not_be_there(self._type, via, key)


def _column_to_keep(table_type: TableType) -> str:
    """A column that can be set to what it is; none of a key, for which others would have to wait."""
    updated = [binding.column for binding in table_type.updated.values()]
    table = table_type.table
    keys = {
        column for key in (table.primary_key, *table.unique_keys) if key is not None for column in key.columns
    }
    return next((column for column in updated if column not in keys), updated[0])


def _conflict(table_type: TableType, given: Mapping[str, Any]) -> OnConflict:
    key = table_type.keys[given["key"]]
    updated = tuple(table_type.updated[name].column for name in given["update"])
    return OnConflict(tuple(column for _, column in key.parts), updated, table_type.raised)


def conceal(model: Model, error: RequestError) -> None:
    """Takes the constraint's name out of an error where it could tell of what the schema hides."""
    if isinstance(error, ConstraintViolation) and model.named_constraints is not None and error.table:
        named = error.schema or "", error.table, error.constraint or ""
        if named not in model.named_constraints:
            error.extensions["constraint"] = None

"""Writing the rows of a mutation field: coerced arguments in, statements, records of the written rows out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput, ConstraintKind, ConstraintViolation, ErrorCode, RequestError
from db.query import Form, LookupRead, Output
from db.transactions import Transaction
from db.values import column_form
from db.writes import Delete, Insert, OnConflict, Update
from resolvers.bindings import FunctionMutation, MutationKind
from resolvers.conditions import EVERYTHING, condition_of, split_filter
from resolvers.function_calls import call_function
from resolvers.keys import key_of_argument
from resolvers.write_hooks import after, before

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncpg import Record

    from db.catalogue.model import Table
    from db.query import Condition, Via
    from resolvers.bindings import ColumnBinding, Model, MutationBinding, TableType
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
    transaction = reader.database
    if not isinstance(transaction, Transaction):
        raise TypeError("rows are written in a transaction")
    binding = step.binding
    if isinstance(binding, FunctionMutation):
        try:
            return await call_function(step, binding, inputs, reader)
        except ConstraintViolation as violation:
            conceal(model, violation)
            raise
    writer = _Writer(model, step, binding.type, reader, transaction, inputs)
    if binding.type.hooks is None:
        return await _write(model, writer, binding, arguments)
    arguments = await before(binding, arguments, data())
    records = await _write(model, writer, binding, arguments)
    await after(binding, step.hooked, records, data())
    return records


async def _write(
    model: Model, writer: _Writer, binding: MutationBinding, arguments: Mapping[str, Any]
) -> Sequence[Record]:
    try:
        match binding.kind:
            case MutationKind.CREATE:
                return await writer.create([arguments["input"]], arguments.get("onConflict"))
            case MutationKind.CREATE_MANY:
                return await writer.create(arguments["input"], arguments.get("onConflict"))
            case MutationKind.UPDATE | MutationKind.UPDATE_MANY:
                return await writer.update(arguments)
        return await writer.delete(arguments)
    except ConstraintViolation as violation:
        _locate(violation, binding.type, binding.kind, arguments)
        conceal(model, violation)
        raise


class _Writer:
    """Writes for one field."""

    def __init__(  # noqa: PLR0913, PLR0917 - what writing needs
        self,
        model: Model,
        step: MutationStep,
        table_type: TableType,
        reader: Reader,
        transaction: Transaction,
        inputs: Mapping[str, Any],
    ) -> None:
        self._model = model
        self._step = step
        self._type = table_type
        self._transaction = transaction
        self._reader = reader
        self._inputs = inputs

    async def _run(self, what: Insert | Update | Delete, values: Mapping[str, Any]) -> list[Record]:
        return await self._transaction.write(
            what, {**values, **self._inputs}, step=self._step.info.id, observer=self._reader.observer
        )

    async def create(
        self, rows: Sequence[Mapping[str, Any]], on_conflict: Mapping[str, Any] | None
    ) -> Sequence[Record]:
        """Inserts rows: those that give the same columns together."""
        conflict = None if on_conflict is None else _conflict(self._type, on_conflict)
        alike: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(rows):
            alike.setdefault(tuple([name for name in self._type.inserted if name in row]), []).append(number)
        found: dict[int, Record] = {}
        complete = True
        records: list[Record] = []
        for names, numbers in alike.items():
            columns = [self._type.inserted[name] for name in names]
            insert = Insert(
                self._type.table.name,
                tuple(column.column for column in columns),
                self._step.outputs,
                conflict,
            )
            if names:
                made = await self._run(insert, _values_of(columns, names, [rows[n] for n in numbers]))
            else:  # each row is a statement of its own: they are all alike
                made = [record for _ in numbers for record in await self._run(insert, {})]
            complete = complete and len(made) == len(numbers)
            found.update(zip(numbers, made, strict=False))
            records += made
        # Rows come out in the order in which they went in, unless some were left out.
        return [found[number] for number in range(len(rows))] if complete else records

    async def update(self, arguments: Mapping[str, Any]) -> Sequence[Record]:
        """Changes the rows that a key or a filter names."""
        given = arguments["set"]
        if not given:
            raise BadUserInput("'set' must give at least one column.")
        columns = [(self._type.updated[name], value) for name, value in given.items()]
        values = {f"value{i}": column_form(column.shape, v) for i, (column, v) in enumerate(columns)}
        via, condition = self._chosen(arguments, values)
        names = tuple(column.column for column, _ in columns)
        versioned = arguments.get("ifMatch") is not None
        update = Update(self._type.table.name, names, via, condition, versioned, self._step.outputs)
        return await self._checked(await self._run(update, values), via, arguments, values)

    async def delete(self, arguments: Mapping[str, Any]) -> Sequence[Record]:
        """Deletes the rows that a key or a filter names."""
        values: dict[str, Any] = {}
        via, condition = self._chosen(arguments, values)
        versioned = arguments.get("ifMatch") is not None
        delete = Delete(self._type.table.name, via, condition, versioned, self._step.outputs)
        return await self._checked(await self._run(delete, values), via, arguments, values)

    def _chosen(self, arguments: Mapping[str, Any], values: dict[str, Any]) -> tuple[Via | None, Condition]:
        """Which rows are meant; adds the values of parameters."""
        if "by" in arguments:
            via, key = key_of_argument(self._type, arguments["by"])
            values.update({f"key{i}": part for i, part in enumerate(key)})
            values["version"] = arguments.get("ifMatch")
            return via, EVERYTHING
        _, of_filter = split_filter(self._model, self._type, arguments["filter"])
        values.update(of_filter)
        return None, condition_of(self._model, self._type, arguments["filter"])

    async def _checked(
        self,
        records: list[Record],
        via: Via | None,
        arguments: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> list[Record]:
        """The records, if no more were written than were meant, and none of another version."""
        at_most = arguments.get("atMost")
        if at_most is not None and len(records) > at_most:
            raise BadUserInput(f"The filter meets more rows than 'atMost' ({at_most}) lets be changed.")
        if not records and via is not None and arguments.get("ifMatch") is not None:
            keys = {f"key{i}": [values[f"key{i}"]] for i in range(len(via.columns))}
            read = LookupRead(self._type.table.name, (Output(via.columns[0], Form.PRESENT),), via)
            if await self._reader.database.fetch(read, keys):
                raise RequestError("The row is not as it was read.", ErrorCode.CONFLICT)
        return records


def _values_of(
    columns: Sequence[ColumnBinding], names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> dict[str, list[Any]]:
    """The values of the rows, by parameter: a list for each column."""
    return {
        f"value{i}": [column_form(column.shape, row[name]) for row in rows]
        for i, (column, name) in enumerate(zip(columns, names, strict=True))
    }


def _conflict(table_type: TableType, given: Mapping[str, Any]) -> OnConflict:
    key = table_type.keys[given["key"]]
    updated = tuple(table_type.updated[name].column for name in given["update"])
    return OnConflict(tuple(column for _, column in key.parts), updated)


def conceal(model: Model, error: RequestError) -> None:
    """Takes the constraint's name out of an error where it could tell of what the schema hides."""
    if isinstance(error, ConstraintViolation) and model.named_constraints is not None and error.table:
        named = error.schema or "", error.table, error.constraint or ""
        if named not in model.named_constraints:
            error.extensions["constraint"] = None


def _locate(
    violation: ConstraintViolation, table_type: TableType, kind: MutationKind, arguments: Mapping[str, Any]
) -> None:
    """Says where in the arguments the value of the constraint's column stands, and what its comment says."""
    table = table_type.table
    if (violation.schema, violation.table) != table.name:
        return
    comment, columns = _constraint(table, violation)
    if comment is not None:
        violation.message = comment
    inputs = table_type.inserted if "input" in arguments else table_type.updated
    fields = [name for name, binding in inputs.items() if binding.column in columns]
    if kind is MutationKind.CREATE_MANY:
        number = _number_of_row(violation, arguments["input"], fields)
        where: list[str | int] = ["input"] if number is None else ["input", number]
        given = {} if number is None else arguments["input"][number]
    elif kind is MutationKind.CREATE:
        where, given = ["input"], arguments["input"]
    elif "set" in arguments:
        where, given = ["set"], arguments["set"]
    else:
        return
    named = [name for name in fields if name in given] or fields[:1]
    path = [*where, *named[:1]] if given or kind is not MutationKind.CREATE_MANY else where
    violation.extensions["inputPath"] = path


def _constraint(table: Table, violation: ConstraintViolation) -> tuple[str | None, tuple[str, ...]]:
    """The comment of the constraint, and its columns."""
    for constraint in (table.primary_key, *table.unique_keys, *table.foreign_keys, *table.rules):
        if constraint is not None and constraint.name == violation.constraint:
            return constraint.comment, constraint.columns
    return None, () if violation.column is None else (violation.column,)


def _number_of_row(
    violation: ConstraintViolation, rows: Sequence[Mapping[str, Any]], fields: Sequence[str]
) -> int | None:
    """Which of several rows does not meet the constraint; None where that cannot be told."""
    if violation.kind is ConstraintKind.NOT_NULL:
        lacking = [n for n, row in enumerate(rows) if any(row.get(name) is None for name in fields)]
        return lacking[0] if lacking else None
    detail = violation.detail or ""
    stated = detail.partition(")=(")[2].partition(")")[0]
    alike = [n for n, row in enumerate(rows) if ", ".join(str(row.get(name)) for name in fields) == stated]
    return alike[-1] if alike else None

"""What a field that writes asks, before anything is written. Pure.

The code that writes runs (`resolvers.mutations`) with a writer that notes the statements it is given, and
hands back stand-ins for the rows they would give: so what is noted is what would run. Rows that are named are
taken to be there, and rows that are inserted to be left alone by triggers and conflicts; where a filter or a
function chooses rows, one stands for all. Values that the database would give are NULL. Python code that is
hooked into writes is not called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from db.query import LookupRead
from db.transactions import Writer
from db.values import ScalarKind, ScalarShape
from db.writes import Assign, Delete, Insert, Update
from resolvers.arguments import variables_of
from resolvers.bindings import FunctionMutation
from resolvers.calls import values_of
from resolvers.mutations import without_hooks
from resolvers.opaque import encode_global_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asyncpg import Record
    from graphql import GraphQLArgument

    from core.events import Observer
    from db.query import Output, Read
    from db.values import Shape
    from db.writes import Write
    from resolvers.bindings import Model, TableType
    from resolvers.plan import MutationStep


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement of a field that writes.

    Attributes:
        asked: What is written or read.
        values: Values of its parameters; None where a variable of the field is not known.
    """

    asked: Read | Write
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """What a field that writes asks.

    Attributes:
        statements: In their order.
        count: How many rows the payload has; None where the first statement chooses them.
        at_most: How many rows that may choose; None if any number.
        is_hooked: Whether Python code would be called, which may change what is written.
    """

    statements: tuple[PlannedStatement, ...]
    count: int | None
    at_most: int | None
    is_hooked: bool

    def rows(self, expected: Sequence[int]) -> int:
        """How many rows the payload has, where statements give as many as are expected of each."""
        if self.count is not None:
            return self.count
        return expected[0] if self.at_most is None else min(expected[0], self.at_most)


async def planned_write(
    model: Model,
    step: MutationStep,
    field_arguments: Mapping[str, GraphQLArgument],
    variables: Mapping[str, Any],
    unknown: frozenset[str],
) -> PlannedWrite:
    """What a field that writes asks.

    Args:
        model: What the schema stands for.
        step: The step.
        field_arguments: The arguments that the field has in the schema.
        variables: Coerced variables; those that are not known have a value of their type.
        unknown: Names of the variables that are not known.

    Raises:
        RequestError: The arguments do not make sense.
        UnsuitableValue: A variable may not be null, or is missing.
    """
    is_known = unknown.isdisjoint(variables_of(step.info.field))
    arguments = step.arguments(variables)
    if not is_known:
        types = {name: argument.type for name, argument in field_arguments.items()}
        by_key = {each.key_name: each for each in model.types.values()}
        arguments = {name: _with_ids(value, types[name], by_key) for name, value in arguments.items()}
    noted = _Noting()
    records = await without_hooks(model, step, arguments, values_of(step.inputs, variables), noted, None)
    statements = tuple(
        PlannedStatement(asked, values if is_known else None) for asked, values in noted.statements
    )
    hooks = None if isinstance(step.binding, FunctionMutation) else step.binding.type.hooks
    is_chosen = isinstance(step.binding, FunctionMutation) or "filter" in arguments
    return PlannedWrite(
        statements,
        None if is_chosen else len(records),
        arguments.get("atMost") if is_known else None,
        hooks is not None,
    )


class _Noting(Writer):
    """Notes the statements that it is given.

    Attributes:
        statements: What was asked with which values, in order.
    """

    def __init__(self) -> None:
        self.statements: list[tuple[Read | Write, Mapping[str, Any]]] = []

    async def fetch(
        self,
        read: Read,
        values: Mapping[str, Any],
        *,
        step: int = 0,  # noqa: ARG002 - of the interface
        observer: Observer | None = None,  # noqa: ARG002
    ) -> list[Record]:
        """See `Writer`."""
        self.statements.append((read, values))
        if not isinstance(read, LookupRead):
            outputs = getattr(read, "outputs", ())
            return _records([[None] * max(1, len(outputs))])
        keys = {column: values[f"key{i}"] for i, column in enumerate(read.via.columns)}
        return _records([*row, number + 1] for number, row in enumerate(_rows(read.outputs, keys)))

    async def write(
        self,
        write: Write,
        values: Mapping[str, Any],
        *,
        step: int,  # noqa: ARG002 - of the interface
        observer: Observer | None = None,  # noqa: ARG002
    ) -> list[Record]:
        """See `Writer`."""
        self.statements.append((write, values))
        match write:
            case Insert():
                given = {column: values[f"value{i}"] for i, column in enumerate(write.columns)}
                return _records(_rows(write.outputs, given))
            case Update() | Delete():
                return _records(_rows(write.outputs, {}))
            case Assign():
                return _records([number + 1] for number in range(len(values["key0"])))
        return []  # nobody looks at what the others give


def _rows(outputs: Sequence[Output], given: Mapping[str, Sequence[Any]]) -> list[list[Any]]:
    """A row for each item of the columns that are given, one where none are; other columns are NULL.

    What is written as it is read in keys stands there as it was given, so that it can be compared.
    """
    number = len(next(iter(given.values()))) if given else 1
    nothing = [None] * number
    columns = [given.get(output.column, nothing) for output in outputs]
    return [
        [part if isinstance(part := column[i], (bool, int, float, str)) else None for column in columns]
        for i in range(number)
    ]


def _records(rows: Iterable[Sequence[Any]]) -> list[Record]:
    return cast("list[Record]", list(rows))  # to be read by position, as records are


def _with_ids(value: Any, input_type: object, by_key: Mapping[str, TableType]) -> Any:
    """The value with global ids of the right types, as far as it has any that are not known."""
    if isinstance(input_type, GraphQLNonNull):
        return _with_ids(value, input_type.of_type, by_key)
    if isinstance(input_type, GraphQLList) and isinstance(value, list):
        return [_with_ids(item, input_type.of_type, by_key) for item in value]
    if not isinstance(input_type, GraphQLInputObjectType) or not isinstance(value, dict):
        return value
    named = by_key.get(input_type.name)
    if named is not None and value == {"id": ""}:
        key = [_key_stand_in(named.shapes[column]) for column in named.id_columns or ()]
        return {"id": encode_global_id(named.name, key)}
    return {name: _with_ids(part, input_type.fields[name].type, by_key) for name, part in value.items()}


def _key_stand_in(shape: Shape) -> Any:
    kind = shape.kind if isinstance(shape, ScalarShape) else ScalarKind.LITERAL
    if kind is ScalarKind.BOOLEAN:
        return False
    return 1 if kind in {ScalarKind.INT, ScalarKind.BIGINT} else ""

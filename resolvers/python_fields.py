"""Fields whose values Python code gives: planned, called and completed, in both lanes.

The code is called once for all rows of one place of the answer. Here too the compiled lane answers what goes
right: whatever else the code does (it raises, or gives what does not fit) is told by the reference lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    get_argument_values,
    get_named_type,
    is_leaf_type,
    is_specified_scalar_type,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import is_awaitable

from db.values import CompositeShape, ListShape, RangeShape, ScalarKind
from resolvers.arguments import UnsuitableValue
from resolvers.assembly import completer
from resolvers.plan import PythonCall, SelectedField, Slot
from resolvers.subtrees import subtree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asyncpg import Record
    from graphql import (
        FieldNode,
        GraphQLField,
        GraphQLNamedType,
        GraphQLOutputType,
        OperationDefinitionNode,
    )

    from db.values import Shape
    from resolvers.bindings import ColumnBinding, PythonField, TableType
    from resolvers.compiled import Groups, Run
    from resolvers.fetching import Fetcher
    from resolvers.plan import OutputList
    from resolvers.reference import FieldInfo, Operation, Row
    from resolvers.selections import Document

Values = dict[str, Any]
"""A row as Python code is given it: by field name what the answer would have, as plain JSON."""

Slots = tuple[tuple[str, Slot], ...]
"""What such a row is made of, by field name."""


# Planning ---------------------------------------------------------------------------------------------


def plan_call(
    document: Document,
    operation: OperationDefinitionNode,
    table_type: TableType,
    nodes: list[FieldNode],
    outputs: OutputList,
) -> PythonCall:
    """The call of a Python field at one place of the answer.

    Args:
        document: What the operation is part of.
        operation: The operation.
        table_type: The type that the field is on.
        nodes: The field's nodes, merged.
        outputs: Takes the columns that the field reads.
    """
    object_type = document.schema.get_type(table_type.name)
    if not isinstance(object_type, GraphQLObjectType):
        raise TypeError(f"{table_type.name} is no object type")
    field = table_type.python[nodes[0].name.value]
    output = object_type.fields[field.name].type
    is_leaf = is_leaf_type(get_named_type(output))
    return PythonCall(
        field=field,
        type=output,
        slots=plan_slots(table_type, object_type, field.reads, outputs),
        arguments=_arguments(object_type.fields[field.name], nodes[0]),
        subtree=None if is_leaf else subtree(table_type.name, nodes, document.fragments, operation),
    )


def plan_slots(
    table_type: TableType, object_type: GraphQLObjectType, reads: Iterable[str], outputs: OutputList
) -> Slots:
    """What the rows are made of that code is given.

    Args:
        table_type: What the rows are.
        object_type: Its GraphQL type.
        reads: The fields that the code reads.
        outputs: Takes their columns.
    """
    slots = []
    for name in reads:
        binding = table_type.columns[name]
        plain = _plain(binding, object_type.fields[name].type)
        slots.append((name, Slot(outputs.read(binding.column), plain)))
    return tuple(slots)


def _arguments(field: GraphQLField, node: FieldNode) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def arguments(variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return get_argument_values(field, node, VariableValues({}, dict(variables)))
        except GraphQLError as error:
            raise UnsuitableValue from error

    return arguments


def _plain(binding: ColumnBinding, output: GraphQLOutputType) -> Callable[[Any], Any] | None:
    """How a value in read form becomes plain JSON; None where it already is."""
    steps = [step for step in (binding.to_json, completer(output, _every_part(output))) if step is not None]
    if _has_json(binding.shape):  # stands in answers as the bytes that are stored
        steps += [orjson.dumps, orjson.loads]
    if len(steps) < 2:  # noqa: PLR2004 - nothing to put together
        return steps[0] if steps else None

    def plain(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return plain


def _every_part(output: GraphQLOutputType) -> tuple[SelectedField, ...]:
    named: GraphQLNamedType = get_named_type(output)
    if not isinstance(named, GraphQLObjectType):
        return ()
    return tuple(SelectedField(name, name, _every_part(part.type)) for name, part in named.fields.items())


def _has_json(shape: Shape) -> bool:
    if isinstance(shape, ListShape):
        return _has_json(shape.element)
    if isinstance(shape, CompositeShape):
        return any(_has_json(part) for _, part in shape.attributes)
    return not isinstance(shape, RangeShape) and shape.kind is ScalarKind.JSON


# Calling ----------------------------------------------------------------------------------------------


def values_of(slots: Slots, record: Record) -> Values:
    """A row as the code is given it.

    Raises:
        RequestError: The answer could not have one of the values.
    """
    made = {}
    for name, slot in slots:
        value = record[slot.position]
        made[name] = value if value is None or slot.to_json is None else slot.to_json(value)
    return made


async def call_for(
    field: PythonField, rows: Sequence[Values], arguments: Mapping[str, Any], data: Fetcher
) -> Sequence[Any]:
    """What the code gives for rows.

    Raises:
        TypeError: It gave no list, or not as many values as there are rows.
    """
    if data.notes is not None:
        data.notes.python += (field,)
    given = field.call(rows, arguments, data)
    if is_awaitable(given):
        given = await given
    if not isinstance(given, (list, tuple)):
        raise TypeError(f"{field.name} gave a {type(given).__name__} where a list is needed")
    if len(given) != len(rows):
        raise TypeError(f"{field.name} gave {len(given)} values for {len(rows)} rows")
    if any(map(is_awaitable, given)):
        raise TypeError(f"{field.name} gave an awaitable where a value is needed")
    return given


# The reference lane -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _RowKey:
    """A row to load the value of: the same record is the same row, an equal one need not be."""

    record: Record
    values: Values

    def __hash__(self) -> int:
        return id(self.record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _RowKey) and self.record is other.record


def resolve_python_field(row: Row, info: FieldInfo, /, **arguments: Any) -> Any:
    """The value of a Python field."""
    call = row.selection.calls[str(info.path.key)]
    operation: Operation = info.context

    async def fetch(keys: Sequence[_RowKey]) -> Sequence[Any]:
        return await call_for(call.field, [key.values for key in keys], arguments, operation.data)

    return operation.loader(id(call), fetch).load(_RowKey(row.record, values_of(call.slots, row.record)))


# The compiled lane ------------------------------------------------------------------------------------


@dataclass(slots=True)
class PythonProgram:
    """The values of a Python field at one place of the answer.

    Attributes:
        call: The call.
        complete: Makes a value ready for the answer; None where graphql-core has to.
    """

    call: PythonCall
    complete: Callable[[Any], Any] | None

    async def related(self, run: Run, parents: Groups) -> Iterator[Any]:
        """The completed value of each row, in order.

        Raises:
            UnsuitableValue: The code raised, or gave what does not fit.
        """
        rows = [record for group in parents for record in group]
        if not rows:
            return iter(())
        call = self.call
        arguments = call.arguments(run.variables)
        made = [values_of(call.slots, record) for record in rows]
        try:
            given = await call_for(call.field, made, arguments, run.data())
            if self.complete is not None:
                return iter([self.complete(value) for value in given])
        except UnsuitableValue:
            raise
        except Exception as error:
            raise UnsuitableValue from error
        return iter(await run.complete(call.subtree, given))


class RootErrors(Exception):  # noqa: N818 - carries errors
    """A root field that graphql-core answered has errors.

    Attributes:
        errors: The errors.
    """

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(slots=True)
class PythonRoot:
    """A field of `Mutation` that is Python code: graphql-core answers it when it is its turn.

    Attributes:
        operation: The operation with that field alone.
    """

    operation: OperationDefinitionNode

    async def root(self, run: Run) -> Any:
        """The value of the field.

        Raises:
            RootErrors: There are errors.
        """
        data, errors = await run.answer(self.operation)
        if errors or data is None:
            raise RootErrors(errors)
        [value] = data.values()
        return value


def compile_call(call: PythonCall) -> PythonProgram:
    """The program of a call."""
    return PythonProgram(call, None if call.subtree is not None else _leaves(call.type))


def _leaves(output: Any) -> Callable[[Any], Any]:
    """What graphql-core's completion does to a value without selections, where nothing is wrong with it."""
    if isinstance(output, GraphQLNonNull):
        return _required(_leaves(output.of_type))
    if isinstance(output, GraphQLList):
        return _list(_leaves(output.of_type))
    return _leaf(output)


def _required(complete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def required(value: Any) -> Any:
        if value is None or (made := complete(value)) is None:
            raise UnsuitableValue
        return made

    return required


def _list(complete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def items(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):  # other iterables are rare
            raise UnsuitableValue
        return [complete(item) for item in value]

    return items


def _leaf(output: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = output.coerce_output_value
    is_plain = isinstance(output, GraphQLEnumType) or is_specified_scalar_type(output)

    def leaf(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Exception) or value is Undefined or (not is_plain and is_awaitable(value)):
            raise UnsuitableValue
        made = coerce(value)
        if made is None or made is Undefined:
            raise UnsuitableValue
        return made

    return leaf

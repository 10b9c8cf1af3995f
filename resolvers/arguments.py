"""Arguments and variables, compiled once for all requests of a document: constants are coerced at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    VariableNode,
    is_input_object_type,
    is_input_type,
    is_leaf_type,
    type_from_ast,
    value_from_ast,
    visit,
)
from graphql.execution.values import input_is_nested_too_deeply
from graphql.language import Visitor
from graphql.utilities.coerce_input_value import coerce_input_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import (
        FieldNode,
        GraphQLField,
        GraphQLInputType,
        GraphQLSchema,
        ValueNode,
        VariableDefinitionNode,
    )

ValueSource = Callable[[Mapping[str, Any]], Any]
"""Coerced variables to a coerced value; Undefined where a variable is not given."""


class UnsuitableValue(Exception):  # noqa: N818 - no error: the reference lane takes over
    """What is asked for needs graphql-core's own handling: a missing value, or one that may not be null."""


class VariableSource:
    """The variables of one operation: from what a request gives to coerced values.

    Args:
        schema: The schema that the document was validated against.
        definitions: The operation's variables.
    """

    __slots__ = ("_variables",)

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._variables = tuple(_Variable.of(schema, definition) for definition in definitions)

    def __call__(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The coerced variables.

        Raises:
            UnsuitableValue: graphql-core has to say what is wrong.
        """
        coerced: dict[str, Any] = {}
        for variable in self._variables:
            value = variable.value(given)
            if value is not Undefined:
                coerced[variable.name] = value
        return coerced


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable.

    Attributes:
        name: Its name.
        type: Its type.
        default: Its coerced default value; Undefined without one.
        parse: Coerces a value that is not null, where its type is a scalar or an enum.
        required: Whether null, and no value, are refused.
    """

    name: str
    type: GraphQLInputType
    default: Any
    parse: Callable[[Any], Any] | None
    required: bool

    @classmethod
    def of(cls, schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Variable:
        input_type = type_from_ast(schema, definition.type)
        if not is_input_type(input_type):
            raise TypeError(f"{definition.type} is no input type")
        inner = input_type.of_type if isinstance(input_type, GraphQLNonNull) else input_type
        default = Undefined
        if definition.default_value is not None:
            default = value_from_ast(definition.default_value, input_type)
        return cls(
            name=definition.variable.name.value,
            type=input_type,
            default=default,
            parse=inner.parse_value if is_leaf_type(inner) else None,
            required=isinstance(input_type, GraphQLNonNull),
        )

    def value(self, given: Mapping[str, Any]) -> Any:
        """The coerced value; Undefined where none is given and none is needed."""
        value = given.get(self.name, Undefined)
        if value is Undefined or value is None:
            if value is Undefined and self.default is not Undefined:
                return self.default
            if self.required:
                raise UnsuitableValue
            return value
        if self.parse is None:
            if input_is_nested_too_deeply(value, self.type):
                raise UnsuitableValue
            coerced = coerce_input_value(value, self.type)
        else:
            try:
                coerced = self.parse(value)
            except Exception:  # noqa: BLE001 - whatever a scalar raises, graphql-core tells
                raise UnsuitableValue from None
        if coerced is Undefined:
            raise UnsuitableValue
        return coerced


class ArgumentSource:
    """The arguments of one field node.

    Args:
        constants: Coerced arguments that are the same for every request.
        sources: Arguments that depend on variables.

    Attributes:
        varying: Names of the arguments that depend on variables.
    """

    __slots__ = ("_constants", "_sources", "varying")

    def __init__(self, constants: dict[str, Any], sources: dict[str, ValueSource]) -> None:
        self._constants = constants
        self._sources = tuple(sources.items())
        self.varying = frozenset(sources)

    @property
    def is_constant(self) -> bool:
        """Whether every request gives the same arguments."""
        return not self._sources

    def __call__(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The coerced arguments for coerced variables.

        Raises:
            UnsuitableValue: graphql-core has to say what is wrong with a variable.
        """
        values = self._constants.copy()
        for name, source in self._sources:
            value = source(variables)
            if value is not Undefined:
                values[name] = value
        return values


def compile_arguments(field: GraphQLField, node: FieldNode) -> ArgumentSource:
    """The arguments that a validated field node gives."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    constants: dict[str, Any] = {}
    sources: dict[str, ValueSource] = {}
    for name, argument in field.args.items():
        if name not in given:
            if argument.default_value is not Undefined:
                constants[name] = argument.default_value
        elif _has_variables(given[name]):
            sources[name] = _compile(given[name], argument.type)
        else:
            constants[name] = value_from_ast(given[name], argument.type)
    return ArgumentSource(constants, sources)


def _has_variables(node: ValueNode) -> bool:
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(map(_has_variables, node.values))
    return isinstance(node, ObjectValueNode) and any(_has_variables(field.value) for field in node.fields)


def _compile(node: ValueNode, input_type: GraphQLInputType) -> ValueSource:
    if isinstance(input_type, GraphQLNonNull):
        return _required(_compile(node, input_type.of_type))
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: variables.get(name, Undefined)
    if isinstance(node, NullValueNode) or not _has_variables(node):
        constant = value_from_ast(node, input_type)
        return lambda _: constant
    if isinstance(input_type, GraphQLList):
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        return _list([_compile(item, input_type.of_type) for item in nodes])
    if isinstance(node, ObjectValueNode) and is_input_object_type(input_type):
        return _object(node, input_type)
    return _unsuitable


def _unsuitable(_: Mapping[str, Any]) -> Any:
    raise UnsuitableValue


def _required(source: ValueSource) -> ValueSource:
    def value_of(variables: Mapping[str, Any]) -> Any:
        value = source(variables)
        if value is None or value is Undefined:
            raise UnsuitableValue
        return value

    return value_of


def _list(items: list[ValueSource]) -> ValueSource:
    def values_of(variables: Mapping[str, Any]) -> list[Any]:
        values = [item(variables) for item in items]
        return [None if value is Undefined else value for value in values]

    return values_of


def _object(node: ObjectValueNode, input_type: GraphQLInputObjectType) -> ValueSource:
    fields = [
        (field.name.value, _compile(field.value, input_type.fields[field.name.value].type))
        for field in node.fields
    ]
    defaults = {
        name: field.default_value
        for name, field in input_type.fields.items()
        if field.default_value is not Undefined
    }
    finish = input_type.out_type

    def object_of(variables: Mapping[str, Any]) -> Any:
        made = defaults.copy()
        for name, source in fields:
            value = source(variables)
            if value is not Undefined:
                made[name] = value
        if input_type.is_one_of and (len(made) != 1 or None in made.values()):
            raise UnsuitableValue
        return finish(made)

    return object_of


def variables_of(field: FieldNode) -> set[str]:
    """Names of the variables among a field's arguments."""
    names: set[str] = set()

    class Collect(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            names.add(node.name.value)

    for argument in field.arguments or ():
        visit(argument, Collect())
    return names

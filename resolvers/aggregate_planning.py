"""What is selected of `aggregate` and `groups`: which values of a record stand where in the answer. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graphql import GraphQLObjectType, get_named_type

from db.aggregates import COUNT, result_shape, result_to_json
from db.query import Aggregate, AggregateFunction
from resolvers.plan import Leaf, Slot, Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, GraphQLField

    from db.values import Shape
    from resolvers.bindings import TableType
    from resolvers.selections import Document

AGGREGATE = "aggregate"
GROUPS = "groups"
KEY = "key"
TYPENAME = "__typename"

Outputs = dict[Aggregate | str, int]
"""Positions in a record: of aggregates, and of columns by their field."""

_Part = Callable[[str, "GraphQLField", "list[FieldNode]"], Leaf | Template]
"""What stands in the answer for a field of an object that is made of a record."""


class AggregatePlanner:
    """Plans what is selected of the aggregates of one relation."""

    def __init__(self, document: Document, table_type: TableType) -> None:
        self._document = document
        self._type = table_type

    def aggregates(
        self, connection: GraphQLObjectType, fields: Mapping[str, list[FieldNode]]
    ) -> tuple[dict[str, Template], tuple[Aggregate, ...]]:
        """What stands under each response key of `aggregate`, and the aggregates of the record."""
        outputs: Outputs = {}
        aggregate_type = _object(connection.fields[AGGREGATE])
        templates = {key: self._aggregate(aggregate_type, nodes, outputs) for key, nodes in fields.items()}
        return templates, tuple(output for output in outputs if isinstance(output, Aggregate))

    def groups(
        self, connection: GraphQLObjectType, nodes: list[FieldNode]
    ) -> tuple[Template, tuple[Aggregate | str, ...]]:
        """What stands in the answer for each group, and the values of its record."""
        outputs: Outputs = {}

        def part(name: str, field: GraphQLField, field_nodes: list[FieldNode]) -> Template:
            make = self._key if name == KEY else self._aggregate
            return make(_object(field), field_nodes, outputs)

        return self._template(_object(connection.fields[GROUPS]), nodes, part), tuple(outputs)

    def _aggregate(
        self, aggregate_type: GraphQLObjectType, nodes: list[FieldNode], outputs: Outputs
    ) -> Template:
        def part(name: str, field: GraphQLField, field_nodes: list[FieldNode]) -> Leaf | Template:
            function = AggregateFunction(name)
            if function is AggregateFunction.COUNT:
                return Leaf(_slot(outputs, Aggregate(function), COUNT), field.type)
            return self._function(function, _object(field), field_nodes, outputs)

        return self._template(aggregate_type, nodes, part)

    def _function(
        self,
        function: AggregateFunction,
        object_type: GraphQLObjectType,
        nodes: list[FieldNode],
        outputs: Outputs,
    ) -> Template:
        def part(name: str, field: GraphQLField, _: list[FieldNode]) -> Leaf:
            binding = self._type.columns[name]
            shape = result_shape(function, binding.shape)
            if shape is None:
                raise TypeError(f"no {function} of {name}")
            return Leaf(_slot(outputs, Aggregate(function, binding.column), shape), field.type)

        return self._template(object_type, nodes, part)

    def _key(self, key_type: GraphQLObjectType, nodes: list[FieldNode], outputs: Outputs) -> Template:
        def part(name: str, field: GraphQLField, field_nodes: list[FieldNode]) -> Leaf:
            slot = Slot(_position(outputs, name), self._type.columns[name].to_json)
            return Leaf(slot, field.type, self._document.parts(get_named_type(field.type), field_nodes))

        return self._template(key_type, nodes, part)

    def _template(self, object_type: GraphQLObjectType, nodes: list[FieldNode], part: _Part) -> Template:
        fields: dict[str, Leaf | Template | None] = {}
        for key, field_nodes in self._document.subfields(object_type, nodes).items():
            name = field_nodes[0].name.value
            fields[key] = None if name == TYPENAME else part(name, object_type.fields[name], field_nodes)
        return Template(object_type.name, fields)


def _slot(outputs: Outputs, aggregate: Aggregate, shape: Shape) -> Slot:
    return Slot(_position(outputs, aggregate), result_to_json(aggregate.function, shape))


def _position(outputs: Outputs, output: Aggregate | str) -> int:
    return outputs.setdefault(output, len(outputs))


def _object(field: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(field.type)
    if isinstance(named, GraphQLObjectType):
        return named
    raise TypeError(f"{named.name} is no object type")

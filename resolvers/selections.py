"""Which fields are selected: CollectFields of the specification, on the plain document. Pure.

See https://spec.graphql.org/draft/#CollectFields().
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    InlineFragmentNode,
    VariableNode,
    get_named_type,
)

from resolvers.plan import SelectedField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphql import GraphQLNamedType, GraphQLSchema, SelectionNode, SelectionSetNode

Fields = dict[str, list[FieldNode]]
"""Field nodes by response key, in the order of the document."""


@dataclass(frozen=True, slots=True)
class Document:
    """What selections are resolved against: schema, fragments, and the coerced variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields(self, object_type: GraphQLObjectType, selection_set: SelectionSetNode | None) -> Fields:
        """The fields of one selection set on an object type."""
        fields: Fields = {}
        self._collect(object_type, selection_set, fields, set())
        return fields

    def subfields(self, object_type: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Fields:
        """The fields of the merged selection sets of `nodes`."""
        fields: Fields = {}
        visited: set[str] = set()
        for node in nodes:
            self._collect(object_type, node.selection_set, fields, visited)
        return fields

    def parts(self, named: GraphQLNamedType, nodes: Iterable[FieldNode]) -> tuple[SelectedField, ...]:
        """What is selected of a value of an object type that is no row."""
        if not isinstance(named, GraphQLObjectType):
            return ()
        parts = []
        for key, field_nodes in self.subfields(named, nodes).items():
            name = field_nodes[0].name.value
            field = named.fields.get(name)
            inner = () if field is None else self.parts(get_named_type(field.type), field_nodes)
            parts.append(SelectedField(key, name, inner))
        return tuple(parts)

    def _collect(
        self,
        object_type: GraphQLObjectType,
        selection_set: SelectionSetNode | None,
        fields: Fields,
        visited: set[str],
    ) -> None:
        for node in selection_set.selections if selection_set is not None else ():
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                fields.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, object_type):
                    self._collect(object_type, node.selection_set, fields, visited)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in visited:
                visited.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, object_type):
                    self._collect(object_type, fragment.selection_set, fields, visited)

    def _applies(self, condition: str, object_type: GraphQLObjectType) -> bool:
        if condition == object_type.name:
            return True
        named = self.schema.get_type(condition)
        return isinstance(named, GraphQLAbstractType) and self.schema.is_sub_type(named, object_type)

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in {"skip", "include"}:
                (argument,) = directive.arguments or ()
                if self._boolean(argument.value) is (name == "skip"):
                    return False
        return True

    def _boolean(self, value: object) -> bool:
        if isinstance(value, VariableNode):
            return bool(self.variables.get(value.name.value))
        return isinstance(value, BooleanValueNode) and value.value

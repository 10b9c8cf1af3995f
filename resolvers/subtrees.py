"""Values that graphql-core completes on their own, beside an operation that is compiled.

The values of one Python field at one place of the answer are the root value of a small operation on a schema
of its own, whose `Query` has one list for each Python field that leads to objects. The types are those of the
schema that is served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    visit,
)
from graphql.language import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graphql import FragmentDefinitionNode, GraphQLNamedType, GraphQLOutputType, Node


def subtree_schema(
    fields: Mapping[tuple[str, str], GraphQLOutputType], types: Sequence[GraphQLNamedType]
) -> GraphQLSchema:
    """The schema that subtrees are completed with.

    Args:
        fields: The type of each Python field, by object type and field.
        types: What else the schema has: object types that only interfaces lead to.
    """
    roots = {
        _root(*names): GraphQLField(GraphQLList(output), resolve=_resolve_values)
        for names, output in fields.items()
    }
    return GraphQLSchema(GraphQLObjectType("Query", roots), types=types, assume_valid=True)


def subtree(
    type_name: str,
    nodes: Iterable[FieldNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
) -> DocumentNode:
    """The document that completes the values of a Python field.

    Args:
        type_name: The object type that the field is on.
        nodes: The field's nodes, merged.
        fragments: Of the document that the nodes are from.
        operation: The operation that they are from.
    """
    roots = tuple(
        FieldNode(
            name=NameNode(value=_root(type_name, node.name.value)),
            alias=NameNode(value="values"),
            arguments=(),
            directives=(),
            selection_set=node.selection_set,
            loc=node.loc,
        )
        for node in nodes
    )
    used, variables = reached(roots, fragments)
    definitions = tuple(
        definition
        for definition in operation.variable_definitions or ()
        if definition.variable.name.value in variables
    )
    made = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=operation.name,
        variable_definitions=definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=roots),
    )
    return DocumentNode(definitions=(made, *used.values()))


def _root(type_name: str, field_name: str) -> str:
    return f"{type_name}_{field_name}"


def _resolve_values(values: Any, _info: object) -> Any:
    return values


def reached(
    roots: Iterable[Node], fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[dict[str, FragmentDefinitionNode], set[str]]:
    """The fragments and variables that selections use, directly or through fragments."""
    used: dict[str, FragmentDefinitionNode] = {}
    variables: set[str] = set()
    waiting = list(roots)

    class Collect(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            variables.add(node.name.value)

        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            name = node.name.value
            if name not in used:
                used[name] = fragments[name]
                waiting.append(fragments[name])

    for node in waiting:
        visit(node, Collect())
    return used, variables

"""Whether fields with one response name can be merged, in time that is linear in what is selected. Pure.

graphql-core's rule compares each pair of fields, which grows with the square of their number. Here, as in
Simon Adameit's algorithm (https://tech.new-work.se/graphql-overlapping-fields-can-be-merged-fast-ea6e92e0a01),
all fields that stand at one place of the answer are compared with the first of them. What is refused is the
same (https://spec.graphql.org/draft/#sec-Field-Selection-Merging).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Flag, auto
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graphql import (
        DocumentNode,
        GraphQLNamedType,
        GraphQLOutputType,
        GraphQLSchema,
        SelectionSetNode,
        ValueNode,
    )


class _Check(Flag):
    """What fields at one place have to agree in."""

    SHAPE = auto()
    """The shapes of their types: always."""
    FIELD = auto()
    """Names and arguments: unless no object has both."""


@dataclass(eq=False, slots=True)
class _Field:
    """A field of the document, with the type that it is selected of; both None where the schema has none."""

    node: FieldNode
    parent: GraphQLNamedType | None
    type: GraphQLOutputType | None


_Fields = list[_Field]
_Selected = tuple["SelectionSetNode | None", "GraphQLNamedType | None"]


class _TooMuchError(Exception):
    """More fields would have to be compared than may be."""


def conflicts(
    schema: GraphQLSchema, document: DocumentNode, *, max_errors: int, max_work: int
) -> list[GraphQLError]:
    """The fields that cannot be merged.

    Args:
        schema: The schema.
        document: A document that is valid but for this.
        max_errors: How many errors are told.
        max_work: Selections that may be gone through, each time that they are: fields of an interface are
            compared once for each type of objects that is asked for beside it.
    """
    merging = _Merging(schema, document, max_errors, max_work)
    try:
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                root = schema.get_root_type(definition.operation)
                merging.check([(definition.selection_set, root)])
    except _TooMuchError:
        return [GraphQLError("The selections overlap in too many ways to be checked.")]
    return merging.errors


class _Merging:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, max_errors: int, max_work: int) -> None:
        self.errors: list[GraphQLError] = []
        self._schema = schema
        self._max_errors = max_errors
        self._work_left = max_work
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._fields: dict[int, _Field] = {}
        self._values: dict[int, object] = {}
        self._refused: set[int] = set()
        self._checked: dict[frozenset[int], _Check] = {}

    def check(self, selected: Iterable[_Selected]) -> None:
        """Checks what is selected at one place, and all below it."""
        pending = [(self._collected(selected), _Check.SHAPE | _Check.FIELD)]
        while pending and len(self.errors) < self._max_errors:
            by_name, checks = pending.pop()
            for fields in by_name.values():
                pending += self._below(fields, checks)

    def _below(self, fields: Sequence[_Field], checks: _Check) -> Iterable[tuple[dict[str, _Fields], _Check]]:
        """Checks fields with one response name; what is selected below them is to be checked next."""
        groups = _together(fields) if _Check.FIELD in checks else []
        for group in groups:
            self._same_field(group)
        if _Check.SHAPE in checks:
            self._same_shape(fields)
        if len(groups) == 1:
            yield from self._collected_below(fields, checks)
            return
        if _Check.SHAPE in checks:
            yield from self._collected_below(fields, _Check.SHAPE)
        for group in groups:
            yield from self._collected_below(group, _Check.FIELD)

    def _collected_below(
        self, fields: Sequence[_Field], checks: _Check
    ) -> Iterable[tuple[dict[str, _Fields], _Check]]:
        selected = [
            (field.node.selection_set, get_named_type(field.type))
            for field in fields
            if field.node.selection_set is not None
        ]
        if not selected:
            return
        collected = self._collected(selected)
        # The same fields may be reached by many ways, through fragments.
        key = frozenset(id(field) for fields in collected.values() for field in fields)
        done = self._checked.get(key, _Check(0))
        if checks not in done:
            self._checked[key] = done | checks
            yield collected, checks

    def _collected(self, selected: Iterable[_Selected]) -> dict[str, _Fields]:
        """The fields of selection sets by response name: each fragment's once, of equal leaves the first."""
        collected: dict[str, _Fields] = {}
        visited: set[str] = set()
        plain: set[tuple[str, str, int]] = set()
        pending = list(selected)
        for selection_set, parent in pending:  # grows on the way
            selections = () if selection_set is None else selection_set.selections
            self._work_left -= len(selections)
            for selection in selections:
                if isinstance(selection, FieldNode):
                    name = (selection.alias or selection.name).value
                    if selection.selection_set is None and not selection.arguments:
                        same = (name, selection.name.value, id(parent))
                        if same in plain:
                            continue
                        plain.add(same)
                    field = self._fields.get(id(selection)) or self._field(selection, parent)
                    collected.setdefault(name, []).append(field)
                elif isinstance(selection, InlineFragmentNode):
                    pending.append((selection.selection_set, self._condition(selection, parent)))
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
                    visited.add(selection.name.value)
                    fragment = self._fragments[selection.name.value]
                    pending.append((fragment.selection_set, self._condition(fragment, parent)))
        if self._work_left < 0:
            raise _TooMuchError
        return collected

    def _condition(
        self, node: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLNamedType | None
    ) -> GraphQLNamedType | None:
        condition = node.type_condition
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> _Field:
        definition = None
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            definition = parent.fields.get(node.name.value)
        field = _Field(node, parent, None if definition is None else definition.type)
        self._fields[id(node)] = field
        return field

    def _same_shape(self, fields: Sequence[_Field]) -> None:
        first = next((field for field in fields if field.type is not None), fields[0])
        for other in fields:
            if other.type is not first.type and other.type is not None and _differ(first.type, other.type):
                self._refuse(f"they return conflicting types '{first.type}' and '{other.type}'", first, other)

    def _same_field(self, fields: Sequence[_Field]) -> None:
        first, *others = fields
        name, arguments = first.node.name.value, self._arguments(first.node)
        for other in others:
            if len(self.errors) >= self._max_errors:
                return
            if other.node.name.value != name:
                self._refuse(f"'{name}' and '{other.node.name.value}' are different fields", first, other)
            elif (
                other.node.arguments is not first.node.arguments and self._arguments(other.node) != arguments
            ):
                self._refuse("they have differing arguments", first, other)

    def _refuse(self, reason: str, first: _Field, other: _Field) -> None:
        if len(self.errors) >= self._max_errors or id(other) in self._refused:
            return
        self._refused.add(id(other))
        name = (first.node.alias or first.node.name).value
        message = (
            f"Fields '{name}' conflict because {reason}."
            " Use different aliases on the fields to fetch both if this was intentional."
        )
        self.errors.append(GraphQLError(message, [first.node, other.node]))

    def _arguments(self, node: FieldNode) -> object:
        """The arguments of a field as something to compare."""
        if not node.arguments:
            return ()
        arguments = self._values.get(id(node))
        if arguments is None:
            given = ((argument.name.value, _value(argument.value)) for argument in node.arguments)
            arguments = self._values[id(node)] = tuple(sorted(given, key=lambda each: each[0]))
        return arguments


def _together(fields: Sequence[_Field]) -> list[_Fields]:
    """The fields that one object may have all of, for each type of objects that are asked for."""
    first = fields[0].parent
    if all(field.parent is first for field in fields):
        return [list(fields)]
    of_any = [field for field in fields if not isinstance(field.parent, GraphQLObjectType)]
    by_type: defaultdict[str, _Fields] = defaultdict(list)
    for field in fields:
        if isinstance(field.parent, GraphQLObjectType):
            by_type[field.parent.name].append(field)
    return [group + of_any for group in by_type.values()] or [of_any]


def _differ(one: Any, other: Any) -> bool:
    """Whether values of two types do not have the same shape."""
    while one is not other:
        for wrapper in (GraphQLList, GraphQLNonNull):
            if isinstance(one, wrapper) or isinstance(other, wrapper):
                if type(one) is not type(other):
                    return True
                one, other = one.of_type, other.of_type
                break
        else:
            return is_leaf_type(one) or is_leaf_type(other)
    return False


def _value(node: ValueNode) -> tuple[object, ...]:
    """A literal as something to compare: fields of objects in any order."""
    if isinstance(node, VariableNode):
        return node.kind, node.name.value
    if isinstance(node, ObjectValueNode):
        fields = ((field.name.value, _value(field.value)) for field in node.fields)
        return node.kind, tuple(sorted(fields, key=lambda each: each[0]))
    if isinstance(node, ListValueNode):
        return node.kind, tuple(map(_value, node.values))
    if isinstance(node, StringValueNode):
        return node.kind, node.value, node.block
    return node.kind, getattr(node, "value", None)

"""From a validated document to the formula of its cost: one pass, before anything is planned. Pure.

Selections are not merged: what is asked for twice under one response key counts twice. That may only make an
estimate greater than it could be, and lets a fragment be looked at once for each type that it is spread on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    VariableNode,
)

from core.errors import BadUserInput
from resolvers.aggregate_planning import AGGREGATE, GROUPS
from resolvers.bindings import FunctionMutation, MutationBinding, ToOne
from resolvers.cost import MISSING, Condition, Cost, Sum, Term, What
from resolvers.cost_inputs import (
    CREATES,
    UPDATES,
    NestedUnits,
    PageRows,
    argument_of,
    counted,
    items,
    plain_value,
    written,
)
from resolvers.cost_weights import COST
from resolvers.introspection import ROOTS
from resolvers.plan import ESTIMATE
from resolvers.planning import EDGES, NODE, NODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graphql import (
        DocumentNode,
        GraphQLSchema,
        OperationDefinitionNode,
        SelectionNode,
        SelectionSetNode,
    )

    from resolvers.bindings import FunctionBinding, Model, TableType

TOTAL_COUNT = "totalCount"
TYPENAME = "__typename"


def compile_cost(
    schema: GraphQLSchema, model: Model, document: DocumentNode, operation: OperationDefinitionNode
) -> Cost:
    """The cost of a validated operation.

    Args:
        schema: The schema that the document was validated against.
        model: What its types stand for, and what they weigh.
        document: The document.
        operation: The operation of it that is to run.

    Raises:
        BadUserInput: Its selections stand too deep in each other.
    """
    compiler = _Compiler(schema, model, document)
    scope = _Scope(_Kind(operation.operation.value), operation.operation.name.capitalize())
    try:
        root = compiler.selection(scope, operation.selection_set)
    except RecursionError:
        raise BadUserInput("The selections of the operation stand too deep in each other.") from None
    defaults = {
        each.variable.name.value: MISSING if each.default_value is None else plain_value(each.default_value)
        for each in operation.variable_definitions or ()
    }
    return Cost(root, tuple(compiler.varying), defaults)


def python_weight(schema: GraphQLSchema, model: Model, operation: OperationType, name: str) -> int:
    """Units of a root field that stands for nothing in the database."""
    if name == TYPENAME:
        return 0
    if name in ROOTS:
        return model.weights.introspection
    root = schema.get_root_type(operation)
    field = None if root is None else root.fields.get(name)
    weight: int | None = None if field is None else field.extensions.get(COST)
    return model.weights.python if weight is None else weight


class _Kind(Enum):
    """What a selection set stands on."""

    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    ROW = "row"
    CONNECTION = "connection"
    ROWS_OF = "rows of a connection"
    EDGE = "edge"
    PAYLOAD = "payload"
    NODE = "node"


class _Scope(NamedTuple):
    """What a selection set stands on.

    Attributes:
        kind: The kind.
        name: The GraphQL type.
        of: The object type of the rows, if it is of a table.
        rows: Of a payload, its field with rows.
    """

    kind: _Kind
    name: str
    of: str = ""
    rows: str = ""


@dataclass(slots=True)
class _Parts:
    """What a selection set comes to while it is looked at.

    Attributes:
        terms: What holds whatever the type.
        by_type: On an interface, what holds for single types.
    """

    terms: list[Term]
    by_type: dict[str, list[Term]]


class _Compiler:
    def __init__(self, schema: GraphQLSchema, model: Model, document: DocumentNode) -> None:
        self.schema = schema
        self.model = model
        self.weights = model.weights
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.varying: list[Sum] = []
        self._spread: dict[tuple[str, _Scope], Sum] = {}
        with_ids = [each.cost for each in model.types.values() if each.id_columns is not None]
        self._node_cost = max(with_ids, default=1)

    def sum(self, own: int, terms: Iterable[Term] = (), alternatives: Iterable[Sum] = ()) -> Sum:
        """A sum of what costs anything at all."""
        kept = tuple([term for term in terms if not term.each.is_fixed or term.each.fixed])
        made = Sum(own, kept, tuple(alternatives))
        if not made.is_fixed:
            made.index = len(self.varying)
            self.varying.append(made)
        return made

    def selection(self, scope: _Scope, selection_set: SelectionSetNode | None, own: int = 0) -> Sum:
        """What the selections come to, and what they stand on, of `own` units."""
        parts = _Parts([], {})
        if selection_set is not None:
            self._collect(scope, selection_set, parts)
        alternatives = [self.sum(0, terms) for terms in parts.by_type.values()]
        return self.sum(own, parts.terms, alternatives)

    def _collect(self, scope: _Scope, selection_set: SelectionSetNode, parts: _Parts) -> None:
        for node in selection_set.selections:
            conditions = _conditions(node)
            if conditions is None:
                continue
            if isinstance(node, FieldNode):
                for term in self._terms(scope, node):
                    parts.terms.append(term if not conditions else _under(term, conditions))
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                into = self._narrowed(scope, fragment.type_condition.name.value)
                if into is None:
                    continue
                path = f"...{node.name.value}"
                each = self._fragment(fragment, into)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                into = scope if condition is None else self._narrowed(scope, condition.name.value)
                if into is None:
                    continue
                if into == scope and not conditions:
                    self._collect(scope, node.selection_set, parts)
                    continue
                path = "..." if condition is None else f"...on {condition.name.value}"
                each = self.selection(into, node.selection_set)
            else:
                raise TypeError(f"{node.kind} is no selection")
            term = Term(path, What.PART, each, 1, conditions)
            (parts.terms if into == scope else parts.by_type.setdefault(into.name, [])).append(term)

    def _narrowed(self, scope: _Scope, type_name: str) -> _Scope | None:
        """What a fragment on a type stands on; None where it does not apply."""
        if type_name == scope.name or scope.kind is not _Kind.NODE:
            condition = self.schema.get_type(type_name)
            here = self.schema.get_type(scope.name)
            applies = condition is here or self.schema.is_sub_type(condition, here)  # type: ignore[arg-type]
            return scope if applies else None
        return _Scope(_Kind.ROW, type_name, type_name) if type_name in self.model.types else scope

    def _fragment(self, fragment: FragmentDefinitionNode, scope: _Scope) -> Sum:
        key = fragment.name.value, scope
        made = self._spread.get(key)
        if made is None:
            made = self._spread[key] = self.selection(scope, fragment.selection_set)
        return made

    def _terms(self, scope: _Scope, node: FieldNode) -> Iterator[Term]:
        name = node.name.value
        path = node.alias.value if node.alias is not None else name
        if name == TYPENAME:
            return
        match scope.kind:
            case _Kind.QUERY:
                yield from self._query(node, path)
            case _Kind.MUTATION:
                yield from self._mutation(node, path)
            case _Kind.ROW:
                yield from self._of_row(self.model.types[scope.of], node, path)
            case _Kind.CONNECTION:
                yield from self._of_connection(self.model.types[scope.of], node, path)
            case _Kind.ROWS_OF:
                yield from self._rows_of(self.model.types[scope.of], node, path)
            case _Kind.EDGE if name == NODE:
                table_type = self.model.types[scope.of]
                yield Term(path, What.PART, self._row(table_type, node, own=0))
            case _Kind.PAYLOAD if name == scope.rows:
                table_type = self.model.types[scope.of]
                yield Term(path, What.PART, self._row(table_type, node, own=0))

    def _row(self, table_type: TableType, node: FieldNode, own: int | None = None) -> Sum:
        scope = _Scope(_Kind.ROW, table_type.name, table_type.name)
        return self.selection(scope, node.selection_set, table_type.cost if own is None else own)

    # Roots.

    def _query(self, node: FieldNode, path: str) -> Iterator[Term]:
        name = node.name.value
        root = self.model.roots.get(name)
        if root is None:
            yield self._own(OperationType.QUERY, node, path)
        elif root.function is not None:
            yield from self._function(root.function, node, path)
        elif root.type is None:
            each = self.selection(_Scope(_Kind.NODE, "Node"), node.selection_set, self._node_cost)
            if name == NODE:
                yield Term(path, What.ROW, each)
            else:
                yield Term(path, What.ROWS, each, items(argument_of(node, "ids")))
        elif root.is_connection:
            yield from self._connection(root.type, node, path, self.weights.connection)
        else:
            yield Term(path, What.ROW, self._row(root.type, node))

    def _own(self, operation: OperationType, node: FieldNode, path: str) -> Term:
        """A root field that stands for nothing in the database."""
        name = node.name.value
        what = What.INTROSPECTION if name in ROOTS else What.PYTHON
        return Term(path, what, self.sum(python_weight(self.schema, self.model, operation, name)))

    def _mutation(self, node: FieldNode, path: str) -> Iterator[Term]:
        binding = self.model.mutations.get(node.name.value)
        yield Term(path, What.MUTATION, self.sum(self.weights.mutation))
        if binding is None:
            yield self._own(OperationType.MUTATION, node, path)
        elif isinstance(binding, FunctionMutation):
            yield Term(path, What.FUNCTION, self.sum(self._call_weight(binding.function)))
            if binding.type is not None:
                count = binding.type.pages.most if binding.is_many else 1
                each = self._payload(binding, binding.type, node)
                yield Term(path, What.WRITTEN, each, count)
        else:
            yield from self._writes(binding, node, path)

    def _writes(self, binding: MutationBinding, node: FieldNode, path: str) -> Iterator[Term]:
        names = ("input", "set", "atMost")
        given = {name: value for name in names if (value := argument_of(node, name)) is not MISSING}
        nested: list[Term] = []
        value = given.get("set" if binding.kind in UPDATES else "input")
        if binding.kind in CREATES | UPDATES and binding.type.links:
            units = NestedUnits.of(self.model, binding.type, value)
            if units.fixed or units.deferred:
                count = units if units.deferred else units.fixed
                nested.append(Term("", What.NESTED, self.sum(1), count))
        if binding.kind in CREATES:
            yield from (Term(path, each.what, each.each, each.count) for each in nested)
            nested = []
        each = self._payload(binding, binding.type, node, nested)
        yield Term(path, What.WRITTEN, each, written(binding, given))

    def _payload(
        self,
        binding: MutationBinding | FunctionMutation,
        table_type: TableType,
        node: FieldNode,
        beside: Iterable[Term] = (),
    ) -> Sum:
        """What each written row comes to."""
        scope = _Scope(_Kind.PAYLOAD, binding.payload, table_type.name, binding.rows)
        selected = self.selection(scope, node.selection_set)
        return self.sum(table_type.cost, [Term("", What.PART, selected), *beside])

    # Rows.

    def _of_row(self, table_type: TableType, node: FieldNode, path: str) -> Iterator[Term]:
        name = node.name.value
        if (relation := table_type.relations.get(name)) is not None:
            target = self.model.by_table[relation.target]
            if isinstance(relation, ToOne):
                yield from self._weighed(table_type, name, path)
                yield Term(path, What.ROW, self._row(target, node))
            else:
                weight = table_type.field_costs.get(name, self.weights.connection)
                yield from self._connection(target, node, path, weight)
        elif (function := table_type.functions.get(name)) is not None:
            yield from self._function(function, node, path)
        elif (python := table_type.python.get(name)) is not None:
            weight = self.weights.python if python.cost is None else python.cost
            yield Term(path, What.PYTHON, self.sum(weight))
        else:
            yield from self._weighed(table_type, name, path)

    def _weighed(self, table_type: TableType, name: str, path: str) -> Iterator[Term]:
        weight = table_type.field_costs.get(name, 0)
        if weight:
            yield Term(path, What.FIELD, self.sum(weight))

    def _call_weight(self, function: FunctionBinding) -> int:
        return self.weights.function if function.cost is None else function.cost

    def _function(self, function: FunctionBinding, node: FieldNode, path: str) -> Iterator[Term]:
        yield Term(path, What.FUNCTION, self.sum(self._call_weight(function)))
        if function.target is not None:
            target = self.model.by_table[function.target]
            if function.function.returns_set:
                yield from self._connection(target, node, path, self.weights.connection)
            else:
                yield Term(path, What.ROW, self._row(target, node))

    # Connections.

    def _connection(self, table_type: TableType, node: FieldNode, path: str, weight: int) -> Iterator[Term]:
        name = table_type.connection_name
        itself = self.selection(_Scope(_Kind.CONNECTION, name, table_type.name), node.selection_set, weight)
        yield Term(path, What.CONNECTION, itself)
        row = self.selection(_Scope(_Kind.ROWS_OF, name, table_type.name), node.selection_set)
        yield Term(path, What.PART, row, _page(table_type, node))

    def _of_connection(self, table_type: TableType, node: FieldNode, path: str) -> Iterator[Term]:
        """What a connection costs besides its rows."""
        match node.name.value:
            case name if name == TOTAL_COUNT:
                yield Term(path, What.COUNT, self.sum(self.weights.count))
            case name if name == ESTIMATE:
                yield Term(path, What.ESTIMATE, self.sum(self.weights.estimate))
            case name if name == AGGREGATE:
                yield Term(path, What.AGGREGATE, self.sum(self.weights.aggregate))
            case name if name == GROUPS:
                yield Term(path, What.GROUPS, self.sum(self.weights.groups))
                yield Term(path, What.GROUP, self.sum(self.weights.group), _page(table_type, node))

    def _rows_of(self, table_type: TableType, node: FieldNode, path: str) -> Iterator[Term]:
        """What each row of a connection costs."""
        if node.name.value == NODES:
            yield Term(path, What.ROWS, self._row(table_type, node))
        elif node.name.value == EDGES:
            scope = _Scope(_Kind.EDGE, table_type.edge_name, table_type.name)
            yield Term(path, What.ROWS, self.selection(scope, node.selection_set, table_type.cost))


def _page(table_type: TableType, node: FieldNode) -> int | PageRows:
    first, last = argument_of(node, "first"), argument_of(node, "last")
    rows = PageRows(table_type.pages, first, last)
    made = counted(rows, first, last)
    return made if isinstance(made, int) else rows


def _under(term: Term, conditions: tuple[Condition, ...]) -> Term:
    return Term(term.path, term.what, term.each, term.count, conditions)


def _conditions(node: SelectionNode) -> tuple[Condition, ...] | None:
    """The variables that say whether a selection is there; None if it never is."""
    conditions = []
    for directive in node.directives or ():
        unless = directive.name.value == "skip"
        if not unless and directive.name.value != "include":
            continue
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                conditions.append(Condition(argument.value.name.value, unless))
            elif isinstance(argument.value, BooleanValueNode) and argument.value.value is unless:
                return None
    return tuple(conditions)

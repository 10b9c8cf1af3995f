"""A validated operation with everything that is made of it once: kept from request to request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_variable_values,
    visit,
)
from graphql.language import Visitor

from resolvers.arguments import UnsuitableValue, VariableSource
from resolvers.compiled import ConnectionProgram, RootProgram, compile_root, connections_of
from resolvers.cost_compiling import compile_cost
from resolvers.introspection import ROOTS, Question
from resolvers.planning import plan_operation
from resolvers.python_fields import PythonRoot
from resolvers.spent import Rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import DirectiveNode, DocumentNode, GraphQLError, GraphQLSchema

    from resolvers.bindings import Model
    from resolvers.cost import Cost
    from resolvers.plan import Plan
    from resolvers.strategies import ToOneStrategy

MAX_VARIABLE_ERRORS = 50
"""How many errors of variables are told."""

MAX_PROGRAMS = 16
"""How many plans of one operation are kept: it has one for each outcome of its @skip and @include, and for
each choice of the variables that are given as arguments of functions."""


@dataclass(frozen=True, slots=True)
class Program:
    """A plan and what the compiled lane makes of it.

    Attributes:
        plan: The plan.
        roots: By response key: the programs of root fields that read or write rows; of a mutation, of all.
        connections: All connections in them, to be bound before any statement runs.
        introspection: The root fields that ask about the schema; None without any.
        rest: A query with its other root fields, for graphql-core; None without any.
        order: Response keys of the answer, in order.
        typenames: Response keys of `__typename`.
        rates: What it costs, counted while it runs.
    """

    plan: Plan
    roots: dict[str, RootProgram]
    connections: tuple[ConnectionProgram, ...]
    introspection: Question | None
    rest: OperationDefinitionNode | None
    order: tuple[str, ...]
    typenames: tuple[str, ...]
    rates: Rates


@dataclass(slots=True)
class PreparedOperation:
    """An operation of a document that was validated against the schema.

    Attributes:
        to_one: How to-one relations are read wherever that is possible, whatever the rules say.
    """

    schema: GraphQLSchema
    model: Model
    document: DocumentNode
    operation: OperationDefinitionNode
    to_one: ToOneStrategy | None = None
    _variables: VariableSource = field(init=False)
    _switches: tuple[str, ...] = field(init=False)
    _optional: tuple[str, ...] = field(init=False)
    _programs: dict[tuple[bool, ...], Program] = field(default_factory=dict)
    _cost: Cost | None = None

    def __post_init__(self) -> None:
        self._variables = VariableSource(self.schema, self.operation.variable_definitions or ())
        self._switches = switches(self.document)
        self._optional = optional(self.document, self.operation, self.model)

    @property
    def root_name(self) -> str:
        """Name of the type of its root fields."""
        root = self.schema.get_root_type(self.operation.operation)
        return "" if root is None else root.name

    @property
    def cost(self) -> Cost:
        """What it costs at the most, by its variables.

        Raises:
            BadUserInput: Its selections stand too deep in each other.
        """
        if self._cost is None:
            self._cost = compile_cost(self.schema, self.model, self.document, self.operation)
        return self._cost

    def coerce(
        self, given: Mapping[str, Any], *, hide_suggestions: bool
    ) -> dict[str, Any] | list[GraphQLError]:
        """The coerced variables, or what is wrong with those that are given."""
        try:
            return self._variables(given)
        except UnsuitableValue:
            definitions = self.operation.variable_definitions or ()
            coerced = get_variable_values(
                self.schema,
                definitions,
                dict(given),
                max_errors=MAX_VARIABLE_ERRORS,
                hide_suggestions=hide_suggestions,
            )
            return coerced if isinstance(coerced, list) else coerced.coerced

    def program(self, variables: Mapping[str, Any]) -> Program:
        """The program for coerced variables.

        Raises:
            BadUserInput: The operation asks for too much.
        """
        key: tuple[bool, ...] = ()
        if self._switches:
            key = tuple([bool(variables.get(name)) for name in self._switches])
        if self._optional:
            key += tuple([name in variables for name in self._optional])
        program = self._programs.get(key)
        if program is None:
            if len(self._programs) >= MAX_PROGRAMS:
                self._programs.clear()
            program = self._programs[key] = self._compile(variables)
        return program

    def check(self, variables: Mapping[str, Any]) -> None:
        """Raises UnsuitableValue where `@skip` or `@include` is given null: whether that matters depends."""
        for name in self._switches:
            if variables.get(name, False) is None:
                raise UnsuitableValue

    def _compile(self, variables: Mapping[str, Any]) -> Program:
        plan = plan_operation(
            self.schema, self.model, self.document, self.operation, variables, to_one=self.to_one
        )
        names = {key: nodes[0].name.value for key, nodes in plan.fields.items()}
        others = [key for key in plan.fields if key not in plan.roots and names[key] != "__typename"]
        roots: dict[str, RootProgram] = {
            key: compile_root(self.schema, step) for key, step in plan.roots.items()
        }
        if self.operation.operation is OperationType.MUTATION:  # each field in its turn
            turns = roots | {key: PythonRoot(only(self.operation, plan.fields[key])) for key in others}
            roots, others = {key: turns[key] for key in plan.fields if key in turns}, []
        asked = [node for key in others if names[key] in ROOTS for node in plan.fields[key]]
        rest = [node for key in others if names[key] not in ROOTS for node in plan.fields[key]]
        return Program(
            plan=plan,
            roots=roots,
            connections=tuple(each for root in roots.values() for each in connections_of(root)),
            introspection=Question(self.schema, only(self.operation, asked), self.document)
            if asked
            else None,
            rest=only(self.operation, rest) if rest else None,
            order=tuple(plan.fields),
            typenames=tuple(key for key, name in names.items() if name == "__typename"),
            rates=Rates(self.schema, self.model, self.operation.operation, plan),
        )


def only(operation: OperationDefinitionNode, nodes: Sequence[FieldNode]) -> OperationDefinitionNode:
    """The operation with some of its root fields alone."""
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )


def root_names(operation: OperationDefinitionNode) -> set[str]:
    """Names of the root fields of an operation that has no fragments there."""
    return {node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)}


def switches(document: DocumentNode) -> tuple[str, ...]:
    """Names of the variables that @skip and @include look at."""
    names: dict[str, None] = {}

    class Collect(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: object) -> None:
            if node.name.value in {"skip", "include"}:
                for argument in node.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        names[argument.value.name.value] = None

    visit(document, Collect())
    return tuple(names)


def optional(document: DocumentNode, operation: OperationDefinitionNode, model: Model) -> tuple[str, ...]:
    """Names of the variables that decide, by being given or not, whether a function is given an argument.

    Args:
        document: The document.
        operation: Its operation.
        model: Says which fields stand for functions.
    """
    may_be_missing = {
        definition.variable.name.value
        for definition in operation.variable_definitions or ()
        if definition.default_value is None and not isinstance(definition.type, NonNullTypeNode)
    }
    names: dict[str, None] = {}

    class Collect(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            if node.name.value in model.function_fields:
                given = [argument.value for argument in node.arguments or ()]
                variables = [value.name.value for value in given if isinstance(value, VariableNode)]
                names.update(dict.fromkeys(name for name in variables if name in may_be_missing))

    if may_be_missing and model.function_fields:
        visit(document, Collect())
    return tuple(names)

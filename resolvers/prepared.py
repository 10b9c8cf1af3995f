"""A validated operation with everything that is made of it once: kept from request to request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, VariableNode, visit
from graphql.language import Visitor

from resolvers.arguments import UnsuitableValue
from resolvers.compiled import RootProgram, compile_root
from resolvers.planning import plan_operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DirectiveNode, DocumentNode, GraphQLSchema

    from resolvers.bindings import Model
    from resolvers.plan import Plan

MAX_PROGRAMS = 16
"""How many plans of one operation are kept: it has one for each outcome of its @skip and @include."""


@dataclass(frozen=True, slots=True)
class Program:
    """A plan and what the compiled lane makes of it.

    Attributes:
        plan: The plan.
        roots: By response key: the programs of root fields that read rows.
        rest: The operation with its other root fields (introspection), for graphql-core; None without any.
        order: Response keys of the answer, in order.
        typenames: Response keys of `__typename`.
    """

    plan: Plan
    roots: dict[str, RootProgram]
    rest: OperationDefinitionNode | None
    order: tuple[str, ...]
    typenames: tuple[str, ...]


@dataclass(slots=True)
class PreparedOperation:
    """An operation of a document that was validated against the schema."""

    schema: GraphQLSchema
    model: Model
    document: DocumentNode
    operation: OperationDefinitionNode
    _switches: tuple[str, ...] | None = None
    _programs: dict[tuple[bool, ...], Program] = field(default_factory=dict)

    def program(self, variables: Mapping[str, Any]) -> Program:
        """The program for coerced variables.

        Raises:
            BadUserInput: The operation asks for too much.
        """
        key = tuple([bool(variables.get(name)) for name in self._switched_by()])
        program = self._programs.get(key)
        if program is None:
            if len(self._programs) >= MAX_PROGRAMS:
                self._programs.clear()
            program = self._programs[key] = self._compile(variables)
        return program

    def check(self, variables: Mapping[str, Any]) -> None:
        """Raises UnsuitableValue where `@skip` or `@include` is given null: whether that matters depends."""
        if any(variables.get(name, False) is None for name in self._switched_by()):
            raise UnsuitableValue

    def _switched_by(self) -> tuple[str, ...]:
        if self._switches is None:
            self._switches = _switches(self.document)
        return self._switches

    def _compile(self, variables: Mapping[str, Any]) -> Program:
        plan = plan_operation(self.schema, self.model, self.document, self.operation, variables)
        names = {key: nodes[0].name.value for key, nodes in plan.fields.items()}
        rest = [
            node
            for key, nodes in plan.fields.items()
            if key not in plan.roots and names[key] != "__typename"
            for node in nodes
        ]
        return Program(
            plan=plan,
            roots={key: compile_root(self.schema, step) for key, step in plan.roots.items()},
            rest=_only(self.operation, rest) if rest else None,
            order=tuple(plan.fields),
            typenames=tuple(key for key, name in names.items() if name == "__typename"),
        )


def _only(operation: OperationDefinitionNode, nodes: list[FieldNode]) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )


def _switches(document: DocumentNode) -> tuple[str, ...]:
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

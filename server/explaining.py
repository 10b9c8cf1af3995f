"""What `loadstone explain` does: plans an operation, and asks PostgreSQL what its statements would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    OperationType,
    get_variable_values,
    parse,
    type_from_ast,
    validate,
)
from graphql.utilities import get_operation_ast

from core.errors import RequestError
from resolvers.arguments import UnsuitableValue
from resolvers.plan import NodeStep
from resolvers.planned_reads import PlannedReads
from resolvers.planning import plan_operation
from resolvers.prepared import switches
from resolvers.stand_ins import stand_in
from server.plan_report import PlanReport, StepReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode

    from db.database import Database
    from db.estimates import Estimate
    from resolvers.plan import Plan
    from resolvers.planned_reads import PlannedRead
    from schema.build import Schema

MAX_KEYS = 1000
"""For how many parents a step is estimated, at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained.

    Attributes:
        source: The document.
        operation_name: Which of its operations; None for the only one.
        variables: Values of variables by name, as in a request; any of them may be left out.
        max_tokens: The most lexical tokens that the document may have.
    """

    source: str
    operation_name: str | None
    variables: Mapping[str, Any]
    max_tokens: int


class NotExplainedError(Exception):
    """The document, its operation or its variables are not right; one line for each reason."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


async def explain(question: Question, schema: Schema, database: Database) -> PlanReport:
    """The plan of an operation. Nothing is executed.

    Raises:
        NotExplainedError: See there.
    """
    document, operation = _operation(question, schema.graphql)
    variables, unknown = _variables(question, schema.graphql, document, operation)
    reads = PlannedReads(schema.model, variables, unknown)
    try:
        plan = plan_operation(schema.graphql, schema.model, document, operation, variables)
        planned = reads.of(plan)
        steps = await _steps(plan, planned, database)
    except RequestError as error:
        raise NotExplainedError([error.message]) from None
    except UnsuitableValue:
        raise NotExplainedError(["A variable is null, or missing, where a value is needed."]) from None
    roots = [(plan.fields[key][0], step) for key, step in plan.roots.items()]
    return PlanReport(
        operation=operation,
        steps=steps,
        undecided=tuple(f for f, step in roots if isinstance(step, NodeStep) and not reads.knows(f)),
        unknown=tuple(sorted(unknown)),
    )


def _operation(question: Question, schema: GraphQLSchema) -> tuple[DocumentNode, OperationDefinitionNode]:
    try:
        document = parse(
            question.source, max_lexical_tokens=question.max_tokens, max_comments=question.max_tokens
        )
    except GraphQLError as error:
        raise NotExplainedError([_line(error)]) from None
    errors = validate(schema, document)
    if errors:
        raise NotExplainedError(list(map(_line, errors)))
    operation = get_operation_ast(document, question.operation_name)
    if operation is None:
        wanted = question.operation_name
        what = "several operations: name one with --operation"
        raise NotExplainedError(
            [f"The document has {what}." if wanted is None else f"The document has no operation {wanted!r}."]
        )
    if operation.operation is not OperationType.QUERY:
        raise NotExplainedError(["Only queries have a plan."])
    return document, operation


def _variables(
    question: Question, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> tuple[dict[str, Any], frozenset[str]]:
    """The coerced variables, and the names of those that are needed and not given."""
    definitions = {d.variable.name.value: d for d in operation.variable_definitions or ()}
    unknown = {
        name: definition
        for name, definition in definitions.items()
        if name not in question.variables and _is_required(schema, definition)
    }
    deciding = [name for name in switches(document) if name in unknown]
    if deciding:
        raise NotExplainedError(
            [f"The variable ${name} decides what is selected: give it with --variables." for name in deciding]
        )
    known = [definition for name, definition in definitions.items() if name not in unknown]
    coerced = get_variable_values(schema, known, dict(question.variables))
    if isinstance(coerced, list):
        raise NotExplainedError(list(map(_line, coerced)))
    values = dict(coerced.coerced)
    for name, definition in unknown.items():
        input_type: Any = type_from_ast(schema, definition.type)
        values[name] = stand_in(input_type)
    return values, frozenset(unknown)


def _is_required(schema: GraphQLSchema, definition: VariableDefinitionNode) -> bool:
    input_type = type_from_ast(schema, definition.type)
    return isinstance(input_type, GraphQLNonNull) and definition.default_value is None


async def _steps(
    plan: Plan, planned: Mapping[int, PlannedRead], database: Database
) -> tuple[StepReport, ...]:
    reports: dict[int, StepReport] = {}
    rows: dict[int, int] = {}  # that each step gives, those of a joined one being its parent's
    for info in plan.steps:
        known = planned.get(info.id)
        parents = 1 if info.parent is None else rows[info.parent]
        estimate: Estimate | None = None
        statement: str | None = None
        if known is not None:
            statement, estimate = await database.estimate(known.read, _values(known, parents))
        rows[info.id] = parents if estimate is None else estimate.rows
        reports[info.id] = StepReport(info, statement, estimate)
    return tuple(reports.values())


def _values(planned: PlannedRead, parents: int) -> Mapping[str, Any] | None:
    """The values, and as many keys as there are parents: that they are NULL is not looked at."""
    via = getattr(planned.read, "via", None)
    if planned.values is None or via is None or "key0" in planned.values:
        return planned.values
    keys = [None] * max(1, min(parents, MAX_KEYS))
    return {**planned.values, **{f"key{i}": keys for i in range(len(via.key_types))}}


def _line(error: GraphQLError) -> str:
    where = error.locations[0] if error.locations else None
    return error.message if where is None else f"{where.line}:{where.column}: {error.message}"

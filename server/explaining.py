"""What `loadstone explain` does: plans an operation, and asks PostgreSQL what its statements would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    OperationType,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    type_from_ast,
)

from core.errors import RequestError
from resolvers.arguments import UnsuitableValue
from resolvers.plan import MutationStep, NodeStep
from resolvers.planned_reads import PlannedReads
from resolvers.planned_writes import planned_write
from resolvers.planning import plan_operation
from resolvers.prepared import switches
from resolvers.stand_ins import stand_in
from server.plan_report import PlanReport, StatementReport, StepReport
from server.questions import NotExplainedError, error_line, operation_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import (
        DocumentNode,
        FieldNode,
        GraphQLSchema,
        OperationDefinitionNode,
        VariableDefinitionNode,
    )

    from db.database import Database
    from db.query import Read
    from db.writes import Write
    from resolvers.plan import Plan
    from resolvers.planned_reads import PlannedRead
    from resolvers.planned_writes import PlannedWrite
    from schema.build import Schema
    from server.questions import Question

MAX_KEYS = 1000
"""For how many parents a step is estimated, at most."""


async def explain(question: Question, schema: Schema, database: Database) -> PlanReport:
    """The plan of an operation. Nothing is executed.

    Raises:
        NotExplainedError: See there.
    """
    document, operation = operation_of(question, schema.graphql)
    variables, unknown = _variables(question, schema.graphql, document, operation)
    reads = PlannedReads(schema.model, variables, unknown)
    try:
        plan = plan_operation(schema.graphql, schema.model, document, operation, variables)
        writes = await _writes(plan, reads, schema.graphql)
        steps = await _steps(plan, reads.of(plan), writes, database)
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
        uncalled=tuple(_uncalled(plan, writes)),
    )


def _variables(
    question: Question, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> tuple[dict[str, Any], frozenset[str]]:
    """The coerced variables, and the names of those that are needed and not given."""
    definitions = {d.variable.name.value: d for d in operation.variable_definitions or ()}
    unknown = {
        name: definition
        for name, definition in definitions.items()
        if name not in question.variables and (name in question.any_value or _is_required(schema, definition))
    }
    deciding = {name: "selected" for name in switches(document) if name in unknown}
    if operation.operation is OperationType.MUTATION:
        deciding |= {name: "written" for name, each in unknown.items() if _has_fields(schema, each)}
    if deciding:
        lines = (f"The variable ${name} decides what is {what}" for name, what in deciding.items())
        raise NotExplainedError([f"{line}: give it with --variables." for line in lines])
    known = [definition for name, definition in definitions.items() if name not in unknown]
    coerced = get_variable_values(schema, known, dict(question.variables))
    if isinstance(coerced, list):
        raise NotExplainedError(list(map(error_line, coerced)))
    values = dict(coerced.coerced)
    for name, definition in unknown.items():
        input_type: Any = type_from_ast(schema, definition.type)
        values[name] = stand_in(input_type)
    return values, frozenset(unknown)


def _is_required(schema: GraphQLSchema, definition: VariableDefinitionNode) -> bool:
    input_type = type_from_ast(schema, definition.type)
    return isinstance(input_type, GraphQLNonNull) and definition.default_value is None


def _has_fields(schema: GraphQLSchema, definition: VariableDefinitionNode) -> bool:
    """Whether the variable is rows, changes, conditions or several keys, whose fields make statements."""
    input_type: Any = type_from_ast(schema, definition.type)
    named = get_named_type(input_type)
    is_key = isinstance(named, GraphQLInputObjectType) and named.is_one_of
    return isinstance(named, GraphQLInputObjectType) and not (
        is_key and isinstance(get_nullable_type(input_type), GraphQLInputObjectType)
    )


async def _writes(plan: Plan, reads: PlannedReads, schema: GraphQLSchema) -> dict[int, PlannedWrite]:
    """By id of the step, what fields that write ask."""
    writes = {}
    for step in plan.roots.values():
        if isinstance(step, MutationStep) and schema.mutation_type is not None:
            arguments = schema.mutation_type.fields[step.info.field.name.value].args
            planned = await planned_write(reads.model, step, arguments, reads.variables, reads.unknown)
            writes[step.info.id] = planned
    return writes


def _uncalled(plan: Plan, writes: Mapping[int, PlannedWrite]) -> Iterator[tuple[FieldNode, str]]:
    """Root fields with Python code, which is not called, and what that does."""
    for key, [field, *_] in plan.fields.items():
        step = plan.roots.get(key)
        if step is None and not field.name.value.startswith("__"):
            yield field, "Python code answers it"
        elif isinstance(step, MutationStep) and writes[step.info.id].is_hooked:
            yield field, "Python code is called before and after it writes, and may change what it writes"


async def _steps(
    plan: Plan, reads: Mapping[int, PlannedRead], writes: Mapping[int, PlannedWrite], database: Database
) -> tuple[StepReport, ...]:
    reports: dict[int, StepReport] = {}
    rows: dict[int, int] = {}  # that each step gives, those of a joined one being its parent's
    for info in plan.steps:
        parents = 1 if info.parent is None else rows[info.parent]
        written, read = writes.get(info.id), reads.get(info.id)
        asked: list[tuple[Read | Write, Mapping[str, Any] | None]] = []
        if written is not None:
            asked = [(each.asked, each.values) for each in written.statements]
        elif read is not None:
            asked = [(read.read, _values(read, parents))]
        statements = [StatementReport(each[0], *await database.estimate(*each)) for each in asked]
        expected = [each.estimate.rows for each in statements]
        given = written.rows(expected) if written is not None else expected[0] if expected else None
        rows[info.id] = parents if given is None else given
        reports[info.id] = StepReport(info, tuple(statements), given)
    return tuple(reports.values())


def _values(planned: PlannedRead, parents: int) -> Mapping[str, Any] | None:
    """The values, and as many keys as there are parents: that they are NULL is not looked at."""
    via = getattr(planned.read, "via", None)
    if planned.values is None or via is None or "key0" in planned.values:
        return planned.values
    keys = [None] * max(1, min(parents, MAX_KEYS))
    return {**planned.values, **{f"key{i}": keys for i in range(len(via.key_types))}}

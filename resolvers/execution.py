"""Running one validated operation in the reference lane."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, get_variable_values
from graphql import execute as execute_graphql

from core.errors import ErrorCode, RequestError
from loaders.batch import cancel_all
from resolvers.planning import plan_operation
from resolvers.reads import Reader
from resolvers.reference import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer
    from db.database import Database
    from resolvers.bindings import Model
    from resolvers.plan import Plan


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to.

    Attributes:
        data: The `data` of the answer; None if an error reached the root.
        errors: Every error, `extensions.code` set.
        executed: False if the request was refused before anything ran: the answer has no `data` then.
        plan: The plan that ran; None if none was made.
    """

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    executed: bool
    plan: Plan | None


async def execute(  # noqa: PLR0913 - what an operation needs
    schema: GraphQLSchema,
    model: Model,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    *,
    variables: Mapping[str, Any],
    database: Database,
    observer: Observer | None = None,
    hide_suggestions: bool = False,
) -> Answer:
    """Runs an operation of a validated document; cancelled, it cancels its statements.

    Args:
        schema: The schema that the document was validated against.
        model: What the schema stands for.
        document: The validated document.
        operation: The operation of it that is to run.
        variables: As they came with the request; coerced here.
        database: Where rows are read.
        observer: Is told of every statement.
        hide_suggestions: Whether messages may not reveal names ("did you mean").
    """
    coerced = get_variable_values(
        schema,
        operation.variable_definitions or (),
        dict(variables),
        max_errors=50,
        hide_suggestions=hide_suggestions,
    )
    if isinstance(coerced, list):
        return Answer(None, [_coded(error) for error in coerced], executed=False, plan=None)
    try:
        plan = plan_operation(schema, model, document, operation, coerced.coerced)
    except RequestError as error:
        refusal = GraphQLError(error.message, extensions=error.extensions)
        return Answer(None, [refusal], executed=False, plan=None)
    context = Operation(model, plan, Reader(database, observer))
    name = operation.name.value if operation.name else None
    try:
        result = execute_graphql(
            schema,
            document,
            context_value=context,
            variable_values=dict(variables),
            operation_name=name,
            hide_suggestions=hide_suggestions,
        )
        if inspect.isawaitable(result):
            result = await result
    finally:
        cancel_all(context.running)
    errors = [_coded(error) for error in result.errors or ()]
    return Answer(result.data, errors, executed=True, plan=plan)


def _coded(error: GraphQLError) -> GraphQLError:
    """The error with a code: what graphql-core itself refuses is the caller's input."""
    extensions = error.extensions or {}
    if "code" not in extensions:
        cause = error.original_error
        ours = cause is None or isinstance(cause, (GraphQLError, RequestError))
        code = ErrorCode.BAD_USER_INPUT if ours else ErrorCode.INTERNAL_SERVER_ERROR
        error.extensions = {**extensions, "code": code.value}
    return error

"""Running one prepared operation: in the compiled lane, and where that cannot, in the reference lane."""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError
from graphql import execute as execute_graphql

from core.errors import ErrorCode, RequestError
from loaders.batch import cancel_all
from resolvers.arguments import UnsuitableValue
from resolvers.compiled import Run, run_all
from resolvers.reads import Reader
from resolvers.reference import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import OperationDefinitionNode

    from core.events import Observer
    from loaders.across import Batches
    from resolvers.plan import Plan
    from resolvers.prepared import PreparedOperation, Program

_log = logging.getLogger("loadstone")


class Lane(StrEnum):
    """How an operation is executed; both give the same answer."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class Answer(NamedTuple):
    """What an operation came to.

    Attributes:
        data: The `data` of the answer; None if an error reached the root.
        errors: Every error, `extensions.code` set.
        executed: False if the request was refused before anything ran: the answer has no `data` then.
        plan: The plan that ran; None if none was made.
        lane: The lane that gave the answer.
    """

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    executed: bool
    plan: Plan | None
    lane: Lane = Lane.REFERENCE


async def execute(  # noqa: PLR0913 - what an operation needs
    prepared: PreparedOperation,
    *,
    variables: Mapping[str, Any],
    batches: Batches,
    observer: Observer | None = None,
    hide_suggestions: bool = False,
    lane: Lane = Lane.COMPILED,
) -> Answer:
    """Runs an operation; cancelled, it cancels its statements.

    Args:
        prepared: The operation.
        variables: As they came with the request; coerced here.
        batches: Where rows are read.
        observer: Is told of every statement.
        hide_suggestions: Whether messages may not reveal names ("did you mean").
        lane: The lane to try first.
    """
    coerced = prepared.coerce(variables, hide_suggestions=hide_suggestions)
    if isinstance(coerced, list):
        return Answer(None, [_coded(error) for error in coerced], executed=False, plan=None)
    try:
        program = prepared.program(coerced)
    except RequestError as error:
        refusal = GraphQLError(error.message, extensions=error.extensions)
        return Answer(None, [refusal], executed=False, plan=None)
    request = _Request(prepared, program, variables, Reader(batches, observer), hide_suggestions)
    if lane is Lane.COMPILED:
        try:
            data = await request.in_compiled_lane(coerced)
        except (RequestError, UnsuitableValue, KeyError) as reason:
            _log.debug("the reference lane takes over: %r", reason)
        except Exception as defect:  # noqa: BLE001 - the caller is told what the reference lane makes of it
            _log.warning("the compiled lane failed: %r", defect, exc_info=True)
        else:
            return Answer(data, [], executed=True, plan=program.plan, lane=Lane.COMPILED)
    answered, errors = await request.in_reference_lane(prepared.operation)
    return Answer(answered, [_coded(error) for error in errors], executed=True, plan=program.plan)


@dataclass(slots=True)
class _Request:
    """One request for an operation.

    Attributes:
        prepared: The operation.
        program: What it comes to for these variables.
        variables: As they came.
        reader: Where steps read from.
        hide_suggestions: Whether messages may not reveal names.
    """

    prepared: PreparedOperation
    program: Program
    variables: Mapping[str, Any]
    reader: Reader
    hide_suggestions: bool

    async def in_compiled_lane(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's data.

        Args:
            variables: Coerced.

        Raises:
            UnsuitableValue: Something is not as it should be; so do other errors say.
        """
        program = self.program
        self.prepared.check(variables)
        values = await run_all(
            program.roots, program.connections, Run(self.prepared.model, self.reader, variables)
        )
        if program.rest is not None:
            data, errors = await self.in_reference_lane(program.rest)
            if errors or data is None:
                raise UnsuitableValue
            values.update(data)
        if program.typenames:
            values.update(dict.fromkeys(program.typenames, "Query"))
        return values if len(values) == 1 else {key: values[key] for key in program.order}

    async def in_reference_lane(
        self, operation: OperationDefinitionNode
    ) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """Data and errors of the operation, or of a part of it, from graphql-core."""
        context = Operation(self.prepared.model, self.program.plan, self.reader)
        fragments = [d for d in self.prepared.document.definitions if isinstance(d, FragmentDefinitionNode)]
        try:
            result = execute_graphql(
                self.prepared.schema,
                DocumentNode(definitions=(operation, *fragments)),
                context_value=context,
                variable_values=dict(self.variables),
                hide_suggestions=self.hide_suggestions,
            )
            if inspect.isawaitable(result):
                result = await result
        finally:
            cancel_all(context.running)
        return result.data, list(result.errors or ())


def _coded(error: GraphQLError) -> GraphQLError:
    """The error with a code: what graphql-core itself refuses is the caller's input."""
    extensions = error.extensions or {}
    if "code" not in extensions:
        cause = error.original_error
        ours = cause is None or isinstance(cause, (GraphQLError, RequestError))
        code = ErrorCode.BAD_USER_INPUT if ours else ErrorCode.INTERNAL_SERVER_ERROR
        error.extensions = {**extensions, "code": code.value}
    return error

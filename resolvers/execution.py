"""Running one prepared operation: in the compiled lane, and where that cannot, in the reference lane."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, OperationType, located_error
from graphql import execute as execute_graphql
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from core.errors import BadUserInput, ErrorCode, RequestError
from db.database import Database
from loaders.across import Batches
from loaders.batch import cancel_all
from resolvers.arguments import UnsuitableValue
from resolvers.compiled import Run, run_all
from resolvers.mutations import WriteRefused, conceal
from resolvers.plan import MutationStep
from resolvers.reads import Reader
from resolvers.reference import Operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer
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
    if prepared.operation.operation is OperationType.MUTATION:
        return await _mutate(
            prepared, program, variables, coerced, batches, observer, lane, hide_suggestions=hide_suggestions
        )
    request = _Request(prepared, program, variables, Reader(batches, observer), hide_suggestions)
    if lane is Lane.COMPILED:
        try:
            data, errors = await request.in_compiled_lane(coerced)
        except (RequestError, UnsuitableValue, KeyError) as reason:
            _log.debug("the reference lane takes over: %r", reason)
        except Exception as defect:  # noqa: BLE001 - the caller is told what the reference lane makes of it
            _log.warning("the compiled lane failed: %r", defect, exc_info=True)
        else:
            told = [_coded(error) for error in errors]
            return Answer(data, told, executed=True, plan=program.plan, lane=Lane.COMPILED)
        finally:
            request.leave_lane()
    try:
        data, errors = await request.by_graphql_core(prepared.operation)
    finally:
        request.leave_lane()
    return Answer(data, [_coded(error) for error in errors], executed=True, plan=program.plan)


class _NotKeptError(Exception):
    """A transaction did everything, and could then not be kept."""

    def __init__(self, error: RequestError) -> None:
        super().__init__(error)
        self.error = error


async def _mutate(  # noqa: PLR0913, PLR0917 - what an operation needs
    prepared: PreparedOperation,
    program: Program,
    variables: Mapping[str, Any],
    coerced: dict[str, Any],
    batches: Batches,
    observer: Observer | None,
    lane: Lane,
    *,
    hide_suggestions: bool,
) -> Answer:
    """Runs a mutation as one transaction: where there is an error, nothing was written.

    What the compiled lane refuses to write is final; what it cannot read of the result, the reference lane
    finds out by writing and reading it once more.
    """
    database = batches.database
    if not isinstance(database, Database):
        raise TypeError("a mutation begins a transaction of its own")

    async def attempt(lane: Lane) -> Answer:
        complete = False
        try:
            async with database.transaction() as transaction:
                reader = Reader(Batches(transaction, 1), observer)
                request = _Request(prepared, program, variables, reader, hide_suggestions)
                try:
                    if lane is Lane.COMPILED:
                        data, errors = await request.in_compiled_lane(coerced)
                    else:
                        data, errors = await request.by_graphql_core(prepared.operation)
                finally:
                    request.leave_lane()
                transaction.keep = not errors and not dry_run
                complete = True
        except RequestError as error:
            if complete:
                raise _NotKeptError(error) from error
            raise
        told = [_coded(error) for error in errors]
        return Answer(None if told else data, told, executed=True, plan=program.plan, lane=lane)

    try:
        dry_run = _is_dry_run(program, coerced)
        if lane is Lane.COMPILED:
            try:
                return await attempt(lane)
            except WriteRefused as refused:
                nodes = program.plan.fields[refused.key]
                told = located_error(refused.error, nodes, [refused.key])
                return Answer(None, [_coded(told)], executed=True, plan=program.plan, lane=lane)
            except (RequestError, UnsuitableValue, KeyError) as reason:
                _log.debug("the reference lane takes over: %r", reason)
        return await attempt(Lane.REFERENCE)
    except (_NotKeptError, RequestError) as reason:
        error = reason.error if isinstance(reason, _NotKeptError) else reason
        conceal(prepared.model, error)
        told = GraphQLError(error.message, extensions=error.extensions)
        return Answer(None, [told], executed=True, plan=program.plan, lane=lane)


def _is_dry_run(program: Program, variables: Mapping[str, Any]) -> bool:
    """Whether nothing is to be kept; BadUserInput where fields do not agree on that."""
    asked = set()
    for step in program.plan.roots.values():
        if isinstance(step, MutationStep):
            try:
                asked.add(bool(step.arguments(variables).get("dryRun")))
            except UnsuitableValue:
                return True  # an error will be told
    if len(asked) > 1:
        raise BadUserInput("'dryRun' must be the same for all fields: they are one transaction.")
    return True in asked


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
    _context: Operation | None = None

    async def in_compiled_lane(
        self, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        """The answer's data, and the errors of the root fields that graphql-core answers.

        Args:
            variables: Coerced.

        Raises:
            UnsuitableValue: Something is not as it should be; so do other errors say.
        """
        program = self.program
        self.prepared.check(variables)
        run = Run(self.prepared.model, self.reader, variables, self.complete)
        errors: Sequence[GraphQLError] = ()
        if program.rest is None:
            values = await run_all(program.roots, program.connections, run)
        else:
            asked = self.by_graphql_core(program.rest, in_thread=program.introspects)
            rest = asyncio.ensure_future(asked)
            try:
                values = await run_all(program.roots, program.connections, run)
                data, errors = await rest
            except BaseException:
                rest.cancel()
                await asyncio.gather(rest, return_exceptions=True)
                raise
            if data is None:
                return None, errors
            values.update(data)
        if program.typenames:
            values.update(dict.fromkeys(program.typenames, self.prepared.root_name))
        return values if len(values) == 1 else {key: values[key] for key in program.order}, errors

    async def by_graphql_core(
        self, operation: OperationDefinitionNode, *, in_thread: bool = False
    ) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        """Data and errors of the operation, or of a part of it, from graphql-core.

        Args:
            operation: The operation.
            in_thread: Whether it runs in a thread: nothing in it waits, and it may take seconds.
        """
        fragments = [d for d in self.prepared.document.definitions if isinstance(d, FragmentDefinitionNode)]
        document = DocumentNode(definitions=(operation, *fragments))
        if in_thread:
            result = await asyncio.to_thread(self._executed, self.prepared.schema, document, None)
        else:
            result = self._executed(self.prepared.schema, document, None)
        if inspect.isawaitable(result):
            result = await self._finished(result)
        return result.data, result.errors or ()

    async def complete(self, document: DocumentNode | None, values: Sequence[Any]) -> Sequence[Any]:
        """Values that graphql-core completes: the only root field of the document is a list of them.

        Raises:
            UnsuitableValue: There were errors.
        """
        schema = self.prepared.model.subtrees
        if schema is None or document is None:
            raise TypeError("the schema has no subtrees")
        result = self._executed(schema, document, values)
        if inspect.isawaitable(result):
            result = await self._finished(result)
        if result.errors or result.data is None:
            raise UnsuitableValue
        [completed] = result.data.values()
        found: Sequence[Any] = completed
        return found

    def _executed(
        self, schema: GraphQLSchema, document: DocumentNode, root: object
    ) -> ExecutionResult | Awaitable[ExecutionResult]:
        if self._context is None:
            self._context = Operation(self.prepared.model, self.program.plan, self.reader)
        return execute_graphql(
            schema,
            document,
            root_value=root,
            context_value=self._context,
            variable_values=dict(self.variables),
            # What Strawberry's Info needs of graphql-core's.
            executor_class=StrawberryGraphQLCoreExecutionContext,
            hide_suggestions=self.hide_suggestions,
        )

    async def _finished(self, result: Awaitable[ExecutionResult]) -> ExecutionResult:
        """What an execution comes to; cancelled, it ends whether or not graphql-core goes on."""
        execution = asyncio.ensure_future(result)
        try:
            await asyncio.wait((execution,))
        finally:
            if not execution.done():
                self._cancel_batches()
                execution.cancel()
                execution.add_done_callback(_forget)
        return execution.result()

    def _cancel_batches(self) -> None:
        if self._context is not None:
            cancel_all(self._context.running)

    def leave_lane(self) -> None:
        """Cancels what is still on its way, and forgets what was read."""
        self._cancel_batches()
        self._context = None


def _forget(execution: asyncio.Future[ExecutionResult]) -> None:
    if not execution.cancelled():
        execution.exception()


def _coded(error: GraphQLError) -> GraphQLError:
    """The error with a code: what graphql-core itself refuses is the caller's input."""
    extensions = error.extensions or {}
    if "code" not in extensions:
        code = ErrorCode.BAD_USER_INPUT if _is_of_input(error) else ErrorCode.INTERNAL_SERVER_ERROR
        error.extensions = {**extensions, "code": code.value}
    return error


def _is_of_input(error: GraphQLError) -> bool:
    """Whether graphql-core refused what the caller sent, and not what our side, or a user's code, gave."""
    cause = error.original_error
    if isinstance(cause, GraphQLError) and error.path is not None:
        # What it says of values that code gave names no place in the document.
        return cause.nodes is not None or isinstance(cause, StrawberryInputCoercionError)
    return cause is None or isinstance(cause, (GraphQLError, RequestError))

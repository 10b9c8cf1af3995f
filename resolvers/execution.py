"""Running one prepared operation: in the compiled lane, and where that cannot, in the reference lane."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLError, OperationType, located_error
from graphql import execute as execute_graphql
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from core.errors import BadUserInput, ErrorCode, RequestError, StaleSchemaError
from db.database import Database
from db.transactions import Transaction
from loaders.across import Batches
from resolvers.arguments import UnsuitableValue
from resolvers.bindings import FunctionMutation
from resolvers.compiled import Run, run_all
from resolvers.fetching import Fetcher
from resolvers.introspection import compressed, decompressed
from resolvers.mutations import WriteRefused, conceal
from resolvers.notes import Notes
from resolvers.plan import MutationStep
from resolvers.prepared import only, root_names
from resolvers.python_fields import PythonRoot, RootErrors
from resolvers.reads import Reader
from resolvers.reference import Operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from graphql import ExecutionResult, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer, StatementRan
    from resolvers.introspection import Question
    from resolvers.plan import Plan
    from resolvers.prepared import PreparedOperation, Program
    from resolvers.spent import Spent

_log = logging.getLogger("loadstone")

_Part = tuple["dict[str, Any] | None", "Sequence[GraphQLError]"]
"""Data and errors of an operation or a part of it."""


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
    depth: int = 0,
    may_be_stale: bool = False,
    spent: Spent | None = None,
    notes: Notes | None = None,
) -> Answer:
    """Runs an operation; cancelled, it cancels its statements.

    Args:
        prepared: The operation.
        variables: As they came with the request; coerced here.
        batches: Where rows are read; those of a transaction if it is part of that.
        observer: Is told of every statement.
        hide_suggestions: Whether messages may not reveal names ("did you mean").
        lane: The lane to try first.
        depth: How many operations it stands in whose Python code fetches the next.
        may_be_stale: Whether the caller looks after statements that do not fit the database: otherwise they
            are defects, told at their places in the answer.
        spent: Counts what the operation costs, while it runs.
        notes: Is to have what the operation reads and writes.

    Raises:
        StaleSchemaError: A statement does not fit; nothing was written. Only where `may_be_stale`.
    """
    coerced = prepared.coerce(variables, hide_suggestions=hide_suggestions)
    if isinstance(coerced, list):
        return Answer(None, [_coded(error) for error in coerced], executed=False, plan=None)
    try:
        program = prepared.program(coerced)
    except RequestError as error:
        refusal = GraphQLError(error.message, extensions=error.extensions)
        return Answer(None, [refusal], executed=False, plan=None)
    reader = Reader(batches, observer, spent, notes)
    if notes is not None and program.rest is not None:
        notes.python_roots |= root_names(program.rest)
    request = _Request(
        prepared, program, variables, coerced, reader, hide_suggestions, lane, depth, may_be_stale
    )
    if isinstance(batches.database, Transaction):
        return await _join(request, coerced)
    if prepared.operation.operation is OperationType.MUTATION:
        return await _mutate(request, coerced)
    if lane is Lane.COMPILED:
        request.count_cost()
        try:
            data, errors = await request.in_compiled_lane(coerced)
        except (RequestError, UnsuitableValue, KeyError, StaleSchemaError) as reason:
            _log.debug("the reference lane takes over: %r", reason)
        except Exception as defect:  # noqa: BLE001 - the caller is told what the reference lane makes of it
            _log.warning("the compiled lane failed: %r", defect, exc_info=True)
        else:
            told = [_coded(error) for error in errors]
            return Answer(data, told, executed=True, plan=program.plan, lane=Lane.COMPILED)
        finally:
            request.leave_lane()
    request.count_cost()
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


async def _mutate(alone: _Request, coerced: dict[str, Any]) -> Answer:
    """Runs a mutation as one transaction: where there is an error, nothing was written.

    What the compiled lane refuses to write is final; what it cannot read of the result, the reference lane
    finds out by writing and reading it once more.

    Args:
        alone: The request, without a transaction.
        coerced: Its variables.
    """
    program, lane = alone.program, alone.lane
    notes = alone.reader.notes or Notes()
    notes.wrote_anything = _runs_code(program)
    database = alone.reader.database
    if not isinstance(database, Database):
        raise TypeError("a mutation begins a transaction of its own")

    async def attempt(lane: Lane) -> Answer:
        complete = False
        try:
            async with database.transaction() as transaction:
                notes.writes = transaction.written
                reader = Reader(Batches(transaction, 1), alone.reader.observer, alone.reader.spent, notes)
                request = replace(alone, reader=reader)
                data, errors = await request.written(lane, coerced)
                transaction.keep = not errors and not dry_run
                complete = True
                if not errors:
                    await transaction.end()
                notes.may_be_kept = transaction.keep
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
                return await _with_fresh_statements(attempt, lane)
            except WriteRefused as refused:
                nodes = program.plan.fields[refused.key]
                told = located_error(refused.error, nodes, [refused.key])
                return Answer(None, [_coded(told)], executed=True, plan=program.plan, lane=lane)
            except (RequestError, UnsuitableValue, KeyError) as reason:
                _log.debug("the reference lane takes over: %r", reason)
        return await _with_fresh_statements(attempt, Lane.REFERENCE)
    except (_NotKeptError, RequestError) as reason:
        error = reason.error if isinstance(reason, _NotKeptError) else reason
        conceal(alone.prepared.model, error)
        told = GraphQLError(error.message, original_error=error)
        return Answer(None, [told], executed=True, plan=program.plan, lane=lane)


async def _join(request: _Request, coerced: dict[str, Any]) -> Answer:
    """Runs an operation in the transaction of another one, whose Python code fetches it.

    The reference lane does: it tells of errors without asking again, which cannot be done in a transaction in
    which a statement has failed.
    """
    plan = request.program.plan
    try:
        if _is_dry_run(request.program, coerced):
            raise BadUserInput("'dryRun' is for the operation whose code fetches: they are one transaction.")
        data, errors = await request.written(Lane.REFERENCE, coerced)
    except RequestError as error:
        data, errors = None, [GraphQLError(error.message, original_error=error)]
    return Answer(data, [_coded(error) for error in errors], executed=True, plan=plan)


async def _with_fresh_statements(attempt: Callable[[Lane], Awaitable[Answer]], lane: Lane) -> Answer:
    """What an attempt comes to; once more if only the driver's prepared statements were out of date.

    Outside a transaction they are prepared anew on the way.
    """
    try:
        return await attempt(lane)
    except StaleSchemaError as stale:
        if not stale.only_prepared:
            raise
    return await attempt(lane)


def _runs_code(program: Program) -> bool:
    """Whether functions, or Python code, have a part in a mutation: nobody knows what these write."""
    return any(isinstance(root, PythonRoot) for root in program.roots.values()) or any(
        isinstance(step, MutationStep)
        and (isinstance(step.binding, FunctionMutation) or step.binding.type.hooks is not None)
        for step in program.plan.roots.values()
    )


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
        coerced: The same, coerced.
        reader: Where steps read from.
        hide_suggestions: Whether messages may not reveal names.
        lane: The lane to try first, also for what Python code fetches.
        depth: How many operations it stands in whose Python code fetches the next.
        may_be_stale: Whether statements that do not fit the database are raised, and not told.
    """

    prepared: PreparedOperation
    program: Program
    variables: Mapping[str, Any]
    coerced: Mapping[str, Any]
    reader: Reader
    hide_suggestions: bool
    lane: Lane
    depth: int
    may_be_stale: bool
    _context: Operation | None = None
    _data: Fetcher | None = None

    def count_cost(self) -> None:
        """Has what it costs counted from the start, if anybody asks."""
        if self.reader.spent is not None:
            self.reader.spent.begin(self.program.rates)

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
        run = Run(self.prepared.model, self.reader, variables, self.complete, self.by_graphql_core, self.data)
        values: dict[str, Any] | None
        errors: Sequence[GraphQLError] = ()
        if program.introspection is None and program.rest is None:
            values = await run_all(program.roots, program.connections, run)
        else:
            values, errors = await self._with_others(run)
            if values is None:
                return None, errors
        if program.typenames:
            values.update(dict.fromkeys(program.typenames, self.prepared.root_name))
        return values if len(values) == 1 else {key: values[key] for key in program.order}, errors

    async def _with_others(self, run: Run) -> _Part:
        """Root fields that read rows, and beside them those that do not."""
        program = self.program
        errors: list[GraphQLError] = []
        beside: list[asyncio.Future[_Part]] = []
        if program.introspection is not None:
            beside.append(asyncio.ensure_future(self._introspected(program.introspection, run.variables)))
        if program.rest is not None:
            beside.append(asyncio.ensure_future(self.by_graphql_core(program.rest)))
        try:
            values = await run_all(program.roots, program.connections, run)
            parts = [await part for part in beside]
        except BaseException:
            for part in beside:
                part.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            raise
        for _, told in parts:
            errors.extend(told)
        for data, _ in parts:
            if data is None:
                return None, errors
            values.update(data)
        return values, errors

    async def _introspected(self, question: Question, variables: Mapping[str, Any]) -> _Part:
        """What the schema says of itself, and errors; of a thousand tables it may take seconds, in a thread.

        Args:
            question: The root fields.
            variables: Coerced.
        """
        answers = self.prepared.model.introspections
        key = question.key(variables)
        kept = answers.get(key)
        if kept is not None:
            values = await asyncio.to_thread(decompressed, kept)
        else:
            try:
                writing = question.writing(variables)
            except UnsuitableValue:
                return await self.by_graphql_core(question.operation, in_thread=True)
            try:
                values = await asyncio.to_thread(writing.write)
            except BadUserInput as error:
                return None, [GraphQLError(error.message, original_error=error)]
            finally:
                writing.stop()
            answers.put(key, await asyncio.to_thread(compressed, values))
        return {name: orjson.Fragment(value) for name, value in values.items()}, ()

    async def written(
        self, lane: Lane, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        """Data and errors of the operation in a transaction.

        Args:
            lane: The lane.
            variables: Coerced.

        Raises:
            WriteRefused: A field cannot be written, in the compiled lane.
            UnsuitableValue: Something is not as it should be there; so do other errors say.
        """
        self.count_cost()
        try:
            if lane is Lane.COMPILED:
                return await self.in_compiled_lane(variables)
            return await self._in_turn(variables)
        except RootErrors as failed:
            return None, failed.errors
        finally:
            self.leave_lane()

    async def _in_turn(
        self, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        """Data and errors of the operation from graphql-core.

        Beside Python code, root fields are operations of their own: after one with an error, whose type may
        be nullable, none shall follow.
        """
        program, operation = self.program, self.prepared.operation
        if not any(isinstance(root, PythonRoot) for root in program.roots.values()):
            return await self.by_graphql_core(operation)
        try:
            self.prepared.check(variables)
        except UnsuitableValue:
            return await self.by_graphql_core(operation)
        values: dict[str, Any] = {}
        for nodes in program.plan.fields.values():
            data, errors = await self.by_graphql_core(only(operation, nodes))
            if errors or data is None:
                return None, errors
            values.update(data)
        return values, ()

    async def by_graphql_core(self, operation: OperationDefinitionNode, *, in_thread: bool = False) -> _Part:
        """Data and errors of the operation, or of a part of it, from graphql-core.

        Args:
            operation: The operation.
            in_thread: Whether it runs in a thread: nothing in it waits, and it may take seconds.

        Raises:
            StaleSchemaError: See `may_be_stale`.
        """
        fragments = [d for d in self.prepared.document.definitions if isinstance(d, FragmentDefinitionNode)]
        document = DocumentNode(definitions=(operation, *fragments))
        if in_thread:
            result = await asyncio.to_thread(self._executed, self.prepared.schema, document, None)
        else:
            result = self._executed(self.prepared.schema, document, None)
        if inspect.isawaitable(result):
            result = await self._finished(result)
        errors = result.errors or ()
        if self.may_be_stale:
            for error in errors:
                if isinstance(error.original_error, StaleSchemaError):
                    raise error.original_error
        return result.data, errors

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
            self._context = Operation(
                self.prepared.model, self.program.plan, self.reader, self.coerced, self.data()
            )
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

    def data(self) -> Fetcher:
        """What Python code of users fetches with."""
        if self._data is None:
            database = self.reader.database
            self._data = Fetcher(
                self.prepared.schema,
                self.prepared.model,
                self.depth,
                database if isinstance(database, Transaction) else None,
                database.identity,
                self._fetch,
                notes=self.reader.notes,
            )
        return self._data

    def _fetch(self, prepared: PreparedOperation, variables: Mapping[str, Any]) -> Awaitable[Answer]:
        return execute(
            prepared,
            variables=variables,
            batches=self.reader.batches,
            observer=None if self.reader.observer is None else _Beside(self.reader.observer),
            hide_suggestions=self.hide_suggestions,
            lane=self.lane,
            depth=self.depth + 1,
            may_be_stale=self.may_be_stale,
            notes=self.reader.notes,
        )

    def _cancel_batches(self) -> None:
        if self._context is not None:
            self._context.running.cancel()

    def leave_lane(self) -> None:
        """Cancels what is still on its way, and forgets what was read."""
        if self._context is not None:
            self._cancel_batches()
            self._context = None
        if self._data is not None:
            self._data.closed = True
            self._data = None


@dataclass(frozen=True, slots=True)
class _Beside:
    """Tells the observer of an operation of statements that its plan does not have."""

    observer: Observer

    def statement_ran(self, event: StatementRan) -> None:
        self.observer.statement_ran(replace(event, step=0))


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

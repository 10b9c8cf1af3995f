"""The stages of one operation: prepare → estimate → admit → execute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import OperationType

from core.errors import ErrorCode, RequestError, StaleSchemaError
from resolvers.notes import Notes
from resolvers.spent import Spent
from server.caching.answers import Asking, Kept, key_of
from server.documents.preparing import known_document
from server.estimating import check_cost
from server.explain import StatementLog, explain
from server.http.errors import HttpError
from server.http.watch import OverdueError
from server.responding import Executed
from server.stages import Admitted, Estimated, Prepared

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from db.catalogue.footprints import Footprints
    from resolvers.execution import Answer
    from server.admission.receipt import Receipt
    from server.caching.changes import Changes
    from server.documents.persisted import DocumentText
    from server.http.decoding import GraphQLRequest
    from server.stages import Caller, Limits, Stages, Waiting


def prepare(request: GraphQLRequest, caller: Caller, text: DocumentText, limits: Limits) -> Prepared:
    """Parses and validates a document, unless that has been done before.

    Raises:
        DocumentRefusedError: The document does not parse or is not valid.
        BadUserInput: The operation to run is not in the document.
        HttpError: The operation is a mutation and the request no POST (405).
    """
    known = known_document(
        text.source,
        request.operation_name,
        caller.engine,
        limits=limits.document,
        introspection=limits.introspection or not caller.is_anonymous,
        suggestions=limits.suggestions,
    )
    if request.read_only and known.operation.operation is not OperationType.QUERY:
        raise HttpError(405, "Only queries can be sent by GET.", headers=[(b"allow", b"POST")])
    return Prepared(request, caller, text, known)


def estimate(prepared: Prepared, limits: Limits, receipt: Receipt | None = None) -> Estimated:
    """Tells how much an operation costs at the most, also on its receipt if that is too much.

    Raises:
        RequestError: It could cost too much (COST_LIMIT_EXCEEDED), or cannot be told (BAD_USER_INPUT).
    """
    cost = prepared.document.prepared.cost.estimate(prepared.request.variables)
    if receipt is not None:
        receipt.estimate = cost
    check_cost(cost, limits.max_cost)
    return Estimated(prepared, cost)


async def admit(estimated: Estimated, receipt: Receipt | None) -> Admitted:
    """Has the operation's estimate paid, where somebody pays.

    Raises:
        RequestError: It is more than the caller's whole budget (COST_LIMIT_EXCEEDED).
        ThrottledError: It is more than is left of it.
    """
    if receipt is not None:
        await receipt.pay(estimated.cost)
    return Admitted(estimated.prepared, receipt)


async def execute(admitted: Admitted, waiting: Waiting, stages: Stages) -> Executed | Kept:
    """Runs the operation, and settles what it has cost.

    Raises:
        RequestError: It took too long (TIMEOUT).
        DocumentRefusedError: The schema has changed, and the document is not valid any more.
        ClientGoneError: The client left.
    """
    limits, (prepared, receipt) = stages.limits, admitted
    spent = None if receipt is None else Spent()
    log = StatementLog() if prepared.request.explain and limits.explain else None
    asking = None if log is not None else _asking(prepared, stages, spent)
    found: Answer | Kept | None = None if asking is None else asking.look()
    if found is None:
        work: Awaitable[Answer | Kept]
        work = _run(prepared, stages, log, spent) if asking is None else asking.make()
        try:
            found = await waiting.while_connected(work, limits.request_timeout)
        except OverdueError:
            raise _too_slow(limits) from None
        except Exception as error:
            if receipt is not None:
                receipt.fail(error)
            raise
    if receipt is not None and spent is not None:
        receipt.settle(spent.total)
    if isinstance(found, Kept):
        return found
    if log is None or found.plan is None:
        return Executed(found, None)
    return Executed(found, explain(found.plan, found.lane, log.events))


def _asking(prepared: Prepared, stages: Stages, spent: Spent | None) -> Asking | None:
    """The question for a kept answer; None where the operation's cannot be kept."""
    request, caller, _, document = prepared
    rules = caller.engine.caching
    if stages.caching is None or not rules.keep_anything:
        return None
    if document.operation.operation is not OperationType.QUERY:
        return None
    key = key_of(document.number, request.variables, caller.identity)
    if key is None:
        return None

    def run(notes: Notes) -> Awaitable[Answer]:
        return _run(prepared, stages, None, spent, notes)

    answers, seconds = stages.caching.answers, stages.limits.request_timeout
    return Asking(answers, key, rules, answers.wishes(request.cache_control), run, seconds)


async def _run(
    prepared: Prepared,
    stages: Stages,
    log: StatementLog | None,
    spent: Spent | None,
    notes: Notes | None = None,
) -> Answer:
    """What the operation comes to, prepared anew where the schema has changed beneath it.

    Args:
        prepared: The operation.
        stages: What stages share.
        log: Has its statements.
        spent: Counts what it costs.
        notes: Has what a query reads.
    """
    while True:
        try:
            return await _execute_once(prepared, stages, log, spent, notes, may_be_stale=True)
        except StaleSchemaError:
            request, caller, text, _ = prepared
            newer = await stages.engines.newer(caller.engine, caller.identity.role)
        if log is not None:
            log.events.clear()
        if notes is not None:
            notes.is_outdated = True
        if newer is None:
            return await _execute_once(prepared, stages, log, spent, notes, may_be_stale=False)
        prepared = prepare(request, caller._replace(engine=newer), text, stages.limits)
        estimate(prepared, stages.limits)


def _execute_once(  # noqa: PLR0913 - what goes along the line
    prepared: Prepared,
    stages: Stages,
    log: StatementLog | None,
    spent: Spent | None,
    notes: Notes | None,
    *,
    may_be_stale: bool,
) -> Awaitable[Answer]:
    """What the operation comes to; what it writes is let go of among kept answers, here and elsewhere."""
    request, caller, _, document = prepared
    engine, caching = caller.engine, stages.caching
    writes = caching is not None and document.operation.operation is OperationType.MUTATION
    if writes:
        notes = Notes()
    work = engine.execute(
        document.prepared,
        request.variables,
        caller.identity,
        log,
        may_be_stale=may_be_stale,
        spent=spent,
        notes=notes,
    )
    if caching is None or notes is None or not writes:
        return work
    return _written(work, notes, caching.changes, engine.caching.footprints)


async def _written(work: Awaitable[Answer], notes: Notes, changes: Changes, footprints: Footprints) -> Answer:
    """What a mutation comes to, told to those who keep answers before anybody else has it."""
    try:
        answer = await work
    except BaseException:
        if notes.may_be_kept:
            changes.doubtful(notes, footprints)
        raise
    if notes.may_be_kept:
        if answer.errors:  # word of its end may have been lost
            changes.doubtful(notes, footprints)
        else:
            await changes.kept(notes, footprints)
    return answer


def _too_slow(limits: Limits) -> RequestError:
    message = f"The request took longer than {limits.request_timeout:g} seconds."
    return RequestError(message, ErrorCode.TIMEOUT)

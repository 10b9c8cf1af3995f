"""A GraphQL request: decode → identify → document → prepare → estimate → admit → execute → respond.

Each stage takes what the one before it made and is timed for `Server-Timing`. Errors of every stage
leave through the same `respond`.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from graphql import OperationType

from core.errors import ErrorCode, RequestError, StaleSchemaError
from resolvers.notes import Notes
from resolvers.spent import Spent
from server.admission.budgets import ThrottledError
from server.admission.receipt import Receipt
from server.caching.answers import Asking, Kept, key_of
from server.caching.headers import Reading
from server.documents.preparing import known_document
from server.estimating import check_cost
from server.explain import StatementLog, explain
from server.http.decoding import BODY_SECONDS, GraphQLRequest, decode
from server.http.errors import ClientGoneError, HttpError
from server.http.media_types import MediaType, negotiate
from server.http.responses import Response, encode, graphql_response
from server.http.watch import OverdueError
from server.responding import Executed, content_of, respond
from server.stage_clock import StageClock

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from db.identity import Identity
    from resolvers.execution import Answer
    from server.admission.account import Account
    from server.admission.opening import Admission
    from server.caching.opening import Caching
    from server.documents.kept import KnownDocument
    from server.documents.limits import DocumentLimits
    from server.documents.persisted import DocumentText, PersistedDocuments
    from server.engines import Engine, Engines
    from server.http.exchange import Exchange

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may ask for, from the settings.

    Attributes:
        max_body_bytes: Length of a body.
        max_batch_operations: Operations that one request may have, as an array; 0 for no arrays.
        document: What a document may have.
        max_cost: Units that a request may cost at the most, by estimate.
        request_timeout: Seconds of execution, of waiting for a body, and for the schema of a role.
        introspection: Whether `__schema` and `__type` are answered to anybody; to those who say who they are,
            they always are.
        suggestions: Whether messages may name what the caller could have meant.
        explain: Whether the plan may be asked for.
    """

    max_body_bytes: int
    max_batch_operations: int
    document: DocumentLimits
    max_cost: int
    request_timeout: float
    introspection: bool
    suggestions: bool
    explain: bool


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of requests share.

    Attributes:
        limits: What a request may ask for.
        engines: What answers operations, and tells who asks.
        documents: Finds the texts of documents.
        admission: What operations are paid from; None where nobody has a budget.
        caching: Keeps answers; None where none are kept.
    """

    limits: Limits
    engines: Engines
    documents: PersistedDocuments
    admission: Admission | None = None
    caching: Caching | None = None


class Caller(NamedTuple):
    """Who sent a request, what answers them, and who pays; nobody where they have no budget."""

    identity: Identity
    is_anonymous: bool
    engine: Engine
    account: Account | None = None


class Prepared(NamedTuple):
    """A valid document with its operation to run, its text, and the request it came with."""

    request: GraphQLRequest
    caller: Caller
    text: DocumentText
    document: KnownDocument


class Estimated(NamedTuple):
    """A prepared request, and how many units it costs at the most."""

    prepared: Prepared
    cost: int


class Admitted(NamedTuple):
    """An operation that may run, and what it has paid; None where nobody pays, or wants to know."""

    prepared: Prepared
    receipt: Receipt | None


class Waiting(Protocol):
    """How long, and for whom, work is done."""

    def while_connected(self, work: Awaitable[_T], seconds: float) -> Awaitable[_T]:
        """The result of the work, which is cancelled when its time is over or nobody waits for it.

        Raises:
            OverdueError: It took longer.
            ClientGoneError: The client left.
        """


async def answer(exchange: Exchange, stages: Stages) -> Response:
    """Answers a GraphQL request.

    Raises:
        ClientGoneError: There is nobody to answer any more.
    """
    clock = StageClock()
    media_type = MediaType.JSON
    receipt = None
    clock.begin("decode")
    try:
        media_type = accepted_media_type(exchange)
        limits = stages.limits
        request = await decode(
            exchange,
            max_body_bytes=limits.max_body_bytes,
            max_operations=limits.max_batch_operations,
            seconds=min(BODY_SECONDS, limits.request_timeout),
        )
        clock.begin("identify")
        caller = await identify(exchange, stages)
        if isinstance(request, list):
            receipt = receipt_for(caller, stages, is_wanted=False)
            clock.begin("execute")
            results, throttled = await operate_all(request, caller, exchange, stages)
            clock.begin("respond")
            fields = () if receipt is None else receipt.fields(throttled)
            return graphql_response(200, encode(results), media_type, clock.header(), *fields)
        receipt = receipt_for(caller, stages, is_wanted=request.cost)
        executed = await operate(request, caller, exchange, stages, clock, receipt)
        clock.begin("respond")
        reading = reading_of(request, caller, exchange, stages) if request.read_only else None
        return respond(executed, media_type, clock.header(), receipt=receipt, reading=reading)
    except ClientGoneError:
        raise
    except Exception as error:  # noqa: BLE001 - the one exit: what is not ours to tell becomes an id
        return respond(error, media_type, clock.header(), receipt=receipt)


def accepted_media_type(exchange: Exchange) -> MediaType:
    """The media type of the answer; HttpError (406) when the client accepts none of ours."""
    media_type = negotiate(exchange.headers.get("accept"))
    if media_type is None:
        raise HttpError(406, f"Accept must allow {MediaType.GRAPHQL_RESPONSE} or {MediaType.JSON}.")
    return media_type


async def identify(exchange: Exchange, stages: Stages) -> Caller:
    """Tells who asks, and what answers them.

    Raises:
        RequestError: That cannot be told, or is nobody who may ask; or the schema of their role took too long
            to be built (TIMEOUT), which goes on whoever gives up waiting for it.
        ClientGoneError: The client left.
    """
    engines, limits = stages.engines, stages.limits
    identifier = engines.identifier
    identity = await identifier.identify(exchange.headers)
    engine = engines.ready(identity.role)
    if engine is None:
        try:
            engine = await exchange.while_connected(engines.engine(identity.role), limits.request_timeout)
        except OverdueError:
            message = f"The schema of the caller's role took longer than {limits.request_timeout:g} seconds."
            raise RequestError(message, ErrorCode.TIMEOUT) from None
    is_anonymous = identifier.is_anonymous(identity)
    account = None
    if stages.admission is not None:
        account = stages.admission.account(exchange, identity, is_anonymous=is_anonymous)
    return Caller(identity, is_anonymous, engine, account)


def reading_of(request: GraphQLRequest, caller: Caller, exchange: Exchange, stages: Stages) -> Reading:
    """A request that only reads, as caches on the way see it."""
    return Reading(
        exchange.headers.get("if-none-match"),
        is_anybodys=caller.is_anonymous,
        # Code may go by any header field.
        is_reusable=(request.document_id is not None or request.persisted_query is not None)
        and not stages.engines.identifier.asks_code,
    )


def receipt_for(caller: Caller, stages: Stages, *, is_wanted: bool) -> Receipt | None:
    """What an operation's cost is noted on; None where nobody pays it, or wants to know."""
    if caller.account is None or stages.admission is None:
        return Receipt(None, None, is_wanted=True) if is_wanted else None
    return Receipt(stages.admission.budgets, caller.account, is_wanted=is_wanted)


async def operate(  # noqa: PLR0913, PLR0917 - what goes along the line
    request: GraphQLRequest,
    caller: Caller,
    waiting: Waiting,
    stages: Stages,
    clock: StageClock,
    receipt: Receipt | None,
) -> Executed:
    """Answers one operation.

    Raises:
        RequestError: Some stage refused it.
        DocumentRefusedError: Its document does not parse or is not valid.
        ClientGoneError: The client left.
    """
    estimated = await make_ready(request, caller, stages, clock, receipt)
    if receipt is not None:
        clock.begin("admit")
    admitted = await admit(estimated, receipt)
    clock.begin("execute")
    return await execute(admitted, waiting, stages)


async def make_ready(
    request: GraphQLRequest, caller: Caller, stages: Stages, clock: StageClock, receipt: Receipt | None
) -> Estimated:
    """Everything before an operation runs: finds its document, prepares it and tells what it may cost.

    Raises:
        RequestError: Some stage refused it.
        DocumentRefusedError: Its document does not parse or is not valid.
    """
    clock.begin("document")
    text = stages.documents.at_hand(request) or await stages.documents.fetch(request)
    clock.begin("prepare")
    prepared = prepare(request, caller, text, stages.limits)
    if text.registers is not None:
        await stages.documents.register(text)
    clock.begin("estimate")
    return estimate(prepared, stages.limits, receipt)


async def operate_all(
    requests: list[GraphQLRequest],
    caller: Caller,
    exchange: Exchange,
    stages: Stages,
) -> tuple[list[dict[str, object]], ThrottledError | None]:
    """Answers the operations of a batch at once, so that they share statements.

    Returns:
        One result for each; and what the one was told that has to wait the longest, if any has to.

    Raises:
        RequestError: Together they could cost too much (COST_LIMIT_EXCEEDED).
        ClientGoneError: The client left.
    """
    waiting = _Together(exchange)

    async def ready(request: GraphQLRequest, receipt: Receipt | None) -> Estimated | Exception:
        try:
            return await make_ready(request, caller, stages, StageClock(), receipt)
        except Exception as error:  # noqa: BLE001 - told in its place
            return error

    receipts = [receipt_for(caller, stages, is_wanted=each.cost) for each in requests]
    asked = await asyncio.gather(*map(ready, requests, receipts))
    cost = sum(each.cost for each in asked if isinstance(each, Estimated))
    check_cost(cost, stages.limits.max_cost, "batch")

    throttled: list[ThrottledError] = []

    async def result(each: Estimated | Exception, receipt: Receipt | None) -> dict[str, object]:
        if isinstance(each, Exception):
            return content_of(each, receipt)
        try:
            return content_of(await execute(await admit(each, receipt), waiting, stages), receipt)
        except Exception as error:  # noqa: BLE001 - the exit of one operation
            if isinstance(error, ThrottledError):
                throttled.append(error)
            return content_of(error, receipt)

    work = asyncio.gather(*map(result, asked, receipts))
    results = await exchange.while_connected(work, math.inf)
    return results, max(throttled, key=lambda each: each.seconds, default=None)


class _Together:
    """Operations of a batch: each has its own time, and all of them end when the client leaves."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def while_connected(self, work: Awaitable[_T], seconds: float) -> Awaitable[_T]:
        return self._exchange.in_time(work, seconds)


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
    """Tells how much an operation costs at the most, also who wants to know where that is too much.

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


async def execute(admitted: Admitted, waiting: Waiting, stages: Stages) -> Executed:
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
        return Executed(found.answer, None, found)
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
        request, caller, text, _ = prepared
        once = partial(_execute_once, prepared, stages, log, spent, notes)
        try:
            return await once(may_be_stale=True)
        except StaleSchemaError:
            newer = await stages.engines.newer(caller.engine, caller.identity.role)
        if log is not None:
            log.events.clear()
        if notes is not None:
            notes.is_outdated = True
        if newer is None:
            return await once(may_be_stale=False)
        prepared = prepare(request, caller._replace(engine=newer), text, stages.limits)
        estimate(prepared, stages.limits)


async def _execute_once(  # noqa: PLR0913 - what goes along the line
    prepared: Prepared,
    stages: Stages,
    log: StatementLog | None,
    spent: Spent | None,
    notes: Notes | None,
    *,
    may_be_stale: bool,
) -> Answer:
    """What the operation comes to; what it writes is let go of among kept answers, here and elsewhere."""
    request, caller, _, document = prepared
    engine, caching = caller.engine, stages.caching
    writes = caching is not None and document.operation.operation is OperationType.MUTATION
    if writes:
        notes = Notes()
    run = partial(engine.execute, document.prepared, request.variables, caller.identity, log)
    if caching is None or notes is None or not writes:
        return await run(may_be_stale=may_be_stale, spent=spent, notes=notes)
    changes, footprints = caching.changes, engine.caching.footprints
    try:
        answer = await run(may_be_stale=may_be_stale, spent=spent, notes=notes)
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

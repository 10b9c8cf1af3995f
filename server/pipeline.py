"""A GraphQL request: decode → identify → document → prepare → estimate → admit → execute → respond.

Each stage takes what the one before it made and is timed for `Server-Timing`. Errors of every stage
leave through the same `respond`.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, TypeVar

from core.errors import ErrorCode, RequestError
from server.admission.budgets import ThrottledError
from server.admission.receipt import Receipt
from server.caching.headers import Reading
from server.estimating import check_cost
from server.http.decoding import BODY_SECONDS, GraphQLRequest, decode
from server.http.errors import ClientGoneError, HttpError
from server.http.media_types import MediaType, negotiate
from server.http.responses import Response, encode, graphql_response
from server.http.watch import OverdueError
from server.operations import admit, estimate, execute, prepare
from server.responding import content_of, respond
from server.stage_clock import StageClock
from server.stages import Caller, Estimated

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from server.http.exchange import Exchange
    from server.stages import Stages

_T = TypeVar("_T")


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
        estimated = await make_ready(request, caller, stages, clock, receipt)
        if receipt is not None:
            clock.begin("admit")
        admitted = await admit(estimated, receipt)
        clock.begin("execute")
        executed = await execute(admitted, exchange, stages)
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

    results = await exchange.while_connected(asyncio.gather(*map(result, asked, receipts)), math.inf)
    return results, max(throttled, key=lambda each: each.seconds, default=None)


class _Together:
    """Operations of a batch: each has its own time, and all of them end when the client leaves."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def while_connected(self, work: Awaitable[_T], seconds: float) -> Awaitable[_T]:
        return self._exchange.in_time(work, seconds)

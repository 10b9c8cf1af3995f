"""A GraphQL request, stage by stage: decode → identify → prepare → execute → respond.

Each stage takes what the one before it made and is timed for `Server-Timing`. Errors of every stage
leave through the same `respond`.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from graphql import (
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.language import TokenKind
from graphql.utilities import get_operation_ast

from core.errors import BadUserInput, ErrorCode, RequestError, StaleSchemaError
from server.documents import KnownDocument, unlink_tokens
from server.explain import StatementLog, explain
from server.http.decoding import BODY_SECONDS, GraphQLRequest, decode
from server.http.errors import ClientGoneError, HttpError
from server.http.media_types import MediaType, negotiate
from server.http.responses import Response, encode, graphql_response, http_error_response, status_without_data
from server.http.watch import OverdueError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, Token

    from core.events import Observer
    from db.identity import Identity
    from resolvers.execution import Answer
    from resolvers.prepared import PreparedOperation
    from server.documents import DocumentCache
    from server.http.exchange import Exchange

_log = logging.getLogger("loadstone")

MAX_VALIDATION_ERRORS = 10
MAX_MESSAGE = 400
"""Longest error message in characters: messages may repeat what the caller sent."""

_MAX_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MAX_DIGITS}}}")


class Engine(Protocol):
    """What answers prepared operations."""

    @property
    def schema(self) -> GraphQLSchema:
        """What documents are validated against."""

    @property
    def documents(self) -> DocumentCache:
        """Documents that are prepared."""

    def prepare(self, document: DocumentNode, operation: OperationDefinitionNode) -> PreparedOperation:
        """An operation of a valid document, ready to be run any number of times."""

    def execute(
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        identity: Identity,
        observer: Observer | None,
        *,
        may_be_stale: bool,
    ) -> Awaitable[Answer]:
        """Runs an operation for somebody.

        Raises:
            StaleSchemaError: A statement does not fit the database; only where `may_be_stale`.
        """


class Engines(Protocol):
    """Where requests find the engine that answers them: another one when the schema has changed.

    Each role has its own, that knows what the role has grants for.
    """

    def ready(self, role: str | None) -> Engine | None:
        """The engine for a role's requests that are prepared now; what begins with it ends with it.

        None if it has to be made: see `engine`.
        """

    async def engine(self, role: str | None) -> Engine:
        """The same, made where it has to be.

        Raises:
            RequestError: Callers cannot have this role, or no schema can be made for it now.
        """

    async def newer(self, than: Engine, role: str | None) -> Engine | None:
        """The engine of a newer schema of a role; None if the database is as that engine has it.

        Raises:
            RequestError: It is not, and no schema can be made of it now.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may ask for, from the settings.

    Attributes:
        max_body_bytes: Length of a body.
        max_tokens: Lexical tokens of a document.
        request_timeout: Seconds of execution, of waiting for a body, and for the schema of a role.
        introspection: Whether `__schema` and `__type` are answered to anybody; to those who say who they are,
            they always are.
        suggestions: Whether messages may name what the caller could have meant.
        explain: Whether the plan may be asked for.
    """

    max_body_bytes: int
    max_tokens: int
    request_timeout: float
    introspection: bool
    suggestions: bool
    explain: bool


class Identifier(Protocol):
    """Tells who sent a request."""

    async def identify(self, headers: Mapping[str, str]) -> Identity:
        """Who sent a request with these header fields.

        Raises:
            RequestError: That cannot be told, or is nobody who may ask.
        """

    def is_anonymous(self, identity: Identity) -> bool:
        """Whether it is anybody at all."""


class Identified(NamedTuple):
    """A request, and who sent it."""

    request: GraphQLRequest
    identity: Identity
    is_anonymous: bool


class Prepared(NamedTuple):
    """A valid document with its operation to run, and the request it came with."""

    asked: Identified
    document: KnownDocument
    engine: Engine


class Executed(NamedTuple):
    """What an operation came to, and how, where that was asked for."""

    answer: Answer
    plan: Mapping[str, Any] | None


class DocumentRefusedError(Exception):
    """The document does not parse or is not valid; each error has its code."""

    def __init__(self, errors: list[GraphQLError], code: ErrorCode) -> None:
        super().__init__(code)
        for error in errors:
            error.extensions = {**(error.extensions or {}), "code": code.value}
        self.errors = errors


class StageClock:
    """Times the stages of one request: each lasts until the next begins."""

    __slots__ = ("_begun", "_stages")

    def __init__(self) -> None:
        self._stages: list[str] = []
        self._begun: list[float] = []

    def begin(self, stage: str) -> None:
        """Notes that a stage begins."""
        self._stages.append(stage)
        self._begun.append(time.perf_counter())

    def header(self) -> tuple[bytes, bytes]:
        """The header field `Server-Timing`, durations in milliseconds; the last stage ends now."""
        times = [*self._begun, time.perf_counter()]
        durations = tuple([(end - began) * 1000 for began, end in pairwise(times)])
        return (b"server-timing", _timing_format(tuple(self._stages)) % durations)


@lru_cache
def _timing_format(stages: tuple[str, ...]) -> bytes:
    return ", ".join(f"{stage};dur=%.3f" for stage in stages).encode()


async def answer(exchange: Exchange, engines: Engines, identifier: Identifier, limits: Limits) -> Response:
    """Answers a GraphQL request.

    Raises:
        ClientGoneError: There is nobody to answer any more.
    """
    clock = StageClock()
    media_type = MediaType.JSON
    clock.begin("decode")
    try:
        media_type = accepted_media_type(exchange)
        request = await decode(
            exchange,
            max_body_bytes=limits.max_body_bytes,
            seconds=min(BODY_SECONDS, limits.request_timeout),
        )
        clock.begin("identify")
        asked = await identify(exchange, request, identifier)
        engine = engines.ready(asked.identity.role) or await wait_for_engine(exchange, asked, engines, limits)
        clock.begin("prepare")
        prepared = prepare(asked, engine, limits)
        clock.begin("execute")
        executed = await execute(exchange, prepared, engines, limits)
        clock.begin("respond")
        return respond(executed, media_type, clock)
    except ClientGoneError:
        raise
    except Exception as error:  # noqa: BLE001 - the one exit: what is not ours to tell becomes an id
        return respond(error, media_type, clock)


def accepted_media_type(exchange: Exchange) -> MediaType:
    """The media type of the answer; HttpError (406) when the client accepts none of ours."""
    media_type = negotiate(exchange.headers.get("accept"))
    if media_type is None:
        raise HttpError(406, f"Accept must allow {MediaType.GRAPHQL_RESPONSE} or {MediaType.JSON}.")
    return media_type


async def identify(exchange: Exchange, request: GraphQLRequest, identifier: Identifier) -> Identified:
    """Tells who asks.

    Raises:
        RequestError: That cannot be told, or is nobody who may ask.
    """
    identity = await identifier.identify(exchange.headers)
    return Identified(request, identity, identifier.is_anonymous(identity))


async def wait_for_engine(exchange: Exchange, asked: Identified, engines: Engines, limits: Limits) -> Engine:
    """The engine of a role whose schema has to be built, which goes on whoever gives up waiting for it.

    Raises:
        RequestError: It took too long (TIMEOUT), or the role has none.
        ClientGoneError: The client left.
    """
    try:
        return await exchange.while_connected(engines.engine(asked.identity.role), limits.request_timeout)
    except OverdueError:
        message = f"The schema of the caller's role took longer than {limits.request_timeout:g} seconds."
        raise RequestError(message, ErrorCode.TIMEOUT) from None


def prepare(asked: Identified, engine: Engine, limits: Limits) -> Prepared:
    """Parses and validates a document, unless that has been done before.

    Raises:
        DocumentRefusedError: The document does not parse or is not valid.
        BadUserInput: The operation to run is not in the document.
        HttpError: The operation is a mutation and the request no POST (405).
    """
    request = asked.request
    introspection = limits.introspection or not asked.is_anonymous
    key = (request.source, request.operation_name, introspection)
    known = engine.documents.get(key)
    if known is None:
        known = _know(request, engine, limits, introspection=introspection)
        engine.documents.put(key, known)
    if request.read_only and known.operation.operation is not OperationType.QUERY:
        raise HttpError(405, "Only queries can be sent by GET.", headers=[(b"allow", b"POST")])
    return Prepared(asked, known, engine)


def _know(request: GraphQLRequest, engine: Engine, limits: Limits, *, introspection: bool) -> KnownDocument:
    try:
        document = parse(request.source, max_lexical_tokens=limits.max_tokens, max_comments=limits.max_tokens)
    except GraphQLError as error:
        raise DocumentRefusedError([error], ErrorCode.GRAPHQL_PARSE_FAILED) from None
    if _LONG_NUMBER.search(request.source):
        _refuse_long_numbers(document)
    unlink_tokens(document)
    rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    errors = validate(
        engine.schema,
        document,
        rules,
        max_errors=MAX_VALIDATION_ERRORS,
        hide_suggestions=not limits.suggestions,
    )
    if errors:
        raise DocumentRefusedError(errors, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    operation = get_operation_ast(document, request.operation_name)
    if operation is None:
        raise BadUserInput("operationName must name one operation of the document.")
    return KnownDocument(operation, engine.prepare(document, operation))


async def execute(exchange: Exchange, prepared: Prepared, engines: Engines, limits: Limits) -> Executed:
    """Runs the operation.

    Raises:
        RequestError: It took too long (TIMEOUT).
        DocumentRefusedError: The schema has changed, and the document is not valid any more.
        ClientGoneError: The client left.
    """
    request = prepared.asked.request
    log = StatementLog() if request.explain and limits.explain else None
    work = _run(prepared, engines, limits, log)
    try:
        result = await exchange.while_connected(work, limits.request_timeout)
    except OverdueError:
        message = f"The request took longer than {limits.request_timeout:g} seconds."
        raise RequestError(message, ErrorCode.TIMEOUT) from None
    if log is None or result.plan is None:
        return Executed(result, None)
    return Executed(result, explain(result.plan, result.lane, log.events))


async def _run(prepared: Prepared, engines: Engines, limits: Limits, log: StatementLog | None) -> Answer:
    """What the operation comes to, prepared anew where the schema has changed beneath it."""
    while True:
        asked, document, engine = prepared
        variables, identity = asked.request.variables, asked.identity
        try:
            return await engine.execute(document.prepared, variables, identity, log, may_be_stale=True)
        except StaleSchemaError:
            newer = await engines.newer(engine, identity.role)
        if log is not None:
            log.events.clear()
        if newer is None:
            return await engine.execute(document.prepared, variables, identity, log, may_be_stale=False)
        prepared = prepare(asked, newer, limits)


def respond(outcome: Executed | Exception, media_type: MediaType, clock: StageClock) -> Response:
    """What an operation or an error comes to; the only way out."""
    if isinstance(outcome, HttpError):
        return http_error_response(outcome, media_type, clock.header())
    content: dict[str, Any] = {}
    if isinstance(outcome, Exception):
        content["errors"] = _errors_of(outcome)
    else:
        if outcome.answer.errors:
            content["errors"] = _formatted_all(outcome.answer.errors)
        if outcome.answer.executed:
            content["data"] = outcome.answer.data
        if outcome.plan is not None:
            content["extensions"] = {"plan": outcome.plan}
    status = 200 if "data" in content else status_without_data(content["errors"], media_type)
    body = encode(content)
    return graphql_response(status, body, media_type, clock.header())


def internal_error(error: Exception) -> dict[str, Any]:
    """An error for the caller that tells nothing but an id; the log has the error under that id."""
    identifier = secrets.token_hex(8)
    _log.error("internal error %s", identifier, exc_info=error)
    return {
        "message": f"An internal error happened. The server's log has it as {identifier}.",
        "extensions": {"code": ErrorCode.INTERNAL_SERVER_ERROR.value, "id": identifier},
    }


def _errors_of(error: Exception) -> list[dict[str, Any]]:
    match error:
        case DocumentRefusedError():
            return _formatted_all(error.errors)
        case RequestError():
            return [{"message": error.message, "extensions": error.extensions}]
        case _:
            return [internal_error(error)]


def _formatted_all(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """The errors for the caller; what failed for many rows at once is logged once, under one id."""
    logged: dict[int, dict[str, Any]] = {}
    return [_formatted(error, logged) for error in errors]


def _formatted(error: GraphQLError, logged: dict[int, dict[str, Any]]) -> dict[str, Any]:
    formatted: dict[str, Any] = {**error.formatted}
    if (error.extensions or {}).get("code") == ErrorCode.INTERNAL_SERVER_ERROR:
        cause = error.original_error or error
        if id(cause) not in logged:
            logged[id(cause)] = internal_error(cause)
        return {**formatted, **logged[id(cause)]}
    if len(error.message) > MAX_MESSAGE:
        formatted["message"] = error.message[: MAX_MESSAGE - 1] + "…"
    return formatted


def _refuse_long_numbers(document: DocumentNode) -> None:
    """Refuses what Python would not convert, with a message of its own."""
    if document.loc is None:
        return
    token: Token | None = document.loc.start_token
    while token is not None:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and len(token.value or "") >= _MAX_DIGITS:
            message = f"A number must not have {_MAX_DIGITS} digits or more."
            raise DocumentRefusedError(
                [GraphQLError(message, source=document.loc.source, positions=[token.start])],
                ErrorCode.GRAPHQL_PARSE_FAILED,
            )
        token = token.next

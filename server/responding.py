"""What outcomes of operations come to: data, errors by their codes, and what was asked for beside them."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import ErrorCode, RequestError
from core.tracing import current_request
from server.caching.answers import Kept
from server.caching.headers import reading_headers, status_header
from server.documents.preparing import DocumentRefusedError
from server.http.entity_tags import etag_of, matches
from server.http.errors import HttpError
from server.http.responses import (
    Response,
    encode,
    graphql_response,
    http_error_response,
    not_modified,
    response,
    status_without_data,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import GraphQLError

    from resolvers.execution import Answer
    from server.admission.receipt import Receipt
    from server.caching.headers import Reading
    from server.http.media_types import MediaType
    from server.http.responses import HeaderFields

_log = logging.getLogger("loadstone")

MAX_MESSAGE = 400
"""Longest error message in characters: messages may repeat what the caller sent."""


class Executed(NamedTuple):
    """What an operation came to.

    Attributes:
        answer: The answer.
        plan: How it was come by, where that was asked for.
    """

    answer: Answer
    plan: Mapping[str, Any] | None


def respond(
    outcome: Executed | Kept | Exception,
    media_type: MediaType,
    *headers: tuple[bytes, bytes],
    receipt: Receipt | None = None,
    reading: Reading | None = None,
) -> Response:
    """What an operation or an error comes to.

    Args:
        outcome: What the operation came to, as it is kept if it may be; or the error.
        media_type: Of the answer.
        headers: Further header fields.
        receipt: What the operation has paid, where it has.
        reading: The request, where it only reads.
    """
    if receipt is not None:
        headers = (*headers, *receipt.fields(outcome))
    has_more = receipt is not None and receipt.extension(outcome) is not None
    if isinstance(outcome, Kept):
        headers = (*headers, status_header(outcome))
        if not has_more:
            entry = outcome.entry
            if reading is not None:
                return _read(outcome, media_type, headers, reading)
            return graphql_response(200, entry.body, media_type, *headers, variants=entry.variants)
    elif isinstance(outcome, Executed):
        answer = outcome.answer
        if reading is not None and not has_more and answer.data is not None and not answer.errors:
            return _read(outcome, media_type, headers, reading)
    elif isinstance(outcome, HttpError):
        return http_error_response(outcome, media_type, *headers)
    content = content_of(outcome, receipt)
    status = 200 if "data" in content else status_without_data(content["errors"], media_type)
    return graphql_response(status, encode(content), media_type, *headers)


def _read(
    outcome: Executed | Kept, media_type: MediaType, headers: HeaderFields, reading: Reading
) -> Response:
    """The answer to a request that only reads, or word that it has that already."""
    kept, variants = None, None
    if isinstance(outcome, Kept):
        kept, variants = outcome, outcome.entry.variants
        body, etag = outcome.entry.body, outcome.entry.etag
    else:
        body = encode(content_of(outcome))
        etag = etag_of(body)
    headers = ((b"etag", etag), *reading_headers(kept, reading), *headers)
    if reading.if_none_match is not None and matches(reading.if_none_match, etag):
        return not_modified(*headers)
    return response(200, body, media_type.content_type, *headers, variants=variants)


def content_of(outcome: Executed | Kept | Exception, receipt: Receipt | None = None) -> dict[str, Any]:
    """The GraphQL result of an operation."""
    content: dict[str, Any] = {}
    extensions: dict[str, Any] = {}
    if isinstance(outcome, Exception):
        content["errors"] = _errors_of(outcome)
    else:
        answer = outcome.answer
        if answer.errors:
            content["errors"] = _formatted_all(answer.errors)
        if answer.executed:
            content["data"] = answer.data
        if isinstance(outcome, Executed) and outcome.plan is not None:
            extensions["plan"] = outcome.plan
    if receipt is not None:
        cost = receipt.extension(outcome)
        if cost is not None:
            extensions["cost"] = cost
    if extensions:
        content["extensions"] = extensions
    return content


def internal_error(error: Exception) -> dict[str, Any]:
    """An error for the caller that tells nothing but an id; the log has the error under that id."""
    identifier = secrets.token_hex(8)
    request = current_request()
    _log.error("internal error %s%s", identifier, f" ({request})" if request else "", exc_info=error)
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

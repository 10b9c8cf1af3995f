"""Answers: a status, header fields and a body; and how GraphQL results become one.

`application/graphql-response+json` has a status that tells how it went; a body of `application/json`
is trusted by its readers only with status 200, so a well-formed request gets that, errors or not,
unless the error is one of HTTP itself or a defect of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from core.errors import ErrorCode
from server.http.media_types import MediaType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.http.compression import Variants
    from server.http.errors import HttpError

HeaderFields = tuple[tuple[bytes, bytes], ...]

NO_STORE = (b"cache-control", b"no-store")

_STATUS_OF_CODE: Mapping[str, int] = {
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.CONFLICT: 409,
    ErrorCode.THROTTLED: 429,
    ErrorCode.INTERNAL_SERVER_ERROR: 500,
    ErrorCode.DATABASE_UNAVAILABLE: 503,
    ErrorCode.OVERLOADED: 503,
    # Apollo's clients take any other status for the end of it.
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: 200,
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: 200,
    ErrorCode.TIMEOUT: 504,
}
"""Statuses of requests that end without data; 400 for every code that is not here."""


class Response(NamedTuple):
    """What goes back to the client.

    Attributes:
        status: Status code.
        body: Not compressed until the answer leaves; not sent in answer to HEAD.
        headers: Complete, names in lower case.
        variants: Where the body's compressed forms are kept, if it is sent many times.
    """

    status: int
    body: bytes
    headers: HeaderFields
    variants: Variants | None = None


def response(
    status: int,
    body: bytes,
    content_type: bytes,
    *headers: tuple[bytes, bytes],
    variants: Variants | None = None,
) -> Response:
    """An answer with the header fields that every one of ours has."""
    return Response(
        status,
        body,
        (
            (b"content-type", content_type),
            (b"content-length", b"%d" % len(body)),
            (b"x-content-type-options", b"nosniff"),
            *headers,
        ),
        variants,
    )


def varying(response: Response, by: bytes) -> Response:
    """The answer, known to caches as depending on one more header field of requests."""
    varies = b", ".join([*(value for name, value in response.headers if name == b"vary"), by])
    others = tuple(field for field in response.headers if field[0] != b"vary")
    return response._replace(headers=(*others, (b"vary", varies)))


def encode(content: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bytes:
    """A GraphQL result, or several, as JSON; values may hold `orjson.Fragment`."""
    return orjson.dumps(content)


def graphql_response(
    status: int,
    body: bytes,
    media_type: MediaType,
    *headers: tuple[bytes, bytes],
    variants: Variants | None = None,
) -> Response:
    """An encoded GraphQL result as an answer."""
    return response(
        status, body, media_type.content_type, NO_STORE, (b"vary", b"accept"), *headers, variants=variants
    )


def not_modified(*headers: tuple[bytes, bytes]) -> Response:
    """The answer to who has the content already."""
    return Response(304, b"", headers)


def http_error_response(error: HttpError, media_type: MediaType, *headers: tuple[bytes, bytes]) -> Response:
    """An error of HTTP as a GraphQL result."""
    body = encode({"errors": [{"message": error.message, "extensions": error.extensions}]})
    return graphql_response(error.status, body, media_type, *error.headers, *headers)


def status_without_data(errors: Sequence[Mapping[str, Any]], media_type: MediaType) -> int:
    """The status of a well-formed request that ended without data."""
    code = errors[0]["extensions"]["code"]
    if media_type is MediaType.JSON and code != ErrorCode.INTERNAL_SERVER_ERROR:
        return 200
    return _STATUS_OF_CODE.get(code, 400)

"""From an HTTP request to a GraphQL request: the parameters of GraphQL over HTTP, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from server.http.errors import HttpError, method_not_allowed
from server.http.media_types import is_json_request
from server.strict_json import MAX_DEPTH, DuplicateMemberError, read_json

if TYPE_CHECKING:
    from server.http.exchange import Exchange

BODY_SECONDS = 8.0
"""How long a request's body may take to arrive."""

ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS"

_MOST_PARAMETERS = 20


class PersistedQuery(NamedTuple):
    """What `extensions.persistedQuery` says: the version of the protocol, and the hash of the document."""

    version: int
    sha256: str


class GraphQLRequest(NamedTuple):
    """A well-formed GraphQL-over-HTTP request.

    Attributes:
        source: The document's text, not parsed yet; None where the document is named alone.
        operation_name: Which operation of the document to run; None when there is only one.
        variables: Raw values of variables, as JSON has them.
        extensions: What the client adds to the protocol.
        read_only: Whether only queries may run (the request was no POST).
        explain: Whether the plan is asked for.
        document_id: The id of a persisted document, in place of `source`.
        persisted_query: The hash of the document, in place of `source` or beside it.
        cost: Whether it is asked what the operation costs.
        cache_control: What is said of kept answers: the field `Cache-Control`.
    """

    source: str | None
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]
    read_only: bool
    explain: bool
    document_id: str | None = None
    persisted_query: PersistedQuery | None = None
    cost: bool = False
    cache_control: str | None = None


async def decode(
    exchange: Exchange, *, max_body_bytes: int, max_operations: int = 0, seconds: float = BODY_SECONDS
) -> GraphQLRequest | list[GraphQLRequest]:
    """Reads the request; a list where it has several operations, as an array.

    Args:
        exchange: The HTTP request.
        max_body_bytes: The most its body may have.
        max_operations: The most operations that an array may have; 0 where there may be none.
        seconds: How long its body may take to arrive.

    Raises:
        HttpError: It is not a well-formed request; 400, 405, 408, 413 or 415.
        ClientGoneError: The client left.
    """
    if exchange.method == "POST":
        if not is_json_request(exchange.headers.get("content-type")):
            raise HttpError(415, "Content-Type must be application/json, in UTF-8.")
        if exchange.headers.get("content-encoding", "identity") != "identity":
            message = "A request's body must not be compressed."
            raise HttpError(415, message, headers=[(b"accept-encoding", b"identity")])
        content = _json(await exchange.body(max_body_bytes, seconds), "The request's body")
        if isinstance(content, list):
            return [_request(exchange, each) for each in _operations(content, max_operations)]
        return _request(exchange, _object(content))
    if exchange.method in {"GET", "HEAD"}:
        await exchange.body(max_body_bytes, seconds)
        return _request(exchange, _query_parameters(exchange.query_string))
    raise method_not_allowed(exchange.method, ALLOWED_METHODS)


def _operations(content: list[Any], most: int) -> list[dict[str, Any]]:
    if not most:
        raise HttpError(400, "The request's body must be one request, not an array of them.")
    if not content or len(content) > most:
        raise HttpError(400, f"An array of requests must have 1 to {most} of them.")
    return [_object(each) for each in content]


def _request(exchange: Exchange, parameters: dict[str, Any]) -> GraphQLRequest:
    source, document_id = _text(parameters, "query"), _text(parameters, "documentId")
    extensions = _map(parameters, "extensions")
    persisted_query = _persisted_query(extensions) if "persistedQuery" in extensions else None
    if source is None and document_id is None and persisted_query is None:
        raise HttpError(400, "The parameter query must be given, as a string.")
    if source is not None and document_id is not None:
        raise HttpError(400, "The parameter documentId stands in place of query, not beside it.")
    headers = exchange.headers
    return GraphQLRequest(  # by position: by name takes twice as long
        source,
        _text(parameters, "operationName"),
        _map(parameters, "variables"),
        extensions,
        exchange.method != "POST",
        headers.get("x-loadstone-explain") == "1",
        document_id,
        persisted_query,
        headers.get("x-loadstone-cost") == "1",
        headers.get("cache-control"),
    )


def _text(parameters: dict[str, Any], name: str) -> str | None:
    value = parameters.get(name)
    if value is not None and not isinstance(value, str):
        raise HttpError(400, f"The parameter {name} must be a string.")
    return value


def _persisted_query(extensions: dict[str, Any]) -> PersistedQuery | None:
    value = extensions["persistedQuery"]
    if value is None:
        return None
    if not isinstance(value, dict):
        raise HttpError(400, "extensions.persistedQuery must be an object.")
    version, sha256 = value.get("version"), value.get("sha256Hash")
    if type(version) is not int or not isinstance(sha256, str):  # True is no number
        raise HttpError(
            400, "extensions.persistedQuery must have version, a number, and sha256Hash, a string."
        )
    return PersistedQuery(version, sha256)


def _map(parameters: dict[str, Any], name: str) -> dict[str, Any]:
    value = parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise HttpError(400, f"The parameter {name} must be an object.")
    return value


def _object(content: object) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise HttpError(400, "A request must be a JSON object.")
    return content


def _json(text: bytes, what: str) -> object:
    try:
        return read_json(text)
    except DuplicateMemberError:
        raise HttpError(400, f"{what} has an object with a member twice.") from None
    except ValueError:
        message = f"{what} is not valid JSON in UTF-8, or more than {MAX_DEPTH} levels deep."
        raise HttpError(400, message) from None


def _query_parameters(query_string: bytes) -> dict[str, Any]:
    """Parameters of a URL: variables and extensions are JSON texts, an empty value is an absent one."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise HttpError(400, "The URL's query is not valid.") from None
    parameters: dict[str, Any] = {}
    for name, text in pairs:
        if name in parameters:
            raise HttpError(400, "A parameter of the URL is given twice.")
        parameters[name] = text
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name].encode(), f"The parameter {name}")
    return {name: value for name, value in parameters.items() if value != ""}

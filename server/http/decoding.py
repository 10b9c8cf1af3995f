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


class GraphQLRequest(NamedTuple):
    """A well-formed GraphQL-over-HTTP request.

    Attributes:
        source: The document's text, not parsed yet.
        operation_name: Which operation of the document to run; None when there is only one.
        variables: Raw values of variables, as JSON has them.
        extensions: What the client adds to the protocol.
        read_only: Whether only queries may run (the request was no POST).
        explain: Whether the plan is asked for.
        cost: Whether it is asked what the operation costs.
    """

    source: str
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]
    read_only: bool
    explain: bool
    cost: bool = False


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
            raise HttpError(415, "A request's body must not be compressed.")
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
    return GraphQLRequest(
        source=_query(parameters),
        operation_name=_operation_name(parameters),
        variables=_map(parameters, "variables"),
        extensions=_map(parameters, "extensions"),
        read_only=exchange.method != "POST",
        explain=exchange.headers.get("x-loadstone-explain") == "1",
        cost=exchange.headers.get("x-loadstone-cost") == "1",
    )


def _query(parameters: dict[str, Any]) -> str:
    source = parameters.get("query")
    if not isinstance(source, str):
        raise HttpError(400, "The parameter query must be given, as a string.")
    return source


def _operation_name(parameters: dict[str, Any]) -> str | None:
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise HttpError(400, "The parameter operationName must be a string.")
    return name


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

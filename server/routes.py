"""What is at which address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson

from core.errors import ErrorCode, RequestError
from core.tracing import CURRENT_REQUEST
from server.health import health
from server.http.browsers import is_navigation
from server.http.decoding import ALLOWED_METHODS
from server.http.errors import HttpError, method_not_allowed
from server.http.media_types import GRAPHQL_ANSWERS, MediaType, negotiate
from server.http.responses import (
    NO_STORE,
    Response,
    encode,
    graphql_response,
    http_error_response,
    response,
    status_without_data,
)
from server.http.tracing import trace_fields, trace_request
from server.pipeline import answer
from server.responding import internal_error
from ui.assets import ASSETS_PATH, assets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from server.http.content_coding import Choice
    from server.http.exchange import Exchange
    from server.service import Service
    from ui.assets import Asset

    Handler = Callable[[Exchange, Service], Awaitable[Response]]

_READ_METHODS = "GET, HEAD, OPTIONS"


async def route(exchange: Exchange, service: Service) -> Response:
    """The answer to a request.

    Raises:
        ClientGoneError: There is nobody to answer any more.
    """
    trace = trace_request(exchange.headers)
    CURRENT_REQUEST.set(trace)
    compression = service.compression
    choice = compression.choose(exchange.headers.get("accept-encoding"))
    error = _refusal(exchange, service, choice)
    if error is not None:
        response = http_error_response(error, MediaType.JSON)
    elif exchange.path == "/graphql":
        response = _beside_graphql(exchange, service) or await answer(exchange, service.stages)
    else:
        response = await _other(exchange, service)
    response = service.browsers.completed(exchange, response)
    headers = response.headers + trace_fields(trace)
    response = Response(response.status, response.body, headers, response.variants)
    if choice is None or compression.leaves(response, choice):
        return response
    return await compression.applied(response, choice)


def _refusal(exchange: Exchange, service: Service, choice: Choice | None) -> HttpError | None:
    """Why a request is refused before anybody looks at what it is for."""
    if exchange.is_ambiguous:
        return HttpError(
            400, "Host and Content-Length must be there once, Content-Length without Transfer-Encoding."
        )
    if service.browsers.refuses(exchange) and not _leads_to_document(exchange, service):
        message = "Pages of other sites may not send requests here, unless cors_origins has their origin."
        return HttpError(403, message, ErrorCode.FORBIDDEN)
    if choice is None:
        return HttpError(406, "Accept-Encoding refuses every content coding that there is, and identity.")
    return None


async def _other(exchange: Exchange, service: Service) -> Response:
    try:
        return await _resource(exchange, service)
    except HttpError as error:
        return http_error_response(error, MediaType.JSON)
    except RequestError as error:
        told = {"message": error.message, "extensions": error.extensions}
        status = status_without_data([told], MediaType.GRAPHQL_RESPONSE)
        return graphql_response(status, encode({"errors": [told]}), MediaType.JSON)
    except Exception as error:  # noqa: BLE001 - what is not ours to tell becomes an id
        body = encode({"errors": [internal_error(error)]})
        return graphql_response(500, body, MediaType.JSON)


async def _resource(exchange: Exchange, service: Service) -> Response:
    """Everything but GraphQL: what can only be read."""
    is_asset = exchange.path.startswith(ASSETS_PATH)
    handler = _asset if is_asset else _RESOURCES.get(exchange.path)
    if handler is None:
        raise _nothing()
    if exchange.method == "OPTIONS":
        return _options(_READ_METHODS)
    if exchange.method not in {"GET", "HEAD"}:
        raise method_not_allowed(exchange.method, _READ_METHODS)
    return await handler(exchange, service)


def _beside_graphql(exchange: Exchange, service: Service) -> Response | None:
    """What the address of GraphQL answers to requests that are not for GraphQL; None to those that are."""
    if exchange.method == "OPTIONS":
        return _options(ALLOWED_METHODS)
    ide_page = _ide_page(exchange, service)
    if ide_page is not None:
        return Response(200, ide_page.body, ide_page.headers)
    return None


def _ide_page(exchange: Exchange, service: Service) -> Asset | None:
    """GraphiQL, if that is what the request is for."""
    page = service.live.current.ide_page
    if page is None or exchange.method not in {"GET", "HEAD"}:
        return None
    wanted = negotiate(exchange.headers.get("accept"), (*GRAPHQL_ANSWERS, MediaType.HTML))
    return page if wanted is MediaType.HTML else None


def _leads_to_document(exchange: Exchange, service: Service) -> bool:
    """Whether somebody follows a link to what can be read by anybody; it never runs an operation."""
    return is_navigation(exchange) and (
        exchange.path != "/graphql" or _ide_page(exchange, service) is not None
    )


async def _schema(exchange: Exchange, service: Service) -> Response:
    identifier = service.live.identifier
    identity = await identifier.identify(exchange.headers)
    if identifier.is_anonymous(identity) and not service.stages.limits.introspection:
        raise HttpError(403, "Introspection is off.", ErrorCode.FORBIDDEN)
    served = await service.live.served(identity.role)  # stays whole as long as it is held here
    sdl = await asyncio.to_thread(lambda: served.sdl)
    return response(200, sdl, b"text/plain; charset=utf-8", (b"cache-control", b"private, no-cache"))


async def _live(_: Exchange, __: Service) -> Response:
    return _health(200, {"status": "ok"})


async def _ready(_: Exchange, service: Service) -> Response:
    found = await health(service.parts)
    return _health(200 if found.is_ready else 503, {"status": found.status, "checks": found.checks})


async def _asset(exchange: Exchange, service: Service) -> Response:
    asset = assets().get(exchange.path) if service.live.current.ide_page is not None else None
    if asset is None:
        raise _nothing()
    return Response(200, asset.body, asset.headers, service.compression.assets[exchange.path])


def _nothing() -> HttpError:
    return HttpError(404, "There is nothing at this address.")


def _health(status: int, content: Mapping[str, object]) -> Response:
    return response(status, orjson.dumps(content), b"application/json; charset=utf-8", NO_STORE)


def _options(allowed: str) -> Response:
    return Response(204, b"", ((b"allow", allowed.encode()),))


_RESOURCES: Mapping[str, Handler] = {
    "/schema.graphql": _schema,
    "/health/live": _live,
    "/health/ready": _ready,
}

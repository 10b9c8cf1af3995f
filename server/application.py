"""The composition root: from settings to a running service, and the ASGI application around it."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from core.errors import StartupError
from db.catalogue.reflect import reflect
from db.database import Database
from loaders.across import Batches
from resolvers.execution import execute
from resolvers.prepared import PreparedOperation
from schema.build import build_schema
from schema.options import SchemaOptions
from server.documents import DocumentCache
from server.extensions import load_extensions
from server.http.errors import ClientGoneError
from server.http.exchange import AsgiExchange
from server.http.watch import Watch
from server.pipeline import Limits
from server.routes import route
from server.service import Service
from ui.assets import page
from ui.examples import examples_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
    from contextlib import AbstractAsyncContextManager

    from asyncpg import Connection
    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer
    from resolvers.bindings import Model
    from resolvers.execution import Answer
    from schema.build import Schema
    from server.http.exchange import Exchange
    from server.settings import Settings
    from ui.assets import Asset
    from ui.examples import Example

_log = logging.getLogger("loadstone")

MAX_WARNINGS = 20
"""How many naming warnings are logged one by one."""

GC_THRESHOLDS = (50_000, 10, 10)
"""When garbage is looked for: with Python's own 700, answers of a thousand rows cost a fifth more."""

_CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _DatabaseEngine:
    """Operations answered from a database."""

    schema: GraphQLSchema
    model: Model
    batches: Batches
    suggestions: bool
    documents: DocumentCache = field(default_factory=DocumentCache)

    def prepare(self, document: DocumentNode, operation: OperationDefinitionNode) -> PreparedOperation:
        return PreparedOperation(self.schema, self.model, document, operation)

    def execute(
        self, prepared: PreparedOperation, variables: dict[str, Any], observer: Observer | None
    ) -> Awaitable[Answer]:
        return execute(
            prepared,
            variables=variables,
            batches=self.batches,
            observer=observer,
            hide_suggestions=not self.suggestions,
        )


async def load_schema(settings: Settings) -> Schema:
    """The GraphQL schema of the database, which is left again.

    Raises:
        StartupError: The database cannot be reached, or offers nothing, or an extension cannot be used.
    """
    async with open_schema(settings, pool_size=1) as (_, schema):
        return schema


@asynccontextmanager
async def open_service(
    settings: Settings, *, report_warnings: bool = True, examples: tuple[Example, ...] = ()
) -> AsyncIterator[Service]:
    """A service that is ready to answer; leaving the context closes its connections.

    Args:
        settings: All settings; `database_url` must be set.
        report_warnings: Whether to log what the schema had to be made valid for.
        examples: What GraphiQL offers; made from the schema unless given.

    Raises:
        StartupError: Something that it needs is not there.
    """
    async with AsyncExitStack() as stack:
        database, schema = await stack.enter_async_context(
            open_schema(settings, pool_size=settings.pool_size)
        )
        parts = {"postgresql": database.ping}
        if settings.redis_url is not None:
            # Its client takes a while to import.
            from server.redis_connection import RedisConnection  # noqa: PLC0415

            redis = await stack.enter_async_context(RedisConnection.open(settings.redis_url))
            parts["redis"] = redis.ping
        if report_warnings:
            _report(schema.warnings)
        yield Service(
            engine=_DatabaseEngine(
                schema.graphql, schema.model, Batches(database, settings.pool_size), settings.suggestions
            ),
            limits=Limits(
                max_body_bytes=settings.max_body_bytes,
                max_tokens=settings.max_tokens,
                request_timeout=settings.request_timeout,
                introspection=settings.introspection,
                suggestions=settings.suggestions,
                explain=settings.explain,
            ),
            sdl=schema.sdl.encode(),
            ide_page=_ide_page(schema, examples) if settings.ide else None,
            parts=parts,
        )


def _ide_page(schema: Schema, examples: tuple[Example, ...]) -> Asset:
    return page("/graphql", examples=examples or examples_for(schema.graphql))


@asynccontextmanager
async def open_schema(settings: Settings, *, pool_size: int) -> AsyncIterator[tuple[Database, Schema]]:
    """The database and the schema made from its catalogue; leaving the context closes its connections.

    Raises:
        StartupError: The database cannot be reached, or offers nothing, or an extension cannot be used.
    """
    extensions = load_extensions(settings.extensions)
    pool = await Database.open_pool(settings.require_database_url(), pool_size=pool_size)
    close = pool.close
    try:
        async with pool.acquire() as connection:
            catalog = await reflect(cast("Connection", connection), settings.schemas or None)
        if not catalog.tables:
            where = ", ".join(catalog.schemas) or "any schema"
            raise StartupError(f"the database has no table or view that this role may read in {where}")
        options = SchemaOptions(
            page_size=settings.page_size,
            max_page_size=settings.max_page_size,
            cursor_key=settings.cursor_key_bytes,
            include=settings.include,
            exclude=settings.exclude,
            objects=dict(settings.objects),
        )
        database = Database(pool, catalog)
        close = database.close
        schema = build_schema(catalog, options, extensions)
        if not schema.model.by_table:
            message = "include, exclude, objects and tags in comments leave no table or view to serve"
            raise StartupError(message)
        yield database, schema
    finally:
        # Statements that outlive the grace period are not waited for.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await close()
        pool.terminate()


def _report(warnings: tuple[str, ...]) -> None:
    for warning in warnings[:MAX_WARNINGS]:
        _log.warning("%s", warning)
    if len(warnings) > MAX_WARNINGS:
        rest = len(warnings) - MAX_WARNINGS
        _log.warning("and %d more warnings about the schema; `loadstone schema` prints all of them", rest)


class Application:
    """The ASGI application. The service is opened by `opened`, or else by ASGI's lifespan.

    Args:
        open_service: Makes the context that holds the service.

    Attributes:
        watch: Looks after the requests that are being worked on.
    """

    def __init__(self, open_service: Callable[[], AbstractAsyncContextManager[Service]]) -> None:
        self._open_service = open_service
        self._service: Service | None = None
        self.watch = Watch()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Opens the service, and closes it in the end: for those who run the server in this process."""
        gc.set_threshold(*GC_THRESHOLDS)  # building the schema makes many objects that stay
        async with self._open_service() as self._service:
            # What lives as long as the process need not be looked at by the garbage collector.
            gc.collect()
            gc.freeze()
            yield

    async def answer(self, exchange: Exchange) -> None:
        """Answers one HTTP request."""
        if self._service is None:
            raise RuntimeError("the server does not support ASGI's lifespan")
        with suppress(ClientGoneError):
            await exchange.respond(await route(exchange, self._service))

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Handles one ASGI scope."""
        if scope["type"] == "http":
            await self.answer(AsgiExchange(scope, receive, send, self.watch))
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(
        self,
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        await receive()
        if self._service is not None:
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        started = False
        try:
            async with self.opened():
                started = True
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            if started:
                raise
            # Whatever it is: a server that is not told goes on without the application.
            await send({"type": "lifespan.startup.failed", "message": str(error)})
        else:
            await send({"type": "lifespan.shutdown.complete"})

"""The composition root: from settings to a running service, and the ASGI application around it."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import StartupError
from db.catalogue.fingerprint import read_catalog_with_fingerprint
from db.catalogue.reflect import assemble_catalog, read_catalog
from db.database import Database
from db.identity import LOGIN, Identity
from db.pool import Pool
from db.schema_watch import SchemaWatch
from server.admission.opening import open_admission
from server.caching.opening import keeps_answers, open_caching
from server.documents.limits import DocumentLimits
from server.documents.persisted import PersistedDocuments, Persisting
from server.documents.store import DocumentStore
from server.documents.trusted import load_trusted
from server.extensions import load_extensions
from server.freezing import freeze_all
from server.health import Part
from server.http.browsers import BrowserRules
from server.http.compression import Compression
from server.http.errors import ClientGoneError
from server.http.exchange import AsgiExchange
from server.http.watch import Watch
from server.identity.opening import open_identifier
from server.live_schema import LiveSchema
from server.reloading import ExtensionFiles, reload_extensions
from server.routes import route
from server.safety import callers_roles
from server.served import Builder, schema_of
from server.service import Service
from server.stages import Limits, Stages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
    from contextlib import AbstractAsyncContextManager

    from db.catalogue.model import Catalog
    from schema.build import Schema
    from server.caching.opening import Caching
    from server.http.exchange import Exchange
    from server.redis_connection import RedisConnection
    from server.settings import Settings
    from ui.examples import Example

GC_THRESHOLDS = (50_000, 10, 10)
"""When garbage is looked for: with Python's own 700, answers of a thousand rows cost a fifth more."""

_CLOSE_SECONDS = 5.0


async def load_schema(settings: Settings, role: str | None = None) -> Schema:
    """The GraphQL schema of the database, which is left again; of a role, or of the one that logs in.

    Raises:
        StartupError: The database cannot be reached, or offers nothing, or an extension cannot be used.
    """
    async with open_schema(settings, pool_size=1, role=role) as (_, schema, _):
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
    url, schemas = settings.require_database_url(), settings.schemas or None
    files = ExtensionFiles(settings.extensions)
    trusted = load_trusted(settings.trusted_documents)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(_open_pool(settings, settings.pool_size))
        async with pool.connection() as connection:
            # Before there are connections of one of them.
            await callers_roles(settings, files.extensions, connection)
        pools = [pool]
        if settings.anonymous_role is not None:
            # Callers without credentials cost no more than where nobody is asked who they are.
            anonymous = _open_pool(settings, settings.pool_size, Identity(settings.anonymous_role))
            pools.append(await stack.enter_async_context(anonymous))
        builder = Builder(settings, tuple(pools), examples)
        async with pool.connection() as connection:
            rows, found = await read_catalog_with_fingerprint(connection, schemas, builder.role)
            # What was read, and has been changed since, is found by the next look.
            usable = await builder.check_roles(connection, files.extensions)
        first = builder.build(assemble_catalog(rows), found, files.extensions)
        parts = {"postgresql": Part(pool.ping)}
        redis: RedisConnection | None = None
        shared = None
        redis = None
        if settings.redis_url is not None:
            # Its client takes a while to import.
            from server.documents.shared import SharedDocuments  # noqa: PLC0415
            from server.redis_connection import RedisConnection  # noqa: PLC0415

            redis = await stack.enter_async_context(RedisConnection.open(settings.redis_url))
            parts["redis"] = Part(redis.ping, is_needed=False)
            shared = SharedDocuments(redis, settings.persisted_seconds)
        store = DocumentStore(settings.persisted_seconds, shared)
        stack.push_async_callback(store.close)
        documents = PersistedDocuments(Persisting(settings.persisted_documents), trusted, store)
        admission = await stack.enter_async_context(open_admission(settings, redis))
        caching: Caching | None = None
        if keeps_answers(settings, first.engine.caching):
            caching = await stack.enter_async_context(open_caching(settings, pool, redis))
        identifier = await stack.enter_async_context(open_identifier(settings, files.extensions))
        live = LiveSchema(
            builder,
            first,
            usable,
            files.extensions,
            identifier,
            report_warnings=report_warnings,
            renewed=(lambda: None) if caching is None else caching.answers.store.clear,
        )
        stack.push_async_callback(live.close)
        if settings.schema_watch == "auto":
            watch = SchemaWatch(
                url=url,
                schemas=schemas,
                seconds=settings.schema_poll_seconds,
                known=lambda: live.known,
                changed=partial(live.check, "the database has changed"),
                send=pool.read,
                listens=not pool.sessions.pooled,
            )
            await stack.enter_async_context(_running(watch.run()))
        if settings.extensions and not settings.production:
            await stack.enter_async_context(_running(reload_extensions(files, live.rebuild)))
        compression = stack.enter_context(Compression.open(settings.codings, settings.compression_min_bytes))
        yield Service(
            live=live,
            stages=Stages(_limits_of(settings), live, documents, admission, caching),
            trusted_documents=settings.trusted_documents,
            browsers=BrowserRules(frozenset(settings.cors_origins), settings.hsts_seconds),
            compression=compression,
            parts=parts,
        )


def document_limits(settings: Settings) -> DocumentLimits:
    """How much documents may ask for."""
    return DocumentLimits(
        max_tokens=settings.max_tokens,
        max_depth=settings.max_depth,
        max_aliases=settings.max_aliases,
        max_root_fields=settings.max_root_fields,
    )


def _limits_of(settings: Settings) -> Limits:
    return Limits(
        max_body_bytes=settings.max_body_bytes,
        max_batch_operations=settings.max_batch_operations,
        document=document_limits(settings),
        max_cost=settings.max_cost,
        request_timeout=settings.request_timeout,
        introspection=settings.introspection,
        suggestions=settings.suggestions,
        explain=settings.explain,
    )


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on as long as the context."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _open_pool(settings: Settings, size: int, identity: Identity = LOGIN) -> AsyncIterator[Pool]:
    """Connections to the database; leaving the context closes them."""
    pool = await Pool.open(settings.require_database_url(), pool_size=size, identity=identity)
    try:
        yield pool
    finally:
        # Statements that outlive the grace period are not waited for.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await pool.close()
        pool.terminate()


@asynccontextmanager
async def open_schema(
    settings: Settings, *, pool_size: int, role: str | None = None
) -> AsyncIterator[tuple[Database, Schema, Catalog]]:
    """The database, the schema made from its catalogue, and that; leaving the context closes its connections.

    Args:
        settings: All settings; `database_url` must be set.
        pool_size: How many connections there are.
        role: The role that statements run as, and whose schema it is; the one that logs in unless given.

    Raises:
        StartupError: The database cannot be reached, or offers nothing, or an extension or the role cannot be
            used.
    """
    extensions = load_extensions(settings.extensions)
    async with _open_pool(settings, pool_size) as pool:
        async with pool.connection() as connection:
            try:
                catalog = assemble_catalog(await read_catalog(connection, settings.schemas or None, role))
            except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
                if role is None:
                    raise
                raise StartupError(f"--role: {error.args[0]}") from None
        database = Database(pool, catalog).acting_as(Identity(role))
        yield database, schema_of(catalog, settings, extensions), catalog


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
            freeze_all()
            yield

    async def reload(self, reason: str) -> None:
        """Reads trusted documents, and builds the schema anew, while requests go on; see `Service.reload`."""
        if self._service is not None:
            await self._service.reload(reason)

    async def answer(self, exchange: Exchange) -> None:
        """Answers one HTTP request."""
        if self._service is None:
            raise RuntimeError("the server does not support ASGI's lifespan")
        try:
            await exchange.respond(await route(exchange, self._service))
        except ClientGoneError:  # nobody is there to be told
            return

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

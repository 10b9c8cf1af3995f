"""One schema of the database, and all that is made of it to answer requests."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from core.errors import StartupError
from db.catalogue.reflect import assemble_catalog
from db.database import Database
from loaders.across import Batches
from resolvers.execution import execute
from resolvers.prepared import PreparedOperation
from schema.build import build_schema
from schema.options import SchemaOptions
from server.caching.freshness import CacheRules
from server.documents.kept import EngineDocuments, KeptDocuments
from server.freezing import collect, freeze_more
from server.safety import asks_who, callers_roles
from ui.assets import page
from ui.examples import examples_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator, Sequence

    import asyncpg
    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer
    from db.catalogue.model import Catalog
    from db.catalogue.reflect import CatalogRows
    from db.identity import Identity
    from db.pool import Pool
    from resolvers.bindings import Model
    from resolvers.execution import Answer
    from resolvers.notes import Notes
    from resolvers.spent import Spent
    from schema.build import Schema
    from schema.extensions import Extension
    from server.settings import Settings
    from ui.assets import Asset
    from ui.examples import Example

SWITCH_SECONDS = 0.0005
"""How long a schema is built before the event loop has its turn again: Python's own 5 ms, at each of the few
turns that a request takes, would be felt."""


MAX_ACTING = 1000
"""How many identities are remembered."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class DatabaseEngine:
    """Operations answered from a database, by one schema.

    Attributes:
        schema: What documents are validated against.
        model: What it stands for.
        database: Where statements run.
        batches: Those of the database's own identity.
        suggestions: Whether messages may name what the caller could have meant.
        documents: Documents that are prepared.
        caching: What is said of keeping answers.
        acting: The batches of other identities.
    """

    schema: GraphQLSchema
    model: Model
    database: Database
    batches: Batches
    suggestions: bool
    documents: EngineDocuments
    caching: CacheRules
    acting: dict[Identity, Batches] = field(default_factory=dict)

    def prepare(self, document: DocumentNode, operation: OperationDefinitionNode) -> PreparedOperation:
        """An operation of a valid document, ready to be run any number of times."""
        return PreparedOperation(self.schema, self.model, document, operation)

    def execute(  # noqa: PLR0913 - what an operation needs
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        identity: Identity,
        observer: Observer | None,
        *,
        may_be_stale: bool,
        spent: Spent | None = None,
        notes: Notes | None = None,
    ) -> Awaitable[Answer]:
        """Runs an operation."""
        return execute(
            prepared,
            variables=variables,
            batches=self.batches if identity == self.database.identity else self._batches_of(identity),
            observer=observer,
            hide_suggestions=not self.suggestions,
            may_be_stale=may_be_stale,
            spent=spent,
            notes=notes,
        )

    def _batches_of(self, identity: Identity) -> Batches:
        acting = self.acting.pop(identity, None)
        if acting is None:
            acting = self.batches.acting_as(self.database.acting_as(identity), identity)
            if len(self.acting) >= MAX_ACTING:
                del self.acting[next(iter(self.acting))]
        self.acting[identity] = acting  # at the end: the first is the one that has not asked for the longest
        return acting


@dataclass(frozen=True, slots=True)
class Served:
    """A schema that is served; never changes, and is replaced as a whole.

    Attributes:
        engine: Answers operations; holds the prepared documents and the statements.
        schema: The schema, which has its text when that is first asked for.
        ide_page: GraphiQL; None when it is off.
        catalog: What it was made of.
        fingerprint: Of the catalogue (see `db.catalogue.fingerprint`).
        warnings: One sentence for each name that could not be what it would be by rule.
    """

    engine: DatabaseEngine
    schema: Schema
    ide_page: Asset | None
    catalog: Catalog
    fingerprint: str
    warnings: tuple[str, ...]

    @property
    def sdl(self) -> bytes:
        """The schema in GraphQL's schema language, UTF-8; of a thousand tables it takes a second."""
        return self.schema.sdl.encode()


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes schemas to serve; all of them share the connections.

    Attributes:
        settings: All settings.
        pools: Where statements run; the first has sessions of the role that the server logs in as.
        examples: What GraphiQL offers; made from the schema where there are none.
        documents: Documents that engines have prepared.
    """

    settings: Settings
    pools: tuple[Pool, ...]
    examples: tuple[Example, ...]
    documents: KeptDocuments = field(default_factory=KeptDocuments)

    @property
    def role(self) -> str | None:
        """The role of callers who have none of their own; None is the one that the server logs in as."""
        return self.settings.anonymous_role

    async def renew(self) -> None:
        """Replaces all connections."""
        for pool in self.pools:
            await pool.renew()

    async def check_roles(
        self, connection: asyncpg.Connection, extensions: Sequence[Extension]
    ) -> frozenset[str]:
        """The roles that callers may have, none where nobody is asked who they are.

        Raises:
            StartupError: Callers could see what they may not.
        """
        return await callers_roles(self.settings, extensions, connection)

    def build(self, catalog: Catalog, fingerprint: str, extensions: Sequence[Extension]) -> Served:
        """A schema to serve, from a catalogue with its fingerprint; of a thousand tables it takes seconds.

        Raises:
            StartupError: There is nothing to serve, or an extension does not fit.
        """
        settings = self.settings
        schema = schema_of(catalog, settings, extensions)
        freeze_more()
        database = Database(self.pools[0], catalog, self.pools[1:])
        ide_page = None
        if settings.ide:
            ide_page = page("/graphql", examples=self.examples or self._examples(schema, extensions))
        return Served(
            engine=DatabaseEngine(
                schema.graphql,
                schema.model,
                database,
                Batches(database, settings.pool_size),
                settings.suggestions,
                self.documents.for_engine(),
                CacheRules.of(catalog, schema.model, settings.cache_seconds),
            ),
            schema=schema,
            ide_page=ide_page,
            catalog=catalog,
            fingerprint=fingerprint,
            warnings=schema.warnings,
        )

    def _examples(self, schema: Schema, extensions: Sequence[Extension]) -> tuple[Example, ...]:
        """What GraphiQL offers: nothing where that would tell anybody of the login role's schema."""
        if self.settings.anonymous_role is None and asks_who(self.settings, extensions):
            return ()
        return examples_for(schema.graphql)

    def build_beside(
        self,
        rows: CatalogRows,
        fingerprint: str,
        extensions: Sequence[Extension],
        alike: Sequence[Served],
    ) -> Served:
        """The same in a thread beside the event loop; one of `alike` if the rows make the same catalogue."""
        with _frequent_switches():
            collect()
            catalog = assemble_catalog(rows)
            for served in alike:
                if served.catalog == catalog:
                    return replace(served, fingerprint=fingerprint)
            return self.build(catalog, fingerprint, extensions)


def schema_of(catalog: Catalog, settings: Settings, extensions: Sequence[Extension]) -> Schema:
    """The schema of a catalogue.

    Raises:
        StartupError: There is nothing to serve, or an extension does not fit.
    """
    authenticates = asks_who(settings, extensions)
    if not catalog.tables and not authenticates:
        where = ", ".join(catalog.schemas) or "any schema"
        raise StartupError(f"the database has no table or view that this role may read in {where}")
    options = SchemaOptions(
        page_size=settings.page_size,
        max_page_size=settings.max_page_size,
        cursor_key=settings.cursor_key_bytes,
        include=settings.include,
        exclude=settings.exclude,
        objects=dict(settings.objects),
        weights=settings.cost_weights,
        lenient=authenticates,
    )
    schema = build_schema(catalog, options, extensions)
    if not schema.model.by_table and not authenticates:
        raise StartupError("include, exclude, objects and tags leave no table or view to serve")
    return schema


@contextmanager
def _frequent_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)

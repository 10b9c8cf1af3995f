"""The engine on a real database, without a server: reflect, build, run."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import asyncpg
from graphql import OperationDefinitionNode, parse, validate

from db.catalogue.reflect import reflect
from db.database import Database
from loaders.across import Batches
from resolvers.execution import Lane, execute
from resolvers.prepared import PreparedOperation
from schema.build import build_schema
from schema.options import SchemaOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from graphql import GraphQLError

    from core.events import StatementRan
    from db.catalogue.model import Catalog
    from resolvers.plan import Plan
    from resolvers.strategies import ToOneStrategy
    from schema.build import Schema
    from schema.extensions import Extension

OPTIONS = SchemaOptions(cursor_key=b"a key for tests")


@dataclass(frozen=True)
class Result:
    """What an operation came to, and the statements it caused."""

    data: Any
    errors: list[GraphQLError]
    plan: Plan | None
    statements: list[StatementRan] = field(default_factory=list)
    lane: Lane = Lane.REFERENCE

    def statement_ran(self, event: StatementRan) -> None:
        self.statements.append(event)


@dataclass(frozen=True, repr=False)
class Engine:
    """A schema and the database it was made from."""

    url: str
    catalog: Catalog
    schema: Schema
    database: Database
    batches: Batches
    prepared: Callable[[str, ToOneStrategy | None], PreparedOperation]
    """Of valid documents with one operation; the last few are kept, as a server does."""

    def __repr__(self) -> str:
        return f"<Engine on {self.url}>"  # the catalogue would fill pages

    async def run(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        lane: Lane = Lane.COMPILED,
        to_one: ToOneStrategy | None = None,
    ) -> Result:
        """Runs the (only) operation of a document, which must be valid."""
        observed = Result(None, [], None)
        prepared = self.prepared(query, to_one)
        answer = await execute(
            prepared, variables=variables or {}, batches=self.batches, observer=observed, lane=lane
        )
        return Result(answer.data, answer.errors, answer.plan, observed.statements, answer.lane)


@asynccontextmanager
async def open_engine(
    url: str, options: SchemaOptions = OPTIONS, extensions: Sequence[Extension] = ()
) -> AsyncIterator[Engine]:
    """Reflects a database, builds its schema, and keeps a pool open meanwhile."""
    connection = await asyncpg.connect(url)
    try:
        catalog = await reflect(connection)
    finally:
        await connection.close()
    pool = await Database.open_pool(url, pool_size=4)
    database = Database(pool, catalog)
    try:
        schema = build_schema(catalog, options, extensions)
        prepared = lru_cache(maxsize=32)(partial(_prepared, schema))
        yield Engine(url, catalog, schema, database, Batches(database, 4), prepared)
    finally:
        await database.close()


def _prepared(schema: Schema, query: str, to_one: ToOneStrategy | None) -> PreparedOperation:
    document = parse(query)
    assert validate(schema.graphql, document) == []
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return PreparedOperation(schema.graphql, schema.model, document, operation, to_one)

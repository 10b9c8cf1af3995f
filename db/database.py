"""The database as the engine sees it: statements built and run on a pool of connections."""

from __future__ import annotations

from contextlib import asynccontextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from db.errors import translate
from db.estimates import Estimate, estimate
from db.queries import Queries, checked
from db.query import EstimateRead
from db.sessions import roll_back
from db.statements import StatementBuilder
from db.transactions import transaction
from db.write_statements import WriteBuilder
from db.writes import WRITES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    import asyncpg

    from db.catalogue.model import Catalog
    from db.identity import Identity
    from db.pool import Pool
    from db.query import Read
    from db.transactions import Transaction
    from db.writes import Write


class Database(Queries):
    """One PostgreSQL database, and the statements of one catalogue of it.

    Args:
        pool: Where statements run; several catalogues may share it.
        catalog: What they are about.
        beside: Pools whose sessions are those of other identities.
    """

    def __init__(self, pool: Pool, catalog: Catalog, beside: Sequence[Pool] = ()) -> None:
        super().__init__(StatementBuilder(catalog), pool.identity)
        self._writes = WriteBuilder(catalog)
        self._estimated = StatementBuilder(catalog, hides=False)
        self._pools = (pool, *beside)
        self._pool = pool

    def acting_as(self, identity: Identity) -> Database:
        """The same database, its statements run for somebody else."""
        other = copy(self)
        other.identity = identity
        fitting = (pool for pool in self._pools if pool.identity == identity)
        other._pool = next(fitting, self._pools[0])  # noqa: SLF001 - of this class
        return other

    @property
    def _begin(self) -> str:
        """What begins a transaction."""
        return self._pool.begin(self.identity)

    async def _run(self, sql: str, arguments: list[Any]) -> list[asyncpg.Record]:
        return await self._pool.read(sql, arguments, self.identity)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction of its own connection: kept in the end unless an error leaves the context.

        Raises:
            RequestError: It could not be begun, or kept (see `db.errors`).
        """
        try:
            connection = await self._pool.take()
        except Exception as error:
            raise translate(error) from error
        try:
            async with transaction(
                connection, self._begin, self._builder, self._writes, self.identity
            ) as begun:
                yield begun
        finally:
            await self._pool.release(connection)

    async def estimate(self, asked: Read | Write, values: Mapping[str, Any] | None) -> tuple[str, Estimate]:
        """A statement, and what PostgreSQL expects of it for these values; it is not run.

        Args:
            asked: What is asked, or written.
            values: Values of its parameters; without them, any values may be meant.

        Raises:
            RequestError: PostgreSQL refuses the statement or the values.
        """
        if isinstance(asked, WRITES):
            shown = statement = self._writes.build(asked)
        else:
            shown, statement = self._builder.build(asked), self._estimated.build(asked)
        arguments = None if values is None else [checked(values[name]) for name in statement.parameters]
        if isinstance(asked, EstimateRead):
            return shown.sql, Estimate(cost=0, rows=1)  # it is an EXPLAIN itself, and reads nothing
        try:
            connection = await self._pool.take()
            try:
                await connection.execute(self._begin)
                try:
                    return shown.sql, await estimate(connection, statement, arguments)
                finally:
                    await roll_back(connection)
            finally:
                await self._pool.release(connection)
        except Exception as error:
            raise translate(error) from error

    def take_apart(self) -> None:
        """Lets go of the statements, and of the catalogue. Nothing can be run any more."""
        self._builder.take_apart()
        self._estimated.take_apart()
        self._writes.take_apart()

    async def ping(self) -> None:
        """Asks the database for nothing; RequestError (DATABASE_UNAVAILABLE) when it does not answer."""
        await self._pool.ping()

    async def close(self) -> None:
        """Closes the pools once running statements have ended."""
        for pool in self._pools:
            await pool.close()

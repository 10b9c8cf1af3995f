"""One transaction: reads and writes on one connection, kept together or not at all."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput, ConstraintViolation, ErrorCode, RequestError
from core.events import STATEMENT_NUMBERS, StatementRan
from db.constraint_origins import ORIGINS, may_be_inherited, tell_of_origin
from db.errors import translate
from db.queries import MAX_PARAMETERS, Queries, checked
from db.sessions import roll_back

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    from core.events import Observer
    from db.catalogue.model import QualifiedName
    from db.identity import Identity
    from db.query import Read
    from db.statements import StatementBuilder
    from db.write_statements import WriteBuilder
    from db.writes import Write


class Writer(ABC):
    """Runs reads and writes of one catalogue for fields that write."""

    @abstractmethod
    async def fetch(
        self, read: Read, values: Mapping[str, Any], *, step: int = 0, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """Runs a read for one operation (see `Queries.fetch`)."""

    @abstractmethod
    async def write(
        self, write: Write, values: Mapping[str, Any], *, step: int, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """Runs a write for one operation; the records of the rows that it wrote.

        Args:
            write: What is written.
            values: By parameter: its value, in column form.
            step: The step of the plan.
            observer: Is told of the statement.

        Raises:
            RequestError: What the caller is told (see `db.errors`); the transaction is of no use any more.
        """


class Transaction(Queries, Writer):
    """A running transaction. Statements that are asked for at the same time run one after the other.

    Args:
        connection: Where it runs.
        begin: What began it.
        reads: Makes the statements of reads.
        writes: Makes those of writes.
        identity: Whom it is for.

    Attributes:
        keep: Whether what was written is kept in the end.
        written: What was asked to be written, with the values.
    """

    def __init__(
        self,
        connection: PoolConnectionProxy,
        begin: str,
        reads: StatementBuilder,
        writes: WriteBuilder,
        identity: Identity,
    ) -> None:
        super().__init__(reads, identity)
        self._connection = connection
        self._begin = begin
        self._writes = writes
        self._lock = asyncio.Lock()
        self._ended = False
        self._undone = False
        self._failure: Exception | None = None
        self.keep = True
        self.written: list[tuple[Write, Mapping[str, Any]]] = []

    async def write(
        self, write: Write, values: Mapping[str, Any], *, step: int, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """See `Writer`."""
        statement = self._writes.build(write)
        if len(statement.parameters) > MAX_PARAMETERS:
            raise BadUserInput("The operation asks for more than the database can do at once.")
        arguments = [checked(values[name]) for name in statement.parameters]
        self.written.append((write, values))
        started = time.perf_counter()
        records = await self._run(statement.sql, arguments, write.table)
        if observer is not None:
            milliseconds = (time.perf_counter() - started) * 1000
            number = next(STATEMENT_NUMBERS)
            observer.statement_ran(StatementRan(step, statement.sql, len(records), 0, milliseconds, number))
        return records

    async def _run(
        self, sql: str, arguments: list[Any], written: QualifiedName | None = None
    ) -> list[asyncpg.Record]:
        async with self._lock:
            if self._ended:
                raise RuntimeError("the transaction has ended")
            if self._undone and self._failure is not None:
                raise self._failure
            try:
                return await self._connection.fetch(sql, *arguments)
            except Exception as error:
                told = translate(error)
                self.fail(told)
                await self.find_origin(told, written)
                raise told from error
            except asyncio.CancelledError:
                self.fail(RequestError("A statement of the operation was given up.", ErrorCode.TIMEOUT))
                raise

    def fail(self, error: Exception) -> None:
        """Takes note that the transaction cannot be kept, whoever catches the error."""
        self._failure = self._failure or error

    async def find_origin(self, told: Exception, written: QualifiedName | None = None) -> None:
        """Has a violation be about the table that its constraint is inherited from, if it is.

        The database is asked in a transaction of its own: this one can do nothing any more, and is undone.

        Args:
            told: The error that it failed with.
            written: The relation that the statement writes, if it is one alone that does.

        Raises:
            RequestError: The database could not be asked.
        """
        if not isinstance(told, ConstraintViolation):
            return
        if not may_be_inherited(told, written, self._writes.catalog):
            return
        self._undone = True
        await roll_back(self._connection)
        try:
            await self._connection.execute(self._begin)
            origins = await self._connection.fetch(ORIGINS, told.schema, told.table, told.constraint)
        except Exception as error:
            raise translate(error) from error
        tell_of_origin(told, written, origins)

    async def end(self) -> None:
        """Waits for the statement that runs, and lets no other follow.

        Raises:
            Exception: The first error that it failed with, also where that was caught.
        """
        async with self._lock:
            self._ended = True
        if self._failure is not None:
            raise self._failure


@asynccontextmanager
async def transaction(
    connection: PoolConnectionProxy,
    begin: str,
    reads: StatementBuilder,
    writes: WriteBuilder,
    identity: Identity,
) -> AsyncIterator[Transaction]:
    """A transaction on a connection: kept in the end unless an error leaves the context, or `keep` is off.

    Args:
        connection: An idle connection.
        begin: What begins it, for whom it is.
        reads: Makes the statements of reads.
        writes: Makes those of writes.
        identity: Whom it is for.

    Raises:
        RequestError: It could not be begun, or kept.
    """
    try:
        try:
            await connection.execute(begin)
        except Exception as error:
            raise translate(error) from error
        begun = Transaction(connection, begin, reads, writes, identity)
        yield begun
        if begun.keep:
            await begun.end()
            try:
                await connection.execute("COMMIT")
            except Exception as error:
                told = translate(error)
                await begun.find_origin(told)
                raise told from error
    except BaseException:
        await roll_back(connection)
        raise
    if not begun.keep:
        await roll_back(connection)

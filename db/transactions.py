"""One transaction: reads and writes on one connection, kept together or not at all."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import asyncpg

from core.errors import BadUserInput, ConstraintViolation, ErrorCode, RequestError
from core.events import STATEMENT_NUMBERS, StatementRan
from db.constraint_origins import ORIGINS, may_be_inherited, tell_of_origin
from db.errors import translate
from db.queries import MAX_PARAMETERS, Queries, checked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from asyncpg.pool import PoolConnectionProxy

    from core.events import Observer
    from db.catalogue.model import QualifiedName
    from db.query import Read
    from db.statements import StatementBuilder
    from db.write_statements import WriteBuilder
    from db.writes import Write

_ROLLBACK_SECONDS = 5.0
"""How long the end of a transaction that is given up may take; then its connection is given up too."""


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
        running: As the driver has it; it has begun.
        reads: Makes the statements of reads.
        writes: Makes those of writes.

    Attributes:
        keep: Whether what was written is kept in the end.
    """

    def __init__(
        self,
        connection: PoolConnectionProxy,
        running: asyncpg.transaction.Transaction,
        reads: StatementBuilder,
        writes: WriteBuilder,
    ) -> None:
        super().__init__(reads)
        self._connection = connection
        self._running = running
        self._writes = writes
        self._lock = asyncio.Lock()
        self._ended = False
        self._is_given_up = False
        self._failure: Exception | None = None
        self.keep = True

    async def write(
        self, write: Write, values: Mapping[str, Any], *, step: int, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """See `Writer`."""
        statement = self._writes.build(write)
        if len(statement.parameters) > MAX_PARAMETERS:
            raise BadUserInput("The operation asks for more than the database can do at once.")
        arguments = [checked(values[name]) for name in statement.parameters]
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
            if self._is_given_up and self._failure is not None:
                raise self._failure
            try:
                return await self._connection.fetch(sql, *arguments)
            except Exception as error:
                told = translate(error)
                self.fail(told)
                if isinstance(told, ConstraintViolation) and may_be_inherited(
                    told, written, self._writes.catalog
                ):
                    # A transaction in which a statement has failed can be asked nothing any more.
                    await self.give_up()
                    await _ask_for_origin(self._connection, told, written)
                raise told from error
            except asyncio.CancelledError:
                self.fail(RequestError("A statement of the operation was given up.", ErrorCode.TIMEOUT))
                raise

    def fail(self, error: Exception) -> None:
        """Takes note that the transaction cannot be kept, whoever catches the error."""
        self._failure = self._failure or error

    async def give_up(self) -> None:
        """Undoes what was written, at once; there is nothing to be run in it any more."""
        if not self._is_given_up:
            self._is_given_up = True
            await _roll_back(self._connection, self._running)

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
    connection: PoolConnectionProxy, reads: StatementBuilder, writes: WriteBuilder
) -> AsyncIterator[Transaction]:
    """A transaction on a connection: kept in the end unless an error leaves the context, or `keep` is off.

    Raises:
        RequestError: It could not be begun, or kept.
    """
    running = connection.transaction()
    try:
        await running.start()
    except Exception as error:
        raise translate(error) from error
    begun = Transaction(connection, running, reads, writes)
    try:
        yield begun
        if begun.keep:
            await begun.end()
    except BaseException:
        await begun.give_up()
        raise
    if not begun.keep:
        await begun.give_up()
        return
    try:
        await running.commit()
    except asyncio.CancelledError:
        await begun.give_up()
        raise
    except Exception as error:
        told = translate(error)
        if isinstance(told, ConstraintViolation) and may_be_inherited(told, None, writes.catalog):
            await _ask_for_origin(connection, told, None)
        raise told from error


async def _ask_for_origin(
    connection: PoolConnectionProxy, violation: ConstraintViolation, written: QualifiedName | None
) -> None:
    """Has a violation be about the table that its constraint is inherited from; no transaction is open."""
    named = violation.schema, violation.table, violation.constraint
    try:
        origins = await connection.fetch(ORIGINS, *named)
    except Exception as error:
        raise translate(error) from error
    tell_of_origin(violation, written, origins)


async def _roll_back(connection: PoolConnectionProxy, running: asyncpg.transaction.Transaction) -> None:
    """Ends the transaction, whoever is being cancelled; where that fails, the connection goes with it.

    A connection must not go back to the pool with a transaction that is still open.
    """
    try:
        ending = asyncio.ensure_future(running.rollback())
    except asyncpg.InterfaceError:  # the connection is closed, and the transaction ended with it
        return
    try:
        async with asyncio.timeout(_ROLLBACK_SECONDS):
            await asyncio.shield(ending)
    except BaseException as error:
        with suppress(asyncpg.InterfaceError):  # closed meanwhile
            connection.terminate()
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        if isinstance(error, asyncio.CancelledError):
            raise

"""Running reads, wherever statements run."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from core.events import STATEMENT_NUMBERS, StatementRan
from db.query import joined_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import asyncpg

    from core.events import Observer
    from db.identity import Identity
    from db.query import Read
    from db.statements import StatementBuilder

MAX_PARAMETERS = 32_767
"""The most parameters that one statement can have in PostgreSQL's protocol."""


class Queries(ABC):
    """Runs the reads of one catalogue: on a pool of connections, or within a transaction.

    Args:
        builder: Makes statements.
        identity: Whom they are run for.

    Attributes:
        identity: Whom statements are run for.
    """

    def __init__(self, builder: StatementBuilder, identity: Identity) -> None:
        self._builder = builder
        self.identity = identity

    async def fetch(
        self, read: Read, values: Mapping[str, Any], *, step: int = 0, observer: Observer | None = None
    ) -> list[asyncpg.Record]:
        """Runs a read for one operation, and tells its observer."""
        started = time.perf_counter()
        sql, rows = await self.run(read, values)
        if observer is not None:
            keys = len(values["key0"]) if "key0" in values else 0
            milliseconds = (time.perf_counter() - started) * 1000
            number, joined = next(STATEMENT_NUMBERS), joined_rows(read, rows)
            observer.statement_ran(StatementRan(step, sql, len(rows), keys, milliseconds, number, joined))
        return rows

    async def run(
        self, read: Read, values: Mapping[str, Any], *, several: bool = False
    ) -> tuple[str, list[asyncpg.Record]]:
        """Runs a read with the values its statement names; returns the statement and its rows.

        A read whose connection is lost is sent once more on another one.

        Args:
            read: What is asked.
            values: By parameter: its value; with `several`, the list of its values.
            several: Whether the read is asked for many sets of values at once (see `db.several`).

        Raises:
            RequestError: What the caller is told (see `db.errors`).
        """
        statement = self._builder.build_for_several(read) if several else self._builder.build(read)
        if statement is None:
            raise ValueError("the read cannot be asked for several sets of values")
        if len(statement.parameters) > MAX_PARAMETERS:
            raise BadUserInput("The operation asks for more than the database can do at once.")
        arguments = [checked(values[name]) for name in statement.parameters]
        return statement.sql, await self._run(statement.sql, arguments)

    def parameters_for_several(self, read: Read) -> tuple[str, ...] | None:
        """The values that a read for several sets of them takes lists of, by name; None where it cannot."""
        statement = self._builder.build_for_several(read)
        return None if statement is None else statement.parameters

    @abstractmethod
    async def _run(self, sql: str, arguments: list[Any]) -> list[asyncpg.Record]:
        """Runs a statement; RequestError for what the caller is told."""


def checked(value: Any) -> Any:
    """The value, if it arrives as what was given: text without NUL and lone surrogates, finite numbers."""
    for item in value if isinstance(value, list) else (value,):
        kind = type(item)
        if kind is str:
            if not item.isascii():
                try:
                    item.encode()
                except UnicodeEncodeError:
                    raise BadUserInput("Text must be valid Unicode, without lone surrogates.") from None
            if "\x00" in item:
                raise BadUserInput("Text must not contain the NUL character.")
        elif kind is float and not math.isfinite(item):
            raise BadUserInput("A number is too large for a Float.")  # a literal such as 1e999
    return value

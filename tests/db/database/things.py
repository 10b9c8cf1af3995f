"""A database with a few things, and what asks it and disturbs it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import ErrorCode, RequestError
from db.catalogue.model import Catalog, QualifiedName
from db.database import Database
from db.pool import Pool
from db.query import (
    AllOf,
    Form,
    OrderTerm,
    Output,
    PageRead,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import asyncpg

    from core.events import StatementRan
    from db.query import Condition

SCRIPT = (
    """
CREATE TABLE thing (id int PRIMARY KEY, name text, at timestamptz, raw bytea, rough float8, span interval);
INSERT INTO thing VALUES
    (1, 'one', '2024-01-01 00:00+00', '\\x00ff', 0.1, '1 day 02:03:04'),
    (2, 'two', 'infinity', '', 0.30000000000000004, '0'),
    (3, NULL, NULL, NULL, NULL, NULL);
CREATE VIEW slow AS SELECT id, pg_sleep(0.4)::text AS nothing FROM thing WHERE id = 1;
CREATE VIEW broken AS SELECT id, 1 / (id - 1) AS value FROM thing;
CREATE VIEW settings AS SELECT name, setting FROM pg_settings;
CREATE FUNCTION remember() RETURNS text LANGUAGE sql AS $$ SELECT set_config('work_mem', '123kB', false) $$;
CREATE VIEW remembering AS SELECT remember() AS value;
CREATE TABLE vanishing (id int PRIMARY KEY);
"""
    f"CREATE TABLE wide ({', '.join(f'c{number} uuid' for number in range(900))});"
)


class Log:
    """Remembers the statements it is told of."""

    def __init__(self) -> None:
        self.events: list[StatementRan] = []

    def statement_ran(self, event: StatementRan) -> None:
        self.events.append(event)


@contextlib.asynccontextmanager
async def opened(url: str, catalog: Catalog, *, pool_size: int = 2) -> AsyncIterator[Database]:
    database = Database(await Pool.open(url, pool_size=pool_size), catalog)
    try:
        yield database
    finally:
        await database.close()


def page(name: str, *columns: str, condition: Condition = AllOf(())) -> PageRead:  # noqa: B008 - frozen
    return PageRead(
        table=QualifiedName("public", name),
        outputs=tuple(Output(column, Form.READ) for column in columns),
        via=None,
        condition=condition,
        order=(OrderTerm(columns[0]),),
    )


async def fetch(database: Database, read: Any, **values: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(read, {"limit": 100, **values})]


BACKENDS = """
SELECT count({}) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'loadstone' AND wait_event = $1
"""
TERMINATE = BACKENDS.format("pg_terminate_backend(pid, 5000)")  # waits until it is gone
THERE = BACKENDS.format("*")
CANCEL = BACKENDS.format("pg_cancel_backend(pid)")
SLEEPING, IDLE = "PgSleep", "ClientRead"


async def once(admin: asyncpg.Connection, deed: str, backends: str) -> None:
    """Does it to the backends that wait for this, once there are some."""
    async with asyncio.timeout(5):
        while not await admin.fetchval(deed, backends):  # noqa: ASYNC110 - the server does not tell
            await asyncio.sleep(0.01)


def role_url(url: str, role: str, password: str = "") -> str:
    return url.replace("//postgres@", f"//{role}{':' if password else ''}{password}@")


@contextlib.contextmanager
def answered_with(code: ErrorCode, message: str) -> Iterator[None]:
    with pytest.raises(RequestError) as caught:
        yield
    assert caught.value.code is code
    assert message in caught.value.message
    assert "SELECT" not in caught.value.message

"""What is read, and what callers are told where it cannot be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from core.errors import BadUserInput, ErrorCode, StaleSchemaError
from db.catalogue.model import Catalog, QualifiedName
from db.errors import translate
from db.query import (
    AllOf,
    AnyOf,
    Comparison,
    CountRead,
    Form,
    LookupRead,
    Operator,
    OrderTerm,
    Output,
    PageRead,
    Via,
)
from tests.db.database.things import (
    SLEEPING,
    THERE,
    Log,
    answered_with,
    fetch,
    once,
    opened,
    page,
    role_url,
)
from tests.support.catalogs import builtin

if TYPE_CHECKING:
    from db.database import Database

# Reading ---------------------------------------------------------------------------------------------------


async def test_rows_and_what_observers_are_told(database: Database) -> None:
    log = Log()
    read = LookupRead(
        QualifiedName("public", "thing"), (Output("name", Form.READ),), Via(("id",), (builtin("int4"),))
    )
    rows = await database.fetch(read, {"key0": [2, 7, 1]}, step=5, observer=log)
    assert sorted(map(tuple, rows)) == [("one", 3), ("two", 1)]
    [event] = log.events
    assert (event.step, event.rows, event.batched_keys) == (5, 2, 3)
    assert event.milliseconds > 0


async def test_an_empty_batch_of_keys(database: Database) -> None:
    read = CountRead(QualifiedName("public", "thing"), Via(("id",), (builtin("int4"),)), AllOf(()))
    assert await fetch(database, read, key0=[]) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a\x00b", "NUL"),
        ("\x00", "NUL"),
        ("\ud800", "valid Unicode"),
        ("a\udfffb", "valid Unicode"),
    ],
)
async def test_text_that_postgresql_cannot_hold(database: Database, value: str, message: str) -> None:
    for operator, given in ((Operator.EQ, value), (Operator.IN, ["fine", value])):
        with pytest.raises(BadUserInput, match=message):
            await fetch(database, page("thing", "id", condition=Comparison("name", operator, "p")), p=given)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
async def test_numbers_that_are_none(database: Database, value: float) -> None:
    for operator, given in ((Operator.LT, value), (Operator.IN, [1.0, value])):
        with pytest.raises(BadUserInput, match="too large"):
            await fetch(database, page("thing", "id", condition=Comparison("rough", operator, "p")), p=given)


async def test_more_parameters_than_the_protocol_has(database: Database) -> None:
    terms = tuple(Comparison("name", Operator.EQ, f"p{number}") for number in range(32_767))
    values = {f"p{number}": "x" for number in range(32_767)}
    with pytest.raises(BadUserInput, match="more than the database can do at once"):
        await fetch(database, page("thing", "id", condition=AnyOf(terms)), **values)


# Errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "operator", "value", "message"),
    [
        ("name", Operator.REGEX, "(", "invalid regular expression"),
        ("at", Operator.EQ, "2024-02-30 00:00+00", "out of range"),
        ("at", Operator.EQ, "soon", "invalid input syntax"),
        ("span", Operator.EQ, "P99999999999Y", "out of range"),
        ("id", Operator.EQ, 2**31, "does not fit the type of its column"),
        ("id", Operator.EQ, "1", "does not fit the type of its column"),
    ],
)
async def test_values_that_cannot_be_used(
    database: Database, column: str, operator: Operator, value: object, message: str
) -> None:
    with answered_with(ErrorCode.BAD_USER_INPUT, message):
        await fetch(database, page("thing", "id", condition=Comparison(column, operator, "p")), p=value)


async def test_data_that_cannot_be_computed_with(database: Database) -> None:
    with answered_with(ErrorCode.BAD_USER_INPUT, "division by zero"):
        await fetch(database, page("broken", "value"))


async def test_a_statement_that_takes_too_long(url: str, admin: asyncpg.Connection, catalog: Catalog) -> None:
    await admin.execute(
        "CREATE ROLE impatient LOGIN SUPERUSER; ALTER ROLE impatient SET statement_timeout = 50"
    )
    try:
        async with opened(role_url(url, "impatient"), catalog) as database:
            with answered_with(ErrorCode.TIMEOUT, "took too long"):
                await fetch(database, page("slow", "id", "nothing"))
            assert len(await fetch(database, page("thing", "id"))) == 3
    finally:
        await admin.execute("DROP ROLE impatient")


async def test_a_relation_that_the_role_may_not_read(
    url: str, admin: asyncpg.Connection, catalog: Catalog
) -> None:
    await admin.execute("CREATE ROLE guest LOGIN; GRANT SELECT (id) ON thing TO guest")
    try:
        async with opened(role_url(url, "guest"), catalog) as database:
            assert len(await fetch(database, page("thing", "id"))) == 3
            with answered_with(ErrorCode.FORBIDDEN, "Permission denied."):
                await fetch(database, page("thing", "id", "name"))
    finally:
        await admin.execute("DROP OWNED BY guest; DROP ROLE guest")


def test_what_is_our_own_fault_stays_what_it_is() -> None:
    """It leaves the process as INTERNAL_SERVER_ERROR."""
    error = asyncpg.PostgresSyntaxError("syntax error")
    assert translate(error) is error


async def test_what_does_not_fit_the_database_any_more(database: Database, admin: asyncpg.Connection) -> None:
    await admin.execute("ALTER TABLE vanishing RENAME TO vanished")
    try:
        with pytest.raises(StaleSchemaError) as caught:
            await fetch(database, page("vanishing", "id"))
        assert not caught.value.only_prepared
    finally:
        await admin.execute("ALTER TABLE vanished RENAME TO vanishing")


async def test_more_than_a_statement_can_hold(database: Database) -> None:
    """PostgreSQL has at most 1,664 columns in a result."""
    columns = [f"c{number}" for number in range(900)]
    read = PageRead(
        table=QualifiedName("public", "wide"),
        outputs=tuple(Output(column, form) for column in columns for form in Form),
        via=None,
        condition=AllOf(()),
        order=(OrderTerm("c0"),),
    )
    with answered_with(ErrorCode.BAD_USER_INPUT, "more than the database can do at once"):
        await fetch(database, read)


async def test_a_server_that_takes_no_more_connections(
    url: str, admin: asyncpg.Connection, catalog: Catalog
) -> None:
    await admin.execute("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1")
    await admin.execute("GRANT SELECT ON slow TO lonely")
    async with opened(role_url(url, "lonely"), catalog) as database:
        running = asyncio.create_task(fetch(database, page("slow", "id", "nothing")))
        await once(admin, THERE, SLEEPING)
        with answered_with(ErrorCode.DATABASE_UNAVAILABLE, "unavailable"):
            await database.ping()
        assert await running == [(1, "")]
    await admin.execute("DROP OWNED BY lonely; DROP ROLE lonely")

"""The pool on a real server: what cannot start, what is retried, and what callers are told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from core.errors import BadUserInput, ErrorCode, RequestError, StartupError
from db.catalogue.model import Catalog, QualifiedName
from db.catalogue.reflect import reflect
from db.database import Database
from db.pool import Pool
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
from tests.support.catalogs import builtin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from core.events import StatementRan
    from db.query import Condition
    from demo.postgres import EmbeddedPostgres

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


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(SCRIPT)


@pytest.fixture(scope="module")
async def admin(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def catalog(admin: asyncpg.Connection) -> Catalog:
    return await reflect(admin)


@contextlib.asynccontextmanager
async def opened(url: str, catalog: Catalog, *, pool_size: int = 2) -> AsyncIterator[Database]:
    database = Database(await Pool.open(url, pool_size=pool_size), catalog)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(url: str, catalog: Catalog) -> AsyncIterator[Database]:
    async with opened(url, catalog) as made:
        yield made


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


# Starting ------------------------------------------------------------------------------------------------


async def refused(url: str) -> str:
    with pytest.raises(StartupError) as refusal:
        await Pool.open(url, pool_size=2)
    message = str(refusal.value)
    assert "\n" not in message
    assert message.startswith("database_url: ")
    return message


async def test_a_server_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        message = await refused(f"postgresql://postgres@127.0.0.1:{port}/x")
    assert "cannot be reached" in message


async def test_a_host_that_has_no_address() -> None:
    assert "cannot be reached" in await refused("postgresql://postgres@does-not-exist.invalid/x")


async def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be reached" in await refused(f"postgresql://postgres@/x?host={tmp_path}")


@pytest.mark.parametrize("text", ["nonsense", "mysql://localhost/x", "postgresql://localhost:port/x"])
async def test_what_is_no_url(text: str) -> None:
    assert "not a usable PostgreSQL URL" in await refused(text)


async def test_a_database_that_is_not_there(postgres: EmbeddedPostgres) -> None:
    assert 'database "not_there" does not exist' in await refused(postgres.url("not_there"))


async def test_a_role_that_is_not_there(url: str) -> None:
    assert "refused the login" in await refused(role_url(url, "nobody_at_all"))


@pytest.fixture
async def locked_role(admin: asyncpg.Connection) -> AsyncIterator[str]:
    """A role that must give a password."""
    await admin.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    path = Path(await admin.fetchval("SHOW hba_file"))
    rules = path.read_text()  # noqa: ASYNC240 - a few lines
    path.write_text(f"local all locked scram-sha-256\n{rules}")  # noqa: ASYNC240 - a few lines
    await admin.execute("SELECT pg_reload_conf()")
    yield "locked"
    path.write_text(rules)  # noqa: ASYNC240 - a few lines
    await admin.execute("SELECT pg_reload_conf()")
    await admin.execute("DROP ROLE locked")


async def test_a_wrong_password(url: str, locked_role: str) -> None:
    message = await refused(role_url(url, locked_role, "wrong"))
    assert "refused the login" in message
    assert "wrong" not in message.removeprefix("database_url: PostgreSQL refused the login")


async def test_a_role_that_has_no_connection_left(url: str, admin: asyncpg.Connection) -> None:
    await admin.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    try:
        assert "too many connections" in await refused(role_url(url, "crowded"))
    finally:
        await admin.execute("DROP ROLE crowded")


# The session -----------------------------------------------------------------------------------------------

SETTINGS = {
    "DateStyle": ("German, DMY", "ISO, YMD"),
    "IntervalStyle": ("sql_standard", "iso_8601"),
    "TimeZone": ("Asia/Tokyo", "UTC"),
    "extra_float_digits": ("-10", "1"),
    "bytea_output": ("escape", "hex"),
    "jit": ("on", "off"),
}


@pytest.fixture
async def odd_defaults(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """The database has settings of its own for all that shapes text."""
    name = await admin.fetchval("SELECT current_database()")
    for setting, (odd, _) in SETTINGS.items():
        await admin.execute(f"ALTER DATABASE \"{name}\" SET {setting} = '{odd}'")
    yield
    await admin.execute(f'ALTER DATABASE "{name}" RESET ALL')


@pytest.mark.usefixtures("odd_defaults")
async def test_text_does_not_depend_on_the_configuration(url: str, catalog: Catalog) -> None:
    condition = Comparison("name", Operator.IN, "names")
    wanted = {setting: ours for setting, (_, ours) in SETTINGS.items()}
    async with opened(url, catalog, pool_size=1) as database:
        for _ in range(3):  # on the same connection
            found = await fetch(
                database, page("settings", "name", "setting", condition=condition), names=list(wanted)
            )
            assert dict(found) == wanted
        read = PageRead(
            table=QualifiedName("public", "thing"),
            outputs=(
                *(Output(name, Form.READ) for name in ("at", "span")),
                *(Output(name, Form.KEY) for name in ("raw", "rough")),
            ),
            via=None,
            condition=AllOf(()),
            order=(OrderTerm("id"),),
        )
        assert await fetch(database, read) == [
            ("2024-01-01 00:00:00+00", "P1DT2H3M4S", "\\x00ff", "0.1"),
            ("infinity", "PT0S", "\\x", "0.30000000000000004"),
            (None, None, None, None),
        ]


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


@contextlib.contextmanager
def answered_with(code: ErrorCode, message: str) -> Iterator[None]:
    with pytest.raises(RequestError) as caught:
        yield
    assert caught.value.code is code
    assert message in caught.value.message
    assert "SELECT" not in caught.value.message


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


async def test_what_is_our_own_fault_stays_what_it_is(database: Database, admin: asyncpg.Connection) -> None:
    """It leaves the process as INTERNAL_SERVER_ERROR."""
    await admin.execute("ALTER TABLE vanishing RENAME TO vanished")
    try:
        with pytest.raises(asyncpg.UndefinedTableError):
            await fetch(database, page("vanishing", "id"))
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


# Lost connections ------------------------------------------------------------------------------------------


async def test_connections_that_were_lost_while_idle(database: Database, admin: asyncpg.Connection) -> None:
    for _ in range(3):
        assert len(await fetch(database, page("thing", "id"))) == 3
        await once(admin, TERMINATE, IDLE)


async def test_a_statement_whose_connection_is_lost_is_sent_again(
    database: Database, admin: asyncpg.Connection
) -> None:
    log = Log()
    running = asyncio.create_task(database.fetch(page("slow", "id", "nothing"), {"limit": 10}, observer=log))
    await once(admin, TERMINATE, SLEEPING)
    assert [tuple(row) for row in await running] == [(1, "")]
    assert len(log.events) == 1


async def test_a_statement_whose_connection_is_lost_twice_is_given_up(
    database: Database, admin: asyncpg.Connection
) -> None:
    running = asyncio.create_task(fetch(database, page("slow", "id", "nothing")))
    await once(admin, TERMINATE, SLEEPING)
    await once(admin, TERMINATE, SLEEPING)
    with answered_with(ErrorCode.DATABASE_UNAVAILABLE, "unavailable"):
        await running
    assert len(await fetch(database, page("thing", "id"))) == 3


async def test_a_statement_that_is_cancelled_by_the_operator(
    database: Database, admin: asyncpg.Connection
) -> None:
    running = asyncio.create_task(fetch(database, page("slow", "id", "nothing")))
    await once(admin, CANCEL, SLEEPING)
    with answered_with(ErrorCode.TIMEOUT, "took too long"):
        await running


async def test_a_database_that_no_longer_takes_connections(
    url: str, admin: asyncpg.Connection, catalog: Catalog
) -> None:
    await admin.execute("CREATE ROLE leaving LOGIN SUPERUSER")
    async with opened(role_url(url, "leaving"), catalog) as database:
        await database.ping()
        await admin.execute("ALTER ROLE leaving NOLOGIN")
        await admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'leaving'"
        )
        with pytest.raises(RequestError) as caught:
            await database.ping()
        assert caught.value.code is ErrorCode.DATABASE_UNAVAILABLE
        await admin.execute("ALTER ROLE leaving LOGIN")
        await database.ping()
    await admin.execute("DROP ROLE leaving")


async def test_the_pool_is_the_limit(url: str, admin: asyncpg.Connection, catalog: Catalog) -> None:
    async with opened(url, catalog, pool_size=2) as database:
        rows = await asyncio.gather(*(fetch(database, page("slow", "id", "nothing")) for _ in range(4)))
        connections = await admin.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'loadstone'"
        )
    assert rows == 4 * [[(1, "")]]
    assert connections == 2


async def test_closing_waits_for_statements_and_then_ends(url: str, catalog: Catalog) -> None:
    database = Database(await Pool.open(url, pool_size=3), catalog)
    await database.ping()
    running = [asyncio.create_task(fetch(database, page("slow", "id", "nothing"))) for _ in range(2)]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(5):
        await database.close()
    assert await asyncio.gather(*running) == 2 * [[(1, "")]]


async def test_connections_that_are_not_used_go_back_to_the_pool(
    url: str, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.pool.LEASE_SECONDS", 0.05)
    pool = await Pool.open(url, pool_size=3)
    database = Database(pool, catalog)
    await asyncio.gather(*(fetch(database, page("slow", "id", "nothing")) for _ in range(3)))
    assert pool.idle == 0
    async with asyncio.timeout(5):
        while pool.idle < 3:  # noqa: ASYNC110 - the pool does not tell
            await asyncio.sleep(0.02)
    await database.ping()
    await database.close()

"""What cannot start, and what every session is set to."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.errors import StartupError
from db.catalogue.model import Catalog, QualifiedName
from db.pool import Pool
from db.query import (
    AllOf,
    Comparison,
    Form,
    Operator,
    OrderTerm,
    Output,
    PageRead,
)
from tests.db.database.things import (
    fetch,
    opened,
    page,
    role_url,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg

    from demo.postgres import EmbeddedPostgres

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

"""Puts the demo data into a database: all of it in one transaction, or none.

The comment of the database says which version of the data it holds; the version follows from
everything that the data are made of. It is set in the transaction that loads them, so an interrupted
load leaves nothing and the next one starts from zero.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Never

import asyncpg
from tqdm import tqdm

from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.rows import TableRows

DATABASE: Final = "loadstone_demo"
SERVER_ROLE: Final = "demo_server"
ANONYMOUS_ROLE: Final = "demo_anonymous"
TRAVELLER_ROLE: Final = "demo_traveller"
OPEN_VIEWS: Final = ("public.route",)  # made of all travellers' trips
_SCRIPTS: Final = ("geography.sql", "travel.sql", "overview.sql", "access.sql")
_SOURCES: Final = (*_SCRIPTS, "data.py", "geography.py", "travel.py", "words.json")
_PACKAGES: Final = ("airportsdata", "pycountry")
_MARK: Final = "Loadstone demo data, version "
_LOCK: Final = 0x10AD5  # any number, the same for all loaders
_COPY_SECONDS: Final = 600.0
# Offsets come from the time zone database of PostgreSQL itself, which also converts times later.
_TIME_ZONES: Final = """
INSERT INTO time_zone (name, january_offset, july_offset)
SELECT
    name,
    timestamptz '2026-01-15 12:00Z' AT TIME ZONE name - timestamp '2026-01-15 12:00',
    timestamptz '2026-07-15 12:00Z' AT TIME ZONE name - timestamp '2026-07-15 12:00'
FROM unnest($1::text[]) AS zones (name)
"""
_NEXT_NUMBERS: Final = """
SELECT setval(pg_get_serial_sequence('airport', 'id'), (SELECT max(id) FROM airport)),
       setval(pg_get_serial_sequence('trip', 'id'), (SELECT max(id) FROM trip)),
       setval(pg_get_serial_sequence('leg', 'id'), (SELECT max(id) FROM leg))
"""


async def create_database(admin_url: str, name: str = DATABASE) -> None:
    """Creates an empty database unless it exists.

    Args:
        admin_url: URL of another database of the same server, for a role that may create databases.
        name: Its name.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            quoted = name.replace('"', '""')
            await connection.execute(f'CREATE DATABASE "{quoted}" TEMPLATE template0')
    finally:
        await connection.close()


async def ensure_loaded(url: str, *, progress: bool) -> None:
    """Loads the demo data unless this version of them is there already.

    An older version is replaced, with what users wrote into it.

    Args:
        url: URL of the database, for its owner.
        progress: Whether to show a progress bar on standard error.

    Raises:
        StartupError: The database holds something else.
    """
    version = _version()
    connection = await asyncpg.connect(url)
    try:
        if await _loaded(connection) == version:
            return
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            loaded = await _loaded(connection)  # another loader may have been faster
            if loaded == version:
                return
            if loaded is None and await _holds_tables(connection):
                raise StartupError("The database for the demo data holds other tables: choose another one.")
            await _load(connection, version, progress=progress)
    finally:
        await connection.close()


async def _load(connection: asyncpg.Connection, version: str, *, progress: bool) -> None:
    # Imported here: reading the packages takes time that later starts do not need.
    from demo.geography import read_geography  # noqa: PLC0415
    from demo.travel import invent_travels  # noqa: PLC0415

    geography = read_geography()
    tables = (*geography.tables, *invent_travels(geography.airports))
    await connection.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    for script in _SCRIPTS:
        await connection.execute(_source(script).decode())
    await connection.execute(_TIME_ZONES, geography.time_zones)
    with tqdm(
        total=sum(len(table.rows) for table in tables), unit="rows", unit_scale=True, disable=not progress
    ) as bar:
        for table in tables:
            bar.set_description(f"Loading {table.table.replace('_', ' ')}")
            await connection.copy_records_to_table(
                table.table,
                records=_counted(table, bar),
                columns=list(table.columns),
                timeout=_COPY_SECONDS,
            )
    await connection.execute(_NEXT_NUMBERS)
    await connection.execute("REFRESH MATERIALIZED VIEW route; ANALYZE")
    await connection.execute(
        "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), "
        f"'{_MARK}{version}'); END $$"
    )


def _counted(table: TableRows, bar: tqdm[Never]) -> Iterator[tuple[object, ...]]:
    for row in table.rows:
        yield row
        bar.update()


async def _loaded(connection: asyncpg.Connection) -> str | None:
    """The version of the demo data in the database, if it holds any."""
    comment = await connection.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    )
    return comment.removeprefix(_MARK) if comment and comment.startswith(_MARK) else None


async def _holds_tables(connection: asyncpg.Connection) -> bool:
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public'))"
        )
    )


def _version() -> str:
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for name in _SOURCES:
        digest.update(_source(name))
    return digest.hexdigest()[:16]


def _source(name: str) -> bytes:
    return (Path(__file__).parent / name).read_bytes()

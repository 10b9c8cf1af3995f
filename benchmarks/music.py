"""The database of the comparison: a music store with the tables of Chinook, of any size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from demo.postgres import EmbeddedPostgres

SETTINGS = {
    "fsync": "off",  # the data is thrown away
    "synchronous_commit": "off",
    "autovacuum": "off",  # everything is vacuumed once, and then only read
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "max_connections": "200",
}
"""How PostgreSQL is set for the comparison."""


async def create(postgres: EmbeddedPostgres, tracks: int) -> str:
    """Makes a database with so many tracks.

    Args:
        postgres: The server.
        tracks: Rows of the table `track`; the other tables are in proportion. 10,000 or more.

    Returns:
        The database's name.
    """
    name = f"music_{tracks}"
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    connection = await asyncpg.connect(postgres.url(name))
    try:
        await connection.execute("SELECT set_config('music.tracks', $1, false)", str(tracks))
        await connection.execute(script)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    return name

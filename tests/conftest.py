"""Real parts for every test: one embedded PostgreSQL a session, a fresh database for who asks."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from demo.postgres import EmbeddedPostgres
from demo.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL 18 with an empty cluster of its own."""
    folder = Path(tempfile.mkdtemp(prefix="loadstone-test-"))
    try:
        with EmbeddedPostgres(folder / "pg", settings={"fsync": "off", "max_connections": "200"}) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    """A running Valkey 9 for tests that leave it running: each has keys of its own."""
    folder = Path(tempfile.mkdtemp(prefix="loadstone-test-"))
    try:
        with EmbeddedValkey(folder / "valkey") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def create_database(postgres: EmbeddedPostgres) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Creates a database from an SQL script and returns its URL."""
    admin = await asyncpg.connect(postgres.url("postgres"))
    numbers = itertools.count(1)

    async def create(script: str) -> str:
        name = f"test_{os.getpid()}_{next(numbers)}"
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        url = postgres.url(name)
        if script:
            connection = await asyncpg.connect(url)
            try:
                await connection.execute(script)
            finally:
                await connection.close()
        return url

    yield create
    await admin.close()
    await asyncio.sleep(0.1)  # sockets are closed a turn of the loop after their connections

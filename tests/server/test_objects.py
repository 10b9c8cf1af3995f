"""What settings and comments say of objects of the database, from the settings file to the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.errors import StartupError
from server.application import load_schema
from server.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

DATABASE = r"""
CREATE TABLE account (account_id int PRIMARY KEY, name text, password text);
COMMENT ON TABLE account IS E'@name User\nWho logs in.';
COMMENT ON COLUMN account.name IS E'@readOnly\nHow they are called.';
CREATE TABLE schema_migrations (version text PRIMARY KEY);
CREATE SCHEMA audit;
CREATE TABLE audit.entry (entry_id int PRIMARY KEY);
COMMENT ON SCHEMA audit IS '@hidden';
"""


async def test_from_the_file_to_the_schema(
    create_database: Callable[[str], Awaitable[str]], tmp_path: Path
) -> None:
    file = tmp_path / "loadstone.toml"
    file.write_text(
        'exclude = ["*.schema_migrations", "*.*.password*"]\n[objects.public.account]\nname = "Member"\n'
    )
    environment = {"LOADSTONE_DATABASE_URL": await create_database(DATABASE)}
    settings = resolve(flags={}, environment=environment, config=file).settings
    schema = await load_schema(settings)
    assert schema.warnings == ()
    assert {name for name in schema.model.roots if not name.startswith("node")} == {"member", "members"}
    assert set(schema.model.types["Member"].columns) == {"accountId", "name"}
    assert set(schema.model.types["Member"].updated) == {"accountId"}
    assert '"""Who logs in."""\ntype Member' in schema.sdl

    environment["LOADSTONE_EXCLUDE"] = "public"
    settings = resolve(flags={}, environment=environment, config=file).settings
    with pytest.raises(StartupError, match="leave no table or view to serve"):
        await load_schema(settings)

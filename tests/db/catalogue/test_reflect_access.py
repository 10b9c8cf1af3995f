"""What the connected role may do decides what is reflected; schemas are named or found."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import pytest

from core.errors import StartupError
from db.catalogue.model import QualifiedName
from db.catalogue.reflect import reflect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from db.catalogue.model import Catalog
    from tests.db.catalogue.conftest import Reflected

_SCRIPT = """
CREATE SCHEMA closed;
CREATE SCHEMA other;
CREATE SCHEMA "Upper";
CREATE TABLE all_granted (id int PRIMARY KEY, name text);
CREATE TABLE read_only (id int PRIMARY KEY, name text);
CREATE TABLE some_columns (
    id int PRIMARY KEY, seen text, written text, changed text, nothing text, parent int REFERENCES read_only
);
CREATE TABLE write_only (id int PRIMARY KEY);
CREATE TABLE one_column (id int, secret text);
CREATE TABLE nothing_granted (id int PRIMARY KEY);
CREATE TABLE refers (
    id int PRIMARY KEY,
    unreadable int REFERENCES nothing_granted,
    readable int REFERENCES read_only,
    elsewhere int
);
CREATE TABLE closed.away (id int PRIMARY KEY);
CREATE TABLE other.thing (id int PRIMARY KEY);
CREATE TABLE "Upper".thing (id int PRIMARY KEY);
ALTER TABLE refers ADD FOREIGN KEY (elsewhere) REFERENCES closed.away;
CREATE VIEW granted_view AS SELECT * FROM all_granted;
CREATE VIEW read_view AS SELECT * FROM all_granted;
CREATE FUNCTION granted() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION refused() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;

CREATE ROLE "{role}" LOGIN;
REVOKE ALL ON FUNCTION refused() FROM public;
GRANT USAGE ON SCHEMA other, "Upper" TO "{role}";
GRANT ALL ON all_granted, granted_view TO "{role}";
GRANT SELECT ON read_only, refers, read_view, closed.away, other.thing, "Upper".thing TO "{role}";
GRANT INSERT, UPDATE, DELETE ON write_only TO "{role}";
GRANT SELECT (id, seen, parent), INSERT (id, written), UPDATE (changed) ON some_columns TO "{role}";
GRANT SELECT (id) ON one_column TO "{role}";
"""


@asynccontextmanager
async def connected(url: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url, user=role)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def access(load: Callable[[str], Awaitable[Reflected]]) -> tuple[Reflected, str]:
    """The database as its owner sees it, and the name of a role that may do less."""
    # Roles belong to the whole server: the name is that of the database.
    database = await load("")
    role = f"reader of {urlsplit(database.url).path}"
    await database.connection.execute(_SCRIPT.replace("{role}", role))
    return database, role


@pytest.fixture(scope="module")
async def catalog(access: tuple[Reflected, str]) -> Catalog:
    database, role = access
    async with connected(database.url, role) as connection:
        return await reflect(connection)


def test_only_relations_that_may_be_read(catalog: Catalog) -> None:
    assert {tuple(name) for name in catalog.tables} == {
        ("public", "all_granted"),
        ("public", "read_only"),
        ("public", "some_columns"),
        ("public", "one_column"),
        ("public", "refers"),
        ("public", "granted_view"),
        ("public", "read_view"),
        ("other", "thing"),
        ("Upper", "thing"),
    }


async def test_the_owner_sees_all(access: tuple[Reflected, str]) -> None:
    database, _ = access
    catalog = await reflect(database.connection)

    assert QualifiedName("closed", "away") in catalog.tables
    assert QualifiedName("public", "nothing_granted") in catalog.tables
    assert len(catalog.tables[QualifiedName("public", "refers")].foreign_keys) == 3


def test_grants_on_columns(catalog: Catalog) -> None:
    table = catalog.tables[QualifiedName("public", "some_columns")]

    assert {
        column.name: (column.selectable, column.insertable, column.updatable) for column in table.columns
    } == {
        "id": (True, True, False),
        "seen": (True, False, False),
        "written": (False, True, False),
        "changed": (False, False, True),
        "nothing": (False, False, False),
        "parent": (True, False, False),
    }
    assert not table.selectable
    # A grant on any column is enough to insert or update a row.
    assert (table.insertable, table.updatable, table.deletable) == (True, True, False)
    assert [
        column.selectable for column in catalog.tables[QualifiedName("public", "one_column")].columns
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "granted"),
    [("all_granted", True), ("read_only", False), ("granted_view", True), ("read_view", False)],
)
def test_grants_on_relations(catalog: Catalog, name: str, *, granted: bool) -> None:
    table = catalog.tables[QualifiedName("public", name)]

    assert table.selectable
    assert (table.insertable, table.updatable, table.deletable) == (granted, granted, granted)
    assert all(column.selectable for column in table.columns)
    assert all((column.insertable, column.updatable) == (granted, granted) for column in table.columns)


def test_foreign_keys_to_what_may_not_be_read_are_left_out(catalog: Catalog) -> None:
    refers = catalog.tables[QualifiedName("public", "refers")]

    assert [key.columns for key in refers.foreign_keys] == [("readable",)]


def test_functions_that_may_be_called(catalog: Catalog) -> None:
    assert [function.name.name for function in catalog.functions] == ["granted"]


def test_found_schemas_are_those_with_usage_public_first(catalog: Catalog) -> None:
    assert catalog.schemas == ("public", "Upper", "other")


@pytest.mark.parametrize(
    ("schemas", "read"),
    [
        (["other"], ("other",)),
        (["other", "public"], ("other", "public")),
        (["other", "other", "Upper"], ("other", "Upper")),
        ([], ()),
    ],
)
async def test_named_schemas_keep_their_order(
    access: tuple[Reflected, str], schemas: Sequence[str], read: tuple[str, ...]
) -> None:
    database, _ = access
    catalog = await reflect(database.connection, schemas)

    assert catalog.schemas == read
    assert {name.schema for name in catalog.tables} == set(read)


async def test_foreign_keys_into_schemas_that_are_not_read_are_left_out(
    access: tuple[Reflected, str],
) -> None:
    database, _ = access
    catalog = await reflect(database.connection, ["public"])

    refers = catalog.tables[QualifiedName("public", "refers")]
    assert {key.columns for key in refers.foreign_keys} == {("unreadable",), ("readable",)}


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("missing", "schema 'missing' does not exist"),
        ("upper", "schema 'upper' does not exist"),
        ("closed", "no USAGE privilege on schema 'closed'"),
        ("pg_catalog", "schema 'pg_catalog' belongs to PostgreSQL"),
        ("information_schema", "schema 'information_schema' belongs to PostgreSQL"),
        ("public; DROP TABLE all_granted", "does not exist"),
        ("two\nlines", "does not exist"),
    ],
)
async def test_schemas_that_cannot_be_read(access: tuple[Reflected, str], schema: str, message: str) -> None:
    database, role = access
    async with connected(database.url, role) as connection:
        with pytest.raises(StartupError) as caught:
            await reflect(connection, ["public", schema])

        assert message in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        # The connection stays usable.
        assert await connection.fetchval("SELECT 1") == 1


async def test_no_objects_stand_in_for_those_of_postgresql(
    load: Callable[[str], Awaitable[Reflected]],
) -> None:
    """A search path that prefers the user's schema changes nothing, and is left as it was."""
    database = await load("""
        CREATE TABLE person (id int PRIMARY KEY);
        CREATE TABLE pg_class (relname text);
        CREATE TABLE pg_attribute (attname text);
        CREATE FUNCTION has_table_privilege(oid, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
        CREATE INDEX ON person (id) WHERE id > 0;
    """)
    await database.connection.execute("SET search_path = public, pg_catalog")
    catalog = await reflect(database.connection)

    assert {name.name for name in catalog.tables} == {"person", "pg_class", "pg_attribute"}
    assert "ON public.person" in catalog.tables[QualifiedName("public", "person")].indexes[0].definition
    assert await database.connection.fetchval("SHOW search_path") == "public, pg_catalog"


async def test_temporary_tables_are_left_out(access: tuple[Reflected, str]) -> None:
    database, _ = access
    await database.connection.execute("CREATE TEMPORARY TABLE passing (id int)")
    catalog = await reflect(database.connection)

    assert "passing" not in {name.name for name in catalog.tables}


async def test_an_empty_database(load: Callable[[str], Awaitable[Reflected]]) -> None:
    database = await load("")

    assert database.catalog.tables == {}
    assert database.catalog.types == {}
    assert database.catalog.functions == ()
    assert database.catalog.schemas == ("public",)
    assert database.catalog.server_version >= 180000


async def test_the_picture_is_of_one_moment(load: Callable[[str], Awaitable[Reflected]]) -> None:
    """A table that comes and goes meanwhile is there with all it has, or not at all."""
    database = await load("CREATE TABLE parent (id int PRIMARY KEY)")
    writer = await asyncpg.connect(database.url)

    async def come_and_go() -> None:
        while True:
            await writer.execute("CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent)")
            await writer.execute("DROP TABLE child")

    writing = asyncio.create_task(come_and_go())
    try:
        catalogs = [await reflect(database.connection) for _ in range(50)]
    finally:
        writing.cancel()
        await asyncio.wait([writing])
        await writer.close()

    children = [catalog.tables.get(QualifiedName("public", "child")) for catalog in catalogs]
    seen = [child for child in children if child]
    assert seen
    for child in seen:
        assert [column.name for column in child.columns] == ["id", "parent_id"]
        assert child.primary_key is not None
        assert [key.columns for key in child.foreign_keys] == [("parent_id",)]

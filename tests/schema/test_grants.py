"""What a role may not do in the database is not in the schema that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from db.catalogue.reflect import reflect
from schema.build import build_schema
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schema.build import Schema

SCRIPT = """
CREATE TABLE artist (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (id int PRIMARY KEY, artist_id int REFERENCES artist, title text, notes text, price int);
CREATE TABLE payroll (id int PRIMARY KEY, salary int, album_id int REFERENCES album);
CREATE TABLE play (id int PRIMARY KEY, album_id int REFERENCES album);
CREATE TABLE visitor (id int PRIMARY KEY, name text);
CREATE FUNCTION called() RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION refused() RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION album_called(a album) RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION artist_called(a artist) RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION artist_refused(a artist) RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION change() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION refused_change() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE SCHEMA closed;
CREATE FUNCTION closed.elsewhere() RETURNS int STABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE TABLE closed.away (id int PRIMARY KEY);

CREATE ROLE "{role}" LOGIN;
REVOKE ALL ON FUNCTION refused(), artist_refused(artist), refused_change() FROM public;
GRANT SELECT ON artist, play, closed.away TO "{role}";
GRANT SELECT (id, artist_id, title, price), INSERT (id, title, artist_id), UPDATE (title, price), DELETE
    ON album TO "{role}";
GRANT SELECT, UPDATE, DELETE ON visitor TO "{role}";
"""


@pytest.fixture(scope="module")
async def schema(create_database: Callable[[str], Awaitable[str]]) -> Schema:
    """What a role gets that may do little; its name is that of the database, for roles are the server's."""
    url = await create_database("")
    role = f"reader of {urlsplit(url).path}"
    owner = await asyncpg.connect(url)
    await owner.execute(SCRIPT.replace("{role}", role))
    await owner.close()
    connection = await asyncpg.connect(url, user=role)
    try:
        return build_schema(await reflect(connection), OPTIONS)
    finally:
        await connection.close()


def members(schema: Schema, name: str) -> set[str]:
    made = schema.graphql.type_map[name]
    assert isinstance(made, GraphQLObjectType | GraphQLInputObjectType)
    return set(made.fields)


def test_functions_that_may_not_be_called_are_nowhere(schema: Schema) -> None:
    assert {"called", "refused", "elsewhere"} & members(schema, "Query") == {"called"}
    assert {"change", "refusedChange"} & members(schema, "Mutation") == {"change"}
    assert {"called", "refused"} & members(schema, "Artist") == {"called"}
    assert "efused" not in schema.sdl


def test_functions_of_rows_with_columns_that_may_not_be_read_are_left_out(schema: Schema) -> None:
    assert "called" not in members(schema, "Album")
    assert [warning.partition(": ")[0] for warning in schema.warnings] == [
        "public.album_called(public.album)"
    ]


def test_what_may_not_be_read_is_nowhere(schema: Schema) -> None:
    assert members(schema, "Album") == {*("id", "rowId", "artistId", "artist", "title", "price", "plays")}
    for hidden in ("ayroll", "notes", "away"):
        assert hidden not in schema.sdl


def test_inputs_have_the_columns_that_may_be_written(schema: Schema) -> None:
    assert members(schema, "CreateAlbumInput") == {"rowId", "title", "artistId", "artist"}
    assert members(schema, "UpdateAlbumInput") == {"title", "price"}
    assert members(schema, "UpdateVisitorInput") == {"rowId", "name"}


def test_mutations_are_those_that_may_be_made(schema: Schema) -> None:
    assert members(schema, "Mutation") == {
        *("createAlbum", "createAlbums", "updateAlbum", "updateAlbums", "deleteAlbum", "deleteAlbums"),
        *("updateVisitor", "updateVisitors", "deleteVisitor", "deleteVisitors", "change"),
    }
    for name in ("CreateArtistInput", "UpdatePlayInput", "CreateVisitorInput"):
        assert name not in schema.graphql.type_map

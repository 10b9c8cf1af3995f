"""The schema as text: a snapshot of the music store, and what holds for every database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from graphql import build_schema as build_from_sdl
from graphql import print_schema, validate_schema

from schema.build import Schema, build_schema
from schema.sdl import printed
from tests.schema.conftest import SCRIPTS
from tests.support.catalogs import catalog, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Catalog

SNAPSHOT = Path(__file__).parent / "music.graphql"


def assert_valid(schema: Schema) -> None:
    # Schemas are built without validation: an empty list of errors would come from there.
    schema.graphql._validation_errors = None  # noqa: SLF001 - graphql-core has no public way
    assert validate_schema(schema.graphql) == []
    plain = without_costs(schema.sdl)
    assert printed(build_from_sdl(schema.sdl)) == plain
    assert sorted(print_schema(schema.graphql).splitlines()) == sorted(plain.rstrip("\n").splitlines())


def without_costs(sdl: str) -> str:
    return re.sub(r" @(?:cost|listSize)\([^)]*\)$| @cost\([^)]*\)(?= \{$)", "", sdl, flags=re.MULTILINE)


def test_the_music_store(catalogs: Mapping[str, Catalog], update_sdl: bool) -> None:
    schema = build_schema(catalogs["music"], OPTIONS)
    if update_sdl:
        SNAPSHOT.write_text(schema.sdl)
    assert schema.sdl == SNAPSHOT.read_text()
    assert schema.warnings == (
        'type public.cover_format: the label "hand-drawn" is the value hand_drawn.',
        (
            '"public.add(text, text)": the field add is taken; it is addByAB. '
            'Set its name under [objects."public.add(text, text)"] to choose another.'
        ),
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_database_has_a_valid_schema(catalogs: Mapping[str, Catalog], name: str) -> None:
    assert_valid(build_schema(catalogs[name], OPTIONS))


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_readable_column_of_every_relation_is_a_field(
    catalogs: Mapping[str, Catalog], name: str
) -> None:
    model = build_schema(catalogs[name], OPTIONS).model
    for relation in catalogs[name].tables.values():
        wanted = {column.name for column in relation.columns if column.selectable}
        found = {b.column for b in model.by_table[relation.name].columns.values()} if wanted else set()
        assert found == wanted


def test_an_empty_database_has_a_schema_too() -> None:
    schema = build_schema(catalog(), OPTIONS)
    assert_valid(schema)
    assert set(schema.graphql.query_type.fields if schema.graphql.query_type else ()) == {"node", "nodes"}


def test_comments_are_descriptions() -> None:
    comment = 'Triple """ quotes,\n  a backslash \\ and\n\nlines\n'
    columns = {"id": "int4!"}
    schema = build_schema(catalog(table("artist", columns, key="id", comment=comment)), OPTIONS)
    assert_valid(schema)
    artist = schema.graphql.type_map["Artist"]
    assert artist.description == comment


def test_the_types_of_a_table_stand_together_after_the_roots(catalogs: Mapping[str, Catalog]) -> None:
    sdl = build_schema(catalogs["music"], OPTIONS).sdl
    names = re.findall(r"^(?:type|input|enum|interface|scalar) (\w+)", sdl, re.MULTILINE)
    assert names[:2] == ["Query", "Mutation"]
    of_genre = [number for number, name in enumerate(names) if re.search(r"Genres?(?![a-z])", name)]
    assert len(of_genre) > 20
    assert of_genre == list(range(of_genre[0], of_genre[-1] + 1))

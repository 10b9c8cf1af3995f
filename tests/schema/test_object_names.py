"""Names that are set (`SchemaOptions.objects`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import PgType, QualifiedName, TypeKind
from schema.build import Schema, build_schema
from schema.object_options import ObjectOptions, read_options
from tests.support.catalogs import catalog, music, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from db.catalogue.model import Catalog
    from resolvers.bindings import TableType


def built(names: dict[str, str], of: Catalog | None = None) -> Schema:
    objects = {path: ObjectOptions(name=name) for path, name in names.items()}
    return build_schema(of or music(), replace(OPTIONS, objects=objects))


def type_of(schema: Schema, name: str) -> TableType:
    return schema.model.by_table[QualifiedName("public", name)]


def test_a_table() -> None:
    schema = built({"public.album": "LongPlayer"})
    assert type_of(schema, "album").name == "LongPlayer"
    assert {"longPlayer", "longPlayers"} <= set(schema.model.roots)
    assert not {"album", "albums"} & set(schema.model.roots)
    assert {"longPlayers"} <= set(type_of(schema, "artist").relations)
    assert "LongPlayerConnection" in schema.graphql.type_map
    assert schema.warnings == ()


def test_a_column() -> None:
    schema = built({"public.album.title": "name"})
    assert type_of(schema, "album").columns["name"].column == "title"
    assert "title" not in type_of(schema, "album").columns
    assert "artistIdName" in type_of(schema, "album").keys
    assert schema.warnings == ()


def test_a_foreign_key() -> None:
    schema = built({"public.album.album_artist": "by"})
    assert list(type_of(schema, "album").relations) == ["by", "tracks"]
    assert schema.warnings == ()


def test_what_was_set_comes_before_what_follows_by_rule() -> None:
    schema = built({"public.track": "Album", "public.album.released": "title"})
    assert type_of(schema, "track").name == "Album"
    assert type_of(schema, "album").name == "PublicAlbum"
    assert {name: b.column for name, b in type_of(schema, "album").columns.items()} == {
        "albumId": "album_id",
        "title2": "title",
        "artistId": "artist_id",
        "title": "released",
    }
    assert len(schema.warnings) == 2


def test_set_names_that_collide_are_told_apart_with_a_warning() -> None:
    schema = built({"public.album.title": "name", "public.album.released": "name"})
    assert {"name", "name2"} <= set(type_of(schema, "album").columns)
    assert len(schema.warnings) == 1


def test_setting_a_name_silences_its_warning() -> None:
    awkward = catalog(table("1st", {"a b": "text"}))
    assert len(built({}, awkward).warnings) == 2
    assert built({"public.1st": "First", "public.1st.a b": "ab"}, awkward).warnings == ()


def test_the_other_end_of_a_foreign_key() -> None:
    objects = {"public.album.album_artist": ObjectOptions(inverse_name="records")}
    schema = build_schema(music(), replace(OPTIONS, objects=objects))
    assert list(type_of(schema, "artist").relations) == ["records"]
    assert list(type_of(schema, "album").relations) == ["artist", "tracks"]


def test_a_type_of_values() -> None:
    mood = PgType(QualifiedName("public", "mood"), TypeKind.ENUM, labels=("a",), comment="@name Temper\nHow.")
    person = table("person", {"mood": "public.mood"})
    schema = built({}, catalog(person, types=[mood]))
    assert schema.graphql.type_map["Temper"].description == "How."
    assert "Humour" in built({"public.mood": "Humour"}, catalog(person, types=[mood])).graphql.type_map


@pytest.mark.parametrize("name", ["long player", "1st", "", "__album", "Straße"])
def test_what_is_no_graphql_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name must be a GraphQL name") as refusal:
        read_options({"name": name})
    assert "\n" not in str(refusal.value)


def test_a_path_that_leads_nowhere_is_warned_of() -> None:
    schema = built({"public.albun": "LongPlayer", "public.album.titel": "name"})
    assert schema.warnings == (
        "objects: there is no 'public.album.titel'.",
        "objects: there is no 'public.albun'.",
    )

"""What is hidden, read-only, limited or described is so everywhere in the schema."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, validate_schema
from graphql import build_schema as build_from_sdl

from core.errors import StartupError
from db.catalogue.model import Attribute, Index, PgType, QualifiedName, Rule, Sorting, TypeKind
from schema.build import Schema, build_schema
from schema.object_options import ObjectOptions, read_options
from tests.schema.conftest import SCRIPTS
from tests.support.catalogs import catalog, music, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from db.catalogue.model import Catalog, Column, Table
    from resolvers.bindings import TableType

_PLAIN = (Sorting(descending=False, nulls_first=False),)


def built(objects: Mapping[str, Mapping[str, object]], of: Catalog | None = None, **options: Any) -> Schema:
    read = {path: read_options(its) for path, its in objects.items()}
    return build_schema(of or music(), replace(OPTIONS, objects=read, **options))


def hidden(*paths: str) -> dict[str, dict[str, object]]:
    return {path: {"hidden": True} for path in paths}


def type_of(schema: Schema, name: str) -> TableType:
    return schema.model.by_table[QualifiedName("public", name)]


def members(schema: Schema, name: str) -> set[str]:
    made = schema.graphql.type_map[name]
    assert isinstance(made, GraphQLObjectType | GraphQLInputObjectType)
    return set(made.fields)


def commented(of: Catalog, comments: Mapping[str, str]) -> Catalog:
    """The catalogue with comments, by path."""

    def with_comment(path: str, what: Any) -> Any:
        return replace(what, comment=comments.get(path))

    tables = {}
    for name, its in of.tables.items():
        path = ".".join(name)
        tables[name] = replace(
            its,
            comment=comments.get(path),
            columns=tuple(with_comment(f"{path}.{each.name}", each) for each in its.columns),
            foreign_keys=tuple(with_comment(f"{path}.{each.name}", each) for each in its.foreign_keys),
            unique_keys=tuple(with_comment(f"{path}.{each.name}", each) for each in its.unique_keys),
        )
    return replace(of, tables=tables, schema_comments={k: v for k, v in comments.items() if "." not in k})


# Hiding -----------------------------------------------------------------------------------------------


def test_a_hidden_column_is_nowhere() -> None:
    schema = built(hidden("public.album.title"))
    assert not re.search("title", schema.sdl, re.IGNORECASE)
    album = type_of(schema, "album")
    assert set(album.keys) == {"albumId"}
    assert members(schema, "AlbumKey") == {"id", "albumId"}
    assert album.inserted == {}  # it is required
    assert not {"createAlbum", "createAlbums"} & set(schema.model.mutations)
    assert {"updateAlbum", "updateAlbums", "deleteAlbum", "deleteAlbums"} <= set(schema.model.mutations)
    assert schema.warnings == ()


def test_rows_can_be_created_without_a_hidden_column_that_need_not_be_given() -> None:
    schema = built(hidden("public.album.released"))
    links = {"artist", "tracks"}
    assert members(schema, "CreateAlbumInput") == {"albumId", "title", "artistId"} | links


def test_a_table_whose_primary_key_is_hidden_is_no_node() -> None:
    schema = built(hidden("public.album.album_id"))
    album = type_of(schema, "album")
    assert album.id_columns is None
    assert members(schema, "Album") == {"title", "artistId", "artist", "tracks", "released", "rowVersion"}
    assert members(schema, "AlbumKey") == {"artistIdTitle"}
    alone = built(hidden("public.artist.artist_id"))
    assert "artist" not in alone.model.roots
    assert not {"updateArtist", "deleteArtist"} & set(alone.model.mutations)
    assert {"updateArtists", "deleteArtists"} <= set(alone.model.mutations)


def test_relations_by_hidden_columns_are_still_there() -> None:
    schema = built(
        hidden(
            "public.album.artist_id",
            "public.artist.artist_id",
            "public.playlist_track.playlist_id",
        )
    )
    assert set(type_of(schema, "album").relations) == {"artist", "tracks"}
    assert set(type_of(schema, "artist").relations) == {"albums"}
    assert set(type_of(schema, "playlist").relations) == {"playlistTracks", "tracks"}


def test_relations_are_not_named_by_hidden_columns() -> None:
    game = table(
        "game",
        {"id": "int4!", "white": "int4!", "black": "int4!"},
        key=("white", "black"),
        references=[reference("w", "white", "player", "id"), reference("b", "black", "player", "id")],
    )
    chess = catalog(table("player", {"id": "int4!"}, key="id"), game)
    plain, schema = built({}, chess), built(hidden("public.game.white", "public.game.black"), chess)
    assert set(type_of(plain, "game").relations) == {"playerByWhite", "playerByBlack"}
    assert set(type_of(plain, "player").relations) == {
        "gamesByBlack",
        "gamesByWhite",
        "playersByGameBlack",
        "playersByGameWhite",
    }
    assert set(type_of(schema, "game").relations) == {"player", "player2"}
    assert set(type_of(schema, "player").relations) == {"games", "games2", "playersByGame", "playersByGame2"}
    assert any('Set its inverse_name under [objects."public.game.w"]' in each for each in schema.warnings)
    named = {"public.game.b": {"inverse_name": "gamesAsBlack", "name": "blackPlayer"}}
    again = built({**hidden("public.game.white", "public.game.black"), **named}, chess)
    assert set(type_of(again, "game").relations) == {"player", "blackPlayer"}
    assert {"games", "gamesAsBlack"} <= set(type_of(again, "player").relations)


def test_a_hidden_table_is_nowhere() -> None:
    schema = built(hidden("public.track"))
    assert "Track" not in schema.graphql.type_map
    assert not {"track", "tracks"} & set(schema.model.roots)
    assert not [name for name in schema.model.mutations if re.fullmatch("[a-z]+Tracks?", name)]
    assert set(type_of(schema, "playlist").relations) == {"playlistTracks"}
    assert set(type_of(schema, "playlist_track").relations) == {"playlist"}
    junction = built(hidden("public.playlist_track"))
    assert type_of(junction, "playlist").relations == {}
    assert set(type_of(junction, "track").relations) == {"album"}


def test_a_hidden_foreign_key_is_no_relation() -> None:
    schema = built(hidden("public.album.album_artist", "public.playlist_track.of_track"))
    assert set(type_of(schema, "album").relations) == {"tracks"}
    assert "artistId" in type_of(schema, "album").columns
    assert type_of(schema, "artist").relations == {}
    assert set(type_of(schema, "playlist").relations) == {"playlistTracks"}
    assert set(type_of(schema, "track").relations) == {"album"}


def test_a_table_whose_columns_are_all_hidden_is_left_out() -> None:
    schema = built({}, exclude=("public.artist.*",))
    assert QualifiedName("public", "artist") not in schema.model.by_table
    assert set(type_of(schema, "album").relations) == {"tracks"}
    assert schema.warnings == ("public.artist: it has no column that can be shown, and is left out.",)


def test_everything_can_be_hidden() -> None:
    schema = built(hidden("public"))
    assert set(schema.model.roots) == {"node", "nodes"}
    assert validate_schema(schema.graphql) == []


def test_the_closer_setting_holds() -> None:
    tags = {"public": "@hidden", "public.track": "@hidden false", "public.artist": "@hidden false"}
    schema = built({"public.artist": {"hidden": True}, "public.album": {"hidden": False}},
                   commented(music(), tags))  # fmt: skip
    assert {name.name for name in schema.model.by_table} == {"album", "track"}
    excluded = built({"public.album": {"hidden": False}}, exclude=("public.album", "*.*.name"))
    assert {name.name for name in excluded.model.by_table} == {
        *("artist", "track", "playlist", "playlist_track", "best_seller"),
    }
    assert set(type_of(excluded, "best_seller").columns) == {"sold"}


def test_an_enum_of_hidden_columns_alone_is_left_out() -> None:
    mood = PgType(QualifiedName("public", "mood"), TypeKind.ENUM, labels=("a",))
    person = table("person", {"mood": "public.mood", "name": "text"})
    schema = built(hidden("public.person.mood"), catalog(person, types=[mood]))
    assert "Mood" not in schema.graphql.type_map


def test_row_types_show_what_their_tables_show() -> None:
    row = PgType(
        QualifiedName("public", "account"),
        TypeKind.COMPOSITE,
        attributes=(Attribute("name", QualifiedName("pg_catalog", "text"), "@nothing"),
                    Attribute("password", QualifiedName("pg_catalog", "text"))),
    )  # fmt: skip
    rows = PgType(QualifiedName("public", "_account"), TypeKind.ARRAY, element=row.name)
    pair = PgType(
        QualifiedName("public", "pair"), TypeKind.COMPOSITE, attributes=(Attribute("a", rows.name),)
    )
    account = table("account", {"name": "text!", "password": "text!"}, key="name")
    change = table(
        "change", {"n": "int4", "old": "public.account", "all": "public._account", "pair": "public.pair"}
    )
    accounts = catalog(account, change, types=[row, rows, pair])
    part = built(hidden("public.account.password"), accounts)
    assert "password" not in part.sdl
    assert set(type_of(part, "change").columns) == {"n", "old", "all", "pair"}
    whole = built(hidden("public.account"), accounts)
    assert set(type_of(whole, "change").columns) == {"n"}
    assert not re.search("account|pair", whole.sdl, re.IGNORECASE)
    assert whole.warnings == ()


# Writing, pages, descriptions -------------------------------------------------------------------------


def test_a_read_only_table_has_no_mutations() -> None:
    schema = built({"public.album": {"read_only": True}, "public.track": {"read_only": True}})
    assert not [
        name for name in schema.model.mutations if re.search("Album|^(create|update|delete)Track", name)
    ]
    assert type_of(schema, "album").version is None
    assert "albums" in schema.model.roots
    of_schema = built({"public": {"read_only": True}, "public.album": {"read_only": False}})
    assert set(of_schema.model.mutations) == {
        f"{verb}Album{s}" for verb in ("create", "update", "delete") for s in ("", "s")
    }


def test_a_read_only_column_is_read() -> None:
    schema = built({"public.album.released": {"read_only": True}})
    assert "released" in members(schema, "Album")
    assert members(schema, "CreateAlbumInput") == {"albumId", "title", "artistId", "artist", "tracks"}
    assert members(schema, "UpdateAlbumInput") == {"albumId", "title", "artistId", "tracks"}
    assert "createAlbum" not in built({"public.album.title": {"read_only": True}}).model.mutations


def test_pages_of_each_table() -> None:
    schema = built(
        {
            "public": {"max_page_size": 40},
            "public.album": {"page_size": 5, "max_page_size": 2000},
            "public.track": {"page_size": 60},
        }
    )
    limits = {name.name: (its.pages.size, its.pages.most) for name, its in schema.model.by_table.items()}
    assert limits == {
        "artist": (40, 40),
        "album": (5, 2000),
        "track": (40, 40),
        "playlist": (40, 40),
        "playlist_track": (40, 40),
        "best_seller": (40, 40),
    }
    assert schema.graphql.mutation_type is not None
    fields = schema.graphql.mutation_type.fields
    assert fields["updateAlbums"].args["atMost"].default_value == 2000
    assert fields["deleteTracks"].args["atMost"].default_value == 40


def test_descriptions() -> None:
    comments = {
        "public": "@pageSize 7\nEverything.",
        "public.album": "@name Record\nA long one.\n@maxPageSize 9",
        "public.album.title": "@readOnly",
        "public.album.released": "When.",
        "public.album.album_artist": "@name by\nThere is no such artist.",
    }
    schema = built({"public.album.released": {"description": "Its day."}}, commented(music(), comments))
    record = schema.graphql.type_map["Record"]
    assert isinstance(record, GraphQLObjectType)
    assert record.description == "A long one."
    assert {name: record.fields[name].description for name in ("title", "released", "by")} == {
        "title": None,
        "released": "Its day.",
        "by": None,
    }
    album = type_of(schema, "album")
    assert [key.comment for key in album.table.foreign_keys] == ["There is no such artist."]
    assert (album.pages.size, album.pages.most) == (7, 9)
    assert "@name" not in schema.sdl
    assert schema.warnings == ()
    undescribed = built({"public.album": {"description": ""}}, commented(music(), comments))
    assert undescribed.graphql.type_map["Record"].description is None


def test_the_settings_go_before_the_comment_key_by_key() -> None:
    of = commented(music(), {"public.album": "@name Record\n@maxPageSize 9"})
    schema = built({"public.album": {"name": "Disc"}}, of)
    assert (type_of(schema, "album").name, type_of(schema, "album").pages.most) == ("Disc", 9)


# Warnings and errors ----------------------------------------------------------------------------------


def test_a_wrong_tag_is_a_warning_that_names_its_object() -> None:
    comments = {"public.album": "@omit", "public.album.title": "@pageSize 3", "public": "@name x",
                "public.album.album_artist": "@readOnly"}  # fmt: skip
    schema = built({}, commented(music(), comments))
    assert schema.warnings == (
        '"public": the tag @name has no effect: it cannot be set for a schema.',
        '"public.album": the tag @omit has no effect: it is not known.',
        '"public.album.title": the tag @pageSize has no effect: it cannot be set for a column.',
        '"public.album.album_artist": the tag @readOnly has no effect: it cannot be set for a foreign key.',
    )


def test_what_nothing_meets_is_warned_of() -> None:
    schema = built(hidden("public.albun", "audit"), include=("public", "sales"), exclude=("*.*.password",))
    assert schema.warnings == (
        "include: nothing meets 'sales'.",
        "exclude: nothing meets '*.*.password'.",
        "objects: there is no 'audit'.",
        "objects: there is no 'public.albun'.",
    )


@pytest.mark.parametrize(
    ("path", "options", "kind"),
    [
        ("public", {"name": "Main"}, "schema"),
        ("public.album.title", {"max_page_size": 3}, "column"),
        ("public.album.album_artist", {"read_only": True}, "foreign key"),
        ("public.album", {"inverse_name": "x"}, "table"),
    ],
)
def test_what_an_object_cannot_have_ends_the_start(path: str, options: dict[str, object], kind: str) -> None:
    [key] = options
    with pytest.raises(StartupError) as refusal:
        built({path: options})
    assert str(refusal.value) == f"objects: {key} cannot be set for {path!r}, which is a {kind}"


def test_constraints_that_errors_may_name() -> None:
    account = replace(
        table(
            "account", {"id": "int4!", "mail": "text!", "secret": "text"}, key="id", unique=["mail", "secret"]
        ),
        rules=(
            Rule("long", ("secret",)),
            Rule("at", ("mail",)),
            Rule("both", ("mail", "secret")),
            Rule("none", ()),
        ),
        indexes=(
            Index(
                "none", (None,), _PLAIN, "gist", unique=False, predicate=None, definition="(lower(secret))"
            ),
            Index("some", (None,), _PLAIN, "btree", unique=True, predicate=None, definition="(lower(mail))"),
            Index(
                "secrets", (None,), _PLAIN, "btree", unique=True, predicate=None, definition="(secrets(mail))"
            ),
        ),
    )
    note = table("note", {"of": "int4"}, references=[reference("of_account", "of", "account", "id")])
    accounts = catalog(account, note)
    assert built({}, accounts).model.named_constraints is None
    found = built(hidden("public.account.secret"), accounts).model.named_constraints
    keys = [account.primary_key, account.unique_keys[0]]
    assert set(found or ()) == {
        *(("public", "account", key.name) for key in keys if key is not None),
        *(("public", "account", name) for name in ("at", "some", "secrets")),
        ("public", "note", "of_account"),
    }
    assert built(hidden("public.account"), accounts).model.named_constraints == frozenset()


# The law ----------------------------------------------------------------------------------------------

MARK = "qz{}zq"
MARKED = re.compile(MARK.format("[0-9]+"), re.IGNORECASE)


def marked(of: Catalog, chosen: Callable[[str], bool]) -> tuple[Catalog, dict[str, ObjectOptions]]:
    """The catalogue, chosen tables and columns with names that nothing else has; and what hides them."""
    numbers = iter(range(1_000_000))

    def mark(path: str, name: str) -> str:
        return MARK.format(next(numbers)) if chosen(path) else name

    tables = {name: QualifiedName(name.schema, mark(".".join(name), name.name)) for name in sorted(of.tables)}
    names = {
        name: {c.name: mark(f"{'.'.join(name)}.{c.name}", c.name) for c in of.tables[name].columns}
        for name in tables
    }

    def column(its: Column, name: QualifiedName) -> Column:
        return replace(its, name=names[name][its.name], comment=None, type=tables.get(its.type, its.type))

    def renamed(its: Table) -> Table:
        own = names[its.name]

        def key(made: Any) -> Any:
            return made and replace(made, columns=tuple(own[c] for c in made.columns))

        return replace(
            its,
            name=tables[its.name],
            comment=None,
            columns=tuple(column(each, its.name) for each in its.columns),
            primary_key=key(its.primary_key),
            unique_keys=tuple(map(key, its.unique_keys)),
            rules=tuple(map(key, its.rules)),
            indexes=(),
            foreign_keys=tuple(
                replace(
                    key(each),
                    target=tables[each.target],
                    target_columns=tuple(names[each.target][c] for c in each.target_columns),
                )
                for each in its.foreign_keys
            ),
        )

    def pg_type(its: PgType) -> PgType:
        own = names.get(its.name, {})
        return replace(
            its,
            name=tables.get(its.name, its.name),
            element=its.element and tables.get(its.element, its.element),
            base=its.base and tables.get(its.base, its.base),
            attributes=tuple(
                replace(each, name=own.get(each.name, each.name), type=tables.get(each.type, each.type))
                for each in its.attributes
            ),
        )

    made = replace(
        of,
        tables={tables[name]: renamed(of.tables[name]) for name in tables},
        types={tables.get(name, name): pg_type(its) for name, its in of.types.items()},
        functions=tuple(
            replace(
                each,
                returns=tables.get(each.returns, each.returns),
                arguments=tuple(replace(a, type=tables.get(a.type, a.type)) for a in each.arguments),
            )
            for each in of.functions
        ),
    )
    paths = [
        *(".".join(name) for name in made.tables),
        *(f"{'.'.join(name)}.{c.name}" for name, its in made.tables.items() for c in its.columns),
    ]
    return made, {p: ObjectOptions(hidden=True) for p in paths if MARKED.fullmatch(p.rpartition(".")[2])}


@pytest.mark.parametrize("part", [0.2, 0.7])
@pytest.mark.parametrize("name", SCRIPTS)
def test_whatever_is_hidden_leaves_a_valid_schema_that_does_not_mention_it(
    catalogs: Mapping[str, Catalog], name: str, part: float
) -> None:
    source = random.Random(f"{name} {part}")  # noqa: S311 - no secret
    made, objects = marked(catalogs[name], lambda _: source.random() < part)
    assert objects
    schema = build_schema(made, replace(OPTIONS, objects=objects))
    schema.graphql._validation_errors = None  # noqa: SLF001 - or an empty list comes from its cache
    assert validate_schema(schema.graphql) == []
    build_from_sdl(schema.sdl)
    assert not MARKED.findall(schema.sdl)
    for table_name, its in made.tables.items():
        path = ".".join(table_name)
        if path in objects or table_name not in schema.model.by_table:
            continue
        shown = {binding.column for binding in schema.model.by_table[table_name].columns.values()}
        left = {c.name: c for c in its.columns if c.selectable and f"{path}.{c.name}" not in objects}
        assert shown <= left.keys()
        # What else is gone has rows of hidden tables as its values.
        assert all(made.types[left[c].type].kind is not TypeKind.BASE for c in left.keys() - shown)


def test_what_is_hidden_would_be_mentioned(catalogs: Mapping[str, Catalog]) -> None:
    made, objects = marked(catalogs["music"], lambda _: True)
    found = MARKED.findall(build_schema(made, OPTIONS).sdl)
    assert len({mark.lower() for mark in found}) == len(objects)

"""Names that would be the same are told apart: always the same way, and with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLEnumType

from db.catalogue.model import Attribute, Catalog, PgType, QualifiedName, TypeKind
from resolvers.bindings import TableType, ToMany, ToOne
from schema import naming
from schema.build import Schema, build_schema
from tests.support.catalogs import builtin, catalog, reference, table
from tests.support.engine import OPTIONS, open_engine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

ID = {"id": "int4!"}


def built(*tables_and_types: object, **options: object) -> Schema:
    return build_schema(catalog(*tables_and_types, **options), OPTIONS)  # type: ignore[arg-type]


def fields(schema: Schema, name: str, its_schema: str = "public") -> Mapping[str, str]:
    """Columns by the field that shows them."""
    bindings = schema.model.by_table[QualifiedName(its_schema, name)].columns
    return {field: binding.column for field, binding in bindings.items()}


def type_of(schema: Schema, name: str, its_schema: str = "public") -> TableType:
    return schema.model.by_table[QualifiedName(its_schema, name)]


def members(schema: Schema, name: str) -> Mapping[str, Any]:
    """Fields of a type, or values of an enum."""
    named: Any = schema.graphql.type_map[name]
    found: Mapping[str, Any] = named.values if isinstance(named, GraphQLEnumType) else named.fields
    return found


def relations_of(catalogs: Mapping[str, Catalog], database: str, name: str) -> dict[str, tuple[type, str]]:
    table_type = type_of(build_schema(catalogs[database], OPTIONS), name)
    return {field: (type(r), r.target.name) for field, r in table_type.relations.items()}


def test_a_column_named_id_is_row_id() -> None:
    schema = built(table("artist", ID, key="id"))
    assert fields(schema, "artist") == {"rowId": "id"}
    assert schema.warnings == ()


def test_without_a_primary_key_too() -> None:
    """So that adding one changes the name of nothing."""
    assert fields(built(table("artist", ID)), "artist") == {"rowId": "id"}


def test_the_plainer_name_keeps_it() -> None:
    columns = dict.fromkeys(["first name", "FirstName", "first_name", "firstName", "first__name"], "text")
    schema = built(table("person", columns))
    assert fields(schema, "person") == {
        "firstName5": "first name",
        "firstName3": "FirstName",
        "firstName2": "first_name",
        "firstName": "firstName",
        "firstName4": "first__name",
    }
    assert len(schema.warnings) == 4
    assert (
        '"public.person.first_name": the field firstName is taken; it is firstName2.'
        ' Set its name under [objects."public.person.first_name"] to choose another.'
    ) in schema.warnings


def test_a_number_that_is_taken_is_passed_over() -> None:
    schema = built(table("person", {"a_b": "text", "aB": "text", "a_b2": "text"}))
    assert fields(schema, "person") == {"aB3": "a_b", "aB": "aB", "aB2": "a_b2"}


def test_what_is_no_graphql_name_is_warned_of() -> None:
    schema = built(table("1st", {"2nd": "text", "plain": "text"}))
    assert fields(schema, "1st") == {"_2nd": "2nd", "plain": "plain"}
    assert schema.warnings == (
        naming.warning("public.1st", "it is no GraphQL name; it is _1st"),
        naming.warning("public.1st.2nd", "it is no GraphQL name; the field is _2nd"),
    )
    assert schema.warnings[0].endswith('. Set its name under [objects."public.1st"] to choose another.')


def test_the_singular_table_and_the_earlier_schema_keep_their_names() -> None:
    schema = built(
        table("people", ID, key="id"),
        table("person", ID, key="id"),
        table("person", ID, key="id", schema="crm"),
        table("person", ID, key="id", schema="archive"),
        schemas=("public", "crm", "archive"),
    )
    names = {name: table_type.name for name, table_type in schema.model.by_table.items()}
    assert names == {
        QualifiedName("public", "person"): "Person",
        QualifiedName("public", "people"): "PublicPerson",
        QualifiedName("crm", "person"): "CrmPerson",
        QualifiedName("archive", "person"): "ArchivePerson",
    }
    assert set(schema.model.roots) == {
        *("node", "nodes", "person", "people", "publicPerson", "publicPeople"),
        *("crmPerson", "crmPeople", "archivePerson", "archivePeople"),
    }
    assert len(schema.warnings) == 3


def test_the_order_of_schemas_decides() -> None:
    tables = (table("person", ID, key="id"), table("person", ID, key="id", schema="crm"))
    schema = built(*tables, schemas=("crm", "public"))
    assert type_of(schema, "person", "crm").name == "Person"
    assert type_of(schema, "person").name == "PublicPerson"


def test_one_word_for_singular_and_plural() -> None:
    schema = built(table("sheep", ID, key="id"), table("series", ID, key="id"))
    assert set(schema.model.roots) == {"node", "nodes", "sheep", "sheepList", "series", "seriesList"}
    assert schema.warnings == ()


@pytest.mark.parametrize(
    "name",
    ["query", "node", "page_info", "string", "int", "date", "big_int", "order_direction", "string_filter"],
)
def test_names_the_schema_needs_for_itself(name: str) -> None:
    schema = built(table(name, ID, key="id"))
    assert type_of(schema, name).name.startswith("Public")
    assert len(schema.warnings) == 1


def test_derived_types_give_way_to_tables() -> None:
    schema = built(
        *(
            table(n, ID, key="id")
            for n in ("foo", "foo_connection", "foo_edge", "foo_filter", "foo_key", "foo_order_by")
        )
    )
    foo = type_of(schema, "foo")
    assert type_of(schema, "foo_connection").name == "FooConnection"
    assert foo.connection_name == "FooConnection2"
    assert (foo.edge_name, foo.filter_name, foo.key_name, foo.order_name) == (
        *("FooEdge2", "FooFilter2", "FooKey2", "FooOrderBy2"),
    )


def test_filters_named_like_connectives() -> None:
    schema = built(table("thing", {"and": "int4", "or": "int4", "not": "int4"}))
    thing = type_of(schema, "thing")
    assert thing.filters == {f"{name}2": thing.columns[name] for name in ("and", "or", "not")}
    assert set(thing.columns) == {"and", "or", "not"}


def test_keys_that_join_to_the_name_of_another() -> None:
    schema = built(
        table(
            "thing", {"a": "int4!", "b": "int4!", "a_b": "int4!"}, key=("a", "b"), unique=["a_b", ("b", "a")]
        )
    )
    keys = {name: [column for _, column in key.parts] for name, key in type_of(schema, "thing").keys.items()}
    assert keys == {"aB": ["a", "b"], "aB2": ["a_b"], "bA": ["b", "a"]}
    assert schema.warnings == ("public.thing.thing_a_b_key: the key aB is taken; it is aB2.",)


def test_a_key_that_stands_twice_is_one() -> None:
    schema = built(table("thing", {"a": "int4!"}, key="a", unique=["a"]))
    assert list(type_of(schema, "thing").keys) == ["a"]


def test_types_of_one_name_in_two_schemas() -> None:
    stages = [PgType(QualifiedName(s, "stage"), TypeKind.ENUM, labels=("a",)) for s in ("public", "sales")]
    schema = built(table("deal", {"one": "public.stage", "two": "sales.stage"}), types=stages)
    assert {name: str(field.type) for name, field in members(schema, "Deal").items()} == {
        "one": "Stage",
        "two": "SalesStage",
    }
    [warning] = schema.warnings
    assert warning.startswith('"sales.stage": the name Stage is taken; it is SalesStage. Set its name')


def test_a_type_named_like_a_table() -> None:
    mood = PgType(QualifiedName("public", "mood"), TypeKind.ENUM, labels=("ok",))
    schema = built(table("mood", {"mood": "public.mood"}), types=[mood])
    assert str(members(schema, "Mood")["mood"].type) == "PublicMood"


def test_labels_that_meet_once_they_are_values() -> None:
    labels = ("with-dash", "with_dash", "", " ", "Sad", "sad", "_")
    odd = PgType(QualifiedName("public", "odd"), TypeKind.ENUM, labels=labels)
    schema = built(table("thing", {"odd": "public.odd"}), types=[odd])
    values = members(schema, "Odd")
    assert {name: value.value for name, value in values.items()} == {
        "with_dash2": "with-dash",
        "with_dash": "with_dash",
        "_2": "",
        "_3": " ",
        "Sad": "Sad",
        "sad": "sad",
        "_": "_",
    }
    assert [value.value for value in values.values()] == list(labels)  # their order is the type's


def test_attributes_of_composites() -> None:
    names = ("a_b", "aB", "__typename", "id")
    odd = PgType(
        QualifiedName("public", "odd"),
        TypeKind.COMPOSITE,
        attributes=tuple(Attribute(name, builtin("int4")) for name in names),
    )
    schema = built(table("thing", {"odd": "public.odd"}), types=[odd])
    assert list(members(schema, "Odd")) == ["aB", "aB2", "_typename", "id"]


# Relations --------------------------------------------------------------------------------------------


def test_to_one_by_column_or_by_target(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "relations", "employee")
    assert found == {
        "mentor": (ToOne, "employee"),
        "employeeByReportsTo": (ToOne, "employee"),
        "employeesByMentorId": (ToMany, "employee"),
        "employeesByReportsTo": (ToMany, "employee"),
    }


def test_the_one_reference_of_a_child_gives_its_plural(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "music", "employee")
    assert found == {
        "employeeByReportsTo": (ToOne, "employee"),
        "customers": (ToMany, "customer"),
        "employees": (ToMany, "employee"),
    }


def test_two_references_of_one_child(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "relations", "airport")
    assert found == {
        "hub": (ToOne, "hub"),
        "flightsByAlternate": (ToMany, "flight"),
        "flightsByDestinationId": (ToMany, "flight"),
        "flightsByOriginId": (ToMany, "flight"),
        "hubByAirportId": (ToOne, "hub"),
        "shipments": (ToMany, "shipment"),
    }


def test_references_of_several_columns(catalogs: Mapping[str, Catalog]) -> None:
    assert relations_of(catalogs, "relations", "city") == {
        "countryByCountryCode": (ToOne, "country"),
        "regionByCountryCodeRegionCode": (ToOne, "region"),
    }
    assert relations_of(catalogs, "relations", "category")["categories"] == (ToMany, "category")


def test_a_unique_reference_leads_back_to_one(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "relations", "person")
    assert found["passport"] == (ToOne, "passport")
    assert found["locker"] == (ToOne, "locker")
    assert found["personDetail"] == (ToOne, "person_detail")
    assert found["addresses"] == (ToMany, "address")
    assert found["marriageByFirstId"] == found["marriageBySecondId"] == (ToOne, "marriage")
    assert found["marriagesByWitnessId"] == (ToMany, "marriage")


def test_junctions_lead_to_the_far_side(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "relations", "playlist")
    assert found == {
        "favourites": (ToMany, "favourite"),
        "playlistTracks": (ToMany, "playlist_track"),
        "tracks": (ToMany, "track"),
        "tracksByPlaylistTrack": (ToMany, "track"),
    }
    student = relations_of(catalogs, "relations", "student")
    assert {name for name, (_, target) in student.items() if target == "course"} == {
        "courses",
        "coursesByEnrolment",
    }


def test_a_junction_of_a_table_with_itself_leads_both_ways(catalogs: Mapping[str, Catalog]) -> None:
    found = relations_of(catalogs, "relations", "person")
    assert {name for name in found if "Friendship" in name and name.startswith("people")} == {
        "peopleByFriendshipFriendId",
        "peopleByFriendshipPersonId",
    }


def test_what_joins_three_or_has_no_key_is_no_junction(catalogs: Mapping[str, Catalog]) -> None:
    student = relations_of(catalogs, "relations", "student")
    assert ("lessons" in student, "attendances" in student) == (True, True)
    assert not {name for name in student if "Lesson" in name or "Attendance" in name}


def test_keys_of_inherited_tables_promise_nothing() -> None:
    schema = built(
        table("owner", ID, key="id"),
        table(
            "vehicle",
            {"id": "int4!", "owner_id": "int4"},
            key="id",
            unique=["owner_id"],
            references=[reference("vehicle_owner", "owner_id", "owner", "id")],
            has_children=True,
        ),
        table(
            "repair", {"id": "int4!", "vehicle_id": "int4"}, key="id",
            references=[reference("repair_vehicle", "vehicle_id", "vehicle", "id")],
        ),
    )  # fmt: skip
    assert isinstance(type_of(schema, "owner").relations["vehicles"], ToMany)
    assert "vehicle" not in members(schema, "RepairOrderBy")


def test_columns_keep_their_names_before_relations(catalogs: Mapping[str, Catalog]) -> None:
    schema = build_schema(catalogs["awkward_names"], OPTIONS)
    track, album = type_of(schema, "track"), type_of(schema, "album")
    assert track.columns["album"].column == "album"
    assert {name for name in track.relations if name.startswith("album")} >= {
        "albumByAlbumId",
        "albumByAlbumFk",
    }
    assert album.columns["tracks"].column == "tracks"
    assert (
        '"public.track.track_album_id_fkey": the field tracksByAlbumId of public.album is taken; it is'
        in str(schema.warnings)
    )


async def test_a_table_that_only_joins_takes_the_plain_name(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database("""
        CREATE TABLE playlist (playlist_id int PRIMARY KEY);
        CREATE TABLE track (track_id int PRIMARY KEY);
        CREATE TABLE favourite (playlist_id int REFERENCES playlist, track_id int REFERENCES track,
            since date, PRIMARY KEY (playlist_id, track_id));
        CREATE TABLE playlist_track (playlist_id int REFERENCES playlist, track_id int REFERENCES track,
            PRIMARY KEY (playlist_id, track_id));
    """)
    async with open_engine(url) as engine:
        relations = engine.schema.model.types["Playlist"].relations
        through = {
            name: relation.via.junction.table.name
            for name, relation in relations.items()
            if relation.via.junction is not None
        }
        assert through == {"tracks": "playlist_track", "tracksByFavourite": "favourite"}

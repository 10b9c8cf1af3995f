"""Relations and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import Column, Generated, Identity, QualifiedName, RelationKind, Table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.db.catalogue.conftest import Reflected


def table(database: Reflected, name: str, schema: str = "public") -> Table:
    return database.catalog.tables[QualifiedName(schema, name)]


def catalogue_type(name: str) -> QualifiedName:
    return QualifiedName("pg_catalog", name)


async def test_every_relation_is_there_but_partitions(relations: Reflected) -> None:
    """PostgreSQL's own list, against ours."""
    expected = await relations.connection.fetch(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_schema IN ('public', 'crm', 'billing')"
    )
    partitions = {
        *("measurement_2025", "measurement_2026", "measurement_2026_1", "measurement_2026_rest"),
        *("measurement_rest", "event_0", "event_1"),
    }
    names = {QualifiedName(*row) for row in expected if row["table_name"] not in partitions}

    # The information schema knows no materialised views.
    assert set(relations.catalog.tables) == names | {QualifiedName("public", "person_summary")}
    assert all(found.name == name for name, found in relations.catalog.tables.items())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("person", RelationKind.TABLE),
        ("measurement", RelationKind.PARTITIONED_TABLE),
        ("no_partitions", RelationKind.PARTITIONED_TABLE),
        ("adult_name", RelationKind.VIEW),
        ("chain", RelationKind.VIEW),
        ("person_summary", RelationKind.MATERIALIZED_VIEW),
        ("car", RelationKind.TABLE),
    ],
)
def test_kinds(relations: Reflected, name: str, kind: RelationKind) -> None:
    assert table(relations, name).kind is kind


def test_columns_of_the_databases_making(types: Reflected) -> None:
    int4 = catalogue_type("int4")

    assert table(types, "made").columns == (
        Column("id", int4, 1, nullable=False, has_default=True, identity=Identity.ALWAYS),
        Column("by_default", int4, 2, nullable=False, has_default=True, identity=Identity.BY_DEFAULT),
        Column("serial", int4, 3, nullable=False, has_default=True),
        Column("a", int4, 4, nullable=False, has_default=True),
        Column("b", int4, 5),
        Column("stored", int4, 6, has_default=True, generated=Generated.STORED, expression="(a * 2)"),
        Column(
            "virtual",
            int4,
            7,
            has_default=True,
            generated=Generated.VIRTUAL,
            expression="(a + COALESCE(b, 0))",
        ),
        Column(
            "stored_text",
            catalogue_type("text"),
            8,
            nullable=False,
            has_default=True,
            generated=Generated.STORED,
            expression="('a is '::text || (a)::text)",
        ),
        Column("at", catalogue_type("timestamptz"), 9, nullable=False, has_default=True),
    )


def test_columns_of_domains_take_what_the_domain_says(types: Reflected) -> None:
    domains = table(types, "domains")

    assert {column.name for column in domains.columns if not column.nullable} == {
        "id",
        "required",
        "required_twice",
    }
    assert {column.name for column in domains.columns if column.has_default} == {"defaulted"}


def test_columns_have_a_collation_where_it_is_not_that_of_the_database(types: Reflected) -> None:
    texts = table(types, "texts")

    assert {column.name: column.collation for column in texts.columns if column.collation is not None} == {
        "name": catalogue_type("C"),
        "c_sorted": catalogue_type("C"),
        "unicode_sorted": catalogue_type("pg_unicode_fast"),
    }


def test_not_null_that_is_not_valid_guarantees_nothing(relations: Reflected) -> None:
    assert {column.name: column.nullable for column in table(relations, "not_null").columns} == {
        "id": False,
        "certain": False,
        "unchecked": True,
        "checked": False,
    }


def test_parent_is_as_nullable_as_what_inherits_from_it(relations: Reflected) -> None:
    """`name` is NOT NULL in `vehicle` alone, and its children's rows are read with it."""
    vehicle = table(relations, "vehicle")

    assert vehicle.has_children
    assert {column.name: column.nullable for column in vehicle.columns} == {
        "id": False,
        "owner_id": True,
        "wheels": False,
        "name": True,
    }


def test_children_by_inheritance_are_tables_with_all_columns(relations: Reflected) -> None:
    amphibian = table(relations, "amphibian")

    assert [column.name for column in amphibian.columns] == [
        *("id", "owner_id", "wheels", "name", "doors", "knots"),
    ]
    assert not amphibian.has_children
    assert table(relations, "car").has_children
    assert amphibian.primary_key is None


def test_partitions_are_no_children(relations: Reflected) -> None:
    measurement = table(relations, "measurement")

    assert not measurement.has_children
    assert [(column.name, column.nullable) for column in measurement.columns] == [
        ("station_id", False),
        ("taken_on", False),
        ("value", True),
    ]


def test_columns_of_views_are_nullable(relations: Reflected) -> None:
    for name in ("adult", "adult_name", "adult_passport", "person_summary", "person_as_caller"):
        assert all(column.nullable for column in table(relations, name).columns), name


def test_view_over_views(relations: Reflected) -> None:
    assert table(relations, "adult_name").columns == (
        Column("name", catalogue_type("text"), 1),
        Column("shouted", catalogue_type("text"), 2),
    )


def test_relations_without_columns(awkward_names: Reflected, relations: Reflected) -> None:
    assert table(awkward_names, "no_columns").columns == ()
    assert table(relations, "empty_view").columns == ()


def test_dropped_columns_are_gone(awkward_names: Reflected) -> None:
    assert [(column.name, column.position) for column in table(awkward_names, "dropped_columns").columns] == [
        ("id", 2),
        ("c", 4),
        ("d", 5),
    ]


@pytest.mark.parametrize(
    ("name", "insertable", "updatable", "deletable"),
    [
        ("person", True, True, True),
        ("measurement", True, True, True),
        ("adult", True, True, True),
        ("adult_name", True, True, True),
        ("adult_passport", False, False, False),
        ("numbers", False, False, False),
        ("person_summary", False, False, False),
        ("person_summary_view", False, False, False),
        # By an INSTEAD OF trigger.
        ("writable", False, True, False),
    ],
)
def test_what_can_be_written(
    relations: Reflected,
    name: str,
    *,
    insertable: bool,
    updatable: bool,
    deletable: bool,
) -> None:
    found = table(relations, name)

    assert (found.insertable, found.updatable, found.deletable) == (insertable, updatable, deletable)


def test_flags_of_row_security(relations: Reflected) -> None:
    secured = {name.name for name, found in relations.catalog.tables.items() if found.row_security}
    invokers = {name.name for name, found in relations.catalog.tables.items() if found.security_invoker}

    assert secured == {"diary"}
    assert invokers == {"person_as_caller"}


@pytest.mark.parametrize(
    ("name", "comment"),
    [
        ("person", "A human being."),
        ("adult", "Born before the year 2000."),
        ("person_summary", "Counted once."),
        ("measurement", "What stations see."),
        ("pet", None),
    ],
)
def test_comments_of_relations(relations: Reflected, name: str, comment: str | None) -> None:
    assert table(relations, name).comment == comment


def test_comments_of_columns(relations: Reflected, awkward_names: Reflected) -> None:
    assert table(relations, "person").column("born").comment == "Day of birth."
    assert table(relations, "adult").column("born").comment == "Always known."
    assert table(relations, "person").column("name").comment is None
    assert table(awkward_names, "商品").column("名前").comment == '  名前: ends with a quote "'


async def test_row_estimates(load: Callable[[str], Awaitable[Reflected]]) -> None:
    database = await load("""
        CREATE TABLE never_analysed (a int);
        CREATE TABLE empty (a int);
        CREATE TABLE filled AS SELECT generate_series(1, 1000) AS a;
        CREATE VIEW seen AS SELECT * FROM filled;
        CREATE TABLE parted (a int) PARTITION BY LIST (a);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1) PARTITION BY LIST (a);
        CREATE TABLE parted_1_1 PARTITION OF parted_1 FOR VALUES IN (1);
        CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
        CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (3);
        INSERT INTO parted SELECT n % 2 + 1 FROM generate_series(1, 500) AS n;
        ANALYZE empty, filled, parted_1_1, parted_2;
    """)
    estimates = {name.name: found.row_estimate for name, found in database.catalog.tables.items()}

    assert estimates == {"never_analysed": None, "empty": 0, "filled": 1000, "seen": None, "parted": 500}


async def test_foreign_tables_guarantee_nothing(load: Callable[[str], Awaitable[Reflected]]) -> None:
    """Even one that nobody serves, and views of it, are reflected."""
    database = await load("""
        CREATE FOREIGN DATA WRAPPER unserved;
        CREATE SERVER elsewhere FOREIGN DATA WRAPPER unserved;
        CREATE FOREIGN TABLE far (id int NOT NULL, name text) SERVER elsewhere;
        CREATE VIEW far_view AS SELECT * FROM far;
        CREATE TABLE near (id int NOT NULL, name text NOT NULL) PARTITION BY LIST (id);
        CREATE FOREIGN TABLE far_part PARTITION OF near FOR VALUES IN (1) SERVER elsewhere;
    """)
    far = table(database, "far")

    assert far.kind is RelationKind.FOREIGN_TABLE
    assert [(column.name, column.nullable) for column in far.columns] == [("id", True), ("name", True)]
    assert (far.insertable, far.updatable, far.deletable) == (False, False, False)
    assert not table(database, "far_view").insertable
    assert QualifiedName("public", "far_part") not in database.catalog.tables
    # A partition elsewhere need not keep to what the partitioned table declares.
    assert [(column.name, column.nullable) for column in table(database, "near").columns] == [
        ("id", True),
        ("name", True),
    ]


async def test_what_extensions_own_is_left_out(load: Callable[[str], Awaitable[Reflected]]) -> None:
    database = await load("""
        CREATE EXTENSION vector;
        CREATE SCHEMA theirs;
        CREATE TABLE theirs.thing (id int PRIMARY KEY);
        CREATE TABLE item (id int PRIMARY KEY, their_thing int REFERENCES theirs.thing);
        CREATE TABLE settings (id int);
        CREATE VIEW settings_view AS SELECT * FROM settings;
        ALTER EXTENSION vector ADD SCHEMA theirs;
        ALTER EXTENSION vector ADD TABLE theirs.thing;
        ALTER EXTENSION vector ADD TABLE settings;
        ALTER EXTENSION vector ADD VIEW settings_view;
    """)

    assert database.catalog.schemas == ("public",)
    assert set(database.catalog.tables) == {QualifiedName("public", "item")}
    assert table(database, "item").foreign_keys == ()
    assert database.catalog.functions == ()


def test_awkward_names_come_as_they_are(awkward_names: Reflected) -> None:
    names = set(awkward_names.catalog.tables)
    quoted = table(awkward_names, 'it\'s "quoted" and spaced')

    assert {
        QualifiedName("public", "new\nline"),
        QualifiedName("public", "🦄"),
        QualifiedName("public", "100%"),
        QualifiedName("public", "a_name_of_sixty_characters_which_is_about_as_long_as_they_get"),
        QualifiedName('it\'s a "schema".name', 'it\'s a "table".name'),
        QualifiedName("スキーマ", "テーブル"),
        QualifiedName("public", "invoice"),
        QualifiedName("sales", "invoice"),
        QualifiedName("Archive", "invoice"),
    } <= names
    assert {'a"b', "a'b", "a\\b", "a\nb", "a\tb", " leading", "trailing ", "%(name)s", "$1", "{{a}}"} <= {
        column.name for column in quoted.columns
    }

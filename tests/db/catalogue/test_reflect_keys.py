"""Primary keys, unique keys, foreign keys and indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import ForeignKey, Index, QualifiedName, Sorting, Table, UniqueKey

if TYPE_CHECKING:
    from tests.db.catalogue.conftest import Reflected


def table(database: Reflected, name: str, schema: str = "public") -> Table:
    return database.catalog.tables[QualifiedName(schema, name)]


def foreign_keys(database: Reflected, name: str, schema: str = "public") -> set[tuple[object, ...]]:
    return {
        (key.columns, key.target, key.target_columns) for key in table(database, name, schema).foreign_keys
    }


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("country", ("code",)),
        ("region", ("country_code", "code")),
        # The order of the key, not of the columns.
        ("reading", ("taken_at", "sensor", "country_code")),
        ("favourite", ("track_id", "playlist_id")),
        ("measurement", ("station_id", "taken_on")),
        ("person_detail", ("person_id",)),
        ("no_partitions", ("id",)),
    ],
)
def test_primary_key_keeps_its_order(relations: Reflected, name: str, columns: tuple[str, ...]) -> None:
    key = table(relations, name).primary_key

    assert key is not None
    assert key.columns == columns


@pytest.mark.parametrize(
    "name", ["log_entry", "unrelated", "attendance", "event", "adult", "person_summary", "booking"]
)
def test_no_primary_key(relations: Reflected, name: str) -> None:
    assert table(relations, name).primary_key is None


def test_primary_key_is_no_further_unique_key(relations: Reflected) -> None:
    assert table(relations, "person").primary_key == UniqueKey(
        "person_pkey", ("id",), comment="The number of a person."
    )
    assert table(relations, "person").unique_keys == ()


def test_unique_keys_are_those_that_identify_a_row(relations: Reflected) -> None:
    """Neither partial indexes, nor expressions, nor exclusion constraints, nor INCLUDEd columns."""
    assert set(table(relations, "unique_keys").unique_keys) == {
        UniqueKey("unique_plain", ("plain",)),
        UniqueKey("unique_late", ("late",), immediate=False),
        UniqueKey("unique_one_null", ("one_null",), nulls_distinct=False),
        UniqueKey("unique_included", ("included",)),
        UniqueKey("unique_pair", ("plain", "late")),
        UniqueKey("unique_indexed", ("indexed",)),
    }


def test_unique_index_is_a_key_without_a_constraint(relations: Reflected) -> None:
    assert table(relations, "locker").unique_keys == (
        UniqueKey("locker_person", ("person_id",), comment="One locker each."),
    )
    assert table(relations, "person_summary").unique_keys == (UniqueKey("person_summary_id", ("id",)),)


def test_temporal_key_identifies_no_row(relations: Reflected) -> None:
    booking = table(relations, "booking")

    assert booking.primary_key is None
    assert booking.unique_keys == ()
    assert table(relations, "breakfast").foreign_keys == ()


def test_indexes(relations: Reflected) -> None:
    indexes = {index.name: index for index in table(relations, "unique_keys").indexes}

    assert indexes["unique_partial"] == Index(
        name="unique_partial",
        columns=("partial",),
        sortings=(Sorting(descending=False, nulls_first=False),),
        method="btree",
        unique=True,
        predicate="(partial > 0)",
        definition="CREATE UNIQUE INDEX unique_partial ON public.unique_keys USING btree (partial)"
        " WHERE (partial > 0)",
    )
    assert indexes["unique_mixed"].columns == ("plain", None)
    assert indexes["unique_included"].columns == ("included",)
    assert indexes["plain_hash"].method == "hash"
    assert not indexes["plain_hash"].unique
    assert "unique_keys_pkey" in indexes


def test_invalid_indexes_are_left_out(relations: Reflected) -> None:
    assert table(relations, "measurement").unique_keys == ()
    assert [index.columns for index in table(relations, "measurement").indexes] == [
        ("station_id", "taken_on"),
        ("value",),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("region", {(("country_code",), public("country"), ("code",))}),
        (
            "city",
            {
                (("country_code",), public("country"), ("code",)),
                (("country_code", "region_code"), public("region"), ("country_code", "code")),
            },
        ),
        # As the constraint pairs them, in another order than the target's key.
        ("landmark", {(("region_code", "country_code"), public("region"), ("code", "country_code"))}),
        (
            "employee",
            {
                (("reports_to",), public("employee"), ("id",)),
                (("mentor_id",), public("employee"), ("id",)),
            },
        ),
        ("category", {(("tree", "parent_id"), public("category"), ("tree", "id"))}),
        (
            "flight",
            {
                (("origin_id",), public("airport"), ("id",)),
                (("destination_id",), public("airport"), ("id",)),
                (("alternate",), public("airport"), ("id",)),
            },
        ),
        ("department", {(("head_id",), public("staff"), ("id",))}),
        ("staff", {(("department_id",), public("department"), ("id",))}),
        (
            "stock",
            {
                (("sku",), public("product"), ("sku",)),
                (("ean",), public("product"), ("ean",)),
                (("maker", "model"), public("product"), ("maker", "model")),
            },
        ),
        ("note", {(("invoice_id",), QualifiedName("billing", "invoice"), ("id",))}),
        ("person", {(("contact_id",), QualifiedName("crm", "person"), ("id",))}),
        # From a partitioned table and to one: once, whatever its partitions are.
        ("measurement", {(("station_id",), public("station"), ("id",))}),
        ("event", {(("station_id",), public("station"), ("id",))}),
        (
            "measurement_flag",
            {(("station_id", "taken_on"), public("measurement"), ("station_id", "taken_on"))},
        ),
        # To a partition, which is no table of the catalogue.
        ("old_measurement_flag", set()),
        # To a parent and to its child.
        (
            "repair",
            {(("vehicle_id",), public("vehicle"), ("id",)), (("car_id",), public("car"), ("id",))},
        ),
        # Foreign keys are not inherited.
        ("car", set()),
        ("adult", set()),
    ],
)
def test_foreign_keys(relations: Reflected, name: str, expected: set[tuple[object, ...]]) -> None:
    assert foreign_keys(relations, name) == expected
    assert len(table(relations, name).foreign_keys) == len(expected)


def test_foreign_keys_of_another_schema(relations: Reflected) -> None:
    assert foreign_keys(relations, "customer", "crm") == {(("person_id",), public("person"), ("id",))}
    assert foreign_keys(relations, "invoice", "billing") == {
        (("customer_id",), QualifiedName("crm", "customer"), ("id",))
    }


def test_foreign_keys_that_the_database_does_not_vouch_for(relations: Reflected) -> None:
    enforced = {key.name: key.enforced for key in table(relations, "pet").foreign_keys}

    # NOT VALID, NOT ENFORCED, and an ordinary one.
    assert enforced == {"pet_owner": False, "pet_vet": False, "pet_sitter": True}


def test_foreign_key_of_a_parent_does_not_bind_its_children(relations: Reflected) -> None:
    """The car of the test database has an owner that does not exist: PostgreSQL lets it."""
    [key] = table(relations, "vehicle").foreign_keys

    assert not key.enforced


def test_deferrable_foreign_key(relations: Reflected) -> None:
    assert table(relations, "department").foreign_keys == (
        ForeignKey("department_head", ("head_id",), public("staff"), ("id",), deferrable=True),
    )


def test_comments_of_constraints(relations: Reflected) -> None:
    passport = table(relations, "passport")

    assert [key.comment for key in passport.unique_keys] == ["One passport each."]
    assert [key.comment for key in passport.foreign_keys] == ["Whose it is."]


def test_keys_of_awkward_names(awkward_names: Reflected) -> None:
    product = table(awkward_names, "商品")

    assert product.primary_key is not None
    assert product.primary_key.columns == ("番号",)
    assert foreign_keys(awkward_names, "商品") == {
        (("親番号",), public("商品"), ("番号",)),
        (("Größe_id",), public("Größe"), ("id",)),
    }
    # Gaps that dropped columns left do not shift the names.
    dropped = table(awkward_names, "dropped_columns")
    assert dropped.primary_key is not None
    assert dropped.primary_key.columns == ("id",)
    assert [key.columns for key in dropped.unique_keys] == [("c",)]


def test_two_foreign_keys_over_one_column(awkward_names: Reflected) -> None:
    keys = table(awkward_names, "review").foreign_keys

    assert [(key.name, key.target.name) for key in keys] == [
        ("review_album_id_fkey", "album"),
        ("same column, other target", "foo"),
        ("same column, same target", "album"),
    ]

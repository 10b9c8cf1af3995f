"""Total orders and positions in them; that walks visit every row once is shown in tests/property."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from db.catalogue.model import RelationKind, Table
from db.expressions import DIALECT
from db.keyset import SeekTerm, TotalOrder, beyond, row_key, segments, shows_values, total_order
from db.query import OrderTerm
from tests.support.catalogs import table

KEYED = table("t", {"a": "int4!", "b": "int4!", "c": "int4"}, key=("b", "a"))
A, B, C = (f"(SELECT '{name}' AS value)" for name in "abc")
"""Values of a position, where PostgreSQL plans without looking at them."""

VIEW = table("v", {"b": "int4", "a": "json"}, kind=RelationKind.VIEW)


@pytest.mark.parametrize(
    ("relation", "key"),
    [
        (KEYED, ("b", "a")),
        (table("t", {"a": "int4!"}, key="a", unique=["a"]), ("a",)),
        # A key may stand in for the primary key only if it has no NULLs: those are not told apart.
        (table("t", {"a": "int4", "b": "int4!"}, unique=["a", "b"]), ("b",)),
        (table("t", {"a": "int4!", "b": "int4!"}, unique=[("a", "b"), "b"]), ("b",)),
        (table("t", {"a": "int4"}, unique=["a"]), ("ctid",)),
        (table("t", {"a": "int4"}), ("ctid",)),
        (table("t", {"a": "int4"}, kind=RelationKind.MATERIALIZED_VIEW, unique=["a"]), ("ctid",)),
        (table("t", {"a": "int4"}, kind=RelationKind.PARTITIONED_TABLE), ("tableoid", "ctid")),
        (table("t", {"a": "int4!"}, kind=RelationKind.PARTITIONED_TABLE, key="a"), ("a",)),
        (VIEW, None),
        (table("t", {"a": "int4"}, kind=RelationKind.FOREIGN_TABLE), None),
        # The rows of inheriting tables are under no key of the parent.
        (table("t", {"a": "int4!"}, key="a", has_children=True), ("a", "tableoid", "ctid")),
        (table("t", {"a": "int4!"}, unique=["a"], has_children=True), ("tableoid", "ctid")),
        (table("t", {"a": "int4!"}, kind=RelationKind.FOREIGN_TABLE, has_children=True), None),
    ],
)
def test_what_tells_rows_apart(relation: Table, key: tuple[str, ...] | None) -> None:
    assert row_key(relation) == key


def test_the_key_breaks_ties_in_the_direction_of_the_last_term() -> None:
    up, down = OrderTerm("c"), OrderTerm("c", descending=True)
    assert total_order(KEYED, [up]) == TotalOrder((up, OrderTerm("b"), OrderTerm("a")), positional=False)
    assert total_order(KEYED, [down]).terms == (
        down,
        OrderTerm("b", descending=True, nulls_first=True),
        OrderTerm("a", descending=True, nulls_first=True),
    )


def test_later_repetitions_are_dropped() -> None:
    terms = [OrderTerm("c"), OrderTerm("a"), OrderTerm("c", descending=True)]
    assert total_order(KEYED, terms).terms == (OrderTerm("c"), OrderTerm("a"), OrderTerm("b"))


def test_without_a_key_all_columns_are_the_order() -> None:
    assert total_order(VIEW, [OrderTerm("a")]) == TotalOrder(
        (OrderTerm("a"), OrderTerm("b")), positional=True
    )
    assert total_order(VIEW, []).terms == (OrderTerm("b"), OrderTerm("a"))


def term(
    name: str,
    *,
    null: bool = False,
    descending: bool = False,
    nulls_first: bool = False,
    nullable: bool = False,
    listed: bool = False,
) -> SeekTerm:
    return SeekTerm(
        expression=sa.column(name),
        value=None if null else sa.literal_column(f"'{name}'"),
        descending=descending,
        nulls_first=nulls_first,
        nullable=nullable,
        listed=listed,
    )


@pytest.mark.parametrize(
    ("terms", "condition"),
    [
        ([term("a")], f"a > {A}"),
        ([term("a", descending=True)], f"a < {A}"),
        # One comparison of rows, which an index serves whole.
        ([term("a"), term("b")], f"(a, b) > ({A}, {B})"),
        (
            [term("a", descending=True), term("b", descending=True)],
            f"(a, b) < ({A}, {B})",
        ),
        # Directions that differ; the first term is said once more for the index.
        (
            [term("a"), term("b", descending=True)],
            f"a >= {A} AND (a > {A} OR a = {A} AND b < {B})",
        ),
        # NULLs at the end: beyond every value.
        ([term("a", nullable=True)], f"a > {A} OR a IS NULL"),
        ([term("a", nullable=True, descending=True)], f"a < {A} OR a IS NULL"),
        ([term("a", nullable=True, null=True)], "false"),
        ([term("a", nullable=True, null=True), term("b")], f"a IS NULL AND b > {B}"),
        # NULLs at the start: beyond them is every value.
        ([term("a", nullable=True, nulls_first=True)], f"a > {A}"),
        ([term("a", nullable=True, nulls_first=True, null=True)], "a IS NOT NULL"),
        (
            [term("a", nullable=True, nulls_first=True, null=True), term("b")],
            f"a IS NOT NULL OR a IS NULL AND b > {B}",
        ),
        (
            [term("a", nullable=True, nulls_first=True), term("b")],
            f"(a, b) > ({A}, {B})",
        ),
    ],
)
def test_what_is_beyond_a_position(terms: list[SeekTerm], condition: str) -> None:
    assert str(beyond(terms).compile(dialect=DIALECT)) == condition


@pytest.mark.parametrize(
    ("terms", "conditions"),
    [
        ([term("a"), term("b")], [f"(a, b) > ({A}, {B})"]),
        (
            [term("a"), term("b", descending=True)],
            [f"a = 'a' AND b < {B}", f"a > {A}"],
        ),
        (
            [term("a", listed=True), term("b", descending=True)],
            [f"a = ANY (ARRAY[{A}]) AND b < {B}", f"a > {A}"],
        ),
        (
            [term("a", nullable=True), term("b")],
            [f"(a, b) > ({A}, {B})", "a IS NULL"],
        ),
        ([term("a", nullable=True, null=True), term("b")], [f"a IS NULL AND b > {B}"]),
        (
            [term("a", nullable=True, nulls_first=True, null=True), term("b")],
            [f"a IS NULL AND b > {B}", "a IS NOT NULL"],
        ),
        (
            [term("a", nullable=True), term("b", nullable=True), term("c")],
            [
                f"a = 'a' AND (b, c) > ({B}, {C})",
                "a = 'a' AND b IS NULL",
                f"a > {A}",
                "a IS NULL",
            ],
        ),
        # Nothing is beyond the last NULL; and what would take too many is left to one condition.
        ([term("a", nullable=True, null=True)], []),
        ([term(name, nullable=True) for name in "abc"], []),
    ],
)
def test_segments_of_what_is_beyond_a_position(terms: list[SeekTerm], conditions: list[str]) -> None:
    assert [str(each.compile(dialect=DIALECT)) for each in segments(terms)] == conditions


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        ([term("a"), term("b")], False),
        ([term("a", nullable=True), term("b")], False),
        ([term("a"), term("b", descending=True)], True),
        ([term("a", listed=True), term("b", descending=True)], False),
        ([term("a", nullable=True, null=True), term("b")], False),
        ([term("a", nullable=True, null=True), term("b"), term("c", descending=True)], True),
    ],
)
def test_only_equality_shows_values(terms: list[SeekTerm], *, shown: bool) -> None:
    assert shows_values(terms) is shown

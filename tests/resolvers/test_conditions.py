"""Filter input as a condition and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.errors import BadUserInput
from db.query import AllOf, AnyOf, Comparison, NotOf, NullTest, Operator
from resolvers.conditions import EVERYTHING, condition_of, split_filter

if TYPE_CHECKING:
    from db.query import Condition
    from schema.build import Schema


def condition(schema: Schema, filter_input: dict[str, Any] | None) -> tuple[Condition, dict[str, Any]]:
    model = schema.model
    artist = model.types["Artist"]
    return condition_of(model, artist, filter_input), split_filter(model, artist, filter_input)[1]


@pytest.mark.parametrize("filter_input", [None, {}])
def test_no_filter_lets_everything_through(music_schema: Schema, filter_input: dict[str, Any] | None) -> None:
    assert condition(music_schema, filter_input) == (EVERYTHING, {})


@pytest.mark.parametrize(
    "name", ["eq", "ne", "lt", "lte", "gt", "gte", "in", "notIn", "like", "ilike", "regex"]
)
def test_operators(music_schema: Schema, name: str) -> None:
    found = condition(music_schema, {"name": {name: "x"}})
    assert found == (Comparison("name", Operator(name), "filter0"), {"filter0": "x"})


@pytest.mark.parametrize(
    ("name", "operand", "pattern"),
    [
        ("startsWith", "a", "a%"),
        ("endsWith", "a", "%a"),
        ("contains", "a", "%a%"),
        ("contains", "", "%%"),
        ("contains", "100%", "%100\\%%"),
        ("startsWith", "_x", "\\_x%"),
        ("endsWith", "a\\b", "%a\\\\b"),
        ("contains", "\\%", "%\\\\\\%%"),
        ("contains", "{}", "%{}%"),
    ],
)
def test_text_is_matched_literally(music_schema: Schema, name: str, operand: str, pattern: str) -> None:
    found = condition(music_schema, {"name": {name: operand}})
    assert found == (Comparison("name", Operator.LIKE, "filter0"), {"filter0": pattern})


@pytest.mark.parametrize("null", [True, False])
def test_is_null(music_schema: Schema, null: bool) -> None:
    assert condition(music_schema, {"country": {"isNull": null}}) == (NullTest("country", null), {})


def test_everything_beside_each_other_holds(music_schema: Schema) -> None:
    found, values = condition(music_schema, {"name": {"gt": "a", "lt": "b"}, "artistId": {"in": [1, 2]}})
    assert found == AllOf(
        (
            Comparison("name", Operator.GT, "filter0"),
            Comparison("name", Operator.LT, "filter1"),
            Comparison("artist_id", Operator.IN, "filter2"),
        )
    )
    assert values == {"filter0": "a", "filter1": "b", "filter2": [1, 2]}


def test_and_or_not(music_schema: Schema) -> None:
    found, values = condition(
        music_schema,
        {
            "or": [{"name": {"eq": "a"}}, {"not": {"name": {"eq": "b"}, "country": {"isNull": True}}}],
            "and": [{"name": {"ne": "c"}}],
        },
    )
    assert found == AllOf(
        (
            AnyOf(
                (
                    Comparison("name", Operator.EQ, "filter0"),
                    NotOf(
                        AllOf((Comparison("name", Operator.EQ, "filter1"), NullTest("country", null=True)))
                    ),
                )
            ),
            AllOf((Comparison("name", Operator.NE, "filter2"),)),
        )
    )
    assert values == {"filter0": "a", "filter1": "b", "filter2": "c"}


@pytest.mark.parametrize(
    ("filter_input", "expected"),
    [
        ({"or": []}, AnyOf(())),
        ({"and": []}, AllOf(())),
        ({"not": {}}, NotOf(AllOf(()))),
        ({"name": {}}, AllOf(())),
    ],
)
def test_nothing_inside(music_schema: Schema, filter_input: dict[str, Any], expected: Condition) -> None:
    """No alternative holds; of no conditions, all hold."""
    assert condition(music_schema, filter_input) == (expected, {})


def test_equal_shapes_are_equal_whatever_the_values(music_schema: Schema) -> None:
    """Only so do they share one rendered statement."""
    one, _ = condition(music_schema, {"name": {"eq": "a"}})
    other, _ = condition(music_schema, {"name": {"eq": "b"}})
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("filter_input", "named"),
    [
        ({"name": None}, "name"),
        ({"name": {"eq": None}}, "eq"),
        ({"name": {"in": None}}, "in"),
        ({"name": {"isNull": None}}, "isNull"),
        ({"and": None}, "and"),
        ({"or": [{"not": None}]}, "not"),
        ({"not": {"name": {"like": None}}}, "like"),
    ],
)
def test_null_is_no_operand(music_schema: Schema, filter_input: dict[str, Any], named: str) -> None:
    with pytest.raises(BadUserInput, match=f"'{named}' in a filter must not be null"):
        condition(music_schema, filter_input)

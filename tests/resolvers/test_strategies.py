"""Which strategy a to-one relation gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import Generated, QualifiedName, RelationKind
from db.query import Via
from resolvers.bindings import ToOne
from resolvers.plan import Strategy
from resolvers.strategies import MAX_JOINS, Extent, choose, is_joinable
from tests.support.catalogs import builtin, columns, table

if TYPE_CHECKING:
    from db.catalogue.model import Table

PLACE = table("place", {"country": "text!", "code": "int4!", "name": "text"}, key=("country", "code"))


def relation(*names: str, required: bool = True) -> ToOne:
    via = Via(names, (builtin("int4"),) * len(names))
    return ToOne(QualifiedName("public", "place"), names, via, required)


BY_KEY = relation("code", "country")


@pytest.mark.parametrize(
    ("parents", "joins", "expected"),
    [
        (Extent.ROW, 1, Strategy.JOIN),
        (Extent.PAGE, 1, Strategy.JOIN),
        (Extent.BY_KEY, 1, Strategy.JOIN),
        (Extent.PAGES, 1, Strategy.TO_ONE),
        (Extent.ROW, MAX_JOINS, Strategy.JOIN),
        (Extent.ROW, MAX_JOINS + 1, Strategy.TO_ONE),
    ],
)
def test_rules(parents: Extent, joins: int, expected: Strategy) -> None:
    assert choose(BY_KEY, PLACE, parents, joins) is expected


def test_extents() -> None:
    below = {extent: [extent.below(to_many=to_many) for to_many in (False, True)] for extent in Extent}
    assert below == {
        Extent.ROW: [Extent.ROW, Extent.PAGE],
        Extent.PAGE: [Extent.BY_KEY, Extent.PAGES],
        Extent.BY_KEY: [Extent.BY_KEY, Extent.PAGES],
        Extent.PAGES: [Extent.BY_KEY, Extent.PAGES],
        Extent.WRITTEN: [Extent.BY_KEY, Extent.PAGES],
    }


def test_nothing_is_joined_to_rows_that_are_written() -> None:
    for wanted in (None, Strategy.JOIN, Strategy.TO_ONE):
        assert choose(BY_KEY, PLACE, Extent.WRITTEN, 1, wanted=wanted) is Strategy.TO_ONE


@pytest.mark.parametrize("parents", set(Extent) - {Extent.WRITTEN})
def test_a_wanted_strategy_beats_the_rules_but_not_the_answer(parents: Extent) -> None:
    for joins in (1, MAX_JOINS + 1):
        assert choose(BY_KEY, PLACE, parents, joins, wanted=Strategy.JOIN) is Strategy.JOIN
        assert choose(BY_KEY, PLACE, parents, joins, wanted=Strategy.TO_ONE) is Strategy.TO_ONE
        view = replace(PLACE, kind=RelationKind.VIEW)
        assert choose(BY_KEY, view, parents, joins, wanted=Strategy.JOIN) is Strategy.TO_ONE


VIRTUAL = replace(PLACE, columns=(*PLACE.columns[:2], replace(PLACE.columns[2], generated=Generated.VIRTUAL)))


@pytest.mark.parametrize(
    ("target", "by", "expected"),
    [
        (PLACE, BY_KEY, True),
        (PLACE, relation("country", "code", "name"), True),
        (PLACE, relation("country"), False),
        (PLACE, relation("name"), False),
        (table("place", columns(name="text"), unique=["name"]), relation("name"), True),
        (table("place", columns(name="text")), relation("name"), False),
        (replace(PLACE, kind=RelationKind.PARTITIONED_TABLE), BY_KEY, True),
        (replace(PLACE, kind=RelationKind.MATERIALIZED_VIEW), BY_KEY, True),
        (replace(PLACE, kind=RelationKind.VIEW), BY_KEY, False),
        (replace(PLACE, kind=RelationKind.FOREIGN_TABLE), BY_KEY, False),
        (replace(PLACE, has_children=True), BY_KEY, False),
        (replace(PLACE, row_security=True), BY_KEY, True),
        (VIRTUAL, BY_KEY, False),
    ],
)
def test_a_join_must_find_one_row_at_most_and_must_not_fail(target: Table, by: ToOne, expected: bool) -> None:
    assert is_joinable(by, target) is expected

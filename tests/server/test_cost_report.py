"""What `loadstone cost` tells of an operation."""

from __future__ import annotations

from typing import Any

import pytest

from schema.build import build_schema
from server.cost_report import MAX_LINES, CostReport, cost_report
from server.questions import NotExplainedError, Question
from tests.support.catalogs import music
from tests.support.engine import OPTIONS

SCHEMA = build_schema(music(), OPTIONS)


def report(source: str, max_cost: int = 1_000_000, **variables: Any) -> CostReport:
    return cost_report(Question(source, None, variables, 1000), SCHEMA, max_cost)


def test_the_cost_is_told_line_by_line() -> None:
    told = report("{ albums(first: 20) { totalCount nodes { title artist { name } } } }")
    assert list(told.text()) == [
        "  1 x 1 = 1  connection  albums",
        "  1 x 5 = 5  count       albums.totalCount",
        "20 x 1 = 20  rows        albums.nodes",
        "20 x 1 = 20  row         albums.nodes.artist",
        "cost 46, of 1,000,000 that a request may cost",
    ]
    assert told.is_allowed
    shown = told.as_json()
    assert shown["lines"][3] == {
        "path": ["albums", "nodes", "artist"], "what": "row", "count": 20, "weight": 1, "units": 20,
    }  # fmt: skip
    assert (shown["operation"], shown["cost"], shown["maximum"], shown["complete"]) == (
        "query",
        46,
        10**6,
        True,
    )


def test_what_is_not_given_is_the_greatest_page() -> None:
    source = "query ($n: Int!) { albums(first: $n) { nodes { title } } }"
    told = report(source, max_cost=1000)
    assert (told.cost, told.unknown, told.is_allowed) == (1001, ("n",), False)
    assert list(told.text())[-2:] == [
        "Not given, so that the greatest page is meant, or one item of a list: $n.",
        "cost 1,001, of 1,000 that a request may cost: refused",
    ]
    assert report(source, n=3).cost == 4


def test_a_long_explanation_ends() -> None:
    doubled = [f"fragment F{n} on Album {{ ...F{n + 1} ...F{n + 1} }}" for n in range(20)]
    source = "{ albums { nodes { ...F0 } } } fragment F20 on Album { artist { name } } "
    told = report(source + " ".join(doubled))
    assert (len(told.lines), told.is_complete, told.cost) == (MAX_LINES, False, 1 + 50 + 50 * 2**20)
    assert list(told.text())[-2] == "… and further lines: only 1,000 are shown"


@pytest.mark.parametrize("source", ["{", "{ nothing }", "query A { __typename } query B { __typename }"])
def test_what_is_no_operation_has_no_cost(source: str) -> None:
    with pytest.raises(NotExplainedError):
        report(source)

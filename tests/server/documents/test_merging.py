"""Fields that cannot be merged: the same documents are refused as by graphql-core's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from graphql import GraphQLError, build_schema, parse, validate
from graphql.validation import OverlappingFieldsCanBeMergedRule
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.documents.merging import conflicts

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

SCHEMA = build_schema("""
    interface Node { id(n: Int, in: In): ID next: Node names: [String!] }
    type Query { node(n: Int): Node a: A! b: [B] union: AB }
    type A implements Node {
        id(n: Int, in: In): ID next: A names: [String!] x(n: Int): Int! y: String b: [B!]! z: String
    }
    type B implements Node {
        id(n: Int, in: In): ID next: B names: [String!] x(n: Int): Int y: [String] b: [B!] z: String
    }
    union AB = A | B
    input In { a: Int b: [Int!] }
""")
FIELDS: dict[str, dict[str, str | None]] = {
    "Query": {"node": "Node", "a": "A", "b": "B", "union": "AB", "__typename": None},
    "Node": {"id": None, "next": "Node", "names": None, "__typename": None},
    "A": {
        "id": None,
        "next": "A",
        "names": None,
        "x": None,
        "y": None,
        "b": "B",
        "z": None,
        "__typename": None,
    },
    "B": {
        "id": None,
        "next": "B",
        "names": None,
        "x": None,
        "y": None,
        "b": "B",
        "z": None,
        "__typename": None,
    },
    "AB": {"__typename": None},
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "id": ("", "(n: 1)", "(n: $v)", "(in: {a: 1, b: [1]})", "(in: {b: [1], a: 1})", "(n: 1, in: {b: []})"),
    "node": ("", "(n: 1)", "(n: 2)"),
    "x": ("", "(n: 1)", "(n: null)"),
}
OVERLAPS: dict[str, tuple[str, ...]] = {
    "Node": ("A", "B", "Node"),
    "AB": ("A", "B", "Node"),
    "A": ("A", "Node"),
    "B": ("B", "Node"),
}


@st.composite
def selections(draw: DrawFn, on: str, depth: int, fragments: dict[str, str]) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from("fffisn"))
        inner = OVERLAPS.get(on, (on,))
        spread = [name for name, condition in fragments.items() if condition in inner]
        if kind == "i" and depth:
            condition = draw(st.sampled_from(inner))
            parts.append(f"... on {condition} {{ {draw(selections(condition, depth - 1, fragments))} }}")
        elif kind == "s" and spread:
            parts.append(f"...{draw(st.sampled_from(spread))}")
        else:
            names = [each for each, of in FIELDS[on].items() if depth or of is None]
            name = draw(st.sampled_from(names))
            below = FIELDS[on][name]
            alias = draw(st.sampled_from(("", "", "k: ", "l: ")))
            arguments = draw(st.sampled_from(ARGUMENTS.get(name, ("",))))
            selected = "" if below is None else f" {{ {draw(selections(below, depth - 1, fragments))} }}"
            parts.append(f"{alias}{name}{arguments}{selected}")
    return " ".join(parts)


@st.composite
def documents(draw: DrawFn) -> str:
    """Documents in which fragments spread only those after them."""
    fragments: dict[str, str] = {}
    texts = []
    for number in range(draw(st.integers(0, 3))):
        condition = draw(st.sampled_from(("A", "B", "Node", "Query")))
        texts.append(f"fragment f{number} on {condition} {{ {draw(selections(condition, 2, fragments))} }}")
        fragments[f"f{number}"] = condition
    return f"query ($v: Int) {{ {draw(selections('Query', 3, fragments))} }} {' '.join(texts)}"


def by_us(source: str, max_work: int = 100_000) -> list[GraphQLError]:
    return conflicts(SCHEMA, parse(source), max_errors=10, max_work=max_work)


def by_graphql_core(source: str) -> list[GraphQLError]:
    return validate(SCHEMA, parse(source), [OverlappingFieldsCanBeMergedRule])


def used(source: str) -> str:
    """The document without fragments that are not spread: graphql-core looks into these too."""
    text, *fragments = source.split(" fragment ")
    while True:
        kept = [
            f for f in fragments if f"...{f.split()[0]}" in " ".join([text, *fragments]).replace(f, "", 1)
        ]
        if kept == fragments:
            return " fragment ".join([text, *fragments])
        fragments = kept


@settings(max_examples=150, deadline=None)
@given(documents())
@example("{ a { k: x k: y } }")
@example("{ node { ... on A { k: x } ... on B { k: y } } }")
@example("{ node { ... on A { k: b { id } } ... on B { k: b { id: x } } } }")
@example("{ node { next { id } ... on A { next { id: x } } } }")
def test_the_same_documents_are_refused_as_by_graphql_core(source: str) -> None:
    source = used(source)
    assert bool(by_us(source)) == bool(by_graphql_core(source))


@pytest.mark.parametrize(
    "source",
    [
        "{ a { k: x k: y } }",
        "{ a { id(n: 1) id(n: 2) } }",
        "{ node { ... on A { x } ... on B { x } } }",
    ],
)
def test_messages_are_those_of_graphql_core(source: str) -> None:
    [ours], [theirs] = by_us(source), by_graphql_core(source)
    assert ours.message == theirs.message
    assert ours.locations == theirs.locations


def test_of_two_places_the_fields_are_told_that_differ() -> None:
    [error] = by_us("{ a { next { k: x } } a { next { k: y } } }")
    assert error.message.startswith("Fields 'k' conflict because 'x' and 'y' are different fields.")
    assert [(location.line, location.column) for location in error.locations or ()] == [(1, 14), (1, 34)]


def test_work_is_bounded_where_types_multiply_it() -> None:
    inner = f"next {{ {'id ' * 40} }}"
    source = f"{{ node {{ {inner} ... on A {{ {inner} }} ... on B {{ {inner} }} }} }}"
    assert by_us(source, max_work=500) == []
    assert by_us(source, max_work=200)[0].message == "The selections overlap in too many ways to be checked."

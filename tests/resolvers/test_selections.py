"""CollectFields of the specification: which fields are selected, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from resolvers.selections import Document

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = build_schema("""
interface Named { name: String }
type Cat implements Named { name: String lives: Int friend: Cat }
type Dog implements Named { name: String tricks: Int friend: Cat }
union Pet = Cat | Dog
type Query { cat: Cat dog: Dog pet: Pet named: Named }
""")
CAT, DOG = SCHEMA.type_map["Cat"], SCHEMA.type_map["Dog"]


def selected(
    source: str, variables: Mapping[str, Any] | None = None, of: object = CAT
) -> list[tuple[str, str]]:
    """Response keys and fields below the one root field of the operation."""
    parsed = parse(source)
    assert validate(SCHEMA, parsed) == []
    fragments = {d.name.value: d for d in parsed.definitions if isinstance(d, FragmentDefinitionNode)}
    [operation] = [d for d in parsed.definitions if isinstance(d, OperationDefinitionNode)]
    roots = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    assert isinstance(of, GraphQLObjectType)
    fields = Document(SCHEMA, fragments, variables or {}).subfields(of, roots)
    return [(key, nodes[0].name.value) for key, nodes in fields.items()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{ cat { name lives } }", ["name", "lives"]),
        ("{ cat { lives name lives } }", ["lives", "name"]),
        (
            "{ cat { name ...F lives } } fragment F on Cat { friend { name } lives }",
            ["name", "friend", "lives"],
        ),
        ("{ cat { ... { name } ... on Cat { lives } } }", ["name", "lives"]),
        ("{ cat { ... on Named { name } } }", ["name"]),
        ("{ cat { ...A ...A } } fragment A on Cat { ...B } fragment B on Named { name }", ["name"]),
        ("{ cat { __typename } }", ["__typename"]),
    ],
)
def test_fields_in_the_order_of_the_document(source: str, expected: list[str]) -> None:
    assert [key for key, _ in selected(source)] == expected


def test_aliases_are_response_keys() -> None:
    assert selected("{ cat { a: name b: name name } }") == [("a", "name"), ("b", "name"), ("name", "name")]


def test_merged_fields_keep_all_their_nodes() -> None:
    parsed = parse("{ cat { friend { name } friend { lives } ... { friend { friend { name } } } } }")
    [operation] = [d for d in parsed.definitions if isinstance(d, OperationDefinitionNode)]
    document = Document(SCHEMA, {}, {})
    assert isinstance(CAT, GraphQLObjectType)
    [cat] = document.fields(SCHEMA.type_map["Query"], operation.selection_set).values()  # type: ignore[arg-type]
    [friend] = document.subfields(CAT, cat).values()
    assert len(friend) == 3
    assert list(document.subfields(CAT, friend)) == ["name", "lives", "friend"]


def test_conditions_on_types() -> None:
    source = """{ pet {
        ... on Cat { lives } ... on Dog { tricks } ... on Named { name } ... on Pet { __typename }
    } }"""
    assert [key for key, _ in selected(source, of=CAT)] == ["lives", "name", "__typename"]
    assert [key for key, _ in selected(source, of=DOG)] == ["tricks", "name", "__typename"]


@pytest.mark.parametrize(
    ("directive", "included"),
    [
        ("@skip(if: true)", False),
        ("@skip(if: false)", True),
        ("@include(if: true)", True),
        ("@include(if: false)", False),
        ("@skip(if: false) @include(if: false)", False),
        ("@skip(if: true) @include(if: true)", False),
        ("@include(if: true) @skip(if: false)", True),
        ("@skip(if: $yes)", False),
        ("@skip(if: $no)", True),
        ("@include(if: $yes)", True),
        ("@include(if: $no)", False),
    ],
)
@pytest.mark.parametrize("place", ["name {}", "...F {}", "... {} {{ name }}", "... on Cat {} {{ name }}"])
def test_skip_and_include(place: str, directive: str, included: bool) -> None:
    fragment = " fragment F on Cat { name }" if "F" in place else ""
    variables = "query ($yes: Boolean!, $no: Boolean!)"
    used = "@include(if: $yes) @skip(if: $no)"
    source = f"{variables} {{ cat {{ {place.format(directive)} lives {used} }} }}{fragment}"
    found = selected(source, {"yes": True, "no": False})
    assert ([key for key, _ in found]) == (["name", "lives"] if included else ["lives"])


def test_a_fragment_that_is_skipped_may_be_spread_again() -> None:
    source = "{ cat { ...F @skip(if: true) ...F } } fragment F on Cat { name }"
    assert selected(source) == [("name", "name")]

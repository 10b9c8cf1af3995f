"""What is wrong with documents is what graphql-core says."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from server.documents.validating import MAX_ERRORS, validation_errors
from tests.support.hostile_documents import DEFAULTS

SCHEMA = build_schema("""
    directive @many(n: Int) repeatable on FIELD
    directive @once(n: Int!) on FIELD | QUERY | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION
    type Query {
        node(id: ID!): Node
        pets(first: Int = 1, by: By, in: In, kinds: [Kind!]): [Pet!]
        name: String
    }
    type Mutation { rename(to: String!): Cat }
    interface Node { id: ID! }
    interface Pet { name(long: Boolean): String }
    type Cat implements Node & Pet { id: ID! name(long: Boolean): String lives: Int owner(by: Int!): Query }
    type Dog implements Pet { name(long: Boolean): String barks(at: Int!): Boolean }
    enum Kind { CAT DOG }
    input By @oneOf { id: ID name: String }
    input In { n: Int! list: [Int!] in: In }
""")

DOCUMENTS = [
    "{ name }",
    "{ pets { name ... on Cat { lives } ...d } } fragment d on Dog { barks(at: 1) }",
    "{ name wrong }",
    "{ wrong { wrong } }",
    "{ name { a } }",
    "{ pets }",
    "{ pets { lives } }",
    "{ node { id } }",
    "{ pets { ... on Dog { barks } } }",
    "{ name(a: 1) }",
    '{ node(id: "1", id: "2") { id } }',
    "{ name @once }",
    "{ name @once(n: 1) @once(n: 2) }",
    "{ name @many(n: 1) @many(n: 2) @many(n: 3) }",
    "query @once(n: 1) @once(n: 1) { name }",
    "query ($v: Int @once(n: 1) @once(n: 1)) { pets(first: $v) { name } }",
    "{ ...f @once(n: 1) @once(n: 1) ... @once(n: 1) @once(n: 1) { name } } fragment f on Query { name }",
    "{ name @unknown }",
    "{ name @defer }",
    "{ ... @defer { name } }",
    "{ pets @stream(initialCount: 1) { name } }",
    "query @skip(if: true) { name }",
    "{ name @skip }",
    "query q { name } query q { name }",
    "{ name } query q { name }",
    "subscription { a }",
    "type A { a: Int }",
    "{ ...f }",
    "{ name } fragment f on Query { name }",
    "{ ...f } fragment f on Query { name } fragment f on Query { name }",
    "{ ...f } fragment f on Wrong { a }",
    "{ ...f } fragment f on Kind { a }",
    "{ pets { ... on Query { name } } }",
    "{ pets { ...f } } fragment f on Query { name }",
    "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }",
    "query ($v: Int, $v: Int) { pets(first: $v) { name } }",
    "query ($v: Int) { name }",
    "query ($v: Cat) { pets(first: $v) { name } }",
    "query ($v: Wrong) { pets(first: $v) { name } }",
    "{ pets(first: $v) { name } }",
    "query a($v: Int) { ...f } query b { ...f } fragment f on Query { pets(first: $v) { name } }",
    "query ($v: String) { pets(first: $v) { name } }",
    "query ($v: ID) { node(id: $v) { id } }",
    'query ($v: ID = "1") { node(id: $v) { id } }',
    "query ($v: ID) { pets(by: {id: $v}) { name } }",
    "query ($v: Int) { pets(in: {n: $v}) { name } }",
    "query ($v: Int) { pets(in: {n: 1, list: [$v]}) { name } }",
    "query ($v: [Int!]) { pets(in: {n: 1, list: $v}) { name } }",
    "query ($v: Boolean!) { name @include(if: $v) ...f } fragment f on Query { name @skip(if: $v) }",
    "query ($v: Int = a) { pets(first: $v) { name } }",
    '{ pets(first: "a") { name } }',
    "{ pets(in: {}) { name } }",
    "{ pets(in: {n: 1, n: 2}) { name } }",
    "{ pets(in: {n: 1, m: 2, in: {n: null}}) { name } }",
    '{ pets(by: {id: 1, name: "a"}) { name } }',
    "{ pets(kinds: [CAT, BIRD]) { name } }",
    "{ pets { name name(long: true) } }",
    "{ pets { a: name a: __typename } }",
    "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "mutation { rename(to: null) { name } }",
    "mutation { rename { name lives(a: 1) } }",
    "query ($a: Int, $b: Kind) { pets(first: $a, kinds: [$b]) { name(long: $a) ... on Cat { owner } } }",
]  # fmt: skip


@pytest.mark.parametrize("source", DOCUMENTS)
@pytest.mark.parametrize("suggestions", [False, True])
def test_documents_are_valid_where_graphql_core_says_so(source: str, *, suggestions: bool) -> None:
    document = parse(source)
    expected = validate(SCHEMA, document, hide_suggestions=not suggestions)
    errors = validation_errors(SCHEMA, document, DEFAULTS, introspection=True, suggestions=suggestions)
    assert sorted(map(str, errors)) == sorted(map(str, expected))


def test_errors_their_places_and_suggestions_are_bounded() -> None:
    document = parse("{ " + "nam " * 100 + "} fragment f on Cat { name }")
    errors = validation_errors(SCHEMA, document, DEFAULTS, introspection=True, suggestions=True)
    assert len(errors) == MAX_ERRORS
    assert ["Did you mean" in error.message for error in errors] == [True] * 3 + [False] * 7
    document = parse("query (" + "$v: Int " * 100 + ") { pets(first: $v) { name } }")
    [error] = validation_errors(SCHEMA, document, DEFAULTS, introspection=True, suggestions=True)
    assert len(error.locations or ()) == 10


def test_of_a_long_literal_the_first_error_is_told() -> None:
    document = parse("{ pets(in: {" + " ".join(f"wrong{n}: 1" for n in range(100)) + "}) { name } }")
    [error] = validation_errors(SCHEMA, document, DEFAULTS, introspection=True, suggestions=True)
    assert "required field 'n'" in error.message


def test_uses_of_variables_are_bounded_for_all_operations() -> None:
    operations = " ".join(f"query q{n}($v: Int!) {{ ...f }}" for n in range(150))
    document = parse(
        operations + " fragment f on Query { pets(in: {n: 1, list: [" + "$v " * 100 + "]}) { name } }"
    )
    [error] = validation_errors(SCHEMA, document, DEFAULTS, introspection=True, suggestions=True)
    assert "use variables more than 10000 times" in error.message


def test_names_are_not_looked_for_among_many() -> None:
    fields = " ".join(f"field{n}: Int" for n in range(1100))
    values = " ".join(f"VALUE{n}" for n in range(1100))
    types = " ".join(f"type Type{n} {{ a: Int }}" for n in range(1100))
    wide = build_schema(
        f"type Query {{ {fields} pet(kind: Kind): Pet }} type Pet {{ name: Int }} enum Kind {{ {values} }}"
    )
    many = build_schema(f"type Query {{ pet: Type1 name: Int }} {types}")
    for schema, source, suggests in (
        (wide, "{ fiel1 }", False),
        (wide, "{ pet(kind: VALU1) { name } }", False),
        (wide, "{ pet { nam } }", True),
        (many, "{ ... on Typ1 { a } }", False),
        (many, "{ nam }", True),
    ):
        [error] = validation_errors(schema, parse(source), DEFAULTS, introspection=True, suggestions=True)
        assert ("Did you mean" in error.message) is suggests, source

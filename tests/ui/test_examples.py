"""The saved examples: valid for any schema, telling where the schema has something to tell."""

from __future__ import annotations

import json

import graphql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.opaque import decode_global_id
from ui.examples import Example, examples_for

SHARED = """
    scalar BigInt
    scalar JSON
    scalar UUID
    interface Node { id: ID! }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    enum Order { ASC ASC_NULLS_FIRST DESC DESC_NULLS_LAST }
    input StringFilter { eq: String in: [String!] isNull: Boolean ilike: String }
    input IntFilter { eq: Int isNull: Boolean gte: Int }
"""

AIRPORTS = (
    SHARED
    + """
    type Query {
      countries(first: Int, after: String, last: Int, before: String, offset: Int,
        filter: CountryFilter, orderBy: [CountryOrder!]): CountryConnection!
      country(by: CountryKey!): Country
      airports(first: Int, after: String, last: Int, before: String, offset: Int,
        filter: AirportFilter, orderBy: [AirportOrder!]): AirportConnection!
      airport(by: AirportKey!): Airport
      runways(first: Int, after: String, last: Int, before: String, offset: Int,
        filter: RunwayFilter, orderBy: [RunwayOrder!]): RunwayConnection!
      runway(by: RunwayKey!): Runway
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]!
    }

    type Country implements Node {
      id: ID! code: String! name: String! tags: [String!] shape: JSON
      airports(first: Int, after: String): AirportConnection!
    }
    input CountryKey @oneOf { id: ID code: String }
    input CountryFilter { name: StringFilter and: [CountryFilter!] }
    input CountryOrder @oneOf { name: Order }
    type CountryConnection { edges: [CountryEdge!]! nodes: [Country!]! pageInfo: PageInfo! totalCount: Int! }
    type CountryEdge { cursor: String! node: Country! }

    type Airport implements Node {
      id: ID! rowId: Int! countryCode: String! iata: String name: String! elevation: Int
      position: Point country: Country!
      runways(first: Int, after: String, last: Int, before: String): RunwayConnection!
      distanceTo(other: ID!): Int!
    }
    type Point { x: Float! y: Float! }
    input AirportKey @oneOf { id: ID rowId: Int iata: String }
    input AirportFilter { name: StringFilter elevation: IntFilter country: CountryFilter }
    input AirportOrder @oneOf { name: Order elevation: Order country: CountryOrder }
    type AirportConnection { edges: [AirportEdge!]! nodes: [Airport!]! pageInfo: PageInfo! totalCount: Int! }
    type AirportEdge { cursor: String! node: Airport! }

    type Runway implements Node { id: ID! rowId: BigInt! length: Int airport: Airport! }
    input RunwayKey @oneOf { id: ID rowId: BigInt }
    input RunwayFilter { length: IntFilter }
    input RunwayOrder @oneOf { length: Order }
    type RunwayConnection { edges: [RunwayEdge!]! nodes: [Runway!]! pageInfo: PageInfo! totalCount: Int! }
    type RunwayEdge { cursor: String! node: Runway! }
"""
)

# What is prominent has a name, and relations to others that have one.
NAMED = (
    SHARED
    + """
    type Query { trips: TripConnection! people: PersonConnection! tags: TagConnection! }
    type Person {
      name: String! mother: Person team: Tag
      people(first: Int): PersonConnection! personTags(first: Int): PersonTagConnection!
      trips(first: Int): TripConnection!
    }
    type Trip {
      number: Int! from: Int! to: Int! price: Int! first: Person second: Person third: Person
      trips(first: Int): TripConnection!
    }
    type Tag { title: String! }
    type PersonTag { personId: Int! tagId: Int! }
    type PersonConnection { nodes: [Person!]! }
    type TripConnection { nodes: [Trip!]! }
    type TagConnection { nodes: [Tag!]! }
    type PersonTagConnection { nodes: [PersonTag!]! }
"""
)

# One view: no key, no relation, no filter, nothing to count.
KEYLESS = """
    type Query { _2readings(first: Int): ReadingConnection! }
    type Reading { celsius: Float }
    type ReadingConnection { nodes: [Reading!]! }
"""

UUID_KEYS = (
    SHARED
    + """
    type Query { orders(first: Int): OrderConnection! order(by: OrderKey!): Order_ node(id: ID!): Node }
    type Order_ implements Node { id: ID! rowId: UUID! placed: Boolean! order: Order_ }
    input OrderKey @oneOf { id: ID rowId: UUID }
    type OrderConnection { nodes: [Order_!]! totalCount: Int! }
"""
)

NO_READABLE_COLUMN = (
    SHARED
    + """
    type Query { documents: DocumentConnection! node(id: ID!): Node }
    type Document implements Node { id: ID! body: JSON }
    type DocumentConnection { nodes: [Document!]! edges: [DocumentEdge!]! }
    type DocumentEdge { cursor: String! node: Document! }
"""
)

EMPTY = SHARED + "type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! }"

SCHEMAS = {
    "airports": AIRPORTS,
    "named": NAMED,
    "keyless": KEYLESS,
    "uuid keys": UUID_KEYS,
    "no readable column": NO_READABLE_COLUMN,
    "empty": EMPTY,
    "one scalar": "type Query { now: String }",
}


def assert_valid(schema: graphql.GraphQLSchema, examples: tuple[Example, ...]) -> None:
    assert examples
    assert len({example.title for example in examples}) == len(examples)
    for example in examples:
        document = graphql.parse(example.query)
        assert graphql.validate(schema, document) == []
        (operation,) = document.definitions
        assert isinstance(operation, graphql.OperationDefinitionNode)
        assert operation.operation is graphql.OperationType.QUERY
        assert operation.name
        declared = operation.variable_definitions or ()
        values = json.loads(example.variables or "{}")
        assert set(values) == {definition.variable.name.value for definition in declared}
        coerced = graphql.execution.get_variable_values(schema, declared, values)
        assert not isinstance(coerced, list), coerced


def built(sdl: str) -> graphql.GraphQLSchema:
    schema = graphql.build_schema(sdl)
    graphql.assert_valid_schema(schema)
    return schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_example_is_valid_for_its_schema(name: str) -> None:
    schema = built(SCHEMAS[name])
    assert_valid(schema, examples_for(schema))


def test_examples_of_a_rich_schema_show_rows_keys_filters_pages_and_nodes() -> None:
    rows, key, filtered, paged, node = examples_for(built(AIRPORTS))

    assert rows.title == "Airports with country and runways"
    assert rows.query == (
        "query Airports {\n"
        "  airports(first: 10) {\n"
        "    nodes {\n"
        "      name\n"
        "      countryCode\n"
        "      iata\n"
        "      elevation\n"
        "      country {\n"
        "        name\n"
        "      }\n"
        "      runways(first: 3) {\n"
        "        totalCount\n"
        "        nodes {\n"
        "          length\n"
        "        }\n"
        "      }\n"
        "    }\n"
        "    pageInfo {\n"
        "      hasNextPage\n"
        "      endCursor\n"
        "    }\n"
        "  }\n"
        "}\n"
    )
    assert rows.variables == ""

    assert key.title == "One airport by its key"
    assert json.loads(key.variables) == {"by": {"rowId": 1}}

    assert filtered.title == "Airports, filtered and ordered"
    assert '{name: {ilike: "%a%"}}' in filtered.query.replace("{ ", "{").replace(" }", "}")
    assert "name: ASC" in filtered.query

    assert paged.title == "Airports, page by page"
    assert "after: $after" in paged.query
    assert "endCursor" in paged.query

    assert node.title == "Any row by its id"
    assert decode_global_id(json.loads(node.variables)["id"]) == ("Airport", (1,))


def test_the_table_shown_has_a_name_and_relations_that_tell_something() -> None:
    assert examples_for(built(NAMED))[0].title == "People with team and trips"


def test_a_schema_without_tables_still_has_an_example() -> None:
    (only,) = examples_for(built(EMPTY))
    assert only.title == "What this API offers"


def test_a_key_that_is_no_number_is_shown_by_its_form() -> None:
    examples = {example.title: example for example in examples_for(built(UUID_KEYS))}
    by_key = json.loads(examples["One order by its key"].variables)
    assert by_key == {"by": {"rowId": "00000000-0000-0000-0000-000000000000"}}
    assert "Any row by its id" not in examples


def test_the_same_schema_gives_the_same_examples() -> None:
    assert examples_for(built(AIRPORTS)) == examples_for(built(AIRPORTS))


PIECES = st.fixed_dictionaries(
    {
        "columns": st.lists(
            st.tuples(
                st.from_regex(r"[_a-zA-Z][_a-zA-Z0-9]{0,8}", fullmatch=True).filter(
                    lambda name: not name.startswith("__") and name not in {"owner", "things"}
                ),
                st.sampled_from(["String", "Int!", "BigInt", "[String!]", "JSON", "UUID!", "ID", "Order"]),
            ),
            min_size=1,
            max_size=5,
            unique_by=lambda column: column[0],
        ),
        "list": st.from_regex(r"_?[a-z][a-zA-Z0-9_]{0,8}", fullmatch=True).filter(
            lambda name: name != "node"
        ),
        "arguments": st.sets(st.sampled_from(["first", "after", "filter", "orderBy"])),
        "connection": st.sets(st.sampled_from(["edges", "pageInfo", "totalCount"])),
        "to_one": st.booleans(),
        "to_many": st.booleans(),
        "key": st.booleans(),
        "node": st.booleans(),
    }
)


@settings(deadline=None)
@given(PIECES)
def test_examples_are_valid_whatever_a_schema_lacks(pieces: dict[str, object]) -> None:
    schema = built(sdl_of(**pieces))  # type: ignore[arg-type]  # the strategy gives these
    assert_valid(schema, examples_for(schema))


def sdl_of(
    *,
    columns: list[tuple[str, str]],
    list: str,  # noqa: A002 - the name of the list field
    arguments: set[str],
    connection: set[str],
    to_one: bool,
    to_many: bool,
    key: bool,
    node: bool,
) -> str:
    """A schema of one table that has only the given pieces."""
    named = dict(columns)
    argument_types = {
        "first": "Int",
        "after": "String",
        "filter": "ThingFilter",
        "orderBy": "[ThingOrder!]",
    }
    call = ", ".join(f"{name}: {argument_types[name]}" for name in sorted(arguments))
    call = f"({call})" if call else ""
    connection_types = {"edges": "[Edge!]!", "pageInfo": "PageInfo!", "totalCount": "Int!"}
    has_id = "id" in named
    relations = "owner: Thing " * to_one + f"things{call}: ThingConnection! " * to_many
    fields = " ".join(f"{name}: {kind}" for name, kind in columns)
    keys = " ".join(f"{name}: {kind.rstrip('!')}" for name, kind in columns)
    return f"""
        {SHARED}
        type Query {{
          {list}{call}: ThingConnection!
          {"oneThing(by: ThingKey!): Thing" if key else ""}
          {"node(id: ID!): Node" if node and not has_id else ""}
        }}
        type Thing {"implements Node" if node and not has_id else ""} {{
          {"id: ID!" if node and not has_id else ""} {fields} {relations}
        }}
        input ThingKey @oneOf {{ {keys} }}
        input ThingFilter {{ {" ".join(f"{name}: StringFilter" for name in named)} }}
        input ThingOrder @oneOf {{ {" ".join(f"{name}: Order" for name in named)} }}
        type ThingConnection {{
          nodes: [Thing!]! {" ".join(f"{name}: {connection_types[name]}" for name in sorted(connection))}
        }}
        type Edge {{ cursor: String! node: Thing! }}
    """

"""A field is non-null exactly when the database guarantees a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import GraphQLNonNull

from schema.build import build_schema
from tests.support.catalogs import catalog, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Catalog
    from schema.build import Schema


def field_type(schema: Schema, path: str) -> str:
    type_name, field = path.split(".")
    named: Any = schema.graphql.type_map[type_name]
    return str(named.fields[field].type)


@pytest.mark.parametrize(
    ("path", "its_type"),
    [
        # A validated NOT NULL; one that is not validated yet; one that was later.
        ("NotNull.certain", "Int!"),
        ("NotNull.unchecked", "Int"),
        ("NotNull.checked", "Int!"),
        # Columns of primary keys and of unique keys.
        ("Region.countryCode", "String!"),
        ("Country.name", "String!"),
        ("Product.ean", "String"),
        # Views promise nothing, whatever stands behind them.
        ("Adult.rowId", "Int"),
        ("PersonSummary.rowId", "Int"),
        # NOT NULL … NO INHERIT does not bind the rows of inheriting tables.
        ("Vehicle.wheels", "Int!"),
        ("Vehicle.name", "String"),
        ("Car.name", "String"),
        # Partitioned tables.
        ("Measurement.takenOn", "Date!"),
        ("Measurement.value", "Decimal"),
        # To one: required where the reference is, and where the database checks it.
        ("Flight.origin", "Airport!"),
        ("Flight.airportByAlternate", "Airport"),
        ("Pet.sitter", "Owner!"),
        ("Pet.owner", "Owner"),  # NOT VALID
        ("Pet.vet", "Owner"),  # NOT ENFORCED
        ("Department.head", "Staff!"),  # deferred: kept at every commit
        ("City.regionByCountryCodeRegionCode", "Region"),
        ("Category.categoryByTreeParentId", "Category"),
        ("RegionLanguage.regionByCountryCodeRegionCode", "Region!"),
        ("Vehicle.owner", "Owner"),
        # To one from the other end: nothing says that there is a row.
        ("Person.passport", "Passport"),
        ("Passport.person", "Person!"),
        # Connections are always there, and so are their rows.
        ("Person.addresses", "AddressConnection!"),
        ("AddressConnection.nodes", "[Address!]!"),
        ("AddressConnection.edges", "[AddressEdge!]!"),
        ("AddressEdge.node", "Address!"),
        ("AddressConnection.totalCount", "Int!"),
        ("Query.person", "Person"),
        ("Query.people", "PersonConnection!"),
        ("Query.node", "Node"),
        ("Query.nodes", "[Node]!"),
        ("Person.id", "ID!"),
    ],
)
def test_relations(catalogs: Mapping[str, Catalog], path: str, its_type: str) -> None:
    assert field_type(build_schema(catalogs["relations"], OPTIONS), path) == its_type


@pytest.mark.parametrize(
    ("path", "its_type"),
    [
        ("Domain.required", "String!"),
        ("Domain.requiredTwice", "String!"),
        ("Domain.positive", "Int"),
        ("Domain.positives", "[Int]"),
        ("Enum.mood", "Mood!"),
        ("Array.ints", "[Int]"),
        ("Array.ranges", "[IntRange]"),
        ("Range.int4", "IntRange"),
        ("IntRange.start", "IntRangeBound"),
        ("IntRangeBound.value", "Int!"),
        ("Composite.contact", "Contact"),
        ("Contact.tags", "[String]"),
        ("Made.storedText", "String!"),
        ("Made.stored", "Int"),
        ("Made.virtual", "Int"),
    ],
)
def test_types(catalogs: Mapping[str, Catalog], path: str, its_type: str) -> None:
    assert field_type(build_schema(catalogs["types"], OPTIONS), path) == its_type


@pytest.mark.parametrize(
    ("column", "enforced", "row_security", "required"),
    [
        ("int4!", True, False, True),
        ("int4", True, False, False),
        ("int4!", False, False, False),
        ("int4!", True, True, False),  # the row is there, but maybe not for this role
    ],
)
def test_when_a_to_one_relation_is_required(
    column: str, enforced: bool, row_security: bool, required: bool
) -> None:
    schema = build_schema(
        catalog(
            table("artist", {"artist_id": "int4!"}, key="artist_id", row_security=row_security),
            table(
                "album",
                {"artist_id": column},
                references=[reference("by", "artist_id", "artist", "artist_id", enforced=enforced)],
            ),
        ),
        OPTIONS,
    )
    album: Any = schema.graphql.type_map["Album"]
    assert isinstance(album.fields["artist"].type, GraphQLNonNull) is required

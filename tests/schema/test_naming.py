"""Names of the database as names of GraphQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema import naming


@pytest.mark.parametrize(
    ("name", "camel", "pascal"),
    [
        ("unit_price", "unitPrice", "UnitPrice"),
        ("id", "id", "Id"),
        ("line1", "line1", "Line1"),
        ("line_1", "line1", "Line1"),
        ("a_1_b", "a1B", "A1B"),
        ("UnitPrice", "unitPrice", "UnitPrice"),
        ("unitPrice", "unitPrice", "UnitPrice"),
        ("UNIT_PRICE", "unitPrice", "UnitPrice"),
        ("userID", "userId", "UserId"),
        ("HTTPServer2Name", "httpServer2Name", "HttpServer2Name"),
        ("unit price", "unitPrice", "UnitPrice"),
        ("unit-price", "unitPrice", "UnitPrice"),
        ("unit__price_", "unitPrice", "UnitPrice"),
        ("_private", "_private", "_Private"),
        ("__typename", "_typename", "_Typename"),
        ("2nd_name", "_2ndName", "_2ndName"),
        ("50%", "_50", "_50"),
        ("", "_", "_"),
        ("!", "_", "_"),
        ("naïve_café", "naiveCafe", "NaiveCafe"),
        ("İstanbul", "istanbul", "Istanbul"),
        ("表", "u8868", "U8868"),
        ("🦄 colour", "u1F984Colour", "U1F984Colour"),
    ],
)
def test_words_become_camel_and_pascal_case(name: str, camel: str, pascal: str) -> None:
    assert naming.camel_case(name) == camel
    assert naming.pascal_case(name) == pascal


def test_letters_composed_and_not_are_one_name() -> None:
    assert naming.camel_case("caf\u00e9") == naming.camel_case("cafe\u0301") == "cafe"


@pytest.mark.parametrize(
    ("relation", "type_name", "singular", "plural"),
    [
        ("invoice_line", "InvoiceLine", "invoiceLine", "invoiceLines"),
        ("invoice_lines", "InvoiceLine", "invoiceLine", "invoiceLines"),
        ("InvoiceLines", "InvoiceLine", "invoiceLine", "invoiceLines"),
        ("MediaType", "MediaType", "mediaType", "mediaTypes"),
        ("category", "Category", "category", "categories"),
        ("cities", "City", "city", "cities"),
        ("box", "Box", "box", "boxes"),
        ("branch", "Branch", "branch", "branches"),
        ("address", "Address", "address", "addresses"),
        ("addresses", "Address", "address", "addresses"),
        ("status", "Status", "status", "statuses"),
        ("buses", "Bus", "bus", "buses"),
        ("analysis", "Analysis", "analysis", "analyses"),
        ("movies", "Movie", "movie", "movies"),
        ("cookies", "Cookie", "cookie", "cookies"),
        ("caches", "Cache", "cache", "caches"),
        ("leaves", "Leaf", "leaf", "leaves"),
        ("wives", "Wife", "wife", "wives"),
        ("archives", "Archive", "archive", "archives"),
        ("cafe", "Cafe", "cafe", "cafes"),
        ("olives", "Olive", "olive", "olives"),
        ("people", "Person", "person", "people"),
        ("sales_person", "SalesPerson", "salesPerson", "salesPeople"),
        ("children", "Child", "child", "children"),
        ("matrices", "Matrix", "matrix", "matrices"),
        ("databases", "Database", "database", "databases"),
        ("invoice_media", "InvoiceMedia", "invoiceMedia", "invoiceMedia"),
        ("sheep", "Sheep", "sheep", "sheep"),
        ("series", "Series", "series", "series"),
        ("_logs", "_Log", "_log", "_logs"),
        ("s", "S", "s", "s"),
        ("2024", "_2024", "_2024", "_2024s"),
    ],
)
def test_relations_are_named_in_singular_and_plural(
    relation: str, type_name: str, singular: str, plural: str
) -> None:
    assert naming.type_name(relation) == type_name
    assert naming.singular_field(relation) == singular
    assert naming.plural_field(relation) == plural


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("album_id", "album"),
        ("album_fk", "album"),
        ("albumId", "album"),
        ("ALBUM_ID", "album"),
        ("support_rep_id", "supportRep"),
        ("_album_id", "_album"),
        ("1st_id", "_1st"),
        ("reports_to", None),
        ("albumid", None),
        ("id", None),
        ("_id", None),
        ("id_album", None),
    ],
)
def test_reference_columns_name_what_they_lead_to(column: str, field: str | None) -> None:
    assert naming.reference_field(column) == field


def test_columns_are_joined_to_one_name() -> None:
    assert naming.joined(["playlist_id", "track_id"]) == "playlistIdTrackId"
    assert naming.joined(["1st", "_b"]) == "_1stB"


@pytest.mark.parametrize(
    ("fields", "joined"),
    [
        (["playlistId", "trackId"], "playlistIdTrackId"),
        (["albumId"], "albumId"),
        (["a", "_1st"], "a_1st"),
        (["_", "_1st"], "_1st"),
        (["_Album", "_a", "b"], "_Album_aB"),
    ],
)
def test_fields_are_joined_to_one_name(fields: list[str], joined: str) -> None:
    assert naming.joined_fields(fields) == joined


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("sad", "sad"),
        ("Sad", "Sad"),
        ("WITH_DASH", "WITH_DASH"),
        ("_x", "_x"),
        ("with-dash", "with_dash"),
        ("In Progress!", "In_Progress"),
        ("1st", "_1st"),
        ("true", "true_"),
        ("false", "false_"),
        ("null", "null_"),
        ("TRUE", "TRUE"),
        ("__typename", "typename"),
        ("", "_"),
        ("€", "u20ac"),
        ("日本", "u65e5_u672c"),
        ("ünï", "uni"),
    ],
)
def test_labels_become_enum_values(label: str, value: str) -> None:
    assert naming.enum_value(label) == value


@given(st.text(max_size=20))
def test_any_name_becomes_a_valid_one(name: str) -> None:
    for make in (
        naming.camel_case,
        naming.pascal_case,
        naming.type_name,
        naming.singular_field,
        naming.plural_field,
        naming.enum_value,
    ):
        assert naming.is_valid(make(name))
    reference = naming.reference_field(name)
    assert reference is None or naming.is_valid(reference)


@given(st.text(alphabet="acefhimnorstuvxyz", min_size=1, max_size=12))
def test_singular_and_plural_are_stable(name: str) -> None:
    """A table named in the plural is named as one in the singular would be."""
    plural = naming.plural_field(name)
    assert naming.plural_field(naming.singular_field(name)) == plural


@pytest.mark.parametrize("name", ["__a", "1a", "a-b", "", "ä", "a\n", " a"])
def test_what_is_no_name(name: str) -> None:
    assert not naming.is_valid(name)


def test_claims_take_the_first_free_wish_and_then_a_number() -> None:
    names = naming.Names({"taken"})
    assert names.claim("free") == "free"
    assert names.claim("taken", "second") == "second"
    assert names.claim("taken", "second") == "second2"
    assert names.claim("second") == "second3"
    assert "second3" in names
    assert "third" not in names

"""Scalars: what is taken as input, what is refused before any SQL, and what values of Python code become."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import math
import uuid
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from graphql import GraphQLError, GraphQLScalarType, parse, parse_value, validate
from graphql.utilities import coerce_input_literal
from hypothesis import given
from hypothesis import strategies as st

from schema.base import BaseTypes
from schema.build import build_schema
from tests.support.catalogs import catalog, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from graphql import GraphQLSchema

SCALARS = BaseTypes()

ACCEPTED: dict[str, list[tuple[object, object]]] = {
    "BigInt": [
        ("0", 0),
        (0, 0),
        ("-9223372036854775808", -(2**63)),
        (2**63 - 1, 2**63 - 1),
        ("9223372036854775807", 2**63 - 1),
        ("007", 7),
    ],
    "Decimal": [
        ("1.10", "1.10"),
        ("-0", "-0"),
        (".5", ".5"),
        ("5.", "5."),
        ("1e400", "1e400"),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        (1, "1"),
        (0.1, "0.1"),
        (10**30, "1" + 30 * "0"),
        (1e22, "1e+22"),
        ("9" * 1000, "9" * 1000),
    ],
    "UUID": [
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"),
    ],
    "Date": [(d, d) for d in ("2024-02-29", "0044-03-15 BC", "5874897-12-31", "infinity", "-infinity")],
    "Time": [(t, t) for t in ("00:00", "04:05:06", "04:05:06.789", "23:59:59.999999", "24:00:00")],
    "DateTime": [
        (m, m)
        for m in (
            "2024-05-01T12:00:00Z",
            "2024-05-01T12:00:00.5+00:00",
            "2024-05-01 12:00:00-03:30",
            "2024-05-01T12:00+05",
            "0044-03-15 00:00:00+00 BC",
            "294276-12-31T23:59:59.999999+00:00",
            "infinity",
            "-infinity",
        )
    ],
    "LocalDateTime": [
        (m, m) for m in ("2024-05-01T12:00:00", "2024-05-01 12:00", "0001-01-01 00:00:00 BC", "infinity")
    ],
    "Duration": [
        (d, d)
        for d in ("P1Y2M3DT4H5M6.5S", "PT0S", "P1W", "P-1Y", "PT-0.000001S", "P1D", "PT36H", "infinity")
    ],
    "JSON": [
        ({"a": [1, 2.5, None, True, "é"]}, '{"a": [1, 2.5, null, true, "\\u00e9"]}'),
        ("text", '"text"'),
        (None, "null"),
    ],
    "Base64": [("", b""), ("AA==", b"\x00"), ("/9g=", b"\xff\xd8")],
}
REFUSED: dict[str, list[object]] = {
    "BigInt": [
        *(True, False, 1.0, 1.5, math.nan, math.inf, 2**63, -(2**63) - 1, "9223372036854775808"),
        *("1.0", "", "x", "1e3", " 1", "+1", "0x1", "\u0661", [1], {}),
    ],
    "Decimal": [
        *(True, False, math.nan, math.inf, -math.inf, "", "x", "1,5", "1e", "e5", ".", "1.2.3", "nan", "inf"),
        *(" 1", "1 ", "0x1", "1_000", "\u0661", "1e9999999", [1], {}),
    ],
    "UUID": [
        *("", "x", "f81d4fae7dec11d0a76500a0c91e6bf6", "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", 1, True),
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6\n",
    ],
    "Date": [
        *("", "2024-2-9", "24-02-09", "2024/02/09", "2024-02-29T00:00", "2024-02-29 AD", "12345678-01-01"),
        *("today", "now", "epoch", "2024-02-29\n", 20240229, True),
    ],
    "Time": ["", "4:05", "04:05:06Z", "04:05:06+00", "noon", "now", "04:05:06.1234567", 4, True],
    "DateTime": [
        *("", "2024-05-01", "2024-05-01T12:00:00", "2024-05-01T12:00:00 Europe/Vienna", "now", "tomorrow"),
        *("2024-05-01T12:00:00z", 1714564800, True),
    ],
    "LocalDateTime": ["", "2024-05-01", "2024-05-01T12:00:00Z", "2024-05-01T12:00:00+00", "now", 0, True],
    "Duration": ["", "P", "PT", "1 day", "P1", "1Y", "P1S", "PT1D", "P1YT", "p1y", "P1Y ", 3600, True],
    "JSON": [math.nan, [math.inf], {"a": -math.inf}],
    "Base64": ["A", "AA", "AAA", "A===", "A A=", "A-_=", "ä", "AA==\n", 1, None, True, []],
}


def scalar(name: str) -> GraphQLScalarType:
    found = SCALARS[name]
    assert isinstance(found, GraphQLScalarType)
    return found


@pytest.mark.parametrize(
    ("name", "value", "given_on"), [(name, *pair) for name, pairs in ACCEPTED.items() for pair in pairs]
)
def test_accepted(name: str, value: object, given_on: object) -> None:
    made = scalar(name).parse_value(value)
    assert (type(made), made) == (type(given_on), given_on)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values], ids=repr
)
def test_refused(name: str, value: object) -> None:
    with pytest.raises(GraphQLError) as refusal:
        scalar(name).parse_value(value)
    assert refusal.value.extensions == {"code": "BAD_USER_INPUT"}
    assert f"is no {name}" in refusal.value.message


@pytest.mark.parametrize(
    ("name", "literal", "given_on"),
    [
        ("Decimal", "1.10000000000000000000000000000000001", "1.10000000000000000000000000000000001"),
        ("Decimal", "123456789012345678901234567890", "123456789012345678901234567890"),
        ("Decimal", '"1e999"', "1e999"),
        ("Decimal", "1e999", "1e999"),
        ("BigInt", "9223372036854775807", 2**63 - 1),
        ("BigInt", '"-9223372036854775808"', -(2**63)),
        ("Date", '"2024-02-29"', "2024-02-29"),
        ("Base64", '"AA=="', b"\x00"),
        ("JSON", '{a: [1, "b", null, true]}', '{"a": [1, "b", null, true]}'),
    ],
)
def test_literals_in_the_document(name: str, literal: str, given_on: object) -> None:
    """Their digits are taken from the text: none are lost on the way through a float."""
    assert coerce_input_literal(parse_value(literal), scalar(name)) == given_on


@pytest.fixture(scope="module")
def numbers() -> GraphQLSchema:
    columns = {
        "whole": "int4",
        "big": "int8",
        "exact": "numeric",
        "rough": "float8",
        "flag": "bool",
        "text": "text",
    }
    return build_schema(catalog(table("number", columns)), OPTIONS).graphql


@pytest.mark.parametrize(
    ("column", "literal"),
    [
        ("whole", "true"),
        ("whole", "1.0"),
        ("whole", '"1"'),
        ("whole", "2147483648"),
        ("whole", "-2147483649"),
        ("big", "true"),
        ("big", "1.0"),
        ("big", "9223372036854775808"),
        ("big", "1e3"),
        ("exact", "true"),
        ("exact", "one"),
        ("exact", "[1]"),
        ("rough", "true"),
        ("rough", '"1.5"'),
        ("rough", "NaN"),
        ("flag", "1"),
        ("flag", '"true"'),
        ("text", "1"),
        ("text", "true"),
    ],
)
def test_literals_that_validation_refuses(numbers: GraphQLSchema, column: str, literal: str) -> None:
    document = parse(f"{{ numbers(filter: {{{column}: {{eq: {literal}}}}}) {{ totalCount }} }}")
    errors = validate(numbers, document)
    assert errors
    assert all(error.locations for error in errors)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("BigInt", 2**63 - 1, "9223372036854775807"),
        ("BigInt", "5", "5"),
        ("Decimal", decimal.Decimal("1.10"), "1.10"),
        ("Decimal", "NaN", "NaN"),
        ("UUID", uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("Date", dt.date(2024, 2, 29), "2024-02-29"),
        ("Time", dt.time(4, 5, 6, 789000), "04:05:06.789000"),
        ("DateTime", dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC), "2024-05-01T12:00:00+00:00"),
        ("LocalDateTime", dt.datetime(2024, 5, 1, 12), "2024-05-01T12:00:00"),  # noqa: DTZ001 - has no zone
        ("DateTime", "infinity", "infinity"),
        ("Duration", "P1D", "P1D"),
        ("Base64", b"\xff\xd8", "/9g="),
        ("Base64", "/9g=", "/9g="),
    ],
)
def test_results(name: str, value: object, shown: object) -> None:
    assert scalar(name).serialize(value) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (orjson.Fragment(b'{"a" : 1.0, "a": 2}'), b'{"a" : 1.0, "a": 2}'),
        ({"a": [1, None]}, b'{"a":[1,null]}'),
    ],
)
def test_json_results(value: object, text: bytes) -> None:
    """PostgreSQL's text of a document stands in the answer as it is."""
    assert orjson.dumps(scalar("JSON").serialize(value)) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_any_bigint_comes_back(number: int) -> None:
    shown = scalar("BigInt").serialize(number)
    assert isinstance(shown, str)
    assert scalar("BigInt").parse_value(shown) == number


@given(st.decimals())
def test_any_decimal_is_taken_as_it_stands(number: decimal.Decimal) -> None:
    text = str(number)
    if number.is_nan() and text != "NaN":  # -NaN and sNaN are Python's own
        return
    assert scalar("Decimal").parse_value(text) == text


@given(st.binary())
def test_any_bytes_come_back(value: bytes) -> None:
    assert scalar("Base64").parse_value(scalar("Base64").serialize(value)) == value
    assert base64.b64decode(scalar("Base64").serialize(value)) == value


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON_VALUES)
def test_any_json_comes_back(value: Any) -> None:
    assert orjson.loads(scalar("JSON").parse_value(value)) == value

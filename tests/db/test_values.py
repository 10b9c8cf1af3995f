"""What types are to callers, and how their values travel. Every stored value: tests/property."""

from __future__ import annotations

import math
from typing import Any

import orjson
import pytest

from core.errors import RequestError
from db.catalogue.model import Attribute, PgType, QualifiedName, TypeKind
from db.values import (
    CompositeShape,
    ListShape,
    RangeShape,
    ScalarKind,
    ScalarShape,
    Shape,
    input_to_key,
    is_key_form,
    read_form_is_key_form,
    shape_of,
    to_json,
)
from tests.support.catalogs import builtin, catalog


def own(name: str, kind: TypeKind, **parts: Any) -> PgType:
    return PgType(QualifiedName("public", name), kind, **parts)


CATALOG = catalog(
    types=[
        own("mood", TypeKind.ENUM, labels=("ok",)),
        own("no_labels", TypeKind.ENUM),
        own("positive", TypeKind.DOMAIN, base=builtin("int4")),
        own("small", TypeKind.DOMAIN, base=QualifiedName("public", "positive")),
        own("list", TypeKind.DOMAIN, base=builtin("_int4")),
        own("lists", TypeKind.ARRAY, element=QualifiedName("public", "list")),
        own(
            "pair",
            TypeKind.COMPOSITE,
            attributes=(Attribute("a", builtin("int4")), Attribute("b", builtin("text"))),
        ),
        own("pairs", TypeKind.ARRAY, element=QualifiedName("public", "pair")),
        own("pair_range", TypeKind.RANGE, element=QualifiedName("public", "pair")),
        own("no_attributes", TypeKind.COMPOSITE),
        own("tree", TypeKind.COMPOSITE, attributes=(Attribute("kids", QualifiedName("public", "trees")),)),
        own("trees", TypeKind.ARRAY, element=QualifiedName("public", "tree")),
        own("int4", TypeKind.BASE),
        own("citext", TypeKind.BASE),
        own("several", TypeKind.MULTIRANGE, element=builtin("int4range")),
        own("shell", TypeKind.PSEUDO),
    ]
)


def shape(name: str) -> Shape:
    schema, _, bare = name.rpartition(".")
    return shape_of(QualifiedName(schema or "pg_catalog", bare), CATALOG)


def described(found: Shape) -> str:
    match found:
        case ScalarShape():
            return found.kind.value
        case ListShape():
            return f"[{described(found.element)}]"
        case RangeShape():
            return f"range of {described(found.subtype)}"
        case CompositeShape():
            return "(" + ", ".join(f"{name}: {described(part)}" for name, part in found.attributes) + ")"


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("int2", "Int"),
        ("int4", "Int"),
        ("int8", "BigInt"),
        ("numeric", "Decimal"),
        ("float4", "Float"),
        ("float8", "Float"),
        ("bool", "Boolean"),
        ("text", "String"),
        ("varchar", "String"),
        ("bpchar", "String"),
        ("name", "String"),
        ("uuid", "UUID"),
        ("date", "Date"),
        ("time", "Time"),
        ("timetz", "literal"),
        ("timestamptz", "DateTime"),
        ("timestamp", "LocalDateTime"),
        ("interval", "Duration"),
        ("json", "JSON"),
        ("jsonb", "JSON"),
        ("bytea", "Base64"),
        ("inet", "literal"),
        ("_int4", "[Int]"),
        ("_jsonb", "[JSON]"),
        ("int4range", "range of Int"),
        ("tstzrange", "range of DateTime"),
        ("public.mood", "enum"),
        ("public.no_labels", "literal"),
        ("public.positive", "Int"),
        ("public.small", "Int"),
        ("public.list", "[Int]"),
        ("public.lists", "literal"),  # no GraphQL list of lists would be what PostgreSQL means
        ("public.pair", "(a: Int, b: String)"),
        ("public.pairs", "[(a: Int, b: String)]"),
        ("public.pair_range", "literal"),
        ("public.no_attributes", "literal"),
        ("public.tree", "(kids: [literal])"),  # has no end
        ("public.int4", "literal"),  # not PostgreSQL's own
        ("public.citext", "String"),
        ("public.several", "literal"),
        ("public.shell", "literal"),
    ],
)
def test_shapes(name: str, description: str) -> None:
    assert described(shape(name)) == description


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("int8", 2**63 - 1, "9223372036854775807"),
        ("float8", 0.1, 0.1),
        ("float8", -0.0, -0.0),
        ("bytea", b"\xff\xd8", "/9g="),
        ("timestamptz", "2024-05-01 12:00:00.5+00", "2024-05-01T12:00:00.5+00:00"),
        ("timestamptz", "10000-01-01 00:00:00+00", "10000-01-01T00:00:00+00:00"),
        ("timestamptz", "0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00+00 BC"),
        ("timestamptz", "infinity", "infinity"),
        ("timestamptz", "-infinity", "-infinity"),
        ("timestamp", "2024-05-01 12:00:00.5", "2024-05-01T12:00:00.5"),
        ("timestamp", "294276-12-31 23:59:59.999999", "294276-12-31T23:59:59.999999"),
        ("timestamp", "0044-03-15 00:00:00 BC", "0044-03-15 00:00:00 BC"),
        ("timestamp", "infinity", "infinity"),
        ("_int8", [1, None], ["1", None]),
        ("_int4", [1, None], [1, None]),
        ("_int4", [], []),
        ("int4range", "[false,1,true,null,false]", {
            "isEmpty": False, "start": {"value": 1, "inclusive": True}, "end": None,
        }),
        ("int4range", "[true,null,false,null,false]", {"isEmpty": True, "start": None, "end": None}),
        ("public.pair", '[1,"x"]', {"a": 1, "b": "x"}),
        ("public.pair", "[null,null]", {"a": None, "b": None}),
        ("public.pairs", '[[1,"x"],null]', [{"a": 1, "b": "x"}, None]),
    ],
)  # fmt: skip
def test_values_in_read_form_as_they_stand_in_answers(name: str, value: Any, shown: Any) -> None:
    convert = to_json(shape(name))
    assert convert is not None
    made = convert(value)
    assert made == shown
    assert repr(made) == repr(shown)


@pytest.mark.parametrize(
    "name", ["int4", "bool", "text", "numeric", "date", "time", "interval", "public.mood", "inet"]
)
def test_values_that_need_no_change(name: str) -> None:
    assert to_json(shape(name)) is None


def test_json_stands_in_the_answer_as_its_text() -> None:
    convert = to_json(shape("jsonb"))
    assert convert is not None
    assert orjson.dumps({"a": convert('{"b": 1.00}')}) == b'{"a":{"b": 1.00}}'


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("float8", math.nan, "A Float cannot carry the stored value nan."),
        ("float8", -math.inf, "A Float cannot carry the stored value -inf."),
        ("_float8", [1.0, math.inf], "A Float cannot carry the stored value inf."),
        ("_int4", [[1], [2]], "A list cannot carry the stored multidimensional array."),
    ],
)
def test_values_that_cannot_be_shown(name: str, value: Any, message: str) -> None:
    convert = to_json(shape(name))
    assert convert is not None
    with pytest.raises(RequestError) as refusal:
        convert(value)
    assert str(refusal.value) == message
    assert refusal.value.extensions == {"code": "VALUE_NOT_REPRESENTABLE"}


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("int4", 5, 5),
        ("int8", 2**62, 2**62),
        ("bool", True, True),
        ("text", "x", "x"),
        ("uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        ("bytea", b"\x00\xff", "\\x00ff"),
        ("float8", 0.1, "0.1"),
        ("float8", 1e300, "1e+300"),
        ("numeric", "1.10", "1.10"),
        ("public.mood", "ok", "ok"),
    ],
)
def test_input_in_key_form(name: str, value: Any, key: Any) -> None:
    assert input_to_key(shape(name), value) == key
    assert is_key_form(shape(name), key)


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("int4", 2**31 - 1, True),
        ("int4", 2**31, False),
        ("int4", -(2**31), True),
        ("int4", -(2**31) - 1, False),
        ("int4", True, False),
        ("int4", "1", False),
        ("int4", 1.0, False),
        ("int4", None, False),
        ("int8", 2**63 - 1, True),
        ("int8", 2**63, False),
        ("bool", True, True),
        ("bool", 1, False),
        ("bool", "true", False),
        ("text", "", True),
        ("text", 1, False),
        ("text", None, False),
        ("numeric", "1.10", True),
        ("numeric", 1.1, False),
        ("uuid", "anything", True),  # PostgreSQL says what is none
        ("_int4", "{1}", True),
        ("_int4", [1], False),
        ("public.pair", "(1,x)", True),
    ],
)
def test_what_a_global_id_may_hold(name: str, value: Any, accepted: bool) -> None:
    assert is_key_form(shape(name), value) is accepted


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("int4", True),
        ("text", True),
        ("numeric", True),
        ("timestamptz", True),
        ("public.mood", True),
        ("inet", True),
        ("float8", False),
        ("uuid", False),
        ("bytea", False),
        ("jsonb", False),
        ("_int4", False),
        ("int4range", False),
    ],
)
def test_where_one_form_does_for_both(name: str, same: bool) -> None:
    assert read_form_is_key_form(shape(name)) is same


def test_kinds_are_named_like_their_graphql_types() -> None:
    assert {kind.value for kind in ScalarKind} - {"enum", "literal"} == {
        *("Int", "BigInt", "Decimal", "Float", "Boolean", "String", "UUID", "Date", "Time", "DateTime"),
        *("LocalDateTime", "Duration", "JSON", "Base64"),
    }

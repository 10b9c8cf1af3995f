"""What a PostgreSQL type is to a caller, and how its values travel.

Every type comes down to a shape: one of a few scalar kinds, a list, a range or a composite. Domains are
what they stand on. Values travel in one of two forms:

* **read form**: what answers are made of. The driver's own binary form where that is exact and cheap, and
  PostgreSQL's text otherwise (`numeric`, temporal types, enums and whatever has no kind of its own), so
  that no value is rounded, clipped or shifted by a client-side type that cannot hold it.
* **key form**: hashable, JSON-ready and exact, for keys of batches, global ids and cursors: the read form
  for integers, booleans and text, PostgreSQL's text for all others.

`to_json` turns a value in read form into what stands in the answer.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import orjson

from core.errors import ErrorCode, RequestError
from db.catalogue.model import PgType, QualifiedName, TypeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from db.catalogue.model import Catalog

PG_CATALOG = "pg_catalog"


class ScalarKind(StrEnum):
    """How a scalar is presented; LITERAL is PostgreSQL's text form of anything without a kind of its own."""

    INT = "Int"
    BIGINT = "BigInt"
    DECIMAL = "Decimal"
    FLOAT = "Float"
    BOOLEAN = "Boolean"
    TEXT = "String"
    UUID = "UUID"
    DATE = "Date"
    TIME = "Time"
    DATETIME = "DateTime"
    LOCAL_DATETIME = "LocalDateTime"
    DURATION = "Duration"
    JSON = "JSON"
    BYTES = "Base64"
    ENUM = "enum"
    LITERAL = "literal"


@dataclass(frozen=True, slots=True)
class ScalarShape:
    """A scalar: its kind, and the type it is of once domains are taken off."""

    kind: ScalarKind
    type: PgType


@dataclass(frozen=True, slots=True)
class ListShape:
    """An array of `element`."""

    element: Shape
    type: PgType


@dataclass(frozen=True, slots=True)
class RangeShape:
    """A range over `subtype`."""

    subtype: ScalarShape
    type: PgType


@dataclass(frozen=True, slots=True)
class CompositeShape:
    """A row type; `attributes` pairs each attribute's name with its shape, in order."""

    attributes: tuple[tuple[str, Shape], ...]
    type: PgType


Shape = ScalarShape | ListShape | RangeShape | CompositeShape

_KINDS: dict[str, ScalarKind] = {
    "int2": ScalarKind.INT,
    "int4": ScalarKind.INT,
    "int8": ScalarKind.BIGINT,
    "numeric": ScalarKind.DECIMAL,
    "float4": ScalarKind.FLOAT,
    "float8": ScalarKind.FLOAT,
    "bool": ScalarKind.BOOLEAN,
    "text": ScalarKind.TEXT,
    "varchar": ScalarKind.TEXT,
    "bpchar": ScalarKind.TEXT,
    "name": ScalarKind.TEXT,
    "uuid": ScalarKind.UUID,
    "date": ScalarKind.DATE,
    "time": ScalarKind.TIME,
    "timestamptz": ScalarKind.DATETIME,
    "timestamp": ScalarKind.LOCAL_DATETIME,
    "interval": ScalarKind.DURATION,
    "json": ScalarKind.JSON,
    "jsonb": ScalarKind.JSON,
    "bytea": ScalarKind.BYTES,
}

_DRIVER_KINDS = frozenset(
    {
        ScalarKind.INT,
        ScalarKind.BIGINT,
        ScalarKind.FLOAT,
        ScalarKind.BOOLEAN,
        ScalarKind.TEXT,
        ScalarKind.UUID,
        ScalarKind.JSON,
        ScalarKind.BYTES,
    }
)
_KEY_KINDS = frozenset({ScalarKind.INT, ScalarKind.BIGINT, ScalarKind.BOOLEAN, ScalarKind.TEXT})


def shape_of(name: QualifiedName, catalog: Catalog) -> Shape:
    """The shape of a type. Types that nest without end, or hold what has no shape, are LITERAL."""
    return _shape_of(name, catalog, ())


def _shape_of(  # noqa: PLR0911 - one case a kind
    name: QualifiedName, catalog: Catalog, within: tuple[QualifiedName, ...]
) -> Shape:
    pg_type = base_type(name, catalog)
    literal = ScalarShape(ScalarKind.LITERAL, pg_type)
    if pg_type.name in within:
        return literal
    within = (*within, pg_type.name)
    match pg_type.kind:
        case TypeKind.ENUM if pg_type.labels:
            return ScalarShape(ScalarKind.ENUM, pg_type)
        case TypeKind.COMPOSITE if pg_type.attributes:
            parts = ((a.name, _shape_of(a.type, catalog, within)) for a in pg_type.attributes)
            return CompositeShape(tuple(parts), pg_type)
        case TypeKind.ARRAY | TypeKind.RANGE if pg_type.element is not None:
            element = _shape_of(pg_type.element, catalog, within)
            if pg_type.kind is TypeKind.ARRAY and not isinstance(element, ListShape):
                return ListShape(element, pg_type)
            if pg_type.kind is TypeKind.RANGE and isinstance(element, ScalarShape):
                return RangeShape(element, pg_type)
        case TypeKind.BASE:
            return ScalarShape(_base_kind(pg_type.name), pg_type)
    return literal


def _base_kind(name: QualifiedName) -> ScalarKind:
    if name.schema == PG_CATALOG:
        return _KINDS.get(name.name, ScalarKind.LITERAL)
    return ScalarKind.TEXT if name.name == "citext" else ScalarKind.LITERAL


def base_type(name: QualifiedName, catalog: Catalog) -> PgType:
    """The type itself, or what a domain finally stands on."""
    pg_type = catalog.types[name]
    while pg_type.kind is TypeKind.DOMAIN and pg_type.base is not None:
        pg_type = catalog.types[pg_type.base]
    return pg_type


def has_driver_form(shape: ScalarShape) -> bool:
    """Whether the driver's own form of the type is its read form (else PostgreSQL's text is)."""
    return shape.kind in _DRIVER_KINDS and shape.type.name.schema == PG_CATALOG


def read_form_is_key_form(shape: Shape) -> bool:
    """Whether values of this shape are the same in read form and in key form."""
    if not isinstance(shape, ScalarShape):
        return False
    return shape.kind in _KEY_KINDS or not has_driver_form(shape)


def key_text(shape: Shape) -> Callable[[Any], str] | None:
    """How a non-null value in key form becomes PostgreSQL's text of it; None where it already is."""
    if isinstance(shape, ScalarShape) and shape.kind in {ScalarKind.INT, ScalarKind.BIGINT}:
        return str
    if isinstance(shape, ScalarShape) and shape.kind is ScalarKind.BOOLEAN:
        return lambda value: "true" if value else "false"
    return None


def input_to_key(shape: Shape, value: Any) -> Any:
    """A value in input form (as `schema.scalars` gives it) in key form."""
    if read_form_is_key_form(shape):
        return value
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value if isinstance(value, str) else repr(value)


def key_to_column(shape: Shape, value: Any) -> Any:
    """A value in key form, maybe of a column of another type that refers to it, in column form."""
    if value is None or not isinstance(shape, ScalarShape) or shape.kind is ScalarKind.BOOLEAN:
        return value
    if shape.kind in {ScalarKind.INT, ScalarKind.BIGINT}:
        return int(Decimal(value))  # it may refer to a numeric
    if shape.kind is ScalarKind.FLOAT:
        return float(value)
    if shape.kind is ScalarKind.BYTES:
        return bytes.fromhex(value.removeprefix("\\x"))
    return str(value)


def range_text(given: Mapping[str, Any]) -> str:
    """A range as PostgreSQL writes it, of `start` and `end` with `value` and `inclusive`, or of `isEmpty`."""
    if given.get("isEmpty"):
        return "empty"
    start, end = given.get("start"), given.get("end")
    opening = "[" if start is not None and start["inclusive"] else "("
    closing = "]" if end is not None and end["inclusive"] else ")"
    return f"{opening}{_bound_text(start)},{_bound_text(end)}{closing}"


def column_form(shape: Shape, value: Any) -> Any:
    """A value in input form (as `schema.scalars` gives it) as statements take it for a column.

    Scalars as they are, everything else as PostgreSQL's text of it. None is NULL.
    """
    if value is None or not isinstance(shape, ListShape):
        return value
    return f"{{{','.join(['NULL' if each is None else _part_text(each) for each in value])}}}"


def composite_text(attributes: Sequence[tuple[str, Shape]], given: Mapping[str, Any]) -> str:
    """A composite as PostgreSQL writes it.

    Args:
        attributes: By what name each one is given, in order, with its shape.
        given: Attributes in input form; those that are left out are NULL.
    """
    parts = [column_form(shape, given.get(name)) for name, shape in attributes]
    return f"({','.join(['' if part is None else _part_text(part) for part in parts])})"


def _part_text(value: Any) -> str:
    """A value within an array or a composite."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(f"\\x{value.hex()}" if isinstance(value, bytes) else str(value))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bound_text(bound: Mapping[str, Any] | None) -> str:
    if bound is None:
        return ""
    value = bound["value"]
    return _quoted(f"\\x{value.hex()}" if isinstance(value, bytes) else str(value))


def is_key_form(shape: Shape, value: Any) -> bool:
    """Whether a value from outside can be one in key form (its text may still be no value of the type)."""
    kind = shape.kind if isinstance(shape, ScalarShape) else ScalarKind.LITERAL
    if kind is ScalarKind.BOOLEAN:
        return isinstance(value, bool)
    if kind in {ScalarKind.INT, ScalarKind.BIGINT}:
        bits = 31 if kind is ScalarKind.INT else 63
        return isinstance(value, int) and not isinstance(value, bool) and -(1 << bits) <= value < 1 << bits
    return isinstance(value, str)


def not_representable(what: str) -> RequestError:
    """The error for a stored value that its GraphQL type cannot carry."""
    return RequestError(what, ErrorCode.VALUE_NOT_REPRESENTABLE)


def to_json(shape: Shape) -> Callable[[Any], Any] | None:
    """How a non-null value in read form becomes part of an answer; None where it already is.

    The function raises `RequestError` (VALUE_NOT_REPRESENTABLE) for what the GraphQL type cannot carry.
    """
    if isinstance(shape, ScalarShape):
        return _TO_JSON.get(shape.kind)
    if isinstance(shape, ListShape):
        return _list_to_json(shape)
    structured = _structure_to_json(shape)
    return lambda text: structured(orjson.loads(text))


def _float_to_json(value: float | str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise not_representable(f"A Float cannot carry the stored value {number}.")
    return number


def _base64_to_json(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _datetime_to_json(value: str) -> str:
    """`2024-05-01 12:00:00.5+00` as `2024-05-01T12:00:00.5+00:00`; infinity and BC stay PostgreSQL's text."""
    if value[-3:-2] in "+-" and value[10:11] == " ":
        return f"{value[:10]}T{value[11:]}:00"
    if value[-3:-2] in "+-" and " " in value:
        return f"{value.replace(' ', 'T', 1)}:00"
    return value


def _local_datetime_to_json(value: str) -> str:
    if value.endswith("BC"):
        return value
    return value.replace(" ", "T", 1)


_TO_JSON: dict[ScalarKind, Callable[[Any], Any]] = {
    ScalarKind.BIGINT: str,
    ScalarKind.FLOAT: _float_to_json,
    ScalarKind.UUID: str,
    ScalarKind.DATETIME: _datetime_to_json,
    ScalarKind.LOCAL_DATETIME: _local_datetime_to_json,
    ScalarKind.JSON: lambda text: orjson.Fragment(text.encode()),
    ScalarKind.BYTES: _base64_to_json,
}


def is_structured(shape: Shape) -> bool:
    """Whether the shape travels as JSON text made in the statement: ranges, composites, some lists."""
    if isinstance(shape, ListShape):
        return not isinstance(shape.element, ScalarShape) or shape.element.kind is ScalarKind.LITERAL
    return not isinstance(shape, ScalarShape)


_MULTIDIMENSIONAL = "A list cannot carry the stored multidimensional array."


def _list_to_json(shape: ListShape) -> Callable[[Any], Any]:
    if is_structured(shape):
        structured = _structure_to_json(shape)
        return lambda text: structured(orjson.loads(text))
    convert = to_json(shape.element)

    def convert_list(values: list[Any]) -> list[Any]:
        if any(isinstance(value, list) for value in values):
            raise not_representable(_MULTIDIMENSIONAL)
        if convert is None:
            return values
        return [None if value is None else convert(value) for value in values]

    return convert_list


def _structure_to_json(shape: Shape) -> Callable[[Any], Any]:
    """For values parsed from the JSON text that `db.expressions.structure` makes."""
    if isinstance(shape, ScalarShape):
        return _structured_scalar(shape)
    if isinstance(shape, ListShape):
        return _structured_list(shape)
    if isinstance(shape, RangeShape):
        return _structured_range(shape)
    parts = [(name, _optional(_structure_to_json(attribute))) for name, attribute in shape.attributes]

    def composite(values: list[Any]) -> dict[str, Any]:
        return {name: part(value) for (name, part), value in zip(parts, values, strict=True)}

    return composite


def _structured_scalar(shape: ScalarShape) -> Callable[[Any], Any]:
    if shape.kind is ScalarKind.BYTES:
        return lambda text: _base64_to_json(bytes.fromhex(text))
    return _TO_JSON.get(shape.kind) or (lambda value: value)


def _structured_list(shape: ListShape) -> Callable[[Any], Any]:
    element = _optional(_structure_to_json(shape.element))

    def convert(values: list[Any] | Literal[False]) -> list[Any]:
        if values is False:
            raise not_representable(_MULTIDIMENSIONAL)
        return [element(value) for value in values]

    return convert


def _structured_range(shape: RangeShape) -> Callable[[Any], Any]:
    bound = _structure_to_json(shape.subtype)

    def convert(values: list[Any]) -> dict[str, Any]:
        empty, lower, lower_inclusive, upper, upper_inclusive = values
        return {
            "isEmpty": empty,
            "start": None if lower is None else {"value": bound(lower), "inclusive": lower_inclusive},
            "end": None if upper is None else {"value": bound(upper), "inclusive": upper_inclusive},
        }

    return convert


def _optional(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)

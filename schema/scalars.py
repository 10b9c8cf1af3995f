"""The scalars beside GraphQL's own, defined with Strawberry.

Results are ready to stand in an answer when they get here, save for what Python code returns. Input
comes out in input form (`db.expressions.bind`): int, str or bytes that PostgreSQL takes as they are; what
cannot be a value is refused here, before any SQL.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import decimal
import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import orjson
import strawberry
import strawberry.scalars
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, value_from_ast_untyped

from core.errors import ErrorCode
from db.values import ScalarKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphql import GraphQLScalarLiteralParser, ValueNode
    from strawberry.types.scalar import ScalarDefinition

_DATE = r"[0-9]{4,7}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_OFFSET = r"(Z|[+-][0-9]{2}(:?[0-9]{2}(:[0-9]{2})?)?)"
_ENDLESS = r"-?infinity"
_NUMBER = r"[+-]?[0-9]*(\.[0-9]*)?"

_PATTERNS = {
    ScalarKind.DECIMAL: r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,6})?|NaN|[+-]?Infinity",
    ScalarKind.UUID: r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    ScalarKind.DATE: rf"{_DATE}( BC)?|{_ENDLESS}",
    ScalarKind.TIME: _TIME,
    ScalarKind.DATETIME: rf"{_DATE}[T ]{_TIME}{_OFFSET}( BC)?|{_ENDLESS}",
    ScalarKind.LOCAL_DATETIME: rf"{_DATE}[T ]{_TIME}( BC)?|{_ENDLESS}",
    ScalarKind.DURATION: (
        rf"P(?=[0-9T+.-])({_NUMBER}Y)?({_NUMBER}M)?({_NUMBER}W)?({_NUMBER}D)?"
        rf"(T(?=[0-9+.-])({_NUMBER}H)?({_NUMBER}M)?({_NUMBER}S)?)?|{_ENDLESS}"
    ),
}
_DESCRIPTIONS = {
    ScalarKind.BIGINT: "A whole number of 64 bits: a string in results; a string or a number in input.",
    ScalarKind.DECIMAL: "An exact decimal number of any size, as a string.",
    ScalarKind.UUID: "A UUID, such as `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`.",
    ScalarKind.DATE: "A date, `YYYY-MM-DD` (ISO 8601); also `infinity`, `-infinity`, and years with ` BC`.",
    ScalarKind.TIME: "A time of day, `HH:MM:SS[.ffffff]` (ISO 8601), up to `24:00:00`.",
    ScalarKind.DATETIME: (
        "A moment, `YYYY-MM-DDTHH:MM:SS[.ffffff]+00:00` (ISO 8601 with offset); also `infinity`, `-infinity`."
    ),
    ScalarKind.LOCAL_DATETIME: (
        "Date and time of day without a time zone, `YYYY-MM-DDTHH:MM:SS[.ffffff]`; "
        "also `infinity`, `-infinity`."
    ),
    ScalarKind.DURATION: "A length of time, `P1Y2M3DT4H5M6.5S` (ISO 8601; parts may be negative).",
    ScalarKind.JSON: "Any JSON value.",
    ScalarKind.BYTES: "Bytes in Base64 (RFC 4648, section 4).",
}
_INT64 = 1 << 63
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def _refused(kind: ScalarKind) -> GraphQLError:
    return GraphQLError(
        f"The value is no {kind.value}. {_DESCRIPTIONS[kind]}",
        extensions={"code": ErrorCode.BAD_USER_INPUT.value},
    )


def _parse_bigint(value: Any) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -_INT64 <= value < _INT64:
        raise _refused(ScalarKind.BIGINT)
    return value


def _parse_decimal(value: Any) -> str:
    if isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        return _parse_text(ScalarKind.DECIMAL)(str(value))
    return _parse_text(ScalarKind.DECIMAL)(value)


def _parse_decimal_literal(node: ValueNode, _variables: object = None) -> str:
    """From the text of the document: as a float, digits would be lost."""
    text = node.value if isinstance(node, (IntValueNode, FloatValueNode, StringValueNode)) else None
    return _parse_text(ScalarKind.DECIMAL)(text)


def _parse_bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise _refused(ScalarKind.BYTES) from None


def _parse_text(kind: ScalarKind) -> Callable[[Any], str]:
    pattern = re.compile(_PATTERNS[kind])

    def parse(value: Any) -> str:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise _refused(kind)
        return value

    return parse


def _parse_json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:  # NaN and Infinity, which a literal such as 1e999 is too
        raise _refused(ScalarKind.JSON) from None


def _serialize(value: Any) -> Any:
    """Values of the database come as they stand in the answer; these are for values of Python code."""
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    return value


def _serialize_bigint(value: Any) -> str:
    return str(value)


def _serialize_bytes(value: Any) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _serialize_json(value: Any) -> Any:
    return value if isinstance(value, orjson.Fragment) else orjson.Fragment(orjson.dumps(value))


def _scalar(
    kind: ScalarKind,
    parse: Callable[[Any], Any] | None = None,
    serialize: Callable[[Any], Any] = _serialize,
    parse_literal: GraphQLScalarLiteralParser | None = None,
) -> ScalarDefinition:
    parse_value = parse or _parse_text(kind)

    def parse_there(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        """Tells where in the document the value stands that is refused."""
        try:
            if parse_literal is not None:
                return parse_literal(node, variables)
            return parse_value(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            raise GraphQLError(error.message, nodes=node, extensions=error.extensions) from None

    return strawberry.scalar(
        name=kind.value,
        description=_DESCRIPTIONS[kind],
        serialize=serialize,
        parse_value=parse_value,
        parse_literal=parse_there,
    )


class BigInt:
    """Stands for the scalar of this name in Strawberry annotations, like the classes that follow."""


class Decimal:
    """See `BigInt`."""


class UUID:
    """See `BigInt`."""


class Date:
    """See `BigInt`."""


class Time:
    """See `BigInt`."""


class DateTime:
    """See `BigInt`."""


class LocalDateTime:
    """See `BigInt`."""


class Duration:
    """See `BigInt`."""


class JSON:
    """See `BigInt`."""


class Base64:
    """See `BigInt`."""


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: _scalar(ScalarKind.BIGINT, _parse_bigint, _serialize_bigint),
    Decimal: _scalar(ScalarKind.DECIMAL, _parse_decimal, parse_literal=_parse_decimal_literal),
    UUID: _scalar(ScalarKind.UUID),
    Date: _scalar(ScalarKind.DATE),
    Time: _scalar(ScalarKind.TIME),
    DateTime: _scalar(ScalarKind.DATETIME),
    LocalDateTime: _scalar(ScalarKind.LOCAL_DATETIME),
    Duration: _scalar(ScalarKind.DURATION),
    JSON: _scalar(ScalarKind.JSON, _parse_json, _serialize_json),
    Base64: _scalar(ScalarKind.BYTES, _parse_bytes, _serialize_bytes),
}
"""Strawberry's definition of each scalar, by the class that stands for it."""

PYTHON_TYPES: dict[object, ScalarDefinition] = {
    dt.datetime: SCALARS[DateTime],
    dt.date: SCALARS[Date],
    dt.time: SCALARS[Time],
    decimal.Decimal: SCALARS[Decimal],
    uuid.UUID: SCALARS[UUID],
    strawberry.scalars.JSON: SCALARS[JSON],
    strawberry.scalars.Base64: SCALARS[Base64],
}
"""The same by Python's types: good for results only, since input is text for the database."""

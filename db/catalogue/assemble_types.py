"""Rows of the type statements → `PgType`s. Pure: no I/O.

Whether values compare is a property of what a type is made of: PostgreSQL has one operator class for all
arrays, one for all rows, and finds out when it runs them that an element has none.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from db.catalogue.model import Attribute, PgType, QualifiedName, TypeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import asyncpg

_KINDS = {
    "b": TypeKind.BASE,
    "c": TypeKind.COMPOSITE,
    "d": TypeKind.DOMAIN,
    "e": TypeKind.ENUM,
    "m": TypeKind.MULTIRANGE,
    "p": TypeKind.PSEUDO,
    "r": TypeKind.RANGE,
}


class _Comparison(NamedTuple):
    """What the default operator classes of a type offer."""

    equatable: bool
    orderable: bool


def types(
    type_rows: Iterable[asyncpg.Record],
    attribute_rows: Iterable[asyncpg.Record],
) -> dict[int, PgType]:
    """The types, by object id.

    Args:
        type_rows: Rows of `Statements.types`: closed, so that what a type is made of is among them.
        attribute_rows: Rows of `ATTRIBUTES` for the composite types among them.
    """
    rows = {row["oid"]: row for row in type_rows}
    attributes_of: defaultdict[int, list[asyncpg.Record]] = defaultdict(list)
    for row in attribute_rows:
        attributes_of[row["relation"]].append(row)
    names = {oid: QualifiedName(row["schema"], row["name"]) for oid, row in rows.items()}
    comparisons: dict[int, _Comparison] = {}

    def assemble(oid: int) -> PgType:
        row = rows[oid]
        kind = _kind(row)
        attributes = attributes_of[row["relation"]] if kind is TypeKind.COMPOSITE else []
        element = row["element"] if kind is TypeKind.ARRAY else row["subtype"]
        comparison = _comparison(oid, rows, attributes_of, comparisons)
        return PgType(
            name=names[oid],
            kind=kind,
            element=names[element] if element else None,
            base=names[row["base"]] if row["base"] else None,
            labels=tuple(row["labels"] or ()),
            attributes=tuple(
                Attribute(
                    attribute["name"],
                    names[attribute["type"]],
                    attribute["comment"],
                    hidden=not attribute["selectable"],
                )
                for attribute in attributes
            ),
            not_null=_not_null(oid, rows),
            equatable=comparison.equatable,
            orderable=comparison.orderable,
            comment=row["comment"],
        )

    return {oid: assemble(oid) for oid in rows}


def _kind(row: asyncpg.Record) -> TypeKind:
    return TypeKind.ARRAY if row["is_array"] else _KINDS[row["sort"]]


def _not_null(oid: int, rows: Mapping[int, asyncpg.Record]) -> bool:
    row = rows[oid]
    return row["not_null"] or (row["base"] != 0 and _not_null(row["base"], rows))


def _comparison(
    oid: int,
    rows: Mapping[int, asyncpg.Record],
    attributes_of: Mapping[int, list[asyncpg.Record]],
    known: dict[int, _Comparison],
) -> _Comparison:
    """Whether the values of a type compare, down through what it is made of."""
    if oid in known:
        return known[oid]
    row = rows[oid]
    kind = _kind(row)
    if row["sorts"] or row["hashes"]:
        comparison = _Comparison(equatable=True, orderable=row["sorts"])
    elif kind in {TypeKind.ENUM, TypeKind.RANGE, TypeKind.MULTIRANGE}:
        # A range type cannot be made without an operator class for its subtype.
        comparison = _Comparison(equatable=True, orderable=True)
    elif kind in {TypeKind.ARRAY, TypeKind.DOMAIN, TypeKind.COMPOSITE}:
        if kind is TypeKind.COMPOSITE:
            parts = [attribute["type"] for attribute in attributes_of[row["relation"]]]
        else:
            parts = [row["element"] if kind is TypeKind.ARRAY else row["base"]]
        compared = [_comparison(part, rows, attributes_of, known) for part in parts]
        comparison = _Comparison(
            equatable=all(part.equatable for part in compared),
            orderable=all(part.orderable for part in compared),
        )
    else:
        comparison = _Comparison(equatable=False, orderable=False)
    known[oid] = comparison
    return comparison

"""Keyset (seek) pagination: total orders, and the condition for rows beyond a position.

Works for any mix of directions, for NULLs on either side and for ties, which the key of the relation
breaks. Pure: no I/O. See https://use-the-index-luke.com/no-offset for the technique.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db.catalogue.model import RelationKind
from db.query import CTID, TABLEOID, OrderTerm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.catalogue.model import Column, Table, UniqueKey
    from db.expressions import Expression


@dataclass(frozen=True, slots=True)
class TotalOrder:
    """An order in which no two rows are equal.

    `positional` says that the relation has no key to break ties with: rows are then told apart by
    their position in the order, which holds as long as the rows themselves do not change.
    """

    terms: tuple[OrderTerm, ...]
    positional: bool


def row_key(table: Table) -> tuple[str, ...] | None:
    """Columns that tell rows apart and are never NULL; None where the relation offers none."""
    if table.has_children:  # the children's rows are read too; no key holds across them
        columns = table.primary_key.columns if table.primary_key is not None else ()
        return (*columns, TABLEOID, CTID) if table.kind is RelationKind.TABLE else None
    key = table.primary_key or _required_key(table)
    if key is not None:
        return key.columns
    if table.kind in {RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW}:
        return (CTID,)
    if table.kind is RelationKind.PARTITIONED_TABLE:
        return (TABLEOID, CTID)
    return None


def _required_key(table: Table) -> UniqueKey | None:
    required = {column.name for column in table.columns if not column.nullable}
    keys = [key for key in table.unique_keys if required.issuperset(key.columns)]
    return min(keys, key=lambda key: (len(key.columns), key.name), default=None)


def total_order(table: Table, terms: Sequence[OrderTerm]) -> TotalOrder:
    """`terms` (later repetitions dropped), followed by what breaks their ties.

    The tie-break follows the direction of the last term, so that one index serves both.
    """
    kept: list[OrderTerm] = []
    seen = set()
    for term in terms:
        if (term.path, term.column) not in seen:
            seen.add((term.path, term.column))
            kept.append(term)
    descending = kept[-1].descending if kept else False
    key = row_key(table)
    names = key if key is not None else tuple(column.name for column in _by_position(table))
    kept.extend(
        OrderTerm(name, descending=descending, nulls_first=descending)
        for name in names
        if ((), name) not in seen
    )
    return TotalOrder(tuple(kept), positional=key is None)


def _by_position(table: Table) -> list[Column]:
    return sorted((c for c in table.columns if c.selectable), key=lambda column: column.position)


@dataclass(frozen=True, slots=True)
class SeekTerm:
    """One term of an order beside the value a position has there.

    Attributes:
        expression: What is sorted by.
        value: The parameter; None where the position's value is NULL.
        descending: Whether larger values come first.
        nulls_first: Whether NULLs come first.
        nullable: Whether the expression can be NULL.
    """

    expression: Expression
    value: Expression | None
    descending: bool
    nulls_first: bool
    nullable: bool


def beyond(terms: Sequence[SeekTerm]) -> Expression:
    """True for exactly the rows that come after the position in the order."""
    values = [term.value for term in terms if term.value is not None]
    if (
        len(values) == len(terms)
        and not any(term.nullable for term in terms)
        and len({term.descending for term in terms}) == 1
    ):
        return _row_comparison(terms, values)
    condition = _lexicographic(terms)
    first = terms[0]
    if len(terms) > 1 and first.value is not None and not (first.nullable and not first.nulls_first):
        # Implied by the rest; stated so that an index on the first term finds its starting point.
        operator = first.expression.__le__ if first.descending else first.expression.__ge__
        condition = sa.and_(operator(first.value), condition)
    return condition


def _row_comparison(terms: Sequence[SeekTerm], values: Sequence[Expression]) -> Expression:
    if len(terms) == 1:
        return _strictly_beyond(terms[0])
    left = sa.tuple_(*(term.expression for term in terms))
    right = sa.tuple_(*values)
    return left < right if terms[0].descending else left > right


def _lexicographic(terms: Sequence[SeekTerm]) -> Expression:
    first, rest = terms[0], terms[1:]
    strictly = _strictly_beyond(first)
    if not rest:
        return strictly
    return sa.or_(strictly, sa.and_(_equal(first), _lexicographic(rest)))


def _strictly_beyond(term: SeekTerm) -> Expression:
    if term.value is None:
        return term.expression.is_not(sa.null()) if term.nulls_first else sa.false()
    further = term.expression < term.value if term.descending else term.expression > term.value
    if term.nullable and not term.nulls_first:
        return sa.or_(further, term.expression.is_(sa.null()))
    return further


def _equal(term: SeekTerm) -> Expression:
    if term.value is None:
        return term.expression.is_(sa.null())
    return term.expression == term.value

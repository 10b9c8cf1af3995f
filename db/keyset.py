"""Keyset (seek) pagination: total orders, and the condition for rows beyond a position.

Works for any mix of directions, for NULLs on either side and for ties, which the key of the relation
breaks. Pure: no I/O. See https://use-the-index-luke.com/no-offset for the technique.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from db.catalogue.model import RelationKind
from db.expressions import hidden, null_test
from db.query import CTID, TABLEOID, OrderTerm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.catalogue.model import Column, Table, UniqueKey
    from db.expressions import Expression
    from db.query import CountTerm


@dataclass(frozen=True, slots=True)
class TotalOrder:
    """An order in which no two rows are equal.

    `positional` says that the relation has no key to break ties with: rows are then told apart by
    their position in the order, which holds as long as the rows themselves do not change.
    """

    terms: tuple[OrderTerm | CountTerm, ...]
    positional: bool


def row_key(table: Table) -> tuple[str, ...] | None:
    """Columns that tell rows apart, are never NULL and may be read; None where the relation offers none."""
    primary = table.primary_key
    if primary is not None and not all(table.column(name).selectable for name in primary.columns):
        primary = None
    if table.has_children:  # the children's rows are read too; no key holds across them
        columns = primary.columns if primary is not None else ()
        return (*columns, TABLEOID, CTID) if table.kind is RelationKind.TABLE and table.selectable else None
    key = primary or _required_key(table)
    if key is not None:
        return key.columns
    if not table.selectable:
        return None
    if table.kind in {RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW}:
        return (CTID,)
    if table.kind is RelationKind.PARTITIONED_TABLE:
        return (TABLEOID, CTID)
    return None


def _required_key(table: Table) -> UniqueKey | None:
    required = {column.name for column in table.columns if not column.nullable and column.selectable}
    keys = [key for key in table.unique_keys if required.issuperset(key.columns)]
    return min(keys, key=lambda key: (len(key.columns), key.name), default=None)


def total_order(table: Table, terms: Sequence[OrderTerm | CountTerm]) -> TotalOrder:
    """`terms` (later repetitions dropped), followed by what breaks their ties.

    The tie-break follows the direction of the last term, so that one index serves both.
    """
    kept: list[OrderTerm | CountTerm] = []
    seen = set()
    for term in terms:
        sorted_by = (term.path, term.column if isinstance(term, OrderTerm) else term.relationship)
        if sorted_by not in seen:
            seen.add(sorted_by)
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
        listed: Whether equal values are looked for as in a list of one. So PostgreSQL does not leave the term
            out of the order, and reads by an index that has all of it, however many it expects to be equal.
        composite: Whether values are composites.
    """

    expression: Expression
    value: Expression | None
    descending: bool
    nulls_first: bool
    nullable: bool
    listed: bool = False
    composite: bool = False


MAX_SEGMENTS = 4
"""The most segments that are worth their planning."""


def beyond(terms: Sequence[SeekTerm]) -> Expression:
    """True for exactly the rows that come after the position in the order."""
    if _are_comparable(terms):
        return _row_comparison(terms)
    condition = _lexicographic(terms)
    first = terms[0]
    if len(terms) > 1 and first.value is not None and not (first.nullable and not first.nulls_first):
        # Implied by the rest; stated so that an index on the first term finds its starting point.
        operator = first.expression.__le__ if first.descending else first.expression.__ge__
        condition = sa.and_(operator(_anywhere(first)), condition)
    return condition


def segments(terms: Sequence[SeekTerm]) -> list[Expression]:
    """Conditions that together are `beyond`: disjoint, and in the order of their rows.

    Of each an index on the terms finds where it starts and ends, which it does not of a condition with OR.
    Empty where they would be too many.
    """
    made = _segments(terms)
    return made if len(made) <= MAX_SEGMENTS else []


def _segments(terms: Sequence[SeekTerm]) -> list[Expression]:
    if not terms:
        return []
    first, rest = terms[0], terms[1:]
    values_only = replace(first, nullable=False)
    made: list[Expression]
    if _are_comparable([values_only, *rest]):
        made = [_row_comparison(terms)]
    else:
        made = [sa.and_(_equal(first), segment) for segment in _segments(rest)]
        if first.value is not None:
            made.append(_further(first))
        elif first.nulls_first:
            made.append(_has_value(first))
    if first.nullable and not first.nulls_first and first.value is not None:
        made.append(_is_null(first))
    return made


def shows_values(terms: Sequence[SeekTerm]) -> bool:
    """Whether the plan for `segments` depends on the position's values: on how many rows have equal ones."""
    if not terms or _are_comparable([replace(terms[0], nullable=False), *terms[1:]]):
        return False
    return (terms[0].value is not None and not terms[0].listed) or shows_values(terms[1:])


def _are_comparable(terms: Sequence[SeekTerm]) -> bool:
    """Whether one comparison of rows says what is beyond: it leaves out the NULLs of every term."""
    return (
        all(term.value is not None and (term.nulls_first or not term.nullable) for term in terms)
        and len({term.descending for term in terms}) == 1
    )


def _row_comparison(terms: Sequence[SeekTerm]) -> Expression:
    if len(terms) == 1:
        return _further(terms[0])
    left = sa.tuple_(*(term.expression for term in terms))
    right = sa.tuple_(*(_anywhere(term) for term in terms))
    return left < right if terms[0].descending else left > right


def _lexicographic(terms: Sequence[SeekTerm]) -> Expression:
    first, rest = terms[0], terms[1:]
    strictly = _strictly_beyond(first)
    if not rest:
        return strictly
    equal = _is_null(first) if first.value is None else first.expression == _anywhere(first)
    return sa.or_(strictly, sa.and_(equal, _lexicographic(rest)))


def _strictly_beyond(term: SeekTerm) -> Expression:
    if term.value is None:
        return _has_value(term) if term.nulls_first else sa.false()
    if term.nullable and not term.nulls_first:
        return sa.or_(_further(term), _is_null(term))
    return _further(term)


def _further(term: SeekTerm) -> Expression:
    value = _anywhere(term)
    return term.expression < value if term.descending else term.expression > value


def _anywhere(term: SeekTerm) -> Expression:
    """The value where PostgreSQL plans without looking at it, as for a position anywhere in the order.

    Seeing the last of few values, it expects no rows beyond (it estimates a comparison of rows by the
    first term alone), and reads and sorts all that there are instead of the first few by the index.
    """
    if term.value is None:
        raise ValueError("NULL is compared with nothing")
    return hidden(term.value)


def _equal(term: SeekTerm) -> Expression:
    if term.value is None:
        return _is_null(term)
    if term.listed:
        return term.expression == sa.any_(array([_anywhere(term)]))
    return term.expression == term.value


def _is_null(term: SeekTerm) -> Expression:
    return null_test(term.expression, null=True, composite=term.composite)


def _has_value(term: SeekTerm) -> Expression:
    return null_test(term.expression, null=False, composite=term.composite)

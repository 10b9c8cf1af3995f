"""Windows of rows in a total order, as SQL: where they start, how they are sorted, how many rows they hold.

Rows beyond a position are read by one condition, which is right for every relation. Or, where an index may
have the order, by segments: parts of the order whose start an index finds, one after the other, each only if
those before it did not fill the window.

Planning a window costs PostgreSQL more than reading it. It keeps a plan for any values where that is not
dearer than those for the values given; but a window whose LIMIT it does not know is a tenth of the
relation to it. So where a read has a bound, and no value has a say in its plan, the limit is hidden, the
bound stands for it as a number, and one plan serves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db import expressions as ex
from db.catalogue.model import TypeKind
from db.keyset import SeekTerm, beyond, segments, shows_values
from db.values import ListShape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.query import PageRead, Seek
    from db.values import Shape


class OrderIndex(Enum):
    """What an index has of a total order: nothing, its first term, or all of it."""

    NONE = 0
    START = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a total order.

    Attributes:
        expression: What is sorted by.
        cursor: The same in key form.
        shape: Its type.
        descending: Whether larger values come first.
        nulls_first: Whether NULLs come first.
        nullable: Whether it can be NULL.
    """

    expression: ex.Expression
    cursor: ex.Expression
    shape: Shape
    descending: bool
    nulls_first: bool
    nullable: bool


def direction(term: Term, *, flip: bool = False) -> ex.Expression:
    """The term as ORDER BY takes it; `flip` turns it round."""
    return _sorted(term.expression, term, flip=flip)


def window(
    rows: sa.Select[Any], read: PageRead, terms: Sequence[Term], index: OrderIndex = OrderIndex.NONE
) -> sa.Select[Any]:
    """The window of the rows that a read asks for.

    Args:
        rows: All rows, with their columns labelled.
        read: Says which way to read, from where, and whether to skip rows.
        terms: The order.
        index: What an index has of the order.
    """
    start, end = (read.before, read.after) if read.backward else (read.after, read.before)
    start_name, end_name = ("before", "after") if read.backward else ("after", "before")
    if end is not None:
        rows = rows.where(beyond(_seek(end_name, end, terms, flip=not read.backward)))
    if start is not None:
        listed = index is OrderIndex.WHOLE and read.via is None
        sought = _seek(start_name, start, terms, flip=read.backward, listed=listed)
        parts = segments(sought) if index is not OrderIndex.NONE else []
        if len(parts) > 1:
            bound = None if shows_values(sought) else read.bound
            return _in_segments(rows, parts, replace(read, bound=bound), terms)
        rows = rows.where(beyond(sought))
    page = _limited(rows.order_by(*(direction(term, flip=read.backward) for term in terms)), read)
    return page if read.bound is None else _all_of(page.subquery("rows")).limit(_number(read.bound))


def _in_segments(
    rows: sa.Select[Any], parts: Sequence[ex.Expression], read: PageRead, terms: Sequence[Term]
) -> sa.Select[Any]:
    rows = rows.order_by(*(direction(term, flip=read.backward) for term in terms))
    if read.bound is not None:
        most = _number(read.bound)
    else:
        most = _parameter("limit") + _parameter("offset") if read.offset else _parameter("limit")
    # Without an order of its own: PostgreSQL then reads one part after the other, and starts none that it can
    # do without. Parts that have a LIMIT it never reads in parallel.
    together = sa.union_all(*(rows.where(part).limit(most) for part in parts)).subquery("rows")
    return _limited(_all_of(together), read)


def _all_of(rows: sa.Subquery) -> sa.Select[Any]:
    return sa.select(*rows.c).select_from(rows)  # said for rows without columns


def _sorted(expression: ex.Expression, term: Term, *, flip: bool) -> ex.Expression:
    ordered = expression.desc() if term.descending is not flip else expression.asc()
    if not term.nullable:  # an index serves only if the NULLS clause is the one it was made with
        return ordered
    return ordered.nulls_first() if term.nulls_first is not flip else ordered.nulls_last()


def _limited(rows: sa.Select[Any], read: PageRead) -> sa.Select[Any]:
    limit = _parameter("limit")
    if read.bound is not None:
        return rows.limit(ex.hidden(limit))
    return rows.limit(limit).offset(_parameter("offset")) if read.offset else rows.limit(limit)


def _parameter(name: str) -> ex.Expression:
    return sa.cast(sa.bindparam(name), ex.INT8)


def _number(value: int) -> ex.Expression:
    return sa.literal_column(str(value))


def _seek(
    name: str, seek: Seek, terms: Sequence[Term], *, flip: bool, listed: bool = False
) -> list[SeekTerm]:
    return [
        SeekTerm(
            expression=term.expression,
            value=None if null else ex.bind_key(f"{name}{i}", term.shape),
            descending=term.descending is not flip,
            nulls_first=term.nulls_first is not flip,
            nullable=term.nullable,
            listed=listed and not isinstance(term.shape, ListShape),  # there are no arrays of arrays
            composite=term.shape.type.kind is TypeKind.COMPOSITE,
        )
        for i, (term, null) in enumerate(zip(terms, seek.nulls, strict=True))
    ]

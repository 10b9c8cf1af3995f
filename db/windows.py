"""Windows of rows in a total order, as SQL: where they start, how they are sorted, how many rows they hold.

Rows beyond a position are read by one condition, which is right for every relation. Or, where an index may
have the order, by segments: parts of the order whose start an index finds, one after the other, each only if
those before it did not fill the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db import expressions as ex
from db.keyset import SeekTerm, beyond, segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.query import PageRead, Seek
    from db.values import Shape


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
    rows: sa.Select[Any], read: PageRead, terms: Sequence[Term], *, in_segments: bool = False
) -> sa.Select[Any]:
    """The window of the rows that a read asks for.

    Args:
        rows: All rows, with their columns labelled.
        read: Says which way to read, from where, and whether to skip rows.
        terms: The order.
        in_segments: Whether an index may find where segments of the order start.
    """
    start, end = (read.before, read.after) if read.backward else (read.after, read.before)
    start_name, end_name = ("before", "after") if read.backward else ("after", "before")
    if end is not None:
        rows = rows.where(beyond(_seek(end_name, end, terms, flip=not read.backward)))
    if start is not None:
        sought = _seek(start_name, start, terms, flip=read.backward)
        parts = segments(sought) if in_segments else []
        if len(parts) > 1:
            return _in_segments(rows, parts, read, terms)
        rows = rows.where(beyond(sought))
    return _limited(rows.order_by(*(direction(term, flip=read.backward) for term in terms)), read)


def _in_segments(
    rows: sa.Select[Any], parts: Sequence[ex.Expression], read: PageRead, terms: Sequence[Term]
) -> sa.Select[Any]:
    names = rows.selected_columns.keys()
    rows = rows.add_columns(*(term.expression.label(f"sort{i}") for i, term in enumerate(terms)))
    rows = rows.order_by(*(direction(term, flip=read.backward) for term in terms))
    most = _parameter("limit") + _parameter("offset") if read.offset else _parameter("limit")
    made: list[sa.CTE] = []
    for number, part in enumerate(parts):
        segment = rows.where(part)
        if made:
            counts = [sa.select(sa.func.count()).select_from(each).scalar_subquery() for each in made]
            segment = segment.where(sum(counts[1:], start=counts[0]) < most)
        made.append(segment.limit(most).cte(f"segment{number}"))
    together = sa.union_all(*(sa.select(*each.c) for each in made)).subquery("rows")
    sorting = [_sorted(together.c[f"sort{i}"], term, flip=read.backward) for i, term in enumerate(terms)]
    page = sa.select(*(together.c[name] for name in names)).order_by(*sorting)
    # Beside the union, not in it: so PostgreSQL merges the segments instead of sorting them.
    return _limited(page.add_cte(*made, nest_here=True), read)


def _sorted(expression: ex.Expression, term: Term, *, flip: bool) -> ex.Expression:
    ordered = expression.desc() if term.descending is not flip else expression.asc()
    if not term.nullable:  # an index serves only if the NULLS clause is the one it was made with
        return ordered
    return ordered.nulls_first() if term.nulls_first is not flip else ordered.nulls_last()


def _limited(rows: sa.Select[Any], read: PageRead) -> sa.Select[Any]:
    rows = rows.limit(_parameter("limit"))
    return rows.offset(_parameter("offset")) if read.offset else rows


def _parameter(name: str) -> ex.Expression:
    return sa.cast(sa.bindparam(name), ex.INT8)


def _seek(name: str, seek: Seek, terms: Sequence[Term], *, flip: bool) -> list[SeekTerm]:
    return [
        SeekTerm(
            expression=term.expression,
            value=None if null else ex.bind_key(f"{name}{i}", term.shape),
            descending=term.descending is not flip,
            nulls_first=term.nulls_first is not flip,
            nullable=term.nullable,
        )
        for i, (term, null) in enumerate(zip(terms, seek.nulls, strict=True))
    ]

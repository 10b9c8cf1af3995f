"""Of the rows with equal values in some columns only one (`db.query.Distinct`), as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import quoted_name

from db import expressions as ex
from db.functions import WHOLE_ROW, whole_row
from db.query import CountTerm, OrderTerm, Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import QualifiedName
    from db.columns import Columns
    from db.query import Distinct


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows of a relation, as a select reads them.

    Attributes:
        table: The relation.
        rows: Its alias.
        source: What to select from: the rows, with what is joined to them.
        conditions: Which of them are meant.
        keys: The keys that they belong to, of an outer select; None if to none.
    """

    table: QualifiedName
    rows: FromClause
    source: FromClause
    conditions: Sequence[sa.ColumnElement[bool]]
    keys: FromClause | None


def first_of_each(
    of: RowSource, distinct: Distinct, columns: Columns, order: Sequence[ex.Expression], needed: Iterable[str]
) -> RowSource:
    """The rows that are first among their like, as a subquery that has their name and the needed columns.

    Args:
        of: All rows, with what the order has joined to them.
        distinct: Says which are alike.
        columns: The columns of relations.
        order: Says which is first; begins with the columns of `distinct`.
        needed: The columns that are read.
    """
    by = [columns.operand(of.table, of.rows, name) for name in distinct.columns]
    names = dict.fromkeys([*distinct.columns, *needed])
    outputs = [_named(_whole(of) if name == WHOLE_ROW else ex.column(of.rows, name), name) for name in names]
    select = sa.select(*outputs).select_from(of.source).where(*of.conditions)
    return _seen_through(of, select.ext(distinct_on(*by)).order_by(*order))


def combinations(of: RowSource, distinct: Distinct, columns: Columns) -> RowSource:
    """As many rows, whichever is first: nothing has to be sorted."""
    outputs = [_named(columns.operand(of.table, of.rows, name), name) for name in distinct.columns]
    return _seen_through(of, sa.select(*outputs).select_from(of.source).where(*of.conditions).distinct())


def is_sorted_by_columns(distinct: Distinct, order: Iterable[OrderTerm | CountTerm]) -> bool:
    """Whether an order has only columns of `distinct`.

    PostgreSQL looks for the rows beyond a position in such an order before it compares them; else after.
    """
    return all(
        isinstance(term, OrderTerm) and not term.path and term.column in distinct.columns for term in order
    )


def columns_of(part: Output | OrderTerm | CountTerm) -> tuple[str, ...]:
    """The columns of the relation itself that an output or a term of an order reads; the row is one, too."""
    if isinstance(part, Output) and part.call is not None:
        return (WHOLE_ROW,)
    if part.path:
        return tuple([here for here, _ in part.path[0].pairs])
    if isinstance(part, CountTerm):
        return tuple([here for here, _ in part.relationship.pairs])
    return (part.column,)


def _whole(of: RowSource) -> ex.Expression:
    """The row as a value of the relation's type."""
    return sa.cast(sa.literal_column(f"ROW({whole_row(of.rows)})"), ex.NamedType(of.table))


def _seen_through(of: RowSource, select: sa.Select[Any]) -> RowSource:
    subquery = (select if of.keys is None else select.correlate(of.keys)).subquery("t")
    return RowSource(of.table, subquery, subquery, [], of.keys)


def _named(expression: ex.Expression, name: str) -> sa.Label[Any]:
    return expression.label(quoted_name(name, quote=True))

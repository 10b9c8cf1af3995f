"""Aggregates of rows as SQL: what each function makes of each type, and groups.

A function is offered for a column where `result_shape` gives it a shape: the schema, plans and statements
all ask there. Values are PostgreSQL's own, in its own result types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db import expressions as ex
from db.columns import builtin_shape
from db.conditions import GroupRows, terms
from db.query import AggregateFunction
from db.values import PG_CATALOG, ScalarKind, ScalarShape, not_representable, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.sql.selectable import FromClause

    from db.columns import Column
    from db.query import Aggregate, AggregateRead, GroupKey, GroupRead, OrderTerm
    from db.values import Shape

COUNT = builtin_shape(ScalarKind.INT, "int4")
_BIGINT = builtin_shape(ScalarKind.BIGINT, "int8")
_DECIMAL = builtin_shape(ScalarKind.DECIMAL, "numeric")
_FLOAT = builtin_shape(ScalarKind.FLOAT, "float8")

_MAX_COUNT = (1 << 31) - 1

_SUMS = {
    ScalarKind.INT: _BIGINT,
    ScalarKind.BIGINT: _DECIMAL,
    ScalarKind.DECIMAL: _DECIMAL,
}
_AVERAGES = {
    ScalarKind.INT: _DECIMAL,
    ScalarKind.BIGINT: _DECIMAL,
    ScalarKind.DECIMAL: _DECIMAL,
    ScalarKind.FLOAT: _FLOAT,
}
_RANKED_KINDS = frozenset(ScalarKind) - {ScalarKind.JSON, ScalarKind.LITERAL}
# Types in text form that PostgreSQL has min and max for, in every version.
_RANKED_LITERALS = frozenset({"money", "inet", "cidr", "oid", "timetz", "pg_lsn"})
_TEMPORAL_KINDS = frozenset({ScalarKind.DATE, ScalarKind.DATETIME, ScalarKind.LOCAL_DATETIME})


def result_shape(function: AggregateFunction, shape: Shape) -> Shape | None:
    """The shape of what the function makes of a column; None where it is not offered."""
    match function:
        case AggregateFunction.COUNT:
            return COUNT
        case AggregateFunction.COUNT_DISTINCT:
            return COUNT if shape.type.orderable else None  # PostgreSQL sorts to tell values apart
        case _ if not isinstance(shape, ScalarShape):
            return None
        case AggregateFunction.SUM:
            return shape if shape.kind in {ScalarKind.FLOAT, ScalarKind.DURATION} else _SUMS.get(shape.kind)
        case AggregateFunction.AVG:
            return shape if shape.kind is ScalarKind.DURATION else _AVERAGES.get(shape.kind)
        case _:
            return shape if _is_ranked(shape) else None


def operand_shape(function: AggregateFunction, shape: Shape) -> Shape | None:
    """The shape of what results of the function are compared with; None where it is not offered."""
    result = result_shape(function, shape)
    return _DECIMAL if function is AggregateFunction.SUM and result is _BIGINT else result


def _is_ranked(shape: ScalarShape) -> bool:
    name = shape.type.name
    if shape.kind is ScalarKind.LITERAL:
        return name.schema == PG_CATALOG and name.name in _RANKED_LITERALS
    return shape.kind in _RANKED_KINDS


def result_to_json(function: AggregateFunction, shape: Shape) -> Callable[[Any], Any] | None:
    """How a result of this shape becomes part of an answer (see `db.values.to_json`)."""
    if function in {AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT}:
        return _count_to_json
    return to_json(shape)


def _count_to_json(count: int) -> int:
    if count > _MAX_COUNT:
        raise not_representable(f"An Int cannot carry the count {count}.")
    return count


def is_truncatable(shape: Shape) -> bool:
    """Whether values can be truncated to a `TimeUnit`."""
    return isinstance(shape, ScalarShape) and shape.kind in _TEMPORAL_KINDS


def empty_record(outputs: Sequence[object]) -> tuple[Any, ...]:
    """What the aggregates among the outputs are when there are no rows."""
    counts = {AggregateFunction.COUNT, AggregateFunction.COUNT_DISTINCT}
    return tuple([0 if getattr(output, "function", None) in counts else None for output in outputs])


class AggregatedRows:
    """Rows that are summed up.

    Args:
        columns: Columns by name, domains as what they stand on.
        source: Where rows come from.
        conditions: Which of them count.
        keys: What `source` refers to from outside; None if nothing.
    """

    def __init__(
        self,
        columns: Callable[[str], Column],
        source: FromClause,
        conditions: Sequence[sa.ColumnElement[bool]],
        keys: FromClause | None,
    ) -> None:
        self._columns = columns
        self._source = source
        self._conditions = conditions
        self._keys = keys

    def whole(self, read: AggregateRead) -> sa.Select[Any]:
        """One row with the aggregates of all rows, in read form."""
        outputs = []
        for number, aggregate in enumerate(read.aggregates):
            expression, shape = self._aggregate(aggregate)
            outputs.append(ex.read_form(expression, shape).label(f"c{number}"))
        return self._select(outputs)

    def groups(self, read: GroupRead) -> sa.Select[Any]:
        """A row for each group, its outputs in read form."""
        keys = [self._key(key) for key in read.keys]
        named = {f"k{i}": column for i, column in enumerate(keys)}
        named |= {f"a{i}": self._aggregate(aggregate) for i, aggregate in enumerate(read.aggregates)}
        made = self._select([expression.label(name) for name, (expression, _) in named.items()])
        # Apart from what is made of them: read forms may hold subqueries, where no key could stand.
        groups = made.group_by(*(expression for expression, _ in keys)).subquery("groups")
        columns = {name: (groups.c[name], shape) for name, (_, shape) in named.items()}
        compared = {
            f"a{i}": (groups.c[f"a{i}"], self._operand(aggregate))
            for i, aggregate in enumerate(read.aggregates)
        }
        outputs = [
            (sa.null() if name is None else ex.read_form(*columns[name])).label(f"c{number}")
            for number, name in enumerate(read.outputs)
        ]
        select = sa.select(*(outputs or [sa.true().label("c0")])).select_from(groups)
        select = select.where(*terms(read.having, GroupRows(compared)))
        select = select.order_by(*(_direction(term, columns[term.column][0]) for term in read.order))
        select = select.limit(sa.cast(sa.bindparam("limit"), ex.INT8))
        return select.offset(sa.cast(sa.bindparam("offset"), ex.INT8)) if read.offset else select

    def _select(self, outputs: Sequence[ex.Expression]) -> sa.Select[Any]:
        select = sa.select(*outputs).select_from(self._source).where(*self._conditions)
        return select if self._keys is None else select.correlate(self._keys)

    def _aggregate(self, aggregate: Aggregate) -> Column:
        if aggregate.column is None:
            return sa.func.count(), COUNT
        expression, shape = self._columns(aggregate.column)
        result = result_shape(aggregate.function, shape)
        if result is None:
            raise TypeError(f"no {aggregate.function} of {aggregate.column}")
        return _applied(aggregate.function, expression, shape), result

    def _operand(self, aggregate: Aggregate) -> Shape:
        shape = COUNT if aggregate.column is None else self._columns(aggregate.column)[1]
        return operand_shape(aggregate.function, shape) or shape

    def _key(self, key: GroupKey) -> Column:
        expression, shape = self._columns(key.column)
        if key.unit is None:
            return expression, shape
        unit: ex.Expression = sa.literal_column(f"'{key.unit.value.lower()}'")
        match shape.kind if isinstance(shape, ScalarShape) else None:
            case ScalarKind.DATETIME:
                return sa.func.date_trunc(unit, expression, sa.literal_column("'UTC'")), shape
            case ScalarKind.DATE:
                moment = sa.func.date_trunc(unit, sa.cast(expression, ex.builtin("timestamp")))
                return sa.cast(moment, ex.builtin("date")), shape
        return sa.func.date_trunc(unit, expression), shape


def _applied(function: AggregateFunction, expression: ex.Expression, shape: Shape) -> ex.Expression:
    match function:
        case AggregateFunction.COUNT_DISTINCT:
            return sa.func.count(sa.distinct(expression))
        case AggregateFunction.SUM:
            return sa.func.sum(expression)
        case AggregateFunction.AVG:
            return sa.func.avg(expression)
    return _extreme(expression, shape, smallest=function is AggregateFunction.MIN)


def _extreme(expression: ex.Expression, shape: Shape, *, smallest: bool) -> ex.Expression:
    pick = sa.func.min if smallest else sa.func.max
    match shape.kind if isinstance(shape, ScalarShape) else None:
        # What PostgreSQL has no min and max for, in some version, by what sorts the same way.
        case ScalarKind.BOOLEAN:
            return (sa.func.bool_and if smallest else sa.func.bool_or)(expression)
        case ScalarKind.UUID:
            return sa.cast(pick(_bytewise(sa.cast(expression, ex.TEXT))), ex.builtin("uuid"))
        case ScalarKind.BYTES:
            hexadecimal: ex.Expression = sa.literal_column("'hex'")
            return sa.func.decode(pick(_bytewise(sa.func.encode(expression, hexadecimal))), hexadecimal)
        case ScalarKind.LITERAL:  # of cidr it would be inet
            return sa.cast(pick(expression), ex.NamedType(shape.type.name))
    return pick(expression)


def _bytewise(text: ex.Expression) -> ex.Expression:
    return sa.collate(text, "C")


def _direction(term: OrderTerm, expression: ex.Expression) -> ex.Expression:
    ordered = expression.desc() if term.descending else expression.asc()
    return ordered.nulls_first() if term.nulls_first else ordered.nulls_last()

"""Arguments of `groups` as what they ask for, and the reads of aggregates and groups. Pure."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import BadUserInput
from db.aggregates import COUNT, operand_shape
from db.query import (
    Aggregate,
    AggregateFunction,
    AllOf,
    AnyOf,
    GroupKey,
    GroupRead,
    NotOf,
    OrderTerm,
)
from resolvers.bindings import ColumnBinding
from resolvers.conditions import column_terms, operand_of
from resolvers.windows import window_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from db.query import Condition, CountRead, TimeUnit
    from db.values import Shape
    from resolvers.bindings import TableType
    from resolvers.plan import GroupStep

KEY = "key"

MAX_SHAPES = 64
"""How many shapes of constant arguments are kept with a step, one for each filter of the connection."""


class BoundGroups(NamedTuple):
    """Groups with their arguments: ready to read for any keys."""

    step: GroupStep
    read: GroupRead
    values: Mapping[str, Any]


def bind_groups(
    step: GroupStep, rows: CountRead, values: Mapping[str, Any], arguments: Mapping[str, Any]
) -> BoundGroups:
    """Binds coerced GraphQL arguments to a step.

    Args:
        step: The step.
        rows: Counts the rows that are grouped.
        values: Values of its parameters.
        arguments: Those of the groups.

    Raises:
        BadUserInput: The arguments do not make sense.
    """
    constant = step.arguments.is_constant
    shape = step.shapes.get(rows) if constant else None
    if shape is None:
        shape = _shape(step, rows, arguments)
        if constant:
            if len(step.shapes) >= MAX_SHAPES:
                step.shapes.clear()
            step.shapes[rows] = shape
    read, own_values = shape
    return BoundGroups(step, read, {**values, **own_values})


def _shape(
    step: GroupStep, rows: CountRead, arguments: Mapping[str, Any]
) -> tuple[GroupRead, dict[str, Any]]:
    """What arguments come to: the read, and the values of those of its parameters that they give."""
    binder = _Binder(step.type, _keys(step.type, arguments))
    having = binder.having(arguments.get("having") or {})
    order = binder.order(arguments.get("orderBy") or ())
    outputs = tuple(map(binder.output, step.outputs))
    offset = arguments.get("offset") or 0
    if offset < 0:
        raise BadUserInput("'offset' must not be negative.")
    limit = window_size(step.type.pages, arguments.get("first"))
    read = GroupRead(
        table=rows.table,
        keys=tuple(binder.keys.values()),
        aggregates=tuple(binder.aggregates),
        outputs=outputs,
        via=rows.via,
        condition=rows.condition,
        having=having,
        order=order,
        offset=offset > 0,
    )
    return read, {**binder.values, "limit": limit, "offset": offset}


def _keys(table_type: TableType, arguments: Mapping[str, Any]) -> dict[str, GroupKey]:
    """What rows are grouped by, by field; each once."""
    fields: Sequence[str] = arguments["by"]
    if not fields:
        raise BadUserInput("'by' must name at least one column; 'aggregate' has all rows as one group.")
    units: Mapping[str, TimeUnit | None] = arguments.get("truncate") or {}
    for field in units:
        if field not in fields:
            raise BadUserInput(f"'truncate' names {field}, which 'by' does not.")
    return {field: GroupKey(table_type.columns[field].column, units.get(field)) for field in fields}


class _Binder:
    """Names the columns of a group (see `GroupRead`) while it looks at what is asked of them."""

    def __init__(self, table_type: TableType, keys: dict[str, GroupKey]) -> None:
        self._type = table_type
        self._key_columns = {field: f"k{number}" for number, field in enumerate(keys)}
        self.keys = keys
        self.aggregates: dict[Aggregate, str] = {}
        self.values: dict[str, Any] = {}
        self._names = map("having{}".format, count())

    def output(self, output: Aggregate | str) -> str | None:
        """The column of an output; None for a column that is not grouped by."""
        return self._key_columns.get(output) if isinstance(output, str) else self._column(output)

    def _column(self, aggregate: Aggregate) -> str:
        return self.aggregates.setdefault(aggregate, f"a{len(self.aggregates)}")

    def _of_field(self, function: str, field: str) -> str:
        column = self._type.columns[field].column
        return self._column(Aggregate(AggregateFunction(function), column))

    def having(self, given: Mapping[str, Any]) -> Condition:
        """The condition over groups; its operands become values."""
        terms: list[Condition] = []
        for name, operand in given.items():
            if operand is None:
                raise BadUserInput(f"'{name}' in 'having' must not be null.")
            if name == "not":
                terms.append(NotOf(self.having(operand)))
            elif name in {"and", "or"}:
                parts = tuple([self.having(part) for part in operand])
                terms.append(AllOf(parts) if name == "and" else AnyOf(parts))
            elif name == AggregateFunction.COUNT:
                column = self._column(Aggregate(AggregateFunction.COUNT))
                terms.extend(self._compared(column, COUNT, operand))
            else:
                for field, operators in operand.items():
                    if operators is None:
                        raise BadUserInput(f"'{field}' in 'having' must not be null.")
                    shape = operand_shape(AggregateFunction(name), self._type.columns[field].shape)
                    terms.extend(self._compared(self._of_field(name, field), shape, operators))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _compared(self, column: str, shape: Shape | None, operators: Mapping[str, Any]) -> list[Condition]:
        if shape is None:
            raise TypeError(f"{column} is compared with nothing")
        terms = column_terms(ColumnBinding(column, shape, None), operators, self._names)
        for operator, value in operators.items():
            if operator != "isNull":
                self.values[f"having{len(self.values)}"] = operand_of(operator, value, shape)
        return terms

    def order(self, order_by: Sequence[Mapping[str, Any]]) -> tuple[OrderTerm, ...]:
        """The order of groups; what is left equal is sorted by the key."""
        terms: dict[str, OrderTerm] = {}
        for item in order_by:
            ((name, value),) = item.items()
            if name == AggregateFunction.COUNT:
                column, direction = self._column(Aggregate(AggregateFunction.COUNT)), value
            else:
                ((field, direction),) = value.items()
                column = self._ordered_key(field) if name == KEY else self._of_field(name, field)
            terms.setdefault(column, OrderTerm(column, direction.descending, direction.nulls_first))
        for column in self._key_columns.values():
            terms.setdefault(column, OrderTerm(column))
        return tuple(terms.values())

    def _ordered_key(self, field: str) -> str:
        if field not in self._key_columns:
            raise BadUserInput(f"'orderBy' names the key {field}, which 'by' does not.")
        return self._key_columns[field]

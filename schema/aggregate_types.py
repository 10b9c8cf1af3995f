"""graphql-core's types for aggregates and groups of the relations of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
)

from db.aggregates import COUNT, is_truncatable, operand_shape, result_shape
from db.query import AggregateFunction
from db.values import ListShape
from resolvers.aggregate_planning import KEY
from resolvers.reference_aggregates import resolve_aggregate, resolve_groups, resolve_part
from schema.plain_types import InputType, ObjectType
from schema.value_types import enum_value_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from db.values import Shape
    from resolvers.bindings import TableType
    from schema.base import BaseTypes
    from schema.filter_types import FilterTypes
    from schema.naming import Names
    from schema.value_types import ValueTypes

_DESCRIPTIONS = {
    AggregateFunction.COUNT_DISTINCT: "How many different values there are; NULL is none.",
    AggregateFunction.SUM: "Sums of values.",
    AggregateFunction.AVG: "Arithmetic means of values.",
    AggregateFunction.MIN: "Least values.",
    AggregateFunction.MAX: "Greatest values.",
}
"""The functions of columns, in their order."""

_SUFFIXES = {
    AggregateFunction.COUNT_DISTINCT: "AggregateCountDistinct",
    AggregateFunction.SUM: "AggregateSum",
    AggregateFunction.AVG: "AggregateAvg",
    AggregateFunction.MIN: "AggregateMinMax",
    AggregateFunction.MAX: "AggregateMinMax",
}
"""Endings of type names; functions with the same results share their types."""

_HAVING_SUFFIXES = {
    AggregateFunction.COUNT_DISTINCT: "HavingCountDistinct",
    AggregateFunction.SUM: "HavingNumber",
    AggregateFunction.AVG: "HavingNumber",
    AggregateFunction.MIN: "HavingMinMax",
    AggregateFunction.MAX: "HavingMinMax",
}
"""Endings of the inputs of conditions; functions with the same operands share theirs."""

_ORDER_SUFFIXES = {
    KEY: "GroupOrderByColumn",
    "countDistinct": "GroupOrderByColumn",
    "sum": "GroupOrderByNumber",
    "avg": "GroupOrderByNumber",
    "min": "GroupOrderByMinMax",
    "max": "GroupOrderByMinMax",
}
"""Endings of the inputs that sort groups; what is offered for the same columns shares its input."""


class AggregateTypes:
    """What the types of aggregates share, whatever their relation.

    Args:
        base: The types that every schema has.
        values: The types of values.
        filters: The conditions on values.
        taken: Type names that are taken; names are claimed there.
    """

    def __init__(self, base: BaseTypes, values: ValueTypes, filters: FilterTypes, taken: Names) -> None:
        self._values = values
        self._filter_types = filters
        self._outputs: dict[int, GraphQLField] = {}
        self._filters: dict[str, GraphQLInputField] = {}
        self._enum_values: dict[str, GraphQLEnumValue] = {}
        self._columns: dict[str, GraphQLEnumType] = {}
        self.taken = taken
        self.count = GraphQLField(GraphQLNonNull(GraphQLInt), resolve=resolve_part)
        self.rows = GraphQLField(
            GraphQLNonNull(GraphQLInt), resolve=resolve_part, description="How many rows there are."
        )
        self.direction = GraphQLInputField(base["OrderDirection"])
        self.unit = GraphQLInputField(base["TimeUnit"])
        self.window = {
            "first": GraphQLArgument(GraphQLInt, description="How many groups."),
            "offset": GraphQLArgument(GraphQLInt, description="How many groups to skip first."),
        }

    def output(self, shape: Shape) -> GraphQLField:
        """The field of a value that may be null."""
        if isinstance(shape, ListShape):
            return GraphQLField(self._values.output(shape), resolve=resolve_part)
        output = self._values.output(shape)
        return self._outputs.setdefault(id(output), GraphQLField(output, resolve=resolve_part))

    def filter(self, shape: Shape) -> GraphQLInputField:
        """The field of conditions on a value."""
        conditions = self._filter_types.of(shape)
        return self._filters.setdefault(conditions.name, GraphQLInputField(conditions))

    def enum_value(self, name: str) -> GraphQLEnumValue:
        """The value of an enum that stands for a field."""
        return self._enum_values.setdefault(name, GraphQLEnumValue(name))

    def columns(self, table_type: TableType) -> GraphQLEnumType:
        """The columns of a relation whose values can be told apart."""
        made = self._columns.get(table_type.name)
        if made is None:
            values = enum_value_names(list(table_type.orders))
            made = self._columns[table_type.name] = GraphQLEnumType(
                self.taken.claim(f"{table_type.name}Column"),
                {value: self.enum_value(name) for name, value in values.items()},
                description=f"A column of {table_type.name} rows that tells them apart, or groups them.",
            )
        return made

    def fields(self, table_type: TableType) -> dict[str, GraphQLField]:
        """The fields `aggregate` and `groups` of the relation's connections; asked for once for each."""
        return _RelationTypes(self, table_type).fields()


class _RelationTypes:
    """Makes the types of one relation's aggregates."""

    def __init__(self, shared: AggregateTypes, table_type: TableType) -> None:
        self._shared = shared
        self._type = table_type
        self._name = table_type.name
        self._keys = {name: binding.shape for name, binding in table_type.orders.items()}
        self._columns = {name: binding.shape for name, binding in table_type.columns.items()}
        results = {function: _shapes(result_shape, function, self._columns) for function in _DESCRIPTIONS}
        self._results = {function: shapes for function, shapes in results.items() if shapes}

    def fields(self) -> dict[str, GraphQLField]:
        """See `AggregateTypes.fields`."""
        aggregate = GraphQLNonNull(self._aggregate())
        fields = {
            "aggregate": GraphQLField(
                aggregate, resolve=resolve_aggregate, description="What all rows of the connection come to."
            )
        }
        if self._keys:
            fields["groups"] = GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(self._group(aggregate)))),
                self._group_arguments(),
                resolve=resolve_groups,
                description="All rows of the connection, by what they have in common.",
            )
        return fields

    def _claim(self, suffix: str) -> str:
        return self._shared.taken.claim(f"{self._name}{suffix}")

    def _aggregate(self) -> ObjectType:
        fields = {"count": self._shared.rows}
        made: dict[str, Any] = {}
        for function, shapes in self._results.items():
            suffix = _SUFFIXES[function]
            if suffix not in made:
                columns = {
                    name: self._shared.count if shape is COUNT else self._shared.output(shape)
                    for name, shape in shapes.items()
                }
                made[suffix] = GraphQLNonNull(ObjectType(self._claim(suffix), columns))
            fields[function] = GraphQLField(
                made[suffix], resolve=resolve_part, description=_DESCRIPTIONS[function]
            )
        return ObjectType(self._claim("Aggregate"), fields, description=f"What {self._name} rows come to.")

    def _group(self, aggregate: Any) -> ObjectType:
        columns = {name: self._shared.output(shape) for name, shape in self._keys.items()}
        key = ObjectType(
            self._claim("GroupKey"), columns, description="The columns that are grouped by; others are null."
        )
        fields = {
            "key": GraphQLField(GraphQLNonNull(key), resolve=resolve_part),
            "aggregate": GraphQLField(aggregate, resolve=resolve_part),
        }
        return ObjectType(self._claim("Group"), fields, description=f"A group of {self._name} rows.")

    def _group_arguments(self) -> dict[str, GraphQLArgument]:
        columns = self._shared.columns(self._type)
        by = GraphQLNonNull(GraphQLList(GraphQLNonNull(columns)))
        arguments = {
            "by": GraphQLArgument(
                by, description="Columns whose equal values make a group, NULLs among them."
            )
        }
        moments = [name for name, shape in self._keys.items() if is_truncatable(shape)]
        if moments:
            units = InputType(self._claim("Truncate"), dict.fromkeys(moments, self._shared.unit))
            arguments["truncate"] = GraphQLArgument(
                units, description="What columns of `by` are truncated to first."
            )
        arguments["having"] = GraphQLArgument(
            self._having(), description="Only groups that meet these conditions."
        )
        order = GraphQLList(GraphQLNonNull(self._order()))
        arguments["orderBy"] = GraphQLArgument(
            order, description="How groups are sorted; their key breaks ties."
        )
        return arguments | self._shared.window

    def _having(self) -> InputType:
        fields: dict[str, GraphQLInputField] = {"count": self._shared.filter(COUNT)}
        made: dict[str, GraphQLInputField] = {}
        for function, suffix in _HAVING_SUFFIXES.items():
            operands = _shapes(operand_shape, function, self._columns)
            if operands and suffix not in made:
                columns = {name: self._shared.filter(shape) for name, shape in operands.items()}
                made[suffix] = GraphQLInputField(InputType(self._claim(suffix), columns))
            if operands:
                fields[function] = made[suffix]

        def all_fields() -> dict[str, GraphQLInputField]:
            these = GraphQLList(GraphQLNonNull(having))
            return {
                **fields,
                "and": GraphQLInputField(these, description="All of these hold."),
                "or": GraphQLInputField(these, description="At least one of these holds."),
                "not": GraphQLInputField(having, description="This does not hold."),
            }

        having = InputType(
            self._claim("Having"),
            all_fields,
            description=f"Conditions on groups of {self._name} rows; all of them must hold.",
        )
        return having

    def _order(self) -> InputType:
        fields: dict[str, GraphQLInputField] = {"count": self._shared.direction}
        made: dict[str, GraphQLInputField] = {}
        for name, suffix in _ORDER_SUFFIXES.items():
            columns = self._keys if name == KEY else self._results.get(AggregateFunction(name))
            if columns and suffix not in made:
                directions = dict.fromkeys(columns, self._shared.direction)
                made[suffix] = GraphQLInputField(InputType(self._claim(suffix), directions, is_one_of=True))
            if columns:
                fields[name] = made[suffix]
        return InputType(
            self._claim("GroupOrderBy"),
            fields,
            description=f"One term of an order of groups of {self._name} rows.",
            is_one_of=True,
        )


def _shapes(
    shape_of: Callable[[AggregateFunction, Shape], Shape | None],
    function: AggregateFunction,
    columns: Mapping[str, Shape],
) -> dict[str, Shape]:
    """What a function has for the columns that it is offered for, by field."""
    shapes = {name: shape_of(function, shape) for name, shape in columns.items()}
    return {name: shape for name, shape in shapes.items() if shape is not None}

"""Filter input (`filter:`) as a condition and its values. Pure."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.query import (
    AllOf,
    AnyOf,
    Comparison,
    NotOf,
    NullTest,
    Operator,
    Quantifier,
    RelatedRows,
    TextMatch,
)
from db.values import ScalarKind, ScalarShape
from resolvers.bindings import ColumnBinding, ToOne, relationship_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from db.query import Condition
    from db.values import Shape
    from resolvers.bindings import Model, Relation, TableType

EVERYTHING = AllOf(())
"""The condition that every row meets."""

_PATTERNS = {
    "startsWith": "{}%",
    "endsWith": "%{}",
    "contains": "%{}%",
}


def condition_of(model: Model, table_type: TableType, filter_input: Mapping[str, Any] | None) -> Condition:
    """The condition; its parameters are named as `split_filter` names their values.

    Raises:
        BadUserInput: An operator was given null.
    """
    if not filter_input:
        return EVERYTHING
    return _Conditions(model, map("filter{}".format, count())).all_of(table_type, filter_input)


def split_filter(
    model: Model, table_type: TableType, filter_input: Mapping[str, Any] | None
) -> tuple[Hashable, dict[str, Any]]:
    """A filter as its structure, which `condition_of` depends on alone, and its values by parameter."""
    values: dict[str, Any] = {}
    return (_structure(model, table_type, filter_input, values) if filter_input else None), values


def _structure(
    model: Model, table_type: TableType, filter_input: Mapping[str, Any], values: dict[str, Any]
) -> tuple[Hashable, ...]:
    """The structure; what `_Conditions` gives a parameter is given a value here, in the same order."""
    parts: list[Hashable] = []
    for name, operand in filter_input.items():
        binding = table_type.filters.get(name)
        if operand is None:
            parts.append((name, None))
        elif isinstance(binding, ColumnBinding):
            for operator, value in operand.items():
                if operator == "isNull" or value is None:
                    parts.append((name, operator, value))
                else:
                    values[f"filter{len(values)}"] = operand_of(operator, value, binding.shape)
                    parts.append((name, operator))
        elif binding is not None:
            target = model.by_table[binding.target]
            for quantifier, condition in _quantified(binding, operand):
                inner = None if condition is None else _structure(model, target, condition, values)
                parts.append((name, quantifier, inner))
        elif name == "not":
            parts.append((name, _structure(model, table_type, operand, values)))
        else:
            parts.append((name, tuple([_structure(model, table_type, part, values) for part in operand])))
    return tuple(parts)


def _quantified(
    relation: Relation, operand: Mapping[str, Any]
) -> Iterable[tuple[str, Mapping[str, Any] | None]]:
    """The conditions on related rows: to-one relations have one, for the row that there is."""
    return ((Quantifier.SOME, operand),) if isinstance(relation, ToOne) else operand.items()


class _Conditions:
    """Makes conditions whose parameters have the names that are given, in the order of the filter."""

    def __init__(self, model: Model, names: Iterator[str]) -> None:
        self._model = model
        self._names = names

    def all_of(self, table_type: TableType, filter_input: Mapping[str, Any]) -> Condition:
        """What all parts of a filter come to."""
        terms: list[Condition] = []
        for name, operand in filter_input.items():
            binding = table_type.filters.get(name)
            if operand is None:
                raise _null(name)
            if isinstance(binding, ColumnBinding):
                terms.extend(column_terms(binding, operand, self._names))
            elif binding is not None:
                terms.extend(self._related(binding, operand))
            elif name == "not":
                terms.append(NotOf(self.all_of(table_type, operand)))
            else:
                parts = tuple([self.all_of(table_type, part) for part in operand])
                terms.append(AllOf(parts) if name == "and" else AnyOf(parts))
        return terms[0] if len(terms) == 1 else AllOf(tuple(terms))

    def _related(self, relation: Relation, operand: Mapping[str, Any]) -> Iterator[Condition]:
        target = self._model.by_table[relation.target]
        for quantifier, condition in _quantified(relation, operand):
            if condition is None:
                raise _null(quantifier)
            met = self.all_of(target, condition)
            yield RelatedRows(Quantifier(quantifier), relationship_of(relation), met)


def _null(name: str) -> BadUserInput:
    return BadUserInput(f"'{name}' in a filter must not be null; 'isNull' asks for NULL.")


def column_terms(
    column: ColumnBinding, operators: Mapping[str, Any], names: Iterator[str]
) -> list[Condition]:
    """What the operators of one column ask for.

    Args:
        column: The column.
        operators: Operands by operator.
        names: Names for the parameters of operators that have one: of all but `isNull`, in their order.

    Raises:
        BadUserInput: An operator was given null.
    """
    terms: list[Condition] = []
    for name, operand in operators.items():
        if operand is None:
            raise _null(name)
        if name == "isNull":
            terms.append(NullTest(column.column, null=operand))
        elif name == "search" and column.searched is not None:
            terms.append(TextMatch(column.column, column.searched, next(names)))
        else:
            operator = Operator.LIKE if _is_pattern(name, column.shape) else Operator(name)
            terms.append(Comparison(column.column, operator, next(names)))
    return terms


def operand_of(operator: str, value: Any, shape: Shape) -> Any:
    """The value of an operator's parameter, where it compares a column of this shape."""
    if _is_pattern(operator, shape):
        return _PATTERNS[operator].format(_escape_like(value))
    return value


def _is_pattern(operator: str, shape: Shape) -> bool:
    return operator in _PATTERNS and isinstance(shape, ScalarShape) and shape.kind is ScalarKind.TEXT


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

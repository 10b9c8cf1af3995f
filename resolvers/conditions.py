"""Filter input (`filter:`) as a condition and its values. Pure."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.query import AllOf, AnyOf, Comparison, NotOf, NullTest, Operator

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from db.query import Condition
    from resolvers.bindings import TableType

EVERYTHING = AllOf(())
"""The condition that every row meets."""

_PATTERNS = {
    "startsWith": "{}%",
    "endsWith": "%{}",
    "contains": "%{}%",
}


def condition_of(table_type: TableType, filter_input: Mapping[str, Any] | None) -> Condition:
    """The condition; its parameters are named as `split_filter` names their values.

    Raises:
        BadUserInput: An operator was given null.
    """
    return _all_of(table_type, filter_input, map("filter{}".format, count())) if filter_input else EVERYTHING


def split_filter(
    table_type: TableType, filter_input: Mapping[str, Any] | None
) -> tuple[Hashable, dict[str, Any]]:
    """A filter as its structure, which `condition_of` depends on alone, and its values by parameter."""
    values: dict[str, Any] = {}
    return (_structure(table_type, filter_input, values) if filter_input else None), values


def _structure(
    table_type: TableType, filter_input: Mapping[str, Any], values: dict[str, Any]
) -> tuple[Hashable, ...]:
    parts: list[Hashable] = []
    for name, operand in filter_input.items():
        if operand is None:
            parts.append((name, None))
        elif name in table_type.filters:
            for operator, value in operand.items():
                if operator == "isNull" or value is None:
                    parts.append((name, operator, value))
                else:
                    values[f"filter{len(values)}"] = operand_of(operator, value)
                    parts.append((name, operator))
        elif name == "not":
            parts.append((name, _structure(table_type, operand, values)))
        else:
            parts.append((name, tuple([_structure(table_type, part, values) for part in operand])))
    return tuple(parts)


def _all_of(table_type: TableType, filter_input: Mapping[str, Any], names: Iterator[str]) -> Condition:
    terms: list[Condition] = []
    for name, operand in filter_input.items():
        binding = table_type.filters.get(name)
        if operand is None:
            raise BadUserInput(f"'{name}' in a filter must not be null; 'isNull' asks for NULL.")
        if binding is not None:
            terms.extend(column_terms(binding.column, operand, names))
        elif name == "not":
            terms.append(NotOf(_all_of(table_type, operand, names)))
        else:
            parts = tuple(_all_of(table_type, part, names) for part in operand)
            terms.append(AllOf(parts) if name == "and" else AnyOf(parts))
    return terms[0] if len(terms) == 1 else AllOf(tuple(terms))


def column_terms(column: str, operators: Mapping[str, Any], names: Iterator[str]) -> list[Condition]:
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
            raise BadUserInput(f"'{name}' in a filter must not be null; 'isNull' asks for NULL.")
        if name == "isNull":
            terms.append(NullTest(column, null=operand))
        else:
            operator = Operator.LIKE if name in _PATTERNS else Operator(name)
            terms.append(Comparison(column, operator, next(names)))
    return terms


def operand_of(operator: str, value: Any) -> Any:
    """The value of an operator's parameter."""
    pattern = _PATTERNS.get(operator)
    return value if pattern is None else pattern.format(_escape_like(value))


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

"""Filter input (`filter:`) as a condition and its values. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.query import AllOf, AnyOf, Comparison, NotOf, NullTest, Operator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.query import Condition
    from resolvers.bindings import TableType

EVERYTHING = AllOf(())
"""The condition that every row meets."""

_PATTERNS = {
    "startsWith": "{}%",
    "endsWith": "%{}",
    "contains": "%{}%",
}


def condition_of(
    table_type: TableType, filter_input: Mapping[str, Any] | None
) -> tuple[Condition, dict[str, Any]]:
    """The condition, and the values of its parameters by name.

    Raises:
        BadUserInput: An operator was given null.
    """
    values: dict[str, Any] = {}
    if not filter_input:
        return EVERYTHING, values
    return _all_of(table_type, filter_input, values), values


def _all_of(table_type: TableType, filter_input: Mapping[str, Any], values: dict[str, Any]) -> Condition:
    terms: list[Condition] = []
    for name, operand in filter_input.items():
        binding = table_type.filters.get(name)
        if operand is None:
            raise BadUserInput(f"'{name}' in a filter must not be null; 'isNull' asks for NULL.")
        if binding is not None:
            terms.extend(_column_terms(binding.column, operand, values))
        elif name == "not":
            terms.append(NotOf(_all_of(table_type, operand, values)))
        else:
            parts = tuple(_all_of(table_type, part, values) for part in operand)
            terms.append(AllOf(parts) if name == "and" else AnyOf(parts))
    return terms[0] if len(terms) == 1 else AllOf(tuple(terms))


def _column_terms(column: str, operators: Mapping[str, Any], values: dict[str, Any]) -> list[Condition]:
    terms: list[Condition] = []
    for name, operand in operators.items():
        if operand is None:
            raise BadUserInput(f"'{name}' in a filter must not be null; 'isNull' asks for NULL.")
        if name == "isNull":
            terms.append(NullTest(column, null=operand))
            continue
        parameter = f"filter{len(values)}"
        if name in _PATTERNS:
            values[parameter] = _PATTERNS[name].format(_escape_like(operand))
            terms.append(Comparison(column, Operator.LIKE, parameter))
        else:
            values[parameter] = operand
            terms.append(Comparison(column, Operator(name), parameter))
    return terms


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

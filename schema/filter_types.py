"""Filter inputs of columns: which conditions each shape offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from db.catalogue.text_search import TSVECTOR
from db.query import Operator
from db.values import ListShape, RangeShape, ScalarKind, ScalarShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.values import Shape
    from schema.naming import Names
    from schema.value_types import ValueTypes

_EQUALITY = {
    Operator.EQ: "Equal.",
    Operator.NE: "Not equal; NULL is neither equal nor unequal.",
}
_MEMBERSHIP = {
    Operator.IN: "Equal to one of these.",
    Operator.NOT_IN: "Equal to none of these.",
}
_ORDER = {
    Operator.LT: "Less than.",
    Operator.LTE: "Less than or equal.",
    Operator.GT: "Greater than.",
    Operator.GTE: "Greater than or equal.",
}
_TEXT = {
    "like": "Matches the pattern: `%` is any text, `_` any character, `\\` takes the next one as it is.",
    "ilike": "Matches the pattern (see `like`) whatever the case.",
    "startsWith": "Begins with this text.",
    "endsWith": "Ends with this text.",
    "contains": "Contains this text.",
    "regex": "Matches this regular expression (POSIX, as PostgreSQL has them).",
}
_LIST = {
    Operator.CONTAINS: "Has all of these among its elements.",
    Operator.CONTAINED_BY: "Has no elements but some of these.",
    Operator.OVERLAPS: "Has at least one of these among its elements.",
}
_RANGE = {
    Operator.CONTAINS: "Contains the whole of this range.",
    Operator.CONTAINED_BY: "Lies within this range.",
    Operator.OVERLAPS: "Has something in common with this range.",
}
_JSON = {
    Operator.CONTAINS: "Has this in it: members of an object, elements of an array, or an equal value.",
    Operator.CONTAINED_BY: "Is in this, in the sense of `contains`.",
}
_JSON_TEXT = {
    Operator.HAS_KEY: "Is an object with this key, or an array with this text among its elements.",
    Operator.PATH: (
        'This SQL/JSON path finds something that is neither null nor false: `$.tags[*] ? (@ == "new")`, '
        "or a predicate such as `$.volume > 10`."
    ),
}
_SEARCH = (
    'Has these words, as search engines take them: `one two` both, `"one two"` side by side, `one or two`, '
    "`one -two` without the other."
)
SEARCH = "search"

NULL_FILTER = "NullFilter"
TEXT_SEARCH_FILTER = "TextSearchFilter"
SEARCHABLE_STRING_FILTER = "SearchableStringFilter"
LITERAL_EQUALITY_FILTER = "LiteralEqualityFilter"
_LITERAL = "Literal"
_LITERAL_FILTER = f"{_LITERAL}Filter"
_KINDS = [kind.value for kind in ScalarKind if kind not in {ScalarKind.ENUM, ScalarKind.LITERAL}]
FIXED_FILTERS = (
    NULL_FILTER,
    TEXT_SEARCH_FILTER,
    SEARCHABLE_STRING_FILTER,
    LITERAL_EQUALITY_FILTER,
    *(f"{kind}Filter" for kind in [_LITERAL, *_KINDS]),
    *(f"{kind}ListFilter" for kind in [_LITERAL, *_KINDS]),
)
"""Names of filter inputs that do not depend on the database."""

_LITERAL_NOTE = "Values in PostgreSQL's text form."


class FilterTypes:
    """Makes each filter input once, when it is first asked for.

    Args:
        values: The types of values.
        taken: Type names that are taken; names of filters are claimed there.
    """

    def __init__(self, values: ValueTypes, taken: Names) -> None:
        self._values = values
        self._taken = taken
        self._made: dict[str, GraphQLInputObjectType] = {}
        self._claimed: dict[str, str] = {}

    def of(self, shape: Shape, *, searchable: bool = False) -> GraphQLInputObjectType:
        """The filter input of a column.

        Args:
            shape: What its type is to callers.
            searchable: Whether full-text search is offered.
        """
        name = self._name(shape, searchable=searchable)
        if name not in self._made:
            fields = {
                "isNull": GraphQLInputField(GraphQLBoolean, description="Whether the value is NULL."),
                **self._fields(shape, name),
            }
            if searchable:
                fields[SEARCH] = GraphQLInputField(GraphQLString, description=_SEARCH)
            self._made[name] = GraphQLInputObjectType(name, fields, description=self._description(shape))
        return self._made[name]

    def _name(self, shape: Shape, *, searchable: bool) -> str:
        if searchable:
            return TEXT_SEARCH_FILTER if shape.type.name == TSVECTOR else SEARCHABLE_STRING_FILTER
        if isinstance(shape, RangeShape):
            return self._claim(f"{self._values.name(shape)}Filter")
        if isinstance(shape, ListShape):
            is_json = isinstance(shape.element, ScalarShape) and shape.element.kind is ScalarKind.JSON
            return NULL_FILTER if is_json else self._scalar_name(shape.element, "ListFilter")
        name = self._scalar_name(shape, "Filter")
        return LITERAL_EQUALITY_FILTER if name == _LITERAL_FILTER and not shape.type.orderable else name

    def _scalar_name(self, shape: Shape, ending: str) -> str:
        if not isinstance(shape, ScalarShape):
            return NULL_FILTER
        if shape.kind is ScalarKind.ENUM:
            return self._claim(f"{self._values.name(shape)}{ending}")
        if not shape.type.equatable and shape.kind is not ScalarKind.JSON:
            return NULL_FILTER
        kind = _LITERAL if shape.kind is ScalarKind.LITERAL else self._values.scalar(shape).name
        return f"{kind}{ending}"

    def _claim(self, wish: str) -> str:
        if wish not in self._claimed:
            self._claimed[wish] = self._taken.claim(wish)
        return self._claimed[wish]

    def _fields(self, shape: Shape, name: str) -> dict[str, GraphQLInputField]:
        if name in {NULL_FILTER, TEXT_SEARCH_FILTER}:
            return {}
        if isinstance(shape, RangeShape):
            operand = self._values.range_input(shape)
            value = GraphQLInputField(self._values.scalar(shape.subtype), description="Contains this value.")
            return {**_inputs(_EQUALITY, operand), **_inputs(_RANGE, operand), "containsValue": value}
        if isinstance(shape, ListShape):
            element = self._values.output(shape.element)
            items = GraphQLList(GraphQLNonNull(element))
            return {**_inputs(_EQUALITY, GraphQLList(element)), **_inputs(_LIST, items)}
        if not isinstance(shape, ScalarShape):
            return {}
        operand = self._values.scalar(shape)
        if shape.kind is ScalarKind.JSON:
            comparisons = {**_inputs(_EQUALITY, operand), **_inputs(_JSON, operand)}
            return {**comparisons, **_inputs(_JSON_TEXT, GraphQLString)}
        fields = _inputs(_EQUALITY, operand)
        fields |= _inputs(_MEMBERSHIP, GraphQLList(GraphQLNonNull(operand)))
        if shape.type.orderable:
            fields |= _inputs(_ORDER, operand)
        if shape.kind is ScalarKind.TEXT:
            fields |= _inputs(_TEXT, GraphQLString)
        return fields

    def _description(self, shape: Shape) -> str:
        element = shape.element if isinstance(shape, ListShape) else shape
        if not isinstance(element, ScalarShape):
            return "Conditions on one column; all of them must hold."
        if element.kind is ScalarKind.LITERAL:
            return f"Conditions on one column; all of them must hold. {_LITERAL_NOTE}"
        name = self._values.scalar(element).name
        what = f"list of {name}" if isinstance(shape, ListShape) else name
        return f"Conditions on one column ({what}); all of them must hold."


def _inputs(operators: Mapping[Any, str], operand: Any) -> dict[str, GraphQLInputField]:
    return {
        str(name): GraphQLInputField(operand, description=description)
        for name, description in operators.items()
    }

"""GraphQL types of values: for each shape of the database its output type, and its filter input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from db.catalogue.model import QualifiedName
from db.values import PG_CATALOG, CompositeShape, ListShape, RangeShape, ScalarKind, ScalarShape
from resolvers.assembly import ATTRIBUTES
from schema import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLResolveInfo

    from db.values import Shape
    from schema.base import BaseTypes
    from schema.naming import Names

BUILT_IN = {
    ScalarKind.INT: GraphQLInt,
    ScalarKind.FLOAT: GraphQLFloat,
    ScalarKind.BOOLEAN: GraphQLBoolean,
    ScalarKind.TEXT: GraphQLString,
    ScalarKind.LITERAL: GraphQLString,
}

COMPARISONS = {
    "eq": "Equal.",
    "ne": "Not equal; NULL is neither equal nor unequal.",
    "in": "Equal to one of these.",
    "notIn": "Equal to none of these.",
    "lt": "Less than.",
    "lte": "Less than or equal.",
    "gt": "Greater than.",
    "gte": "Greater than or equal.",
}
EQUALITY = ("eq", "ne", "in", "notIn")
TEXT_MATCHES = {
    "like": "Matches the pattern: `%` is any text, `_` any character, `\\` takes the next one as it is.",
    "ilike": "Matches the pattern (see `like`) whatever the case.",
    "startsWith": "Begins with this text.",
    "endsWith": "Ends with this text.",
    "contains": "Contains this text.",
    "regex": "Matches this regular expression (POSIX, as PostgreSQL has them).",
}
LISTS = {"in", "notIn"}

LITERAL_NOTE = "Values in PostgreSQL's text form."


RANGES = {
    QualifiedName(PG_CATALOG, "int4range"): "IntRange",
    QualifiedName(PG_CATALOG, "int8range"): "BigIntRange",
    QualifiedName(PG_CATALOG, "numrange"): "DecimalRange",
    QualifiedName(PG_CATALOG, "daterange"): "DateRange",
    QualifiedName(PG_CATALOG, "tsrange"): "LocalDateTimeRange",
    QualifiedName(PG_CATALOG, "tstzrange"): "DateTimeRange",
}
"""Names of the ranges that PostgreSQL itself has."""


class ValueTypes:
    """Makes each type once, when it is first asked for.

    Args:
        base: The types that every schema has.
        names: Names of enums, composites and ranges by type.
        taken: Type names that are taken; derived names are claimed there.
    """

    def __init__(self, base: BaseTypes, names: dict[QualifiedName, str], taken: Names) -> None:
        self._base = base
        self._names = names
        self._taken = taken
        self._outputs: dict[QualifiedName, Any] = {}
        self._filters: dict[str, GraphQLInputObjectType] = {}
        self._enum_filters: dict[QualifiedName, str] = {}

    def output(self, shape: Shape) -> Any:
        """The (nullable) output type."""
        if isinstance(shape, ListShape):
            return GraphQLList(self.output(shape.element))
        if isinstance(shape, ScalarShape) and shape.kind is not ScalarKind.ENUM:
            return self.scalar(shape)
        name = shape.type.name
        if name not in self._outputs:
            self._outputs[name] = self._make(shape)
        return self._outputs[name]

    def scalar(self, shape: ScalarShape) -> Any:
        """The type of a scalar, for results and for input."""
        if shape.kind is ScalarKind.ENUM:
            return self.output(shape)
        return BUILT_IN.get(shape.kind) or self._base[shape.kind.value]

    def _make(self, shape: Shape) -> Any:
        if isinstance(shape, RangeShape):
            return self._range(shape)
        if isinstance(shape, CompositeShape):
            return self._composite(shape)
        names = enum_value_names(shape.type.labels)
        return GraphQLEnumType(
            self._names[shape.type.name],
            {names[label]: GraphQLEnumValue(label) for label in shape.type.labels},
            description=shape.type.comment,
        )

    def _composite(self, shape: CompositeShape) -> GraphQLObjectType:
        comments = {attribute.name: attribute.comment for attribute in shape.type.attributes}
        names = naming.Names().claim_each({name: naming.camel_case(name) for name, _ in shape.attributes})
        attributes = {names[name]: (name, part) for name, part in shape.attributes}
        return GraphQLObjectType(
            self._names[shape.type.name],
            lambda: {
                field: GraphQLField(
                    self.output(part), description=comments.get(name), resolve=_resolve_attribute
                )
                for field, (name, part) in attributes.items()
            },
            description=shape.type.comment,
            extensions={ATTRIBUTES: {field: name for field, (name, _) in attributes.items()}},
        )

    def _range(self, shape: RangeShape) -> GraphQLObjectType:
        name = self._names[shape.type.name]
        bound = GraphQLObjectType(
            self._taken.claim(f"{name}Bound"),
            {
                "value": GraphQLField(GraphQLNonNull(self.scalar(shape.subtype)), description="The bound."),
                "inclusive": GraphQLField(
                    GraphQLNonNull(GraphQLBoolean), description="Whether the bound belongs to the range."
                ),
            },
            description=f"An end of {name}.",
        )
        return GraphQLObjectType(
            name,
            {
                "start": GraphQLField(bound, description="Lower bound; null if there is none."),
                "end": GraphQLField(bound, description="Upper bound; null if there is none."),
                "isEmpty": GraphQLField(
                    GraphQLNonNull(GraphQLBoolean), description="Whether the range contains nothing."
                ),
            },
            description=shape.type.comment or f"A range of {self.scalar(shape.subtype).name} values.",
        )

    def filter(self, shape: Shape) -> GraphQLInputObjectType:
        """The filter input of a column."""
        name = self._filter_name(shape)
        if name not in self._filters:
            fields = self._filter_fields(shape)
            self._filters[name] = GraphQLInputObjectType(
                name, fields, description=_filter_description(shape, self._operand_name(shape))
            )
        return self._filters[name]

    def _operand_name(self, shape: Shape) -> str:
        return str(self.scalar(shape).name) if isinstance(shape, ScalarShape) else "Value"

    def _filter_name(self, shape: Shape) -> str:
        if not isinstance(shape, ScalarShape) or shape.kind is ScalarKind.JSON or not shape.type.equatable:
            return "NullFilter"
        if shape.kind is ScalarKind.LITERAL:
            return "LiteralFilter" if shape.type.orderable else "LiteralEqualityFilter"
        if shape.kind is ScalarKind.ENUM:
            return self._enum_filter_name(shape.type.name)
        return f"{self._operand_name(shape)}Filter"

    def _enum_filter_name(self, name: QualifiedName) -> str:
        if name not in self._enum_filters:
            self._enum_filters[name] = self._taken.claim(f"{self._names[name]}Filter")
        return self._enum_filters[name]

    def _filter_fields(self, shape: Shape) -> dict[str, GraphQLInputField]:
        fields = {"isNull": GraphQLInputField(GraphQLBoolean, description="Whether the value is NULL.")}
        if self._filter_name(shape) == "NullFilter" or not isinstance(shape, ScalarShape):
            return fields
        operand = self.scalar(shape)
        many = GraphQLList(GraphQLNonNull(operand))
        for name, description in COMPARISONS.items():
            if shape.type.orderable or name in EQUALITY:
                kind = many if name in LISTS else operand
                fields[name] = GraphQLInputField(kind, description=description)
        if shape.kind is ScalarKind.TEXT:
            for name, description in TEXT_MATCHES.items():
                fields[name] = GraphQLInputField(GraphQLString, description=description)
        return fields


def enum_value_names(labels: Sequence[str]) -> dict[str, str]:
    """Values by label; labels that are values as they stand keep their own name."""
    wishes = {label: naming.enum_value(label) for label in labels}
    own_first = sorted(labels, key=lambda label: wishes[label] != label)
    return naming.Names().claim_each({label: wishes[label] for label in own_first})


FIXED_FILTERS = (
    "NullFilter",
    "LiteralFilter",
    "LiteralEqualityFilter",
    *(f"{kind.value}Filter" for kind in ScalarKind if kind not in {ScalarKind.ENUM, ScalarKind.LITERAL}),
)
"""Names of filter inputs that do not depend on the database."""


def _filter_description(shape: Shape, operand: str) -> str:
    if isinstance(shape, ScalarShape) and shape.kind is ScalarKind.LITERAL:
        return f"Conditions on one column; all of them must hold. {LITERAL_NOTE}"
    return f"Conditions on one column ({operand}); all of them must hold."


def _resolve_attribute(value: dict[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
    return value[info.parent_type.extensions[ATTRIBUTES][info.field_name]]


def value_type_names(shapes: list[Shape], taken: Names, warnings: list[str]) -> dict[QualifiedName, str]:
    """Names of the enums, composites and ranges among `shapes` and inside them.

    Args:
        shapes: Shapes of columns, in any order.
        taken: Type names that are taken; the names are claimed there.
        warnings: Collects what a name could not be.
    """
    named: dict[QualifiedName, Shape] = {}
    for shape in shapes:
        _collect(shape, named)
    names = {}
    for name in sorted(named, key=lambda n: (n.schema not in {PG_CATALOG, "public"}, n.name, n.schema)):
        wish = RANGES.get(name) or naming.pascal_case(name.name)
        prefixed = naming.pascal_case(name.schema) + wish.lstrip("_")
        names[name] = taken.claim(wish, prefixed)
        if names[name] != wish:
            warnings.append(f"type {'.'.join(name)}: the name {wish} is taken; it is {names[name]}.")
        warnings.extend(
            f"type {'.'.join(name)}: the label {json.dumps(label, ensure_ascii=False)} is the value {value}."
            for label, value in enum_value_names(named[name].type.labels).items()
            if value != label
        )
    return names


def _collect(shape: Shape, named: dict[QualifiedName, Shape]) -> None:
    if isinstance(shape, ListShape):
        _collect(shape.element, named)
    elif isinstance(shape, CompositeShape):
        named[shape.type.name] = shape
        for _, part in shape.attributes:
            _collect(part, named)
    elif isinstance(shape, RangeShape):
        named[shape.type.name] = shape
        _collect(shape.subtype, named)
    elif shape.kind is ScalarKind.ENUM:
        named[shape.type.name] = shape

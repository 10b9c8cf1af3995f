"""GraphQL types of values: for each shape of the database its output type and its input."""

from __future__ import annotations

import json
from functools import partial
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
from db.values import (
    PG_CATALOG,
    CompositeShape,
    ListShape,
    RangeShape,
    ScalarKind,
    ScalarShape,
    composite_text,
    range_text,
)
from resolvers.assembly import ATTRIBUTES
from schema import naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import GraphQLResolveInfo

    from db.values import Shape
    from schema.base import BaseTypes
    from schema.naming import Names
    from schema.visibility import Served

BUILT_IN = {
    ScalarKind.INT: GraphQLInt,
    ScalarKind.FLOAT: GraphQLFloat,
    ScalarKind.BOOLEAN: GraphQLBoolean,
    ScalarKind.TEXT: GraphQLString,
    ScalarKind.LITERAL: GraphQLString,
}

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
        self._inputs: dict[QualifiedName, GraphQLInputObjectType] = {}

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
        attributes = _attribute_fields(shape)
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

    def input(self, shape: Shape) -> Any:
        """The (nullable) type of a column's values in input."""
        if isinstance(shape, ListShape):
            return GraphQLList(self.input(shape.element))
        if isinstance(shape, CompositeShape):
            return self._composite_input(shape)
        return self.range_input(shape) if isinstance(shape, RangeShape) else self.output(shape)

    def _composite_input(self, shape: CompositeShape) -> GraphQLInputObjectType:
        """The input of a composite; it comes out as PostgreSQL's text of the composite."""
        made = self._inputs.get(shape.type.name)
        if made is None:
            comments = {attribute.name: attribute.comment for attribute in shape.type.attributes}
            fields = _attribute_fields(shape)
            names = {name: field for field, (name, _) in fields.items()}
            # Hidden ones cannot be given, and are NULL.
            attributes = [(names.get(name, ""), part) for name, part in shape.attributes]
            made = self._inputs[shape.type.name] = GraphQLInputObjectType(
                self._taken.claim(f"{self.name(shape)}Input"),
                lambda: {
                    field: GraphQLInputField(self.input(part), description=comments.get(name))
                    for field, (name, part) in fields.items()
                },
                description=shape.type.comment or "Attributes that are left out are null.",
                out_type=partial(composite_text, attributes),
            )
        return made

    def name(self, shape: Shape) -> str:
        """The name of an enum, a range or a composite."""
        return self._names.get(shape.type.name) or naming.type_name(shape.type.name.name)

    def range_input(self, shape: RangeShape) -> GraphQLInputObjectType:
        """The input of a range; it comes out as PostgreSQL's text of the range."""
        name = shape.type.name
        if name not in self._inputs:
            self._inputs[name] = self._range_input(shape)
        return self._inputs[name]

    def _range_input(self, shape: RangeShape) -> GraphQLInputObjectType:
        name = self.name(shape)
        value = self.scalar(shape.subtype)
        bound = GraphQLInputObjectType(
            self._taken.claim(f"{name}BoundInput"),
            {
                "value": GraphQLInputField(GraphQLNonNull(value), description="The bound."),
                "inclusive": GraphQLInputField(
                    GraphQLNonNull(GraphQLBoolean), description="Whether the bound belongs to the range."
                ),
            },
            description=f"An end of {name}.",
        )
        return GraphQLInputObjectType(
            self._taken.claim(f"{name}Input"),
            {
                "start": GraphQLInputField(bound, description="Lower bound; none, or null, for no bound."),
                "end": GraphQLInputField(bound, description="Upper bound; none, or null, for no bound."),
                "isEmpty": GraphQLInputField(
                    GraphQLBoolean, description="Whether the range contains nothing, whatever its bounds."
                ),
            },
            description=f"A range of {value.name} values.",
            out_type=range_text,
        )


def _attribute_fields(shape: CompositeShape) -> dict[str, tuple[str, Shape]]:
    """The attributes of a composite, with their shapes, by the fields that show them."""
    names = naming.Names().claim_each({name: naming.camel_case(name) for name, _ in _shown(shape)})
    return {names[name]: (name, part) for name, part in _shown(shape)}


def enum_value_names(labels: Sequence[str]) -> dict[str, str]:
    """Values by label; labels that are values as they stand keep their own name."""
    wishes = {label: naming.enum_value(label) for label in labels}
    own_first = sorted(labels, key=lambda label: wishes[label] != label)
    return naming.Names().claim_each({label: wishes[label] for label in own_first})


def _shown(shape: CompositeShape) -> list[tuple[str, Shape]]:
    hidden = {attribute.name for attribute in shape.type.attributes if attribute.hidden}
    return [(name, part) for name, part in shape.attributes if name not in hidden]


def _resolve_attribute(value: dict[str, Any], info: GraphQLResolveInfo[Any]) -> Any:
    return value[info.parent_type.extensions[ATTRIBUTES][info.field_name]]


def value_type_names(
    shapes: list[Shape], taken: Names, served: Served, warnings: list[str]
) -> dict[QualifiedName, str]:
    """Names of the enums, composites and ranges among `shapes` and inside them.

    Args:
        shapes: Shapes of columns, in any order.
        taken: Type names that are taken; the names are claimed there.
        served: The names that were set; row types are called as their tables were to be.
        warnings: Collects what a name could not be.
    """
    named: dict[QualifiedName, Shape] = {}
    for shape in shapes:
        _collect(shape, named)
    names = {}
    wishes = served.names
    for name in sorted(named, key=lambda n: (".".join(n) not in wishes, *_precedence(n))):
        wish = wishes.get(".".join(name)) or RANGES.get(name) or naming.pascal_case(name.name)
        prefixed = naming.pascal_case(name.schema) + wish.lstrip("_")
        names[name] = taken.claim(wish, prefixed)
        if names[name] != wish:
            what = f"the name {wish} is taken; it is {names[name]}"
            is_row = name in served.catalog.tables
            path = ".".join(name)
            warnings.append(f"the row type {path}: {what}." if is_row else naming.warning(path, what))
        warnings.extend(
            f"type {'.'.join(name)}: the label {json.dumps(label, ensure_ascii=False)} is the value {value}."
            for label, value in enum_value_names(named[name].type.labels).items()
            if value != label
        )
    return names


def _precedence(name: QualifiedName) -> tuple[bool, str, str]:
    return name.schema not in {PG_CATALOG, "public"}, name.name, name.schema


def _collect(shape: Shape, named: dict[QualifiedName, Shape]) -> None:
    if isinstance(shape, ListShape):
        _collect(shape.element, named)
    elif isinstance(shape, CompositeShape):
        named[shape.type.name] = shape
        for _, part in _shown(shape):
            _collect(part, named)
    elif isinstance(shape, RangeShape):
        named[shape.type.name] = shape
        _collect(shape.subtype, named)
    elif shape.kind is ScalarKind.ENUM:
        named[shape.type.name] = shape

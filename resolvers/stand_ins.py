"""Values that stand in for variables that are not known, so that an operation can be planned. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

if TYPE_CHECKING:
    from graphql import GraphQLInputType

_SCALARS = {GraphQLInt.name: 1, GraphQLFloat.name: 1.0, GraphQLBoolean.name: False}


def stand_in(input_type: GraphQLInputType) -> Any:
    """A coerced value of a type, as small as it can be. Of scalars it has the right shape, and no meaning."""
    if isinstance(input_type, GraphQLNonNull):
        return stand_in(input_type.of_type)
    if isinstance(input_type, GraphQLList):
        # Groups must be by something.
        return (
            [stand_in(input_type.of_type)] if isinstance(get_named_type(input_type), GraphQLEnumType) else []
        )
    if isinstance(input_type, GraphQLEnumType):
        return next(iter(input_type.values.values())).value
    if isinstance(input_type, GraphQLInputObjectType):
        fields = list(input_type.fields.items())
        needed = fields[:1] if input_type.is_one_of else [f for f in fields if is_required_input_field(f[1])]
        return {name: stand_in(field.type) for name, field in needed}
    return _SCALARS.get(input_type.name, "")

"""`@cacheControl` in the schema: how long answers may be kept that a type or a field has a part in. Pure.

The directive is Apollo's (https://www.apollographql.com/docs/apollo-server/performance/caching).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInt,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from resolvers.bindings import CacheControl, CacheScope

if TYPE_CHECKING:
    from collections.abc import Mapping

_HINT = "cacheControl"
"""Where types and fields have it among their extensions."""


def cache_control() -> GraphQLDirective:
    """The directive, its types fresh."""
    scope = GraphQLEnumType(
        "CacheControlScope", {each.name: each.value for each in CacheScope}, description="For whom."
    )
    return GraphQLDirective(
        _HINT,
        [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
        {
            "maxAge": GraphQLArgument(GraphQLInt, description="Seconds."),
            "scope": GraphQLArgument(scope, description="For whom."),
            "inheritMaxAge": GraphQLArgument(GraphQLBoolean, description="Whether that is as above it."),
        },
        description="How long answers may be kept that have this in them.",
    )


def hint(control: CacheControl | None) -> dict[str, Any]:
    """What a type or a field is given as extensions."""
    return {} if control is None else {_HINT: control}


def hints_of(fields: Mapping[str, GraphQLField]) -> dict[str, CacheControl]:
    """The hints that fields of extensions have, as `directives` of `@strawberry.field`."""
    found: dict[str, CacheControl] = {}
    for name, field in fields.items():
        made = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(made, StrawberryField):
            for directive in made.directives:
                if isinstance(directive, CacheControl):
                    found[name] = directive
                    field.extensions = {**field.extensions, **hint(directive)}
    return found


def applied(extensions: Mapping[str, Any]) -> str:
    """The hint of a type or a field as it stands behind it in the SDL."""
    control = extensions.get(_HINT)
    if control is None:
        return ""
    arguments = [] if control.max_age is None else [f"maxAge: {control.max_age}"]
    if control.scope is CacheScope.PRIVATE:
        arguments.append(f"scope: {control.scope.value}")
    return f" @{_HINT}({', '.join(arguments)})" if arguments else ""

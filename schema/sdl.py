"""A schema as text, in an order in which a reader finds things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphql import (
    GraphQLObjectType,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_directive,
    print_type,
)
from graphql.utilities.print_schema import (
    print_args,
    print_block,
    print_deprecated,
    print_description,
    print_implemented_interfaces,
)

from schema.cache_hints import applied as applied_hints
from schema.cost_directives import applied

if TYPE_CHECKING:
    from graphql import GraphQLNamedType, GraphQLSchema

_VERB = re.compile(r"(?:Create|Update|Delete|Connect)(?=[A-Z_])")


def printed(schema: GraphQLSchema) -> str:
    """The schema in GraphQL's schema language.

    The directives and the roots come first, then all types by name, so that a new table moves nothing else.
    What is for writing stands with the type that it writes: `CreateAlbumInput` where `AlbumInput` would.
    """
    roots = [each for each in (schema.query_type, schema.mutation_type) if each is not None]
    others = [each for each in schema.type_map.values() if each not in roots and _is_shown(each)]
    directives = [print_directive(each) for each in schema.directives if not is_specified_directive(each)]
    return "\n\n".join([*directives, *map(_printed, (*roots, *sorted(others, key=_place)))]) + "\n"


def _printed(named: GraphQLNamedType) -> str:
    """A type with its directives, which graphql-core would leave out."""
    if not isinstance(named, GraphQLObjectType):
        return print_type(named)
    fields = [
        f"{print_description(field, '  ', not number)}  {name}{print_args(field.args, '  ')}: {field.type}"
        f"{print_deprecated(field.deprecation_reason)}{applied(field.extensions)}{applied_hints(field.extensions)}"
        for number, (name, field) in enumerate(named.fields.items())
    ]
    directives = applied(named.extensions) + applied_hints(named.extensions)
    head = f"type {named}{print_implemented_interfaces(named)}{directives}"
    return print_description(named) + head + print_block(fields)


def _is_shown(named: GraphQLNamedType) -> bool:
    return not is_introspection_type(named) and not is_specified_scalar_type(named)


def _place(named: GraphQLNamedType) -> tuple[str, str]:
    return _VERB.sub("", named.name, count=1) if _VERB.match(named.name) else named.name, named.name

"""A schema as text, in an order in which a reader finds things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphql import is_introspection_type, is_specified_scalar_type, print_type

if TYPE_CHECKING:
    from graphql import GraphQLNamedType, GraphQLSchema

_VERB = re.compile(r"(?:Create|Update|Delete|Connect)(?=[A-Z_])")


def printed(schema: GraphQLSchema) -> str:
    """The schema in GraphQL's schema language.

    The roots come first, then all types by name, so that a new table moves nothing else. What is for writing
    stands with the type that it writes: `CreateAlbumInput` where `AlbumInput` would.
    """
    roots = [each for each in (schema.query_type, schema.mutation_type) if each is not None]
    others = [each for each in schema.type_map.values() if each not in roots and _is_shown(each)]
    return "\n\n".join(map(print_type, (*roots, *sorted(others, key=_place)))) + "\n"


def _is_shown(named: GraphQLNamedType) -> bool:
    return not is_introspection_type(named) and not is_specified_scalar_type(named)


def _place(named: GraphQLNamedType) -> tuple[str, str]:
    return _VERB.sub("", named.name, count=1) if _VERB.match(named.name) else named.name, named.name

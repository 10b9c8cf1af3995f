"""What every schema has, whatever the database: defined with Strawberry.

`base_types` gives graphql-core's types for it, which the types of the catalogue are built beside: going
through Strawberry's decorators for each of thousands of types would take seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import strawberry
from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNamedType
from strawberry.schema.config import StrawberryConfig

from db.query import TimeUnit
from resolvers import reference
from resolvers.windows import OrderDirection
from schema.scalars import SCALARS

if TYPE_CHECKING:
    from collections.abc import Mapping


@strawberry.interface(description="A row that can be fetched by its global id.")
class Node:
    """Relay's Node (https://relay.dev/graphql/objectidentification.htm)."""

    id: strawberry.ID = strawberry.field(description="Identifies the row among all rows of all tables.")


@strawberry.type(description="Where a page stands in its connection.")
class PageInfo:
    """Relay's PageInfo (https://relay.dev/graphql/connections.htm)."""

    has_next_page: bool = strawberry.field(description="Whether rows follow the page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede the page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first row of the page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last row of the page.")


@strawberry.type
class Query:
    """The fields of `Query` that every schema has."""

    @strawberry.field(description="The row that a global id names.")  # type: ignore[untyped-decorator]
    def node(self, info: strawberry.Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name
        """One row of any table."""
        return reference.resolve_node(info, id)  # type: ignore[return-value]

    @strawberry.field(description="The rows that global ids name, in their order.")  # type: ignore[untyped-decorator]
    def nodes(self, info: strawberry.Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """Rows of any tables."""
        return reference.resolve_nodes(info, ids)  # type: ignore[return-value]


strawberry.enum(OrderDirection, description=OrderDirection.__doc__)
strawberry.enum(TimeUnit, description=TimeUnit.__doc__)


class BaseTypes:
    """graphql-core's types for what is defined here, fresh for each schema."""

    def __init__(self) -> None:
        schema = strawberry.Schema(
            query=Query,
            types=[PageInfo, OrderDirection, TimeUnit, *SCALARS],  # type: ignore[list-item]
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        # Strawberry has no public way to its graphql-core schema.
        core = schema._schema  # noqa: SLF001
        node = core.type_map["Node"]
        if isinstance(node, GraphQLInterfaceType):
            node.resolve_type = reference.resolve_node_type
        self.types: Mapping[str, GraphQLNamedType] = core.type_map
        self.query_fields: Mapping[str, GraphQLField] = core.query_type.fields if core.query_type else {}

    def __getitem__(self, name: str) -> Any:
        return self.types[name]

"""What every schema has, whatever the database, and what extensions add to it: defined with Strawberry.

`BaseTypes` gives graphql-core's types for it, which the types of the catalogue are built beside: going
through Strawberry's decorators for each of thousands of types would take seconds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLSchema,
    specified_scalar_types,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from core.errors import StartupError
from db.query import TimeUnit
from resolvers import reference
from resolvers.windows import OrderDirection
from schema.cache_hints import hints_of
from schema.extensions import (
    MUTATION,
    QUERY,
    adopt_one_of,
    check_input,
    describe,
    root_fields,
    root_types,
    weigh,
)
from schema.row_fields import holders_of, row_fields, typed
from schema.scalars import PYTHON_TYPES, SCALARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schema.extensions import Extension
    from schema.row_fields import TypedRowField


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


_SCALAR_NAMES = (*specified_scalar_types, *(str(definition.name) for definition in SCALARS.values()))
BASE_NAMES = frozenset({"Query", "Node", "PageInfo", "OrderDirection", "TimeUnit", *_SCALAR_NAMES})
"""Names of the types that every schema has."""


class BaseTypes:
    """graphql-core's types for what is defined here and in extensions, fresh for each schema.

    Attributes:
        types: Those of every schema, by name.
        own: Those that extensions add.
        root_fields: The fields of `Query` and of `Mutation` that are defined here and in extensions, by root.
        root_caches: How long answers may be kept that have these fields of `Query` of extensions in them.
        row_fields: The fields of rows, by object type and field.
        owners: The extensions that these are from, by root and field.

    Raises:
        StartupError: An extension is not what it should be.
    """

    def __init__(self, extensions: Sequence[Extension] = ()) -> None:
        self.owners = {root: root_fields(root, extensions) for root in (QUERY, MUTATION)}
        definitions = row_fields(extensions)
        for name, owner in self.owners[QUERY].items():
            if name in {"node", "nodes"}:
                raise StartupError(f"extension {owner}: Query.{name} is taken: every schema has it")
        holders = holders_of(definitions)
        paths = {name: each.path for name, each in zip(holders, definitions, strict=True)}
        try:
            self._schema = _strawberry_schema(extensions, tuple(holders.values()))
        except Exception as error:
            if not extensions:
                raise
            # Whatever Strawberry finds wrong, it is with what extensions add.
            raise StartupError(_told(error, paths)) from error
        # Strawberry has no public way to its graphql-core schema.
        core = self._schema._schema  # noqa: SLF001
        node = core.type_map["Node"]
        if isinstance(node, GraphQLInterfaceType):
            node.resolve_type = reference.resolve_node_type
        self.types: Mapping[str, GraphQLNamedType] = {
            name: core.type_map[name] for name in core.type_map if name in BASE_NAMES
        }
        apart = {*BASE_NAMES, MUTATION, *holders}
        self.own = [t for name, t in core.type_map.items() if name not in apart and name[:2] != "__"]
        roots = {QUERY: core.query_type, MUTATION: core.mutation_type}
        self.root_fields: dict[str, Mapping[str, GraphQLField]] = {
            name: {} if root is None else root.fields for name, root in roots.items()
        }
        self.root_caches = hints_of(self.root_fields[QUERY])
        self.row_fields: dict[tuple[str, str], TypedRowField] = {}
        for name, definition in zip(holders, definitions, strict=True):
            holder: Any = core.type_map[name]
            field = typed(definition, holder.fields[definition.name])
            self.row_fields[definition.type_name, definition.name] = field
        if extensions:
            check_input(core.type_map.values(), paths)
            adopt_one_of(self.own)
            describe((*self.own, *filter(None, roots.values())))
            for name, owners in self.owners.items():
                weigh(name, self.root_fields[name], owners)

    def __getitem__(self, name: str) -> Any:
        return self.types[name]

    def adopt(self, schema: GraphQLSchema) -> GraphQLSchema:
        """The schema, known to Strawberry's `Info` as one of its own."""
        schema._strawberry_schema = self._schema  # type: ignore[attr-defined]  # noqa: SLF001 - where it looks
        return schema


def _told(error: Exception, paths: Mapping[str, str]) -> str:
    """What Strawberry says, with the field of rows that it is about by its own name."""
    text = " ".join(str(error).split())
    for name, path in paths.items():
        if re.search(rf"\b{name}\b", text):
            return f"{path}: {text}"
    return f"extensions: {text}"


def _strawberry_schema(extensions: Sequence[Extension], holders: tuple[type, ...]) -> strawberry.Schema:
    queries = tuple(root_types(QUERY, extensions))
    mutations = tuple(root_types(MUTATION, extensions))
    return strawberry.Schema(
        query=merge_types(QUERY, (Query, *queries)) if queries else Query,
        mutation=merge_types(MUTATION, mutations) if mutations else None,
        types=[PageInfo, OrderDirection, TimeUnit, *SCALARS, *holders],  # type: ignore[list-item]
        config=StrawberryConfig(scalar_map={**SCALARS, **PYTHON_TYPES}),
    )

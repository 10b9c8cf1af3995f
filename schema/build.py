"""From the catalogue to the schema: names, model, types. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from graphql import GraphQLObjectType, GraphQLSchema, print_schema, specified_directives

from db.values import shape_of
from resolvers.bindings import Model, RootBinding
from schema.base import BaseTypes
from schema.naming import Names
from schema.object_types import ObjectTypes
from schema.options import check_names
from schema.relation_names import relation_names
from schema.table_types import References, TableTypeBuilder
from schema.value_types import FIXED_FILTERS, ValueTypes, value_type_names

if TYPE_CHECKING:
    from db.catalogue.model import Catalog, QualifiedName, Table
    from db.values import Shape
    from resolvers.bindings import TableType
    from schema.options import SchemaOptions
    from schema.relation_names import RelationNames

RESERVED_TYPES = (
    "Query",
    "Mutation",
    "Subscription",
    "Node",
    "PageInfo",
    "OrderDirection",
    "String",
    "Int",
    "Float",
    "Boolean",
    "ID",
    *FIXED_FILTERS,
)


@dataclass(frozen=True)
class Schema:
    """A built schema.

    Attributes:
        graphql: For validation and execution.
        model: What its types stand for, for planning.
        warnings: One sentence for each name that could not be what it would be by rule.
    """

    graphql: GraphQLSchema
    model: Model
    warnings: tuple[str, ...]

    @cached_property
    def sdl(self) -> str:
        """The schema in GraphQL's schema language."""
        return print_schema(self.graphql) + "\n"


def build_schema(catalog: Catalog, options: SchemaOptions) -> Schema:
    """The schema of a database; the same for the same database, whatever order the catalogue came in.

    Raises:
        StartupError: A name of `options.names` is no GraphQL name.
    """
    base = BaseTypes()
    warnings = check_names(options.names, catalog)
    taken = Names((*RESERVED_TYPES, *base.types))
    fields = Names(base.query_fields)
    tables = {name: catalog.tables[name] for name in sorted(catalog.tables)}
    tables = {name: table for name, table in tables.items() if _has_fields(table, warnings)}
    names = relation_names(
        catalog, list(tables.values()), types=taken, fields=fields, wishes=options.names, warnings=warnings
    )
    value_names = value_type_names(_shapes(catalog, tables), taken, warnings)
    builder = TableTypeBuilder(catalog, names, References.of(tables), taken, options.names, warnings)
    types = {name: builder.build(tables[name]) for name in sorted(tables)}
    model = Model(
        types={table_type.name: table_type for table_type in types.values()},
        by_table=types,
        roots=_roots(types, names),
        page_size=options.page_size,
        max_page_size=options.max_page_size,
        cursor_key=options.cursor_key,
    )
    objects = ObjectTypes(model, base, ValueTypes(base, value_names, taken), taken)
    return Schema(_assemble(base, objects), model, tuple(warnings))


def _has_fields(table: Table, warnings: list[str]) -> bool:
    if any(column.selectable for column in table.columns):
        return True
    warnings.append(f"{'.'.join(table.name)}: it has no column that can be read, and is left out.")
    return False


def _shapes(catalog: Catalog, tables: dict[QualifiedName, Table]) -> list[Shape]:
    types = {column.type for table in tables.values() for column in table.columns if column.selectable}
    return [shape_of(name, catalog) for name in types]


def _roots(
    types: dict[QualifiedName, TableType], names: dict[QualifiedName, RelationNames]
) -> dict[str, RootBinding]:
    roots = {"node": RootBinding(None), "nodes": RootBinding(None)}
    for name, table_type in types.items():
        if table_type.keys or table_type.id_columns is not None:
            roots[names[name].singular] = RootBinding(table_type)
        roots[names[name].plural] = RootBinding(table_type, is_connection=True)
    return roots


def _assemble(base: BaseTypes, objects: ObjectTypes) -> GraphQLSchema:
    fields = objects.query_fields()
    query = GraphQLObjectType("Query", lambda: {**base.query_fields, **dict(sorted(fields.items()))})
    return GraphQLSchema(
        query,
        types=objects.all_objects(),
        directives=specified_directives,
        # The names and references are made here; the tests validate what comes out.
        assume_valid=True,
    )

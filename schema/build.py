"""From the catalogue to the schema: names, model, types. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    print_schema,
    specified_directives,
)

from core.errors import StartupError
from db.values import shape_of
from resolvers.bindings import Model, RootBinding
from resolvers.subtrees import subtree_schema
from schema.base import BaseTypes
from schema.extensions import check_type_names
from schema.filter_types import FIXED_FILTERS
from schema.links import with_links
from schema.mutation_types import MutationTypes, mutation_bindings
from schema.naming import Names
from schema.object_types import RELATED_ORDER, ObjectTypes
from schema.relation_names import relation_names
from schema.row_fields import with_row_fields
from schema.table_types import References, TableTypeBuilder
from schema.value_types import ValueTypes, value_type_names
from schema.visibility import served

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from db.catalogue.model import Catalog, QualifiedName, Table
    from db.values import Shape
    from resolvers.bindings import TableType
    from schema.extensions import Extension
    from schema.options import SchemaOptions
    from schema.relation_names import RelationNames

RESERVED_TYPES = (
    "Query",
    "Mutation",
    "Subscription",
    "Node",
    "PageInfo",
    "OrderDirection",
    RELATED_ORDER,
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


def build_schema(catalog: Catalog, options: SchemaOptions, extensions: Sequence[Extension] = ()) -> Schema:
    """The schema of a database; the same for the same database, whatever order the catalogue came in.

    Args:
        catalog: The database.
        options: What shapes the schema besides.
        extensions: What modules of users add; names of the database go before theirs.

    Raises:
        StartupError: Something is set for an object that cannot have it, or an extension does not fit.
    """
    base = BaseTypes(extensions)
    what = served(catalog, options)
    catalog, warnings = what.catalog, list(what.warnings)
    taken = Names((*RESERVED_TYPES, *base.types))
    fields = Names(name for name in base.query_fields if name not in base.owners)
    tables = {name: catalog.tables[name] for name in sorted(catalog.tables)}
    tables = {name: table for name, table in tables.items() if _has_fields(table, warnings)}
    names = relation_names(
        catalog, list(tables.values()), types=taken, fields=fields, wishes=what.names, warnings=warnings
    )
    value_names = value_type_names(_shapes(catalog, tables), taken, what, warnings)
    builder = TableTypeBuilder(what, names, References.of(tables), taken, warnings)
    types = {name: builder.build(tables[name]) for name in sorted(tables)}
    types = with_links(types)
    types = with_row_fields(types, base.row_fields.values())
    roots = _roots(types, names)
    _check_roots(base.owners, roots)
    mutations = mutation_bindings(types, names, taken, Names())
    model = Model(
        types={table_type.name: table_type for table_type in types.values()},
        by_table=types,
        roots=roots,
        mutations=mutations,
        cursor_key=options.cursor_key,
        named_constraints=what.named_constraints,
        subtrees=_subtrees(base),
    )
    values = ValueTypes(base, value_names, taken)
    objects = ObjectTypes(model, base, values, taken)
    writes = MutationTypes(model, objects, values, taken)
    return Schema(_assemble(base, objects, writes, taken, model), model, tuple(warnings))


def _has_fields(table: Table, warnings: list[str]) -> bool:
    if any(column.is_shown for column in table.columns):
        return True
    warnings.append(f"{'.'.join(table.name)}: it has no column that can be shown, and is left out.")
    return False


def _shapes(catalog: Catalog, tables: dict[QualifiedName, Table]) -> list[Shape]:
    types = {column.type for table in tables.values() for column in table.columns if column.is_shown}
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


def _check_roots(owners: Mapping[str, str], roots: Mapping[str, RootBinding]) -> None:
    for name, owner in owners.items():
        table_type = roots[name].type if name in roots else None
        if table_type is not None:
            table = ".".join(table_type.table.name)
            raise StartupError(f"extension {owner}: Query.{name} is taken: the table {table} has it")


def _subtrees(base: BaseTypes) -> GraphQLSchema | None:
    fields = {
        names: field.graphql.type
        for names, field in base.row_fields.items()
        if not is_leaf_type(get_named_type(field.graphql.type))
    }
    return base.adopt(subtree_schema(fields, base.own)) if fields else None


def _assemble(
    base: BaseTypes, objects: ObjectTypes, writes: MutationTypes, taken: Names, model: Model
) -> GraphQLSchema:
    fields = objects.query_fields()
    mutations = writes.fields()
    check_type_names(base.own, taken, model.types)
    query = GraphQLObjectType("Query", lambda: {**base.query_fields, **dict(sorted(fields.items()))})
    try:
        schema = GraphQLSchema(
            query,
            GraphQLObjectType("Mutation", dict(sorted(mutations.items()))) if mutations else None,
            types=[*objects.all_objects(), *base.own],
            directives=specified_directives,
            # The names and references are made here; the tests validate what comes out.
            assume_valid=True,
        )
    except TypeError as error:
        if not base.own:
            raise
        # Names of some types are chosen only now.
        raise StartupError(f"extensions: {error}") from error
    return base.adopt(schema)

"""From the catalogue to the schema: names, model, types. Pure and deterministic."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    specified_directives,
)

from core.errors import StartupError
from db.values import shape_of
from resolvers.bindings import Model, MutationBinding, RootBinding
from resolvers.subtrees import subtree_schema
from schema.base import BaseTypes
from schema.cache_hints import cache_control
from schema.cost_directives import DIRECTIVES
from schema.extensions import MUTATION, QUERY, check_type_names
from schema.filter_types import FIXED_FILTERS
from schema.functions import FunctionNames, candidates, function_path, shapes
from schema.links import with_links
from schema.mutation_types import MutationTypes, mutation_bindings
from schema.naming import Names
from schema.object_types import RELATED_ORDER, ObjectTypes
from schema.relation_names import relation_names
from schema.row_fields import with_row_fields
from schema.sdl import printed
from schema.table_types import References, TableTypeBuilder
from schema.value_types import ValueTypes, value_type_names
from schema.visibility import served
from schema.write_hooks import with_write_hooks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graphql import GraphQLDirective

    from db.catalogue.model import Catalog, QualifiedName, Table
    from db.values import Shape
    from resolvers.bindings import FunctionBinding, FunctionMutation, TableType
    from schema.extensions import Extension
    from schema.options import SchemaOptions
    from schema.relation_names import RelationNames

_CALLS_FOR_EACH_TYPE = 40
_limit_of_calls = threading.Lock()  # there is one for all threads

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
        return printed(self.graphql)


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
    fields = Names(name for name in base.root_fields[QUERY] if name not in base.owners[QUERY])
    tables = {name: catalog.tables[name] for name in sorted(catalog.tables)}
    tables = {name: table for name, table in tables.items() if _has_fields(table, warnings)}
    names = relation_names(
        catalog, list(tables.values()), types=taken, fields=fields, wishes=what.names, warnings=warnings
    )
    found = candidates(catalog, tables, warnings, lenient=options.lenient)
    value_names = value_type_names([*_shapes(catalog, tables), *shapes(found)], taken, what, warnings)
    builder = TableTypeBuilder(what, names, References.of(tables), taken, warnings)
    types = {name: builder.build(tables[name]) for name in sorted(tables)}
    functions = FunctionNames(found, tables, what.names, what.costs, warnings)
    types = functions.with_fields(types)
    types = with_row_fields(types, base.row_fields.values(), lenient=options.lenient)
    values = ValueTypes(base, value_names, taken)
    types = with_links(with_write_hooks(types, extensions, values, lenient=options.lenient))
    roots = _roots(types, names, functions.queries(fields))
    mutation_fields = Names()
    mutations = mutation_bindings(types, names, taken, mutation_fields)
    calls = functions.mutations(types, names, taken, mutation_fields)
    _check_roots(QUERY, base.owners[QUERY], roots)
    _check_roots(MUTATION, base.owners[MUTATION], {**mutations, **calls})
    model = Model(
        types={table_type.name: table_type for table_type in types.values()},
        by_table=types,
        roots=roots,
        mutations={**mutations, **calls},
        cursor_key=options.cursor_key,
        named_constraints=what.named_constraints,
        subtrees=_subtrees(base),
        function_fields=_function_fields(types, roots, calls),
        root_caches=base.root_caches,
        weights=options.weights,
    )
    objects = ObjectTypes(model, base, values, taken)
    writes = MutationTypes(model, objects, values, taken)
    return Schema(_assemble(base, objects, writes, taken, model), model, tuple(warnings))


def _directives(model: Model) -> tuple[GraphQLDirective, ...]:
    """Those that something in the schema has."""
    hints = [table_type.cache for table_type in model.types.values()]
    hints += [field.cache for table_type in model.types.values() for field in table_type.python.values()]
    return (cache_control(),) if model.root_caches or any(hints) else ()


def _has_fields(table: Table, warnings: list[str]) -> bool:
    if any(column.is_shown for column in table.columns):
        return True
    warnings.append(f"{'.'.join(table.name)}: it has no column that can be shown, and is left out.")
    return False


def _shapes(catalog: Catalog, tables: dict[QualifiedName, Table]) -> list[Shape]:
    types = {column.type for table in tables.values() for column in table.columns if column.is_shown}
    return [shape_of(name, catalog) for name in types]


def _roots(
    types: dict[QualifiedName, TableType],
    names: dict[QualifiedName, RelationNames],
    functions: Mapping[str, FunctionBinding],
) -> dict[str, RootBinding]:
    roots = {"node": RootBinding(None), "nodes": RootBinding(None)}
    for name, table_type in types.items():
        if table_type.keys or table_type.id_columns is not None:
            roots[names[name].singular] = RootBinding(table_type)
        roots[names[name].plural] = RootBinding(table_type, is_connection=True)
    for field, function in functions.items():
        target = None if function.target is None else types[function.target]
        is_connection = target is not None and function.function.returns_set
        roots[field] = RootBinding(target, is_connection=is_connection, function=function)
    return roots


def _check_roots(
    kind: str,
    owners: Mapping[str, str],
    fields: Mapping[str, RootBinding | MutationBinding | FunctionMutation],
) -> None:
    for name, owner in owners.items():
        if name not in fields:
            continue
        binding = fields[name]
        function = None if isinstance(binding, MutationBinding) else binding.function
        if function is not None:
            by = f"the function {function_path(function.function)} has it"
        elif binding.type is not None:
            by = f"the table {'.'.join(binding.type.table.name)} has it"
        else:
            continue
        raise StartupError(f"extension {owner}: {kind}.{name} is taken: {by}")


def _function_fields(
    types: Mapping[QualifiedName, TableType],
    roots: Mapping[str, RootBinding],
    mutations: Mapping[str, FunctionMutation],
) -> frozenset[str]:
    """Names of the fields that stand for functions with arguments that have defaults."""
    bindings = [
        *((name, root.function) for name, root in roots.items() if root.function is not None),
        *((name, mutation.function) for name, mutation in mutations.items()),
        *(each for table_type in types.values() for each in table_type.functions.items()),
    ]
    return frozenset(
        name
        for name, binding in bindings
        if any(each.argument.has_default for each in binding.arguments.values())
    )


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
    mutations = {**base.root_fields[MUTATION], **dict(sorted(writes.fields().items()))}
    check_type_names(base.own, taken, model.types)
    query = GraphQLObjectType(QUERY, lambda: {**base.root_fields[QUERY], **dict(sorted(fields.items()))})
    try:
        with _deep_calls(_CALLS_FOR_EACH_TYPE * len(model.types)):
            schema = GraphQLSchema(
                query,
                GraphQLObjectType(MUTATION, mutations) if mutations else None,
                types=[*objects.all_objects(), *base.own],
                directives=(*specified_directives, *DIRECTIVES, *_directives(model)),
                # The names and references are made here; the tests validate what comes out.
                assume_valid=True,
            )
    except TypeError as error:
        if not base.own:
            raise
        # Names of some types are chosen only now.
        raise StartupError(f"extensions: {error}") from error
    return base.adopt(schema)


@contextmanager
def _deep_calls(more: int) -> Iterator[None]:
    """Lets calls go deeper: graphql-core finds types from type to type, as far as foreign keys lead.

    From function to function of Python that takes no more of the thread's stack.
    """
    with _limit_of_calls:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + more)
        try:
            yield
        finally:
            sys.setrecursionlimit(before)

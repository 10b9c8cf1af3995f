"""What modules of users add to a schema: checked, and made types and fields of. Pure."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLInputObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from core.errors import StartupError
from resolvers.cost_weights import COST
from schema.extending import Authenticator, RowField, WriteHook, check_weight
from schema.scalars import PYTHON_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graphql import GraphQLField, GraphQLNamedType

    from resolvers.bindings import TableType
    from schema.naming import Names

QUERY = "Query"
MUTATION = "Mutation"
SUBSCRIPTION = "Subscription"
COST_KEY = "cost"
"""What a field that Strawberry makes has its weight under in its `metadata`."""


@dataclass(frozen=True, slots=True)
class Extension:
    """What one module of a user adds.

    Attributes:
        name: What the module is called in messages.
        roots: Its `Query` and its `Mutation`, Strawberry types, by these names.
        row_fields: Its fields of rows.
        hooks: What it has called when rows are written.
        authenticators: What it has say who asks.
    """

    name: str
    roots: Mapping[str, type]
    row_fields: tuple[RowField[Any, Any], ...]
    hooks: tuple[WriteHook[Any, Any], ...]
    authenticators: tuple[Authenticator, ...]


def extension_of(name: str, members: Mapping[str, object]) -> Extension:
    """What a module adds.

    Args:
        name: What the module is called in messages.
        members: Its names.

    Raises:
        StartupError: Something in it cannot be used.
    """
    if get_object_definition(members.get(SUBSCRIPTION)) is not None:
        raise StartupError(f"extension {name}: Subscription cannot be extended, only Query and Mutation can")
    roots: dict[str, type] = {}
    for root in (QUERY, MUTATION):
        member = members.get(root)
        if isinstance(member, type) and get_object_definition(member) is not None:
            roots[root] = member
        elif member is not None:
            raise StartupError(f"extension {name}: {root} must be a class with @strawberry.type")
    distinct = list({id(member): member for member in members.values()}.values())
    return Extension(
        name,
        roots,
        tuple(member for member in distinct if isinstance(member, RowField)),
        tuple(member for member in distinct if isinstance(member, WriteHook)),
        tuple(member for member in distinct if isinstance(member, Authenticator)),
    )


def root_fields(root: str, extensions: Sequence[Extension]) -> dict[str, str]:
    """Where each field comes from that extensions add to a root.

    Args:
        root: `Query` or `Mutation`.
        extensions: The extensions.

    Raises:
        StartupError: Two of them add the same field, or one has no resolver.
    """
    owners: dict[str, str] = {}
    for cls, owner in root_types(root, extensions).items():
        definition = get_object_definition(cls, strict=True)
        for field in definition.fields:
            name = field.graphql_name or to_camel_case(field.python_name)
            if field.base_resolver is None:
                raise StartupError(
                    f"extension {owner}: {root}.{name} needs a resolver: use @strawberry.field"
                )
            if name in owners:
                raise StartupError(
                    f"extension {owner}: {root}.{name} is taken: extension {owners[name]} has it"
                )
            owners[name] = owner
    return owners


def root_types(root: str, extensions: Sequence[Extension]) -> dict[type, str]:
    """Each `Query`, or `Mutation`, once, with the extension that has it first."""
    owners: dict[type, str] = {}
    for extension in extensions:
        if root in extension.roots:
            owners.setdefault(extension.roots[root], extension.name)
    return owners


# Types ------------------------------------------------------------------------------------------------


def check_type_names(own: Iterable[GraphQLNamedType], taken: Names, tables: Mapping[str, TableType]) -> None:
    """Raises StartupError where a type of an extension has the name of one that is made of the database.

    Args:
        own: The types of extensions.
        taken: Names of types.
        tables: The object types by name.
    """
    for graphql_type in own:
        if graphql_type.name in taken:
            table_type = tables.get(graphql_type.name)
            where = "the schema" if table_type is None else f"the table {'.'.join(table_type.table.name)}"
            raise StartupError(
                f"extensions: the type {graphql_type.name} ({_module_of(graphql_type)}) is taken: "
                f"{where} has a type of that name; give yours another, with name= in its decorator"
            )


def _module_of(graphql_type: GraphQLNamedType) -> str:
    definition = graphql_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    cls = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
    return "a Strawberry type" if cls is None else f"{cls.__module__}.{cls.__qualname__}"


def describe(types: Iterable[GraphQLNamedType]) -> None:
    """Gives types and fields without a description their docstring's, as Python code has them."""
    for graphql_type in types:
        definition = graphql_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        cls = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
        if graphql_type.description is None and cls is not None:
            graphql_type.description = _doc(cls)
        for field in getattr(graphql_type, "fields", {}).values():
            made = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if field.description is None and isinstance(made, StrawberryField) and made.base_resolver:
                field.description = inspect.getdoc(made.base_resolver.wrapped_func)


def _doc(cls: type) -> str | None:
    doc = cls.__dict__.get("__doc__")
    # A dataclass without a docstring is given its signature as one.
    return None if not doc or doc.startswith(f"{cls.__name__}(") else inspect.cleandoc(doc)


def weigh(root: str, fields: Mapping[str, GraphQLField], owners: Mapping[str, str]) -> None:
    """Marks the fields of a root with what their `metadata` say that they cost.

    Args:
        root: `Query` or `Mutation`.
        fields: Its fields.
        owners: By field, the extension that it is from.

    Raises:
        StartupError: It is no weight.
    """
    for name, owner in owners.items():
        made = fields[name].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(made, StrawberryField) and COST_KEY in made.metadata:
            weight = check_weight(f"extension {owner}: {root}.{name}", made.metadata[COST_KEY])
            fields[name].extensions[COST] = weight


def adopt_one_of(types: Iterable[GraphQLNamedType]) -> None:
    """Makes Strawberry's one-of inputs those of GraphQL, which every stage knows how to refuse."""
    for graphql_type in types:
        definition = graphql_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(graphql_type, GraphQLInputObjectType) and getattr(definition, "is_one_of", False):
            graphql_type.is_one_of = True
            # Instead of Strawberry's check, whose errors coercion does not expect.
            graphql_type.out_type = GraphQLInputObjectType.out_type  # type: ignore[method-assign]


def check_input(types: Iterable[GraphQLNamedType], paths: Mapping[str, str]) -> None:
    """Checks that no code would be given text in place of a Python value that it asks for.

    Args:
        types: All types that Strawberry made.
        paths: What messages call those that hold a field of rows.

    Raises:
        StartupError: Some code would.
    """
    for graphql_type in types:
        definition = graphql_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(definition, StrawberryObjectDefinition):
            continue
        for field in definition.fields:
            path = paths.get(graphql_type.name) or f"extensions: {graphql_type.name}.{field.python_name}"
            for name, annotation in _inputs(definition, field):
                found = _python_type(annotation)
                if found is not None:
                    raise StartupError(
                        f"{path}: {name} cannot be of the type {found}: input is str, int, float and the like"
                    )


def _inputs(definition: StrawberryObjectDefinition, field: StrawberryField) -> Iterator[tuple[str, object]]:
    if definition.is_input:
        yield "input", field.type
    for argument in field.arguments:
        yield f"the argument {argument.python_name}", argument.type


def _python_type(annotation: object) -> str | None:
    while hasattr(annotation, "of_type"):
        annotation = annotation.of_type
    return getattr(annotation, "__name__", str(annotation)) if annotation in PYTHON_TYPES else None

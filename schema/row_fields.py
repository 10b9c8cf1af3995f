"""Fields of rows that Python code gives: from functions to fields of object types. Pure."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import strawberry
from graphql import GraphQLField, GraphQLList, GraphQLNonNull
from strawberry.utils.str_converters import to_camel_case

from core.errors import StartupError
from resolvers.bindings import PythonField
from resolvers.cost_weights import COST
from resolvers.python_fields import resolve_python_field
from schema.cache_hints import hint
from schema.user_code import check_reads, data_parameters, fits, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graphql import GraphQLFieldResolver
    from strawberry.types.field import StrawberryField

    from db.catalogue.model import QualifiedName
    from resolvers.bindings import CacheControl, TableType
    from schema.extending import RowField
    from schema.extensions import Extension

HELD = "field"
"""What a field is called in the Strawberry type that holds it."""


@dataclass(frozen=True, slots=True)
class RowFieldDefinition:
    """A field of rows before its database is known.

    Attributes:
        owner: The extension that has it.
        type_name: The object type that is to have it.
        name: Of the field.
        reads: The fields that it reads.
        field: What Strawberry makes of the function.
        cost: Units of each row; None where nothing is set.
        cache: How long its values may be kept.
    """

    owner: str
    type_name: str
    name: str
    reads: tuple[str, ...]
    field: StrawberryField
    cost: int | None
    cache: CacheControl | None

    @property
    def path(self) -> str:
        """How messages call it."""
        return f"extension {self.owner}: {self.type_name}.{self.name}"


def row_fields(extensions: Sequence[Extension]) -> list[RowFieldDefinition]:
    """The fields of rows of all extensions, each once.

    Raises:
        StartupError: One is not written as it should be, or two have one name.
    """
    made: dict[tuple[str, str], RowFieldDefinition] = {}
    seen = set()
    for extension in extensions:
        for row_field in extension.row_fields:
            if id(row_field) in seen:  # imported from one module into another
                continue
            seen.add(id(row_field))
            definition = _definition(extension, row_field)
            key = definition.type_name, definition.name
            if key in made:
                raise StartupError(f"{definition.path} is taken: extension {made[key].owner} has it")
            made[key] = definition
    return list(made.values())


def _definition(extension: Extension, row_field: RowField[Any, Any]) -> RowFieldDefinition:
    function = row_field.function
    name = row_field.name or to_camel_case(function.__name__)
    path = f"extension {extension.name}: {row_field.type_name}.{name}"
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    if not parameters or parameters[0].kind is parameters[0].KEYWORD_ONLY:
        raise StartupError(f"{path}: its first parameter must be a list of rows")
    if signature.return_annotation is signature.empty:
        raise StartupError(f"{path}: it needs a return annotation, such as list[str | None]")
    given = data_parameters(function)
    for parameter in parameters[1:]:
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY}:
            raise StartupError(f"{path}: the parameter {parameter.name} must be one that has a name")
        if parameter.annotation is parameter.empty:
            raise StartupError(f"{path}: the parameter {parameter.name} needs an annotation")
        if parameter.name in {"self", "cls", "root", "info"}:
            raise StartupError(f"{path}: a parameter cannot be called {parameter.name}")
    field = strawberry.field(
        resolver=_as_resolver(function, signature, given),
        name=name,
        description=inspect.getdoc(function),
        deprecation_reason=row_field.deprecation_reason,
    )
    return RowFieldDefinition(
        extension.name,
        row_field.type_name,
        name,
        row_field.reads,
        field,
        row_field.cost,
        row_field.cache,
    )


class _Called(NamedTuple):
    """What a function is called with besides arguments: in resolvers' terms, the root."""

    rows: Sequence[Mapping[str, Any]]
    data: object


def _as_resolver(
    function: Callable[..., Any], signature: inspect.Signature, given: frozenset[str]
) -> Callable[..., Any]:
    """The function as Strawberry takes it, with the names of parameters that are no arguments left out."""

    def resolve(root: Any, **arguments: Any) -> Any:
        called: _Called = root
        return function(called.rows, **dict.fromkeys(given, called.data), **arguments)

    _, *others = [each for each in signature.parameters.values() if each.name not in given]
    root = inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=object)
    resolve.__name__ = function.__name__
    resolve.__qualname__ = function.__qualname__
    resolve.__module__ = function.__module__  # where annotations are looked up
    resolve.__annotations__ = {
        "root": object,
        **{other.name: other.annotation for other in others},
        "return": signature.return_annotation,
    }
    resolve.__signature__ = signature.replace(parameters=[root, *others])  # type: ignore[attr-defined]
    return resolve


def holders_of(definitions: Iterable[RowFieldDefinition]) -> dict[str, type]:
    """By its name, a Strawberry type for each field, that holds it until its object type is made."""
    return {
        name: strawberry.type(type(name, (), {HELD: definition.field}))
        for name, definition in ((f"RowField{number}", each) for number, each in enumerate(definitions))
    }


@dataclass(frozen=True, slots=True)
class TypedRowField:
    """A field of rows with its type.

    Attributes:
        definition: What it was made of.
        graphql: The field as rows have it.
        resolve: Calls the function with rows and coerced arguments.
    """

    definition: RowFieldDefinition
    graphql: GraphQLField
    resolve: GraphQLFieldResolver


def typed(definition: RowFieldDefinition, field: GraphQLField) -> TypedRowField:
    """A field of rows with its type.

    Args:
        definition: The field.
        field: What Strawberry made of it: a field of all rows at once.

    Raises:
        StartupError: Its function's annotation is no list.
    """
    many = field.type.of_type if isinstance(field.type, GraphQLNonNull) else None
    if not isinstance(many, GraphQLList) or field.resolve is None:
        raise StartupError(
            f"{definition.path}: it must return a list with a value for each row, such as list[str | None]"
        )
    graphql = GraphQLField(
        many.of_type,
        field.args,
        resolve=resolve_python_field,
        description=field.description,
        deprecation_reason=field.deprecation_reason,
        extensions={**field.extensions, **_weighed(definition), **hint(definition.cache)},
    )
    return TypedRowField(definition, graphql, field.resolve)


def _weighed(definition: RowFieldDefinition) -> dict[str, Any]:
    return {} if definition.cost is None else {COST: definition.cost}


def with_row_fields(
    types: Mapping[QualifiedName, TableType], fields: Iterable[TypedRowField], *, lenient: bool
) -> dict[QualifiedName, TableType]:
    """The object types with fields of rows.

    Args:
        types: The types.
        fields: The fields.
        lenient: Whether fields are left out whose type, or a column that they read, is not there.

    Raises:
        StartupError: A field is for a type, or reads a column, that is not there, or its name is taken.
    """
    made = dict(types)
    for field in fields:
        definition = field.definition
        if lenient and not fits(definition.type_name, definition.reads, types):
            continue
        table = table_of(definition.path, definition.type_name, types)
        table_type = made[table]
        _check(definition, table_type)
        call = partial(_call, field.resolve)
        python = PythonField(definition.name, definition.reads, call, definition.cost, definition.cache)
        made[table] = replace(table_type, python={**table_type.python, definition.name: python})
    return made


def _call(
    resolve: GraphQLFieldResolver, rows: Sequence[Any], arguments: Mapping[str, Any], data: object
) -> Any:
    no_info: Any = None
    return resolve(_Called(rows, data), no_info, **arguments)


def _check(definition: RowFieldDefinition, table_type: TableType) -> None:
    check_reads(definition.path, definition.reads, table_type)
    is_id = definition.name == "id"
    kinds = {
        "relation": table_type.relations,
        "function": table_type.functions,
        "column": table_type.columns,
    }
    kind = next((kind for kind, names in kinds.items() if definition.name in names), None)
    if is_id or kind is not None:
        owner = "the global id" if is_id else f"a {kind} of {'.'.join(table_type.table.name)}"
        raise StartupError(f"{definition.path} is taken: {owner} has it")

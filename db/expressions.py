"""SQLAlchemy Core expressions for reading and binding values of any PostgreSQL type.

Identifiers come from the catalogue and are always quoted; values are always parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement, quoted_name
from sqlalchemy.types import UserDefinedType

from db.catalogue.model import QualifiedName, TypeKind
from db.values import (
    PG_CATALOG,
    CompositeShape,
    ListShape,
    RangeShape,
    ScalarKind,
    ScalarShape,
    Shape,
    has_driver_form,
    is_structured,
    read_form_is_key_form,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.selectable import FromClause

DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]
"""Renders parameters as `$1`, `$2`, …, the same name always under the same number."""

_preparer = DIALECT.identifier_preparer

Expression = ColumnElement[Any]


class NamedType(UserDefinedType[Any]):
    """A PostgreSQL type by its schema and name; renders itself in casts."""

    cache_ok = True

    def __init__(self, name: QualifiedName, *, array: bool = False) -> None:
        self.name = name
        self.array = array

    def get_col_spec(self, **_: Any) -> str:
        """The quoted, qualified name."""
        spec = f"{quoted(self.name.schema)}.{quoted(self.name.name)}"
        return f"{spec}[]" if self.array else spec


class _Attribute(ColumnElement[Any]):
    """`(expression)."attribute"`: one field of a composite value."""

    inherit_cache = False

    def __init__(self, owner: Expression, name: str) -> None:
        self.owner = owner
        self.name = name
        self.type = sa.types.NullType()


@compiles(_Attribute)
def _render_attribute(element: _Attribute, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.owner, **options)}).{quoted(element.name)}"


class _Collated(ColumnElement[Any]):
    """`expression COLLATE collation`."""

    inherit_cache = False

    def __init__(self, expression: Expression, collation: QualifiedName) -> None:
        self.operand = expression
        self.collation = collation
        self.type = sa.types.NullType()


@compiles(_Collated)
def _render_collated(element: _Collated, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.operand, **options)
    return f"({text}) COLLATE {quoted(element.collation.schema)}.{quoted(element.collation.name)}"


class _Elements(ColumnElement[Any]):
    """A JSON array with `item`, written in terms of `ELEMENT`, for every element of an array."""

    inherit_cache = False

    def __init__(self, array: Expression, item: Expression) -> None:
        self.array = array
        self.item = item
        self.type = sa.types.NullType()


ELEMENT: Expression = sa.literal_column("element")


@compiles(_Elements)
def _render_elements(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:
    array = compiler.process(element.array, **options)
    item = compiler.process(element.item, **options)
    # unnest in the select list keeps composites whole; in FROM it would spread them into columns.
    return (
        f"(SELECT coalesce(json_agg({item}), CAST('[]' AS pg_catalog.json))"
        f" FROM (SELECT unnest({array}) AS element) AS elements)"
    )


def quoted(name: str) -> str:
    """An identifier as it stands in SQL."""
    return str(_preparer.quote_identifier(name))


def quoted_text(text: str) -> str:
    """A text of the catalogue as a literal."""
    return "'" + text.replace("'", "''") + "'"


def builtin(name: str) -> NamedType:
    """A type of `pg_catalog`."""
    return NamedType(QualifiedName(PG_CATALOG, name))


def collated(expression: Expression, collation: QualifiedName | None) -> Expression:
    """The expression under a collation; None is the database's own."""
    return _Collated(expression, collation or QualifiedName(PG_CATALOG, "default"))


def present(expression: Expression) -> Expression:
    """Whether there is a value. Not IS NOT NULL, which a composite with a NULL field is neither."""
    return expression.is_distinct_from(sa.null())


def null_test(expression: Expression, *, null: bool, composite: bool) -> Expression:
    """Whether there is no value, or one.

    IS NULL says of a composite whether its fields are, and IS NOT NULL whether all of them are not.
    """
    if composite:
        nothing = sa.null()
        return expression.is_not_distinct_from(nothing) if null else expression.is_distinct_from(nothing)
    return expression.is_(sa.null()) if null else expression.is_not(sa.null())


TEXT = builtin("text")
INT8 = builtin("int8")
_TEXT_ARRAY = builtin("_text")


def table(name: QualifiedName, columns: Iterable[str] = ()) -> sa.TableClause:
    """A relation by its exact name; `columns` are those that are written."""
    return sa.table(
        quoted_name(name.name, quote=True),
        *(sa.column(quoted_name(column, quote=True)) for column in columns),
        schema=quoted_name(name.schema, quote=True),
    )


def column(source: FromClause, name: str) -> Expression:
    """A column of a table or alias by its exact name."""
    return sa.column(quoted_name(name, quote=True), _selectable=source)


def read_form(expression: Expression, shape: Shape) -> Expression:
    """The expression whose value reaches the driver in read form (see `db.values`)."""
    if is_structured(shape):
        return sa.cast(structure(expression, shape), TEXT)
    if isinstance(shape, ListShape):
        return _list_read_form(expression, shape.element)
    if isinstance(shape, ScalarShape) and has_driver_form(shape):
        if shape.type.name.name == "float4":  # through its shortest text: 1.1 stays 1.1
            return sa.cast(sa.cast(expression, TEXT), builtin("float8"))
        return expression
    return text_form(expression, shape)


def text_form(expression: Expression, shape: Shape) -> Expression:
    """The value as PostgreSQL's output function writes it."""
    if isinstance(shape, ScalarShape) and shape.kind is ScalarKind.LITERAL:
        # A cast to text may be a function of its own that writes something else (inet adds /32).
        written = sa.func.format(sa.literal_column("'%s'"), expression)
        return _unless_null(expression, written)
    return sa.cast(expression, TEXT)


def _list_read_form(expression: Expression, element: Shape) -> Expression:
    if isinstance(element, ScalarShape) and has_driver_form(element):
        if element.type.name.name == "float4":
            return sa.cast(sa.cast(expression, _TEXT_ARRAY), builtin("_float8"))
        return sa.cast(expression, NamedType(element.type.name, array=True))
    return sa.cast(expression, _TEXT_ARRAY)


def key_form(expression: Expression, shape: Shape) -> Expression:
    """The expression whose value reaches the driver in key form (see `db.values`)."""
    if read_form_is_key_form(shape):
        return read_form(expression, shape)
    return text_form(expression, shape)


def structure(expression: Expression, shape: Shape) -> Expression:
    """Ranges, composites and lists of them as JSON that keeps every scalar exact.

    Integers, booleans and text stand for themselves; bytes as hexadecimal; all else as text.
    """
    if isinstance(shape, ScalarShape):
        return _structured_scalar(expression, shape)
    if isinstance(shape, RangeShape):
        fields = [
            sa.func.isempty(expression),
            structure(sa.func.lower(expression), shape.subtype),
            sa.func.lower_inc(expression),
            structure(sa.func.upper(expression), shape.subtype),
            sa.func.upper_inc(expression),
        ]
        return _unless_null(expression, sa.func.json_build_array(*fields))
    if isinstance(shape, CompositeShape):
        fields = [structure(_Attribute(expression, name), part) for name, part in shape.attributes]
        return _unless_null(expression, sa.func.json_build_array(*fields))
    elements = _Elements(expression, structure(ELEMENT, shape.element))
    # unnest would flatten an array of more dimensions; false stands for what no list can carry.
    several = sa.func.array_ndims(expression) > sa.literal_column("1")
    return sa.case(
        (expression.is_(sa.null()), sa.null()),
        (several, sa.cast(sa.literal_column("'false'"), builtin("json"))),
        else_=elements,
    )


def _unless_null(expression: Expression, value: Expression) -> Expression:
    # Not IS NULL: a composite whose every field is NULL would count as NULL.
    return sa.case((expression.is_not_distinct_from(sa.null()), sa.null()), else_=value)


def _structured_scalar(expression: Expression, shape: ScalarShape) -> Expression:
    if shape.kind is ScalarKind.BYTES:
        return sa.func.encode(expression, sa.literal_column("'hex'"))
    if shape.kind in {ScalarKind.INT, ScalarKind.BIGINT, ScalarKind.BOOLEAN, ScalarKind.TEXT}:
        return expression
    return text_form(expression, shape)


def bind(name: str, shape: Shape) -> Expression:
    """A parameter that takes a value in input form, typed so that indexes on the column serve.

    Input form is what `schema.scalars` gives: int, float, bool, str or bytes. Integers are bound wider than
    the column where it is narrow, so that a value outside its range compares instead of failing.
    """
    parameter: sa.BindParameter[Any] = sa.bindparam(name)
    if isinstance(shape, ScalarShape):
        if shape.kind is ScalarKind.INT:
            return sa.cast(parameter, builtin("int4"))
        if has_driver_form(shape) and shape.kind is not ScalarKind.UUID:
            if shape.type.name.name == "float4":
                return sa.cast(sa.cast(parameter, builtin("float8")), builtin("float4"))
            return sa.cast(parameter, NamedType(shape.type.name))
    return sa.cast(sa.cast(parameter, TEXT), NamedType(shape.type.name))


def bind_many(name: str, shape: ScalarShape) -> Expression:
    """A parameter that takes a list of values in input form, as one array of the type."""
    parameter: sa.BindParameter[Any] = sa.bindparam(name)
    if shape.kind is ScalarKind.INT:
        return sa.cast(parameter, builtin("_int4"))
    if has_driver_form(shape) and shape.kind is not ScalarKind.UUID:
        if shape.type.name.name == "float4":
            return sa.cast(sa.cast(parameter, builtin("_float8")), builtin("_float4"))
        return sa.cast(parameter, NamedType(shape.type.name, array=True))
    return sa.cast(sa.cast(parameter, _TEXT_ARRAY), NamedType(shape.type.name, array=True))


def each_of_many(name: str, shape: ScalarShape) -> sa.Select[Any]:
    """A parameter that takes a list of values in input form, as rows: there are no arrays of arrays."""
    values = sa.func.unnest(sa.cast(sa.bindparam(name), _TEXT_ARRAY)).column_valued("listed")
    return sa.select(sa.cast(values, NamedType(shape.type.name)))


def bind_column(name: str, shape: Shape) -> Expression:
    """A parameter that takes a value in column form (see `db.values.column_form`)."""
    return bind(name, shape)


def bind_column_values(name: str, shape: Shape) -> Expression:
    """A parameter that takes a list of values in column form, as one array (see `unnested_column`)."""
    if _is_unnested_whole(shape):
        return bind_many(name, shape)
    return sa.cast(sa.bindparam(name), _TEXT_ARRAY)


def unnested_column(element: Expression, shape: Shape) -> Expression:
    """An element of an array bound by `bind_column_values`, as a value of the type."""
    return element if _is_unnested_whole(shape) else sa.cast(element, NamedType(shape.type.name))


def _is_unnested_whole(shape: Shape) -> TypeGuard[ScalarShape]:
    """Whether unnest gives values of the shape as they are: LITERAL may be a composite, or an array."""
    whole = {TypeKind.COMPOSITE, TypeKind.ARRAY}
    return isinstance(shape, ScalarShape) and shape.type.kind not in whole


def hidden(parameter: Expression) -> Expression:
    """The parameter where PostgreSQL plans without looking at its value.

    A plan that no value has a say in is made once for each connection, not for each execution.
    """
    return sa.select(parameter.label("value")).scalar_subquery()


def bind_key(name: str, shape: Shape) -> Expression:
    """A parameter that takes a value in key form."""
    if read_form_is_key_form(shape):
        return bind(name, shape)
    return sa.cast(sa.cast(sa.bindparam(name), TEXT), NamedType(shape.type.name))


def bind_keys(name: str, shape: Shape) -> Expression:
    """A parameter that takes a list of values in key form, as one array (see `unnested_key`)."""
    if isinstance(shape, ScalarShape) and read_form_is_key_form(shape) and has_driver_form(shape):
        return bind_many(name, shape)
    return sa.cast(sa.bindparam(name), _TEXT_ARRAY)


def unnested_key(element: Expression, shape: Shape) -> Expression:
    """An element of an array bound by `bind_keys`, as a value of the type.

    Cast one by one: there are no arrays of arrays, and unnest would spread composites into columns.
    """
    if isinstance(shape, ScalarShape) and read_form_is_key_form(shape) and has_driver_form(shape):
        return element
    return sa.cast(element, NamedType(shape.type.name))

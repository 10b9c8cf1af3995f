"""Calls of SQL functions as expressions, and as what a statement reads from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from db import expressions as ex
from db.values import CompositeShape, ListShape, ScalarKind, ScalarShape, has_driver_form, is_structured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.selectable import FromClause

    from db.calls import Call, GivenArgument

ROWS = "t"
"""What the rows of a statement are called."""

WHOLE_ROW = "whole row"
"""What the row itself is called among the columns of a subquery."""

PARENT = "p"
"""What the row is called that a function of a row is given, where it gives the rows of the statement."""


class _Called(FunctionElement[Any]):
    """`schema.function(row, argument, name => argument, VARIADIC name => list)`."""

    inherit_cache = False

    def __init__(self, call: Call, row: str | None, arguments: Iterable[ex.Expression]) -> None:
        super().__init__(*arguments)
        self.function = f"{ex.quoted(call.function.schema)}.{ex.quoted(call.function.name)}"
        self.row = row
        self.notations = tuple(map(_notation, call.given))


def _notation(given: GivenArgument) -> str:
    name = "" if given.name is None else f"{ex.quoted(given.name)} => "
    return f"VARIADIC {name}" if given.variadic else name


@compiles(_Called)
def _render_called(element: _Called, compiler: SQLCompiler, **options: Any) -> str:
    values = [compiler.process(argument, **options) for argument in element.clauses]
    given = [notation + value for notation, value in zip(element.notations, values, strict=True)]
    return f"{element.function}({', '.join([element.row, *given] if element.row else given)})"


def rows(call: Call, alias: str = ROWS, owner: str = PARENT) -> FromClause:
    """What a call gives, to select from.

    Args:
        call: The call.
        alias: What it is called.
        owner: What the row is called that it is given.
    """
    return _called(call, f"{ex.quoted(owner)}.*").alias(alias)


def is_called(source: FromClause) -> bool:
    """Whether a function gives what is selected from."""
    return isinstance(source, sa.TableValuedAlias)


def is_row(source: FromClause) -> ex.Expression:
    """That there is a row: a function that gives one gives NULL, which has NULL in every column, for none."""
    return sa.not_(sa.literal_column(f"ROW({ex.quoted(_name(source))}.*) IS NULL"))


def whole_row(source: FromClause) -> str:
    """The row itself, as an argument. Not its bare name, which may be that of a column."""
    if isinstance(source, sa.Subquery) and WHOLE_ROW in source.c:
        return f"{ex.quoted(_name(source))}.{ex.quoted(WHOLE_ROW)}"
    if isinstance(source, sa.TableClause):
        return f"{ex.quoted(str(source.schema))}.{ex.quoted(str(source.name))}.*"
    return f"{ex.quoted(_name(source))}.*"


def _name(source: FromClause) -> str:
    return str(source.name)  # type: ignore[attr-defined]


def value(call: Call, row: str | None = None) -> ex.Expression:
    """What a call gives, in read form: a value, or the list of a set of them.

    Args:
        call: The call.
        row: The row that it is given, as `whole_row` has it.
    """
    shape = call.returns
    if shape is None:
        raise TypeError(f"{call.function.name} gives rows")
    called = _called(call, row)
    if not call.returns_set and isinstance(shape, ScalarShape) and has_driver_form(shape):
        return ex.read_form(called, shape)
    # Selected from, since what makes a read form may name the value more than once.
    if isinstance(shape, CompositeShape):
        source: FromClause = called.alias("r")
        parts = [ex.structure(ex.column(source, name), part) for name, part in shape.attributes]
        made: ex.Expression = sa.case((is_row(source), sa.func.json_build_array(*parts)))
    else:
        source = _scalars(called)
        column = ex.column(source, "v")
        if not call.returns_set:
            return sa.select(ex.read_form(column, shape)).select_from(source).scalar_subquery()
        if not is_structured(ListShape(shape, shape.type)):
            values = sa.func.coalesce(sa.func.array_agg(column), sa.literal_column("'{}'"))
            listed = ex.read_form(values, ListShape(shape, shape.type))
            return sa.select(listed).select_from(source).scalar_subquery()
        made = ex.structure(column, shape)
    if call.returns_set:
        made = sa.func.coalesce(sa.func.json_agg(made), sa.literal_column("'[]'"))
    return sa.select(sa.cast(made, ex.TEXT)).select_from(source).scalar_subquery()


def _scalars(called: _Called) -> FromClause:
    return called.table_valued("v").render_derived(name="r")


def _called(call: Call, row: str | None) -> _Called:
    return _Called(call, row if call.owner is not None else None, map(_argument, call.given))


def _argument(given: GivenArgument) -> ex.Expression:
    """The value as the declared type: functions are told apart by the types of what they are given."""
    bound = ex.bind_column(given.parameter, given.shape)
    shape = given.shape
    is_declared = given.type == shape.type.name and not (
        isinstance(shape, ScalarShape) and shape.kind is ScalarKind.INT and shape.type.name.name != "int4"
    )
    return bound if is_declared else sa.cast(bound, ex.NamedType(given.type))

"""Conditions (`db.query.Condition`) as SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db import expressions as ex
from db.catalogue.model import TypeKind
from db.query import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    NotOf,
    NullTest,
    Operator,
    Quantifier,
    RelatedRows,
    SearchForm,
    TextMatch,
)
from db.values import ListShape, RangeShape, ScalarKind, ScalarShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import QualifiedName
    from db.columns import Column, Columns
    from db.query import Relationship
    from db.values import Shape


class Rows(ABC):
    """What a condition is about."""

    @abstractmethod
    def column(self, name: str) -> Column:
        """A column as comparisons take it."""

    @abstractmethod
    def related(self, condition: RelatedRows) -> sa.ColumnElement[bool]:
        """A condition on the rows that belong to a row."""


class TableRows(Rows):
    """The rows of a relation.

    Args:
        columns: The columns of relations.
        table: The relation.
        rows: Its alias.
        depth: How many conditions on related rows stand around.
    """

    def __init__(self, columns: Columns, table: QualifiedName, rows: FromClause, depth: int = 0) -> None:
        self._columns = columns
        self._table = table
        self._rows = rows
        self._depth = depth

    def column(self, name: str) -> Column:
        """A column as comparisons take it."""
        return self._columns.column(self._table, self._rows, name)

    def related(self, condition: RelatedRows) -> sa.ColumnElement[bool]:
        """A condition on the rows that belong to a row, as a subquery."""
        found, rows = self._belonging(sa.literal_column("1"), condition.relationship)
        met = terms(condition.condition, rows)
        if condition.quantifier is Quantifier.EVERY:
            met = [sa.and_(sa.true(), *met).is_not(sa.true())]
        exists = found.where(*met).exists()
        return exists if condition.quantifier is Quantifier.SOME else sa.not_(exists)

    def count(self, relationship: Relationship) -> ex.Expression:
        """How many rows belong to a row, as a subquery."""
        counted, _ = self._belonging(sa.func.count(), relationship)
        return counted.scalar_subquery()

    def _belonging(
        self, output: ex.Expression, relationship: Relationship
    ) -> tuple[sa.Select[Any], TableRows]:
        """A select of the rows that belong to a row, and these rows."""
        depth = self._depth + 1
        table, junction = relationship.table, relationship.junction
        rows = ex.table(table).alias(f"r{depth}")
        source: FromClause = rows
        near_table, near = table, rows
        if junction is not None:
            near_table, near = junction.table, ex.table(junction.table).alias(f"j{depth}")
            pairs = [
                self._equal((near_table, near, between), (table, rows, far))
                for between, far in junction.pairs
            ]
            source = near.join(rows, sa.and_(*pairs))
        belongs = [
            self._equal((self._table, self._rows, here), (near_table, near, there))
            for here, there in relationship.pairs
        ]
        select = sa.select(output).select_from(source).where(*belongs).correlate(self._rows)
        return select, TableRows(self._columns, table, rows, depth)

    def _equal(
        self, here: tuple[QualifiedName, FromClause, str], there: tuple[QualifiedName, FromClause, str]
    ) -> sa.ColumnElement[bool]:
        (table, rows, name), (far_table, far_rows, far_name) = here, there
        return self._columns.equal(
            (table, name, self._columns.operand(table, rows, name)),
            (far_table, far_name, self._columns.operand(far_table, far_rows, far_name)),
        )


class GroupRows(Rows):
    """Groups, whose columns have names of their own.

    Args:
        columns: Their columns.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns

    def column(self, name: str) -> Column:
        """A column as comparisons take it."""
        return self._columns[name]

    def related(self, condition: RelatedRows) -> sa.ColumnElement[bool]:
        """TypeError: nothing belongs to a group."""
        raise TypeError(f"groups are not related to {condition.relationship.table}")


def terms(condition: Condition, rows: Rows) -> list[sa.ColumnElement[bool]]:
    """The condition as what WHERE joins with AND."""
    parts = condition.terms if isinstance(condition, AllOf) else (condition,)
    return [_condition(part, rows) for part in parts]


def _condition(condition: Condition, rows: Rows) -> sa.ColumnElement[bool]:
    match condition:
        case AllOf() | AnyOf():
            parts = [_condition(term, rows) for term in condition.terms]
            return sa.and_(sa.true(), *parts) if isinstance(condition, AllOf) else sa.or_(sa.false(), *parts)
        case NotOf():
            return sa.not_(_condition(condition.term, rows))
        case RelatedRows():
            return rows.related(condition)
        case NullTest():
            column, shape = rows.column(condition.column)
            composite = shape.type.kind is TypeKind.COMPOSITE
            return ex.null_test(column, null=condition.null, composite=composite)
        case TextMatch():
            return _text_match(condition, rows.column(condition.column)[0])
    return _comparison(condition, *rows.column(condition.column))


def _text_match(match: TextMatch, column: ex.Expression) -> sa.ColumnElement[bool]:
    """As an index has it: of a text, the same call of to_tsvector."""
    configuration = [
        sa.cast(sa.literal_column(ex.quoted_text(name)), ex.builtin("regconfig"))
        for name in (match.searched.configuration,)
        if name is not None
    ]
    vector = column
    if match.searched.form is not SearchForm.VECTOR:
        text: ex.Expression = sa.cast(column, ex.TEXT)
        if match.searched.form is SearchForm.TEXT_OR_EMPTY:
            text = sa.func.coalesce(text, sa.literal_column("''"))
        vector = sa.func.to_tsvector(*configuration, text)
    words = sa.cast(sa.bindparam(match.parameter), ex.TEXT)
    return vector.op("@@", is_comparison=True)(sa.func.websearch_to_tsquery(*configuration, words))


def _comparison(comparison: Comparison, column: ex.Expression, shape: Shape) -> sa.ColumnElement[bool]:
    if isinstance(shape, ListShape):
        return _list_comparison(comparison, column, shape)
    if isinstance(shape, RangeShape):
        return _range_comparison(comparison, column, shape)
    if not isinstance(shape, ScalarShape):
        raise TypeError(f"{comparison.operator} of a composite")
    return _scalar_comparison(comparison, column, shape)


def _scalar_comparison(
    comparison: Comparison, column: ex.Expression, shape: ScalarShape
) -> sa.ColumnElement[bool]:
    if shape.kind is ScalarKind.JSON:
        return _json_comparison(comparison, column)
    operator = comparison.operator
    if not shape.type.orderable and operator in _NEGATED:  # which need not have `<>` either
        return sa.not_(_scalar_comparison(replace(comparison, operator=_NEGATED[operator]), column, shape))
    if operator in {Operator.IN, Operator.NOT_IN}:
        if shape.type.kind is TypeKind.ARRAY:
            listed = ex.each_of_many(comparison.parameter, shape)
            return column.in_(listed) if operator is Operator.IN else column.not_in(listed)
        values = ex.bind_many(comparison.parameter, shape)
        return column == sa.any_(values) if operator is Operator.IN else column != sa.all_(values)
    if operator in _TEXT_OPERATORS:
        text = sa.cast(sa.bindparam(comparison.parameter), ex.TEXT)
        return column.op(_TEXT_OPERATORS[operator], is_comparison=True)(text)
    return _compared(operator, column, ex.bind(comparison.parameter, shape))


def _list_comparison(
    comparison: Comparison, column: ex.Expression, shape: ListShape
) -> sa.ColumnElement[bool]:
    if not isinstance(shape.element, ScalarShape):
        raise TypeError(f"{comparison.operator} of a list of what is no scalar")
    element = shape.element.type.name
    array = ex.NamedType(element, array=True)
    if shape.type.element != element:  # of a domain: there are no operators between arrays of both
        column = sa.cast(column, array)
    values = ex.bind_many(comparison.parameter, shape.element)
    return _compared(comparison.operator, column, sa.cast(values, array))


def _range_comparison(
    comparison: Comparison, column: ex.Expression, shape: RangeShape
) -> sa.ColumnElement[bool]:
    if comparison.operator is not Operator.CONTAINS_VALUE:
        return _compared(comparison.operator, column, ex.bind(comparison.parameter, shape))
    value = ex.bind(comparison.parameter, shape.subtype)
    if shape.type.element is not None:  # PostgreSQL takes no other type here, however close
        value = sa.cast(value, ex.NamedType(shape.type.element))
    return _compared(Operator.CONTAINS, column, value)


def _json_comparison(comparison: Comparison, column: ex.Expression) -> sa.ColumnElement[bool]:
    document = sa.cast(column, _JSONB)
    text = sa.cast(sa.bindparam(comparison.parameter), ex.TEXT)
    match comparison.operator:
        case Operator.HAS_KEY:
            return document.op("?", is_comparison=True)(text)
        case Operator.PATH:
            path = sa.cast(text, ex.builtin("jsonpath"))
            # A predicate finds itself, true or not: what it comes to tells; no index can.
            true = document.op("@@", is_comparison=True)(path)
            found = sa.func.jsonb_path_query_array(
                document, path, sa.literal_column("'{}'"), sa.true()
            ) != sa.cast(sa.literal_column("'[null]'"), _JSONB)
            return sa.and_(document.op("@?", is_comparison=True)(path), sa.func.coalesce(true, found))
    return _compared(comparison.operator, document, sa.cast(text, _JSONB))


def _compared(operator: Operator, column: ex.Expression, value: ex.Expression) -> sa.ColumnElement[bool]:
    symbol = _OPERATORS.get(operator)
    if symbol is None:
        raise TypeError(f"{operator} does not compare values of {value.type}")
    return column.op(symbol, is_comparison=True)(value)


_JSONB = ex.builtin("jsonb")
_TEXT_OPERATORS = {Operator.LIKE: "LIKE", Operator.ILIKE: "ILIKE", Operator.REGEX: "~"}
_NEGATED = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN}
_OPERATORS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.CONTAINS: "@>",
    Operator.CONTAINED_BY: "<@",
    Operator.OVERLAPS: "&&",
}

"""The index by which a statement would not read a whole table, from what is asked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from db.query import (
    AllOf,
    AnyOf,
    Comparison,
    CountTerm,
    GroupRead,
    LookupRead,
    NotOf,
    Operator,
    OrderTerm,
    PageRead,
    RelatedRows,
    SearchForm,
    TextMatch,
)
from db.writes import DeleteEach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from db.catalogue.model import QualifiedName, Table
    from db.query import Condition, Read, Relationship, ToOneJoin, Via
    from db.writes import Write

_EQUAL = {Operator.EQ, Operator.IN}
_RANGE = {Operator.LT, Operator.LTE, Operator.GT, Operator.GTE}
_TEXT = {Operator.LIKE, Operator.ILIKE, Operator.REGEX}
_WITHIN = {
    Operator.CONTAINS,
    Operator.CONTAINED_BY,
    Operator.OVERLAPS,
    Operator.CONTAINS_VALUE,
    Operator.HAS_KEY,
    Operator.PATH,
}
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Advice:
    """An index.

    Attributes:
        table: Its table.
        keys: Its columns as they stand in the statement that makes it, with how they are sorted.
        columns: Their names; empty where it is no index of columns.
        method: How it is built; None for a B-tree.
    """

    table: QualifiedName
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    method: str | None = None

    @property
    def statement(self) -> str:
        """The statement that makes it."""
        using = "" if self.method is None else f" USING {self.method}"
        table = f"{_quoted(self.table.schema)}.{_quoted(self.table.name)}"
        return f"CREATE INDEX ON {table}{using} ({', '.join(self.keys)})"

    def is_there(self, table: Table) -> bool:
        """Whether the table has such an index already."""
        width = len(self.columns)
        return bool(self.columns) and any(
            index.predicate is None
            and index.method == (self.method or "btree")
            and index.columns[:width] == self.columns
            for index in table.indexes
        )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is compared of the rows of a table, and how they are sorted."""

    table: QualifiedName
    equal: tuple[str, ...] = ()
    order: tuple[OrderTerm, ...] = ()


def advised_index(asked: Read | Write, table: QualifiedName) -> Advice | None:
    """An index of a table that would help; None if none would: all rows are asked for.

    Args:
        asked: What is asked, or written.
        table: The table that is read as a whole.
    """
    return next((advice for advice in _advices(asked) if advice.table == table), None)


def _advices(asked: Read | Write) -> Iterator[Advice]:
    table = getattr(asked, "table", None)
    if table is None:
        return
    via: Via | None = getattr(asked, "via", None)
    wanted = _Wanted(table, order=_order(asked))
    if isinstance(asked, DeleteEach):
        wanted = replace(wanted, equal=asked.columns)
    if via is not None:
        columns = via.columns
        if via.junction is not None:
            yield from _for(_Wanted(via.junction.table, columns), AllOf(()))
            columns = tuple(far for _, far in via.junction.pairs)
        wanted = replace(wanted, equal=columns)
    yield from _for(wanted, getattr(asked, "condition", AllOf(())))
    if isinstance(asked, (PageRead, LookupRead)):
        for output in asked.outputs:
            yield from _joined(output.path)
    if isinstance(asked, PageRead):
        for term in asked.order:
            yield from _joined(term.path)
            if isinstance(term, CountTerm):
                yield from _related(term.relationship, AllOf(()))


def _order(asked: Read | Write) -> tuple[OrderTerm, ...]:
    """How rows of the table are sorted, as far as its own columns say that."""
    if isinstance(asked, GroupRead):
        plain = all(key.unit is None for key in asked.keys)
        return tuple(OrderTerm(key.column) for key in asked.keys) if plain else ()
    if not isinstance(asked, PageRead):
        return ()
    terms = [term for term in asked.order if isinstance(term, OrderTerm) and not term.path]
    return tuple(terms) if len(terms) == len(asked.order) else ()


def _joined(path: Sequence[ToOneJoin]) -> Iterator[Advice]:
    for join in path:
        yield from _for(_Wanted(join.table, tuple(far for _, far in join.pairs)), AllOf(()))


def _related(relationship: Relationship, condition: Condition) -> Iterator[Advice]:
    far = tuple(there for _, there in relationship.pairs)
    if relationship.junction is None:
        yield from _for(_Wanted(relationship.table, far), condition)
    else:
        yield from _for(_Wanted(relationship.junction.table, far), AllOf(()))
        keys = tuple(there for _, there in relationship.junction.pairs)
        yield from _for(_Wanted(relationship.table, keys), condition)


def _for(wanted: _Wanted, condition: Condition) -> Iterator[Advice]:
    """Indexes for the rows of a table that meet a condition, the best one first."""
    terms = list(_terms(condition))
    comparisons = [term for term in terms if isinstance(term, Comparison)]
    equal = dict.fromkeys((*wanted.equal, *(each.column for each in comparisons if each.operator in _EQUAL)))
    ranges = [each.column for each in comparisons if each.operator in _RANGE]
    if not equal and not ranges:
        yield from _within_values(wanted.table, terms)
    keys = {column: _quoted(column) for column in equal}
    if ranges:
        keys.setdefault(ranges[0], _quoted(ranges[0]))
    else:
        for sorted_by in wanted.order:
            keys.setdefault(
                sorted_by.column, f"{_quoted(sorted_by.column)}{_sorting(sorted_by, wanted.order)}"
            )
    if keys:
        yield Advice(wanted.table, tuple(keys.values()), tuple(keys))
    for term in terms:
        if isinstance(term, AnyOf):
            for part in term.terms:
                yield from _for(_Wanted(wanted.table), part)
        else:
            related = term.term if isinstance(term, NotOf) else term
            if isinstance(related, RelatedRows):
                yield from _related(related.relationship, related.condition)


def _terms(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for term in condition.terms:
            yield from _terms(term)
    else:
        yield condition


def _within_values(table: QualifiedName, terms: Sequence[Condition]) -> Iterator[Advice]:
    """Indexes of what values contain."""
    for term in terms:
        if isinstance(term, TextMatch):
            yield Advice(table, (_searched(term),), (), "gin")
        elif isinstance(term, Comparison) and term.operator in _TEXT:
            yield Advice(table, (f"{_quoted(term.column)} gin_trgm_ops",), (), "gin")
        elif isinstance(term, Comparison) and term.operator in _WITHIN:
            yield Advice(table, (_quoted(term.column),), (term.column,), "gin")


def _searched(match: TextMatch) -> str:
    column = _quoted(match.column)
    if match.searched.form is SearchForm.VECTOR:
        return column
    configuration = match.searched.configuration
    called = "'simple'" if configuration is None else "'" + configuration.replace("'", "''") + "'"
    text = f"coalesce({column}, '')" if match.searched.form is SearchForm.TEXT_OR_EMPTY else column
    return f"to_tsvector({called}, {text})"


def _sorting(term: OrderTerm, order: Sequence[OrderTerm]) -> str:
    """How a column is sorted, where an index of plain columns could not be read in this order either way."""
    has_usual_nulls = term.nulls_first == term.descending
    if has_usual_nulls and len({each.descending for each in order}) == 1:
        return ""
    direction = " DESC" if term.descending else ""
    return direction if has_usual_nulls else f"{direction} NULLS {'FIRST' if term.nulls_first else 'LAST'}"


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'

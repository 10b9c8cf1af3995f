"""Reads (`db.query`) as SQL: built with SQLAlchemy Core, rendered once per shape.

Parameters of a statement, by name: `key0`, `key1`, … (one array per part of the key), those named in the
condition, `after0`, … and `before0`, … (values of a cursor that are not NULL), `limit` and `offset`.

The columns of a result: the outputs in their order, then the values of the order terms in key form if
cursors are asked for, then, if the read has keys, the 1-based position of the key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from db import expressions as ex
from db import functions
from db.aggregates import AggregatedRows
from db.columns import Columns, builtin_shape
from db.conditions import TableRows, terms
from db.distinct import RowSource, columns_of, combinations, first_of_each, is_sorted_by_columns
from db.joins import JoinedRows
from db.query import (
    XMIN,
    AggregateRead,
    CountRead,
    CountTerm,
    Distinct,
    EstimateRead,
    Form,
    FunctionRead,
    GroupRead,
    LookupRead,
    OrderTerm,
    Output,
    PageRead,
    Read,
    Via,
)
from db.several import for_several
from db.values import ScalarKind, shape_of
from db.windows import OrderIndex, Term, direction, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.sql.selectable import FromClause

    from db.calls import Call
    from db.catalogue.model import Catalog, Index, QualifiedName, Table
    from db.query import Condition
    from db.values import Shape

STATEMENT_CACHE_SIZE = 4096
"""How many rendered statements are kept; one is a few kilobytes."""

_POSITION = "position"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text, and the names of the values for `$1`, `$2`, … in order."""

    sql: str
    parameters: tuple[str, ...]


class StatementBuilder:
    """Renders reads of one catalogue; equal reads give the same `Statement` object.

    Args:
        catalog: The catalogue.
        hides: Whether plans are to be made once: by hiding values that ought to have no say in them. Without,
            PostgreSQL's estimates are about the values given.
    """

    def __init__(self, catalog: Catalog, *, hides: bool = True) -> None:
        self._catalog = catalog
        self._hides = hides
        self.build = lru_cache(STATEMENT_CACHE_SIZE)(self._build)
        self.build_for_several = lru_cache(STATEMENT_CACHE_SIZE)(self._build_for_several)
        self._columns = Columns(catalog)

    def take_apart(self) -> None:
        """Lets go of everything: caches of methods and their objects refer to each other."""
        self._columns.take_apart()
        vars(self).clear()

    def _build(self, read: Read) -> Statement:
        statement = _rendered(self._select(read))
        if isinstance(read, EstimateRead):
            return replace(statement, sql=f"EXPLAIN (FORMAT JSON) {statement.sql}")
        return statement

    def _build_for_several(self, read: Read) -> Statement | None:
        """The statement that takes a list of values for each parameter; None where there is none."""
        if isinstance(read, EstimateRead):
            return None  # one plan would stand for all sets
        select = for_several(self._select(read))
        return None if select is None else _rendered(select)

    def _select(self, read: Read) -> sa.Select[Any]:
        if isinstance(read, LookupRead):
            return self._lookup(read)
        if isinstance(read, CountRead):
            return self._count(read)
        if isinstance(read, EstimateRead):
            return self._all_rows(read)
        if isinstance(read, (AggregateRead, GroupRead)):
            return self._aggregated(read)
        if isinstance(read, FunctionRead):
            return self._function(read)
        return self._page(read)

    def _lookup(self, read: LookupRead) -> sa.Select[Any]:
        rows = _source(read.table, read.call)
        keys = self._keys(read.via, hidden=True)
        source, matches = self._belonging(read, read.via, rows, keys)
        joined = self._joined_rows(RowSource(read.table, rows, keys.join(source, matches), [], keys))
        outputs = [self._output(output, number, joined) for number, output in enumerate(read.outputs)]
        select = sa.select(*outputs, keys.c.ord).select_from(joined.source)
        return select if read.call is None else select.where(functions.is_row(rows))

    def _function(self, read: FunctionRead) -> sa.Select[Any]:
        if read.table is None:
            if read.call.returns is None:
                return sa.select(sa.literal_column("1").label("c0")).select_from(functions.rows(read.call))
            return sa.select(functions.value(read.call).label("c0"))
        rows = _source(read.table, read.call)
        joined = self._joined_rows(RowSource(read.table, rows, rows, [], None))
        outputs = [self._output(output, number, joined) for number, output in enumerate(read.outputs)]
        selected = outputs or [sa.literal_column("1").label("c0")]
        return sa.select(*selected).select_from(joined.source).where(functions.is_row(rows))

    def _count(self, read: CountRead) -> sa.Select[Any]:
        of = self._combinations(self._rows(read), read.distinct)
        number = sa.func.count() if of.keys is None else sa.func.count().label("n")
        count = sa.select(number).select_from(of.source).where(*of.conditions)
        return count if of.keys is None else _of_each(of.keys, count, "counts")

    def _all_rows(self, read: EstimateRead) -> sa.Select[Any]:
        of = self._combinations(self._rows(read), read.distinct)
        return sa.select(sa.literal_column("1")).select_from(of.source).where(*of.conditions)

    def _aggregated(self, read: AggregateRead | GroupRead) -> sa.Select[Any]:
        columns = [each.column for each in read.aggregates if each.column is not None]
        if isinstance(read, GroupRead):
            columns += [key.column for key in read.keys]
        of = self._distinct(self._rows(read), read.distinct, columns)
        column = partial(self._columns.column, of.table, of.rows)
        aggregated = AggregatedRows(column, of.source, of.conditions, of.keys)
        made = aggregated.groups(read) if isinstance(read, GroupRead) else aggregated.whole(read)
        return made if of.keys is None else _of_each(of.keys, made, "made")

    def _page(self, read: PageRead) -> sa.Select[Any]:
        if not self._hides:
            read = replace(read, bound=None)
        needed = [name for each in (*read.outputs, *read.order) for name in columns_of(each)]
        of = self._distinct(self._rows(read), read.distinct, needed)
        source, conditions, keys = of.source, of.conditions, of.keys
        joined = self._joined_rows(of)
        terms = [self._term(term, joined) for term in read.order]
        # What the order has not joined already is joined behind the LIMIT: to no more rows than are read.
        behind = dict.fromkeys(output.path for output in read.outputs if output.path not in joined)
        departures = joined.departures_to(behind)
        columns = [
            *(self._output(o, number, joined) for number, o in enumerate(read.outputs) if o.path in joined),
            *(column.label(f"k{i}") for i, column in enumerate(departures.values())),
        ]
        source = joined.source
        if read.positional:
            source, columns, terms = _numbered(source, conditions, terms, columns, keys)
            conditions = []
        cursors = [term.cursor.label(f"o{i}") for i, term in enumerate(terms)] if read.cursors else []
        sorts = [term.expression.label(f"s{i}") for i, term in enumerate(terms)] if behind else []
        base = sa.select(*columns, *cursors, *sorts).select_from(source).where(*conditions)
        if keys is not None:
            base = base.correlate(keys)
        index = OrderIndex.NONE if read.positional else _order_index(self._catalog.tables[read.table], read)
        page = window(base, read, terms, index)
        if behind:
            limited = (page if keys is None else page.correlate(keys)).subquery("limited")
            page = self._joined_page(read, joined.behind(limited, departures), limited, terms)
        return page if keys is None else _of_each(keys, page, "page")

    def _rows(self, read: PageRead | CountRead | EstimateRead | AggregateRead | GroupRead) -> RowSource:
        """The rows that meet the condition of a read, and belong to its keys."""
        rows = _source(read.table, read.call)
        conditions = self._conditions(read.condition, read.table, rows)
        via = None if isinstance(read, EstimateRead) else read.via
        if via is None:
            return RowSource(read.table, rows, rows, conditions, None)
        plain = not conditions and read.distinct is None and read.call is None
        keys = self._keys(via, hidden=read.bound is not None if isinstance(read, PageRead) else plain)
        source, matches = self._belonging(read, via, rows, keys)
        return RowSource(read.table, rows, source, [matches, *conditions], keys)

    def _distinct(self, of: RowSource, distinct: Distinct | None, needed: Iterable[str]) -> RowSource:
        """Those of the rows that count, with the columns that are needed of them."""
        if distinct is None:
            return of
        joined = self._joined_rows(of)
        order = [direction(self._term(term, joined)) for term in distinct.order]
        return first_of_each(replace(of, source=joined.source), distinct, self._columns, order, needed)

    def _combinations(self, of: RowSource, distinct: Distinct | None) -> RowSource:
        """As many rows as count."""
        return of if distinct is None else combinations(of, distinct, self._columns)

    def _joined_page(
        self, read: PageRead, joined: JoinedRows, limited: FromClause, terms: list[Term]
    ) -> sa.Select[Any]:
        """A page with what is joined behind its LIMIT, sorted anew: joins need not keep an order."""
        outputs = [
            limited.c[f"c{number}"] if f"c{number}" in limited.c else self._output(output, number, joined)
            for number, output in enumerate(read.outputs)
        ]
        cursors = [limited.c[f"o{i}"] for i in range(len(terms))] if read.cursors else []
        sorted_by = [
            direction(replace(term, expression=limited.c[f"s{i}"]), flip=read.backward)
            for i, term in enumerate(terms)
        ]
        return sa.select(*outputs, *cursors).select_from(joined.source).order_by(*sorted_by)

    def _version(self, table: QualifiedName, rows: FromClause) -> ex.Expression:
        """The version of the stored row that a function gives: what it gives has none itself."""
        stored = ex.table(table).alias("stored")
        key = self._catalog.tables[table].primary_key
        same = [ex.column(stored, name) == ex.column(rows, name) for name in key.columns] if key else []
        version = ex.key_form(ex.column(stored, XMIN), self._columns.shape(table, XMIN))
        return sa.select(version).select_from(stored).where(*same).correlate(rows).scalar_subquery()

    def _joined_rows(self, of: RowSource) -> JoinedRows:
        return JoinedRows(self._columns, of.source, {(): (of.table, of.rows)})

    def _term(self, term: OrderTerm | CountTerm, joined: JoinedRows) -> Term:
        owner, alias = joined.at(term.path)
        if isinstance(term, CountTerm):
            count = TableRows(self._columns, owner, alias).count(term.relationship)
            return Term(count, count, _BIGINT, term.descending, term.nulls_first, nullable=False)
        nullable = bool(term.path) or self._columns.nullable(owner, term.column)
        shape = self._columns.shape(owner, term.column)
        column = self._columns.operand(owner, alias, term.column)
        expression = column if _orderable(shape) else sa.cast(column, ex.TEXT)
        cursor = ex.key_form(column, shape)
        return Term(expression, cursor, shape, term.descending, term.nulls_first, nullable)

    def _keys(self, via: Via, *, hidden: bool) -> FromClause:
        """The keys, a row each; `hidden` from plans, where no other value has a say in them."""
        arrays = [
            ex.bind_keys(f"key{i}", shape_of(name, self._catalog)) for i, name in enumerate(via.key_types)
        ]
        if hidden and self._hides:
            arrays = [ex.hidden(array) for array in arrays]
        names = [f"key{i}" for i in range(len(arrays))]
        return sa.func.unnest(*arrays).table_valued(*names, with_ordinality="ord").render_derived(name="keys")

    def _belonging(
        self,
        read: LookupRead | PageRead | CountRead | EstimateRead | AggregateRead | GroupRead,
        via: Via,
        rows: FromClause,
        keys: FromClause,
    ) -> tuple[FromClause, sa.ColumnElement[bool]]:
        """The rows (joined to their junction), and the condition that they belong to the key."""
        table = read.table
        values = [
            ex.unnested_key(keys.c[f"key{i}"], shape_of(name, self._catalog))
            for i, name in enumerate(via.key_types)
        ]
        if read.call is not None and read.call.owner is not None:
            parent = ex.table(read.call.owner).alias(functions.PARENT)
            given = self._all_equal(read.call.owner, parent, via.columns, values)
            return parent.join(rows, sa.true()), given
        if via.junction is None:
            return rows, self._all_equal(table, rows, via.columns, values)
        through = via.junction.table
        junction = ex.table(through).alias("j")
        pairs = [
            self._columns.equal(
                (through, near, self._columns.operand(through, junction, near)),
                (table, far, self._columns.operand(table, rows, far)),
            )
            for near, far in via.junction.pairs
        ]
        source = junction.join(rows, sa.and_(*pairs))
        return source, self._all_equal(through, junction, via.columns, values)

    def _all_equal(
        self, table: QualifiedName, rows: FromClause, columns: tuple[str, ...], values: list[ex.Expression]
    ) -> sa.ColumnElement[bool]:
        return sa.and_(
            *(
                self._columns.operand(table, rows, c) == value
                for c, value in zip(columns, values, strict=True)
            )
        )

    def _output(self, output: Output, number: int, joined: JoinedRows) -> ex.Expression:
        owner, rows = joined.at(output.path)
        if output.call is not None:
            return functions.value(output.call, functions.whole_row(rows)).label(f"c{number}")
        if output.column == XMIN and functions.is_called(rows):
            return self._version(owner, rows).label(f"c{number}")
        column = ex.column(rows, output.column)
        if output.form is Form.PRESENT:
            made = ex.present(column)
        else:
            form = ex.read_form if output.form is Form.READ else ex.key_form
            made = form(column, self._columns.shape(owner, output.column))
        return made.label(f"c{number}")

    def _conditions(
        self, condition: Condition, table: QualifiedName, rows: FromClause
    ) -> list[sa.ColumnElement[bool]]:
        """The condition as what WHERE joins with AND."""
        return terms(condition, TableRows(self._columns, table, rows))


def _source(table: QualifiedName, call: Call | None) -> FromClause:
    """The relation, or what is read in its place."""
    return ex.table(table).alias(functions.ROWS) if call is None else functions.rows(call)


def _rendered(select: sa.Select[Any]) -> Statement:
    compiled = select.compile(dialect=ex.DIALECT)
    return Statement(str(compiled), tuple(compiled.positiontup or ()))


_BIGINT = builtin_shape(ScalarKind.BIGINT, "int8")


def _of_each(keys: FromClause, select: sa.Select[Any], name: str) -> sa.Select[Any]:
    """The select for each key, whose position is the last column."""
    lateral = select.correlate(keys).lateral(name)
    return sa.select(*lateral.c, keys.c.ord).select_from(keys.join(lateral, sa.true()))


def _orderable(shape: Shape) -> bool:
    return shape.type.orderable


def _order_index(table: Table, read: PageRead) -> OrderIndex:
    """What an index may have of the order: its start, where the first term is part of one.

    Of distinct rows, PostgreSQL looks for the start before it makes them so only by the columns that do.
    """
    if read.call is not None:
        return OrderIndex.NONE
    if read.distinct is not None and not is_sorted_by_columns(read.distinct, read.order):
        return OrderIndex.NONE
    first = read.order[0]
    if not isinstance(first, OrderTerm) or first.path:
        return OrderIndex.NONE
    indexes = [index for index in table.indexes if index.method == "btree" and first.column in index.columns]
    if any(index.predicate is None and _has_order(index, table, read) for index in indexes):
        return OrderIndex.WHOLE
    return OrderIndex.START if indexes else OrderIndex.NONE


def _has_order(index: Index, table: Table, read: PageRead) -> bool:
    """Whether the index starts with the terms of the order, forwards or backwards."""
    if len(index.columns) < len(read.order):
        return False
    turned = set()
    for term, column, sorting in zip(read.order, index.columns, index.sortings, strict=False):
        if not isinstance(term, OrderTerm) or term.path or term.column != column:
            return False
        turned.add(sorting.descending is not term.descending)
        if table.column(term.column).nullable:
            turned.add(sorting.nulls_first is not term.nulls_first)
    return len(turned) == 1


def _numbered(
    source: FromClause,
    conditions: Sequence[ex.Expression],
    terms: list[Term],
    outputs: list[ex.Expression],
    keys: FromClause | None,
) -> tuple[FromClause, list[ex.Expression], list[Term]]:
    """Rows that are numbered in their order: what to select from, the outputs, and the number as an order."""
    position = sa.func.row_number().over(order_by=[direction(term) for term in terms] or None)
    select = sa.select(*outputs, position.label(_POSITION)).select_from(source).where(*conditions)
    numbered = (select if keys is None else select.correlate(keys)).subquery("numbered")
    number = numbered.c[_POSITION]
    term = Term(number, number, _BIGINT, descending=False, nulls_first=False, nullable=False)
    return numbered, [numbered.c[output.name] for output in outputs], [term]

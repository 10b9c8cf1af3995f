"""Writes (`db.writes`) as SQL.

Values travel in column form (see `db.values.column_form`): those of inserted rows as one array for each
column, which `unnest` makes rows of, so that ten thousand rows are one statement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from db import expressions as ex
from db import functions
from db.columns import Columns
from db.conditions import TableRows, terms
from db.query import Form
from db.statements import STATEMENT_CACHE_SIZE, Statement
from db.writes import Assign, Delete, DeleteEach, Insert, Release, Update

if TYPE_CHECKING:
    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import Catalog, QualifiedName
    from db.query import Output, Via
    from db.writes import OnConflict, Write


class WriteBuilder:
    """Renders writes of one catalogue; equal writes give the same `Statement` object.

    Attributes:
        catalog: What they are about.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._columns = Columns(catalog)
        self.build = lru_cache(STATEMENT_CACHE_SIZE)(self._build)

    def take_apart(self) -> None:
        """Lets go of everything: caches of methods and their objects refer to each other."""
        self._columns.take_apart()
        vars(self).clear()

    def _build(self, write: Write) -> Statement:
        statement: Any
        match write:
            case Insert():
                statement = self._insert(write)
            case Update():
                statement = self._update(write)
            case Delete():
                statement = self._delete(write)
            case Assign():
                statement = self._assign(write)
            case Release():
                statement = self._release(write)
            case DeleteEach():
                statement = self._delete_each(write)
        # Of a row of defaults alone no column is given, whatever is updated where its key is there.
        given: list[str] | None = [] if isinstance(write, Insert) and not write.columns else None
        compiled = statement.compile(dialect=ex.DIALECT, column_keys=given)
        return Statement(str(compiled), tuple(compiled.positiontup or ()))

    def _insert(self, write: Insert) -> Any:
        updated = () if write.conflict is None else _set(write.conflict.updated, write.conflict.raised)
        rows = ex.table(write.table, dict.fromkeys((*write.columns, *updated)))
        statement: Any = insert(rows)
        if write.columns:  # else the defaults of all: one row
            given = [rows.c[name] for name in write.columns]
            statement = statement.from_select(given, self._given(write), include_defaults=False)
        if write.conflict is not None:
            statement = self._on_conflict(statement, write.table, write.conflict)
        return statement.returning(*self._outputs(write.table, rows, write.outputs))

    def _given(self, write: Insert) -> sa.Select[Any]:
        """The rows that are inserted."""
        given, _, values = self._items(write.table, write.columns)
        return sa.select(*values).select_from(given).order_by(given.c.ord)

    def _items(
        self, table: QualifiedName, columns: tuple[str, ...], key: tuple[str, ...] = ()
    ) -> tuple[Any, list[ex.Expression], list[ex.Expression]]:
        """Items that are given as arrays, numbered by `ord`; their parts of the key, and their values."""
        keys = [self._columns.shape(table, name) for name in key]
        shapes = [self._columns.shape(table, name) for name in columns]
        arrays = [ex.bind_keys(f"key{i}", shape) for i, shape in enumerate(keys)]
        arrays += [ex.bind_column_values(f"value{i}", shape) for i, shape in enumerate(shapes)]
        names = [f"k{i}" for i in range(len(keys))] + [f"v{i}" for i in range(len(shapes))]
        given = (
            sa.func.unnest(*arrays).table_valued(*names, with_ordinality="ord").render_derived(name="given")
        )
        return (
            given,
            [ex.unnested_key(given.c[f"k{i}"], shape) for i, shape in enumerate(keys)],
            [ex.unnested_column(given.c[f"v{i}"], shape) for i, shape in enumerate(shapes)],
        )

    def _assign(self, write: Assign) -> Any:
        rows: Any = ex.table(write.table, _set(write.columns, write.raised)).alias("t")
        given, key, values = self._items(write.table, write.columns, write.via.columns)
        changed = dict(zip(write.columns, values, strict=True)) | self._raised(write, rows)
        statement = sa.update(rows).values(changed)
        return statement.where(*self._equal(write.table, rows, write.via.columns, key)).returning(given.c.ord)

    def _release(self, write: Release) -> Any:
        rows: Any = ex.table(write.table, _set(write.cleared, write.raised)).alias("t")
        given, key, values = self._items(write.table, write.held, write.via.columns)
        chosen = [
            *self._equal(write.table, rows, write.via.columns, key),
            *self._equal(write.table, rows, write.held, values),
        ]
        changed = dict.fromkeys(write.cleared, sa.null()) | self._raised(write, rows)
        statement = sa.update(rows).values(changed)
        return statement.where(*chosen).returning(given.c.ord)

    def _delete_each(self, write: DeleteEach) -> Any:
        rows: Any = ex.table(write.table).alias("t")
        given, _, values = self._items(write.table, write.columns)
        chosen = self._equal(write.table, rows, write.columns, values)
        return sa.delete(rows).where(*chosen).returning(given.c.ord)

    def _equal(
        self,
        table: QualifiedName,
        rows: FromClause,
        columns: tuple[str, ...],
        values: list[ex.Expression],
    ) -> list[sa.ColumnElement[bool]]:
        pairs = zip(columns, values, strict=True)
        return [self._columns.operand(table, rows, name) == value for name, value in pairs]

    def _update(self, write: Update) -> Any:
        rows: Any = ex.table(write.table, _set((*write.columns, *write.kept), write.raised)).alias("t")
        values = {
            name: ex.bind_column(f"value{i}", self._columns.shape(write.table, name))
            for i, name in enumerate(write.columns)
        }
        values |= {name: ex.column(rows, name) for name in write.kept}
        values |= self._raised(write, rows)
        statement = sa.update(rows).values(values).where(*self._chosen(write, rows))
        return statement.returning(*self._outputs(write.table, rows, write.outputs))

    def _delete(self, write: Delete) -> Any:
        rows: Any = ex.table(write.table).alias("t")
        statement = sa.delete(rows).where(*self._chosen(write, rows))
        return statement.returning(*self._outputs(write.table, rows, write.outputs))

    def _chosen(self, write: Update | Delete, rows: FromClause) -> list[sa.ColumnElement[bool]]:
        chosen = [] if write.via is None else self._of_key(write.table, rows, write.via)
        if write.version is not None:
            its_type = ex.NamedType(self._columns.shape(write.table, write.version).type.name)
            version = sa.cast(sa.cast(sa.bindparam("version"), ex.TEXT), its_type)
            chosen.append(self._columns.operand(write.table, rows, write.version) == version)
        return [*chosen, *terms(write.condition, TableRows(self._columns, write.table, rows))]

    def _of_key(self, table: QualifiedName, rows: FromClause, via: Via) -> list[sa.ColumnElement[bool]]:
        return [
            self._columns.operand(table, rows, name)
            == ex.bind_key(f"key{i}", self._columns.shape(table, name))
            for i, name in enumerate(via.columns)
        ]

    def _raised(self, write: Update | Assign | Release, rows: FromClause) -> dict[str, Any]:
        """What the column that is raised becomes, by its name."""
        if write.raised is None:
            return {}
        return {write.raised: self._one_more(write.table, write.raised, ex.column(rows, write.raised))}

    def _one_more(self, table: QualifiedName, name: str, value: ex.Expression) -> ex.Expression:
        if self._columns.nullable(table, name):
            value = sa.func.coalesce(value, sa.literal_column("0"))
        return value + sa.literal_column("1")

    def _on_conflict(self, statement: Any, table: QualifiedName, conflict: OnConflict) -> Any:
        key: list[ex.Expression] = [sa.literal_column(ex.quoted(name)) for name in conflict.key]
        if not conflict.updated:
            return statement.on_conflict_do_nothing(index_elements=key)
        updated: dict[str, ex.Expression] = {
            name: sa.literal_column(f"excluded.{ex.quoted(name)}") for name in conflict.updated
        }
        if conflict.raised is not None:
            stored = ".".join(map(ex.quoted, (*table, conflict.raised)))
            updated[conflict.raised] = self._one_more(table, conflict.raised, sa.literal_column(stored))
        return statement.on_conflict_do_update(index_elements=key, set_=updated)

    def _outputs(
        self, table: QualifiedName, rows: FromClause, outputs: tuple[Output, ...]
    ) -> list[ex.Expression]:
        """What is read of each row; a number where that is nothing, so that rows can be counted."""
        made: list[ex.Expression] = []
        for number, output in enumerate(outputs):
            if output.call is not None:
                given = functions.value(output.call, functions.whole_row(rows))
                made.append(given.label(f"c{number}"))
                continue
            form = ex.read_form if output.form is Form.READ else ex.key_form
            column = ex.column(rows, output.column)
            made.append(form(column, self._columns.shape(table, output.column)).label(f"c{number}"))
        return made or [sa.literal_column("1").label("c0")]


def _set(columns: tuple[str, ...], raised: str | None) -> tuple[str, ...]:
    """All columns that an update sets."""
    return columns if raised is None or raised in columns else (*columns, raised)

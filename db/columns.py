"""The columns of a catalogue's relations as expressions of a statement."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import expressions as ex
from db.catalogue.model import PgType, QualifiedName, TypeKind
from db.query import CTID, TABLEOID, XMIN
from db.values import PG_CATALOG, ScalarKind, ScalarShape, Shape, shape_of

if TYPE_CHECKING:
    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import Catalog

Column = tuple[ex.Expression, Shape]
"""A column as comparisons take it, beside its shape."""


def builtin_shape(kind: ScalarKind, name: str) -> ScalarShape:
    """The shape of a type of `pg_catalog`."""
    return ScalarShape(kind, PgType(QualifiedName(PG_CATALOG, name), TypeKind.BASE))


_SYSTEM_SHAPES = {
    CTID: builtin_shape(ScalarKind.LITERAL, "tid"),
    TABLEOID: builtin_shape(ScalarKind.LITERAL, "oid"),
    XMIN: builtin_shape(ScalarKind.LITERAL, "xid"),
}


class Columns:
    """The columns of the relations of one catalogue, system columns among them.

    Attributes:
        catalog: Where the relations are from.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.shape = lru_cache(None)(self._shape)

    def take_apart(self) -> None:
        """Lets go of everything: caches of methods and their objects refer to each other."""
        vars(self).clear()

    def _shape(self, table: QualifiedName, name: str) -> Shape:
        if name in _SYSTEM_SHAPES:
            return _SYSTEM_SHAPES[name]
        return shape_of(self.catalog.tables[table].column(name).type, self.catalog)

    def operand(self, table: QualifiedName, rows: FromClause, name: str) -> ex.Expression:
        """The column as comparisons take it: a domain as what it stands on.

        There is no `=` for a domain over an enum or a range; the cast is free, and indexes still serve.
        """
        column = ex.column(rows, name)
        if name in _SYSTEM_SHAPES:
            return column
        declared = self.catalog.tables[table].column(name).type
        shape = self.shape(table, name)
        return column if declared == shape.type.name else sa.cast(column, ex.NamedType(shape.type.name))

    def column(self, table: QualifiedName, rows: FromClause, name: str) -> Column:
        """The column as comparisons take it, and its shape."""
        return self.operand(table, rows, name), self.shape(table, name)

    def nullable(self, table: QualifiedName, name: str) -> bool:
        """Whether the column may be NULL."""
        return name not in _SYSTEM_SHAPES and self.catalog.tables[table].column(name).nullable

    def equal(
        self,
        here: tuple[QualifiedName, str, ex.Expression],
        there: tuple[QualifiedName, str, ex.Expression],
    ) -> sa.ColumnElement[bool]:
        """That a referencing and a referenced column (relation, name, expression) are equal.

        The collation of the referenced one decides, as it does for the key that it is of; without a word
        about that, PostgreSQL would refuse to compare columns of two collations.
        """
        collation = self._collation(*there[:2])
        differs = self._collation(*here[:2]) not in {None, collation}
        return (ex.collated(here[2], collation) if differs else here[2]) == there[2]

    def _collation(self, table: QualifiedName, name: str) -> QualifiedName | None:
        return self.catalog.tables[table].column(name).collation

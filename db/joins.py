"""The rows that to-one joins lead to, as LEFT JOINs of a select: each path once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import expressions as ex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import Catalog, QualifiedName
    from db.query import ToOneJoin

    Path = tuple[ToOneJoin, ...]
    Departure = tuple[Path, str]
    Operand = Callable[[QualifiedName, FromClause, str], ex.Expression]


@dataclass(slots=True)
class JoinedRows:
    """The rows of a select, and those that joins lead to from them.

    Attributes:
        catalog: Where the relations are from.
        operand: A column as comparisons take it.
        source: What the select reads from: the rows with their joins.
        sides: Relation and alias of the rows at each path, those of the select itself at `()`.
        departures: Columns that joins start from, where their rows are only seen through a subquery.
    """

    catalog: Catalog
    operand: Operand
    source: FromClause
    sides: dict[Path, tuple[QualifiedName, FromClause]]
    departures: Mapping[Departure, ex.Expression] = field(default_factory=dict)

    def __contains__(self, path: Path) -> bool:
        return path in self.sides

    def at(self, path: Path) -> tuple[QualifiedName, FromClause]:
        """Relation and alias of the rows that a path leads to; joins what is missing."""
        for depth in range(1, len(path) + 1):
            if path[:depth] not in self.sides:
                self._join(path[: depth - 1], path[depth - 1])
        return self.sides[path]

    def departures_to(self, paths: Iterable[Path]) -> dict[Departure, ex.Expression]:
        """The columns of rows that are here from which joins to further paths would start."""
        return {
            (path[:depth], here): self._departure(path[:depth], here)
            for path in paths
            for depth, join in enumerate(path)
            if path[:depth] in self and path[: depth + 1] not in self
            for here, _ in join.pairs
        }

    def behind(self, subquery: FromClause, departures: Iterable[Departure]) -> JoinedRows:
        """The same rows, seen through a subquery that has their departures as `k0`, `k1` and so on."""
        seen = {departure: subquery.c[f"k{i}"] for i, departure in enumerate(departures)}
        return JoinedRows(self.catalog, self.operand, subquery, dict(self.sides), seen)

    def _join(self, path: Path, join: ToOneJoin) -> None:
        far = ex.table(join.table).alias(f"o{len(self.sides)}")
        owner, _ = self.sides[path]
        pairs = [
            equal(
                self.catalog,
                (owner, here, self._departure(path, here)),
                (join.table, there, self.operand(join.table, far, there)),
            )
            for here, there in join.pairs
        ]
        self.source = self.source.outerjoin(far, sa.and_(*pairs))
        self.sides[*path, join] = (join.table, far)

    def _departure(self, path: Path, column: str) -> ex.Expression:
        if (path, column) in self.departures:
            return self.departures[path, column]
        owner, rows = self.sides[path]
        return self.operand(owner, rows, column)


def equal(
    catalog: Catalog,
    here: tuple[QualifiedName, str, ex.Expression],
    there: tuple[QualifiedName, str, ex.Expression],
) -> sa.ColumnElement[bool]:
    """That a referencing and a referenced column (relation, name, expression) are equal.

    The collation of the referenced one decides, as it does for the key that it is of; without a word about
    that, PostgreSQL would refuse to compare columns of two collations.
    """
    collation = _collation(catalog, *there[:2])
    differs = _collation(catalog, *here[:2]) not in {None, collation}
    return (ex.collated(here[2], collation) if differs else here[2]) == there[2]


def _collation(catalog: Catalog, table: QualifiedName, column: str) -> QualifiedName | None:
    return catalog.tables[table].column(column).collation

"""The rows that to-one joins lead to, as LEFT JOINs of a select: each path once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import expressions as ex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.sql.selectable import FromClause

    from db.catalogue.model import QualifiedName
    from db.columns import Columns
    from db.query import ToOneJoin

    Path = tuple[ToOneJoin, ...]
    Departure = tuple[Path, str]


@dataclass(slots=True)
class JoinedRows:
    """The rows of a select, and those that joins lead to from them.

    Attributes:
        columns: The columns of relations.
        source: What the select reads from: the rows with their joins.
        sides: Relation and alias of the rows at each path, those of the select itself at `()`.
        departures: Columns that joins start from, where their rows are only seen through a subquery.
    """

    columns: Columns
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
        return JoinedRows(self.columns, subquery, dict(self.sides), seen)

    def _join(self, path: Path, join: ToOneJoin) -> None:
        far = ex.table(join.table).alias(f"o{len(self.sides)}")
        owner, _ = self.sides[path]
        pairs = [
            self.columns.equal(
                (owner, here, self._departure(path, here)),
                (join.table, there, self.columns.operand(join.table, far, there)),
            )
            for here, there in join.pairs
        ]
        self.source = self.source.outerjoin(far, sa.and_(*pairs))
        self.sides[*path, join] = (join.table, far)

    def _departure(self, path: Path, column: str) -> ex.Expression:
        if (path, column) in self.departures:
            return self.departures[path, column]
        owner, rows = self.sides[path]
        return self.columns.operand(owner, rows, column)

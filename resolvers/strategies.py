"""How a to-one relation is read: by rules over what is known when an operation is planned. Pure.

A join saves a statement and its round trip; a batch reads a row once that many parents share. So all join but
the pages of many parents: `benchmarks/README.md` has the measurements.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal

from db.catalogue.model import Generated, RelationKind
from resolvers.plan import Strategy

if TYPE_CHECKING:
    from db.catalogue.model import Table
    from resolvers.bindings import ToOne

ToOneStrategy = Literal[Strategy.JOIN, Strategy.TO_ONE]

MAX_JOINS = 6
"""The most joins that the rules put into one statement: with its own relation, and one that it is sorted by,
as many as PostgreSQL looks for the best order of (`join_collapse_limit` is 8)."""


class Extent(Enum):
    """How many rows a statement reads, as far as a plan can say."""

    ROW = "one row"
    PAGE = "one page"
    BY_KEY = "the row of each of many keys, once"
    PAGES = "a page for each of many parents"
    WRITTEN = "the rows that it writes, and nothing beside them"

    def below(self, *, to_many: bool) -> Extent:
        """What a statement reads whose parents are these rows."""
        if self is Extent.ROW:
            return Extent.PAGE if to_many else Extent.ROW
        return Extent.PAGES if to_many else Extent.BY_KEY


_WITH_KEYS = frozenset({RelationKind.TABLE, RelationKind.PARTITIONED_TABLE, RelationKind.MATERIALIZED_VIEW})


def choose(
    relation: ToOne, target: Table, parents: Extent, joins: int, *, wanted: ToOneStrategy | None = None
) -> ToOneStrategy:
    """The strategy of a to-one step.

    Args:
        relation: The relation that leads to it.
        target: The relation's target.
        parents: What the statement reads that gives its parents.
        joins: How many joins that statement would have with it.
        wanted: Taken instead of what the rules say, as far as the answer cannot change.
    """
    if parents is Extent.WRITTEN or not is_joinable(relation, target):
        return Strategy.TO_ONE
    if wanted is not None:
        return wanted
    return Strategy.TO_ONE if parents is Extent.PAGES or joins > MAX_JOINS else Strategy.JOIN


def is_joinable(relation: ToOne, target: Table) -> bool:
    """Whether a join finds at most one row, and reading that row cannot fail.

    Keys hold for the rows of a table and of its partitions, not for those of inheriting tables. A virtual
    column can fail for a row, which must not take the row's parents along.
    """
    keys = [key.columns for key in (target.primary_key, *target.unique_keys) if key is not None]
    return (
        target.kind in _WITH_KEYS
        and not target.has_children
        and any(set(key) <= set(relation.via.columns) for key in keys)
        and not any(column.generated is Generated.VIRTUAL for column in target.columns)
    )

"""What shapes a schema besides the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from resolvers.cost_weights import CostWeights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.object_options import ObjectOptions


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """Settings of a schema.

    Attributes:
        page_size: Rows of a page when neither `first` nor `last` is given.
        max_page_size: The most rows that `first` or `last` may ask for.
        cursor_key: Secret under which cursors are authenticated.
        include: Patterns of what is served (see `schema.patterns`); everything without any.
        exclude: Patterns of what is not.
        objects: What is set for single objects, by path: `schema`, `schema.table`, `schema.function`,
            `schema.function(type, type)`, `schema.type`, `schema.table.column`, `schema.table.foreign_key`.
        weights: What the parts of operations cost.
        lenient: Whether the catalogue is only what some role may see: what extensions add to anything else is
            left out then, and is a mistake otherwise.
    """

    cursor_key: bytes
    page_size: int = 50
    max_page_size: int = 1000
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    objects: Mapping[str, ObjectOptions] = field(default_factory=lambda: MappingProxyType({}))
    weights: CostWeights = field(default_factory=CostWeights)
    lenient: bool = False

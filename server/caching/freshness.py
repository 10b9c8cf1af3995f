"""How long answers may be kept, for whom, and what a request says of that. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from db.catalogue.footprints import Footprints
from db.catalogue.model import Volatility
from resolvers.bindings import CacheControl, CacheScope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Catalog, QualifiedName
    from resolvers.bindings import Model
    from resolvers.notes import Notes

NOT_AT_ALL = CacheControl(0)


@dataclass(frozen=True, slots=True)
class CacheRules:
    """What the schema of an engine says of keeping answers.

    Attributes:
        seconds: How long, where nothing else is said.
        tables: What is said of relations.
        roots: What is said of fields of `Query` in Python.
        footprints: What reading and writing relations leads to.
        immutable: Functions that read no tables.
        keep_anything: Whether there are answers that may be kept.
    """

    seconds: int
    tables: Mapping[QualifiedName, CacheControl]
    roots: Mapping[str, CacheControl]
    footprints: Footprints
    immutable: frozenset[QualifiedName]
    keep_anything: bool = field(init=False)
    _default: CacheControl = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hints = (*self.tables.values(), *self.roots.values())
        keep_anything = self.seconds > 0 or any(each.max_age for each in hints)
        object.__setattr__(self, "keep_anything", keep_anything)
        object.__setattr__(self, "_default", CacheControl(self.seconds))

    @classmethod
    def of(cls, catalog: Catalog, model: Model, seconds: int) -> CacheRules:
        """The rules of a schema."""
        varying = {each.name for each in catalog.functions if each.volatility is not Volatility.IMMUTABLE}
        return cls(
            seconds=seconds,
            tables={name: each.cache for name, each in model.by_table.items() if each.cache is not None},
            roots=model.root_caches,
            footprints=catalog.footprints or Footprints(),
            immutable=frozenset({each.name for each in catalog.functions} - varying),
        )

    def control(self, notes: Notes) -> CacheControl:
        """How long the answer of an operation may be kept: the least of what holds for all it has read."""
        default = self._default
        if not (self.tables or notes.python_roots or notes.python):
            return default  # nothing says otherwise
        if not notes.python_roots <= self.roots.keys():
            return NOT_AT_ALL
        controls = [self.roots[name] for name in notes.python_roots]
        for each in notes.python:
            if each.cache is None:
                return NOT_AT_ALL
            controls.append(each.cache)
        tables = notes.tables | notes.rows.keys()
        controls += [self.tables.get(table, default) for table in tables]
        if not controls:
            return default
        ages = [self.seconds if each.max_age is None else each.max_age for each in controls]
        private = any(each.scope is CacheScope.PRIVATE for each in controls)
        return CacheControl(min(ages), CacheScope.PRIVATE if private else CacheScope.PUBLIC)


class Wishes(NamedTuple):
    """What a request says of kept answers, by `Cache-Control` (RFC 9111, 5.2.1).

    Attributes:
        look: Whether it may be given one.
        keep: Whether its answer may be kept.
        max_age: The most seconds that one may be old; None for any.
        max_stale: Seconds by which one may be past its time.
    """

    look: bool = True
    keep: bool = True
    max_age: int | None = None
    max_stale: int = 0


ANY = Wishes()
"""Of a request that says nothing."""

_DIRECTIVE = re.compile(r'([a-z-]+)(?:="?([0-9]{1,9})"?)?')


@lru_cache(maxsize=256)
def wishes_of(cache_control: str, most_stale: int) -> Wishes:
    """What a field `Cache-Control` of a request says.

    Args:
        cache_control: The field.
        most_stale: The most seconds that an answer may ever be past its time.
    """
    found = dict(_DIRECTIVE.findall(cache_control.lower()[:1000]))
    stale = 0
    for name in ("max-stale", "stale-while-revalidate"):
        if name in found:
            # By itself, max-stale takes any age.
            stale = max(stale, int(found[name]) if found[name] else most_stale)
    max_age = int(found["max-age"]) if found.get("max-age") else None
    return Wishes(
        look="no-cache" not in found and "no-store" not in found and max_age != 0,
        keep="no-store" not in found,
        max_age=max_age,
        max_stale=min(stale, most_stale),
    )

"""Answers that are kept: by key, as many as fit a bound, found by what they depend on. No I/O."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from server.caching.tags import tag_fields
from server.http.compression import Variants
from server.http.entity_tags import etag_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from db.catalogue.model import QualifiedName
    from resolvers.notes import Change, Dependencies
    from server.http.responses import HeaderFields

_Tag = TypeVar("_Tag")
_ByColumns = dict[tuple[str, ...], dict[tuple[Any, ...], dict["Hashable", None]]]
"""By columns and their values in a row: the keys of entries that have looked it up."""

OVERHEAD = 1400
"""Bytes that an entry takes beside its body and its key (measured: 2,000 for one that depends on one row)."""

BYTES_PER_TAG = 500
"""Bytes that each table or row takes that an entry depends on."""

LARGEST = 8
"""What part of the bound the largest body may be: one of so many."""


@dataclass(slots=True)
class Entry:
    """An answer that is kept.

    Attributes:
        body: The GraphQL result, uncompressed.
        stored: When it began to be made, by the monotonic clock: it is no older than that.
        max_age: Seconds after which it is past its time.
        is_public: Whether anybody with the same role is given it, and caches on the way may keep it.
        dependencies: What it depends on.
        variants: Its body compressed.
    """

    body: bytes
    stored: float
    max_age: int
    is_public: bool
    dependencies: Dependencies
    variants: Variants = field(default_factory=Variants)
    _etag: bytes | None = None
    _tags: HeaderFields | None = None

    @property
    def tags(self) -> HeaderFields:
        """The header fields with its tags, made when they are first asked for."""
        if self._tags is None:
            self._tags = tag_fields(self.dependencies)
        return self._tags

    @property
    def etag(self) -> bytes:
        """Its entity tag, which is computed when it is first asked for."""
        if self._etag is None:
            self._etag = etag_of(self.body)
        return self._etag


class _Place(NamedTuple):
    """Where an entry is kept.

    Attributes:
        entry: The entry.
        size: Bytes that it takes, by estimate.
        number: Tells it from others under the same key. Its compressed forms name it by that: with references
            to each other, entries would stay in memory until garbage is looked for.
    """

    entry: Entry
    size: int
    number: int


class Store:
    """Keeps the entries that were asked for last.

    Invalidations are numbered. What began to be read before one that concerns it is not kept.

    Args:
        max_bytes: How much memory entries may take, by estimate.

    Attributes:
        bytes: What they take.
        sequence: The number of the last invalidation.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.sequence = 0
        self._entries: OrderedDict[Hashable, _Place] = OrderedDict()
        self._numbers = itertools.count()
        self._by_table: dict[QualifiedName, dict[Hashable, None]] = {}
        self._by_row: dict[QualifiedName, _ByColumns] = {}
        self._on_everything: dict[Hashable, None] = {}
        self._changed: dict[QualifiedName, int] = {}
        self._all_changed = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Entry | None:
        """The entry, whatever its age."""
        kept = self._entries.get(key)
        if kept is None:
            return None
        self._entries.move_to_end(key)
        return kept.entry

    def put(self, key: Hashable, entry: Entry, began: int, key_bytes: int) -> None:
        """Keeps an entry, if it is as fresh as if it were made now, and not too large.

        Args:
            key: Its key.
            entry: The entry.
            began: The `sequence` when it began to be made.
            key_bytes: What the key takes.
        """
        if not self.is_fresh(entry.dependencies, began):
            return
        tags = len(entry.dependencies.tables) + sum(map(len, entry.dependencies.rows.values()))
        size = OVERHEAD + key_bytes + len(entry.body) + BYTES_PER_TAG * tags
        if size > self.max_bytes // LARGEST:
            return
        self.remove(key)
        number = next(self._numbers)
        self._entries[key] = _Place(entry, size, number)
        self.bytes += size
        entry.variants.grown = partial(self._grown, key, number)
        self._index(key, entry.dependencies)
        self._keep_within_bounds()

    def is_fresh(self, dependencies: Dependencies, began: int) -> bool:
        """Whether nothing has changed of it since then."""
        if self.sequence <= began:
            return True
        if self._all_changed > began or (dependencies.everything and self.sequence > began):
            return False
        changed = self._changed
        return not any(
            changed.get(table, 0) > began for table in (*dependencies.tables, *dependencies.rows.keys())
        )

    def invalidate(self, change: Change) -> None:
        """Lets go of what depends on what has changed."""
        if change.everything:
            self.clear()
            return
        self.sequence += 1
        gone = dict(self._on_everything)
        for table in (*change.tables, *change.rows):
            self._changed[table] = self.sequence
            gone |= self._by_table.get(table, {})
        for table in change.tables:
            for by_values in self._by_row.get(table, {}).values():
                for keys in by_values.values():
                    gone |= keys
        for table, changed in change.rows.items():
            named_by = {columns for columns, _ in changed}
            for columns, by_values in self._by_row.get(table, {}).items():
                # Look-ups by other columns may lead to the same rows.
                all_of_them = named_by != {columns}
                values = by_values if all_of_them else [row for _, row in changed if row in by_values]
                for row in values:
                    gone |= by_values[row]
        for key in gone:
            self.remove(key)

    def _grown(self, key: Hashable, number: int, more: int) -> None:
        """Takes note of one more compressed form of an entry, as long as that is kept."""
        kept = self._entries.get(key)
        if kept is not None and kept.number == number:
            self._entries[key] = kept._replace(size=kept.size + more)
            self.bytes += more
            self._keep_within_bounds()

    def clear(self) -> None:
        """Lets go of everything, and of what is being made."""
        self.sequence += 1
        self._all_changed = self.sequence
        self.bytes = 0
        for each in (self._entries, self._by_table, self._by_row, self._on_everything, self._changed):
            each.clear()

    def remove(self, key: Hashable) -> None:
        """Lets go of one entry, if it is there."""
        kept = self._entries.pop(key, None)
        if kept is None:
            return
        self.bytes -= kept.size
        depends = kept.entry.dependencies
        self._on_everything.pop(key, None)
        for table in depends.tables:
            _take_out(self._by_table, table, key)
        for table, rows in depends.rows.items():
            by_columns = self._by_row[table]
            for columns, values in rows:
                by_values = by_columns[columns]
                _take_out(by_values, values, key)
                if not by_values:
                    del by_columns[columns]
            if not by_columns:
                del self._by_row[table]

    def _index(self, key: Hashable, depends: Dependencies) -> None:
        if depends.everything:
            self._on_everything[key] = None
        for table in depends.tables:
            self._by_table.setdefault(table, {})[key] = None
        for table, rows in depends.rows.items():
            by_columns = self._by_row.setdefault(table, {})
            for columns, values in rows:
                by_columns.setdefault(columns, {}).setdefault(values, {})[key] = None

    def _keep_within_bounds(self) -> None:
        while self.bytes > self.max_bytes:
            self.remove(next(iter(self._entries)))


def _take_out(index: dict[_Tag, dict[Hashable, None]], tag: _Tag, key: Hashable) -> None:
    keys = index[tag]
    del keys[key]
    if not keys:
        del index[tag]

"""What one operation reads and writes, as far as that matters to who keeps its answer. Pure.

What is asked of the database is noted where it is asked, so that nothing can be read that is not noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from db.calls import Call
from db.catalogue.footprints import Effect
from db.catalogue.model import QualifiedName
from db.query import JunctionJoin, LookupRead, Relationship, ToOneJoin
from db.writes import Assign, Delete, Insert, Release, Update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from db.catalogue.footprints import Footprints
    from db.query import Read, Via
    from db.writes import Write
    from resolvers.bindings import PythonField

MAX_ROWS = 100
"""Rows of one relation that are told apart; with more, it is the relation as a whole."""

_EXACT = frozenset({"int2", "int4", "int8", "uuid"})
"""Types of PostgreSQL whose values are equal exactly if they are written alike."""

RowKey = tuple[tuple[str, ...], tuple[Any, ...]]
"""Columns, and their values in a row."""


class Parts(NamedTuple):
    """What a read looks at.

    Attributes:
        tables: Relations.
        functions: Functions that it calls.
        looked_up: By what rows of its relation are looked up, one for each key that names them exactly;
            None where no rows can be told apart.
        beside: The other relations, where they can.
    """

    tables: frozenset[QualifiedName]
    functions: frozenset[QualifiedName]
    looked_up: Via | None
    beside: frozenset[QualifiedName]


@dataclass(slots=True)
class Notes:
    """What one operation has asked of the database.

    Attributes:
        tables: Relations of which it read more than single rows.
        rows: Rows that were looked up by key, by relation.
        functions: SQL functions that it called.
        python: Fields in Python whose code ran.
        python_roots: Root fields in Python.
        writes: What it wrote, with the values.
        wrote_anything: Whether code ran that may have written anything.
        may_be_kept: Whether what it wrote may have been kept.
        is_outdated: Whether it ran by another schema than it began with.
    """

    tables: frozenset[QualifiedName] = frozenset()
    rows: dict[QualifiedName, set[RowKey]] = field(default_factory=dict)
    functions: frozenset[QualifiedName] = frozenset()
    python: tuple[PythonField, ...] = ()
    python_roots: frozenset[str] = frozenset()
    writes: Sequence[tuple[Write, Mapping[str, Any]]] = ()
    wrote_anything: bool = False
    may_be_kept: bool = False
    is_outdated: bool = False

    def read(self, read: Read, keys: Sequence[Any]) -> None:
        """Takes note of a read.

        Args:
            read: What is asked.
            keys: The keys that it is asked for: values, or tuples where a key has several parts.
        """
        tables, functions, looked_up, beside = parts_of(read)
        if functions:
            self.functions |= functions
        found: Iterable[RowKey] | None = None
        if looked_up is not None and len(keys) <= MAX_ROWS:
            found = _rows_of(looked_up, keys)
        if found is None or read.table is None:
            self.tables |= tables
            return
        rows = self.rows.get(read.table)
        if rows is None:
            rows = self.rows[read.table] = set()
        rows.update(found)
        if len(rows) > MAX_ROWS:
            self.tables |= {read.table}
        if beside:
            self.tables |= beside


@lru_cache(maxsize=4096)
def parts_of(read: Read) -> Parts:
    """What a read looks at."""
    tables: set[QualifiedName] = set()
    functions: set[QualifiedName] = set()
    table = read.table
    if table is not None:
        tables.add(table)
    waiting: list[object] = [getattr(read, each.name) for each in fields(read)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, QualifiedName):
            continue
        if isinstance(value, tuple):
            waiting += value
        elif is_dataclass(value):
            if isinstance(value, (ToOneJoin, JunctionJoin, Relationship)):
                tables.add(value.table)
            elif isinstance(value, Call):
                functions.add(value.function)
                if value.owner is not None:
                    tables.add(value.owner)
            waiting += [getattr(value, each.name) for each in fields(value)]
    looked_up = None
    if isinstance(read, LookupRead) and read.call is None and _is_exact(read.via):
        looked_up = read.via
    # What is joined to the rows, or given to functions.
    beside = frozenset(tables - {table})
    return Parts(frozenset(tables), frozenset(functions), looked_up, beside)


def exact_rows(via: Via, keys: Iterable[Any]) -> list[RowKey] | None:
    """The rows that keys name; None where the database may find others equal to them."""
    return _rows_of(via, keys) if _is_exact(via) else None


def _is_exact(via: Via) -> bool:
    """Whether only what is written like a key is equal to it."""
    return via.junction is None and all(kind.name in _EXACT for kind in via.key_types)


def _rows_of(via: Via, keys: Iterable[Any]) -> list[RowKey] | None:
    """The rows that keys name exactly; None where one is no such key."""
    rows: list[RowKey] = []
    for key in keys:
        if type(key) is int:
            rows.append((via.columns, (key,)))
            continue
        parts = key if isinstance(key, tuple) else (key,)
        values: list[int | str] = []
        for part in parts:
            if isinstance(part, int):
                values.append(part)
                continue
            try:
                values.append(str(UUID(str(part))))
            except ValueError:
                return None
        rows.append((via.columns, tuple(values)))
    return rows


class Dependencies(NamedTuple):
    """What an answer depends on.

    Attributes:
        tables: Relations, with all their rows.
        rows: Single rows, by relation.
        everything: Whether it depends on what is not known.
        per_caller: Whether another caller with the same role may get another answer.
    """

    tables: frozenset[QualifiedName]
    rows: Mapping[QualifiedName, frozenset[RowKey]]
    everything: bool
    per_caller: bool


def dependencies_of(
    notes: Notes, footprints: Footprints, immutable: frozenset[QualifiedName]
) -> Dependencies:
    """What the answer of an operation depends on.

    Args:
        notes: What it read.
        footprints: What its relations lead to.
        immutable: Functions that read no tables.
    """
    calls = not notes.functions <= immutable
    everything = per_caller = calls
    tables: set[QualifiedName] = set()
    rows: dict[QualifiedName, frozenset[RowKey]] = {}
    for table in notes.tables | notes.rows.keys() if notes.tables else notes.rows:
        reading = footprints.reading(table)
        everything |= reading.everything
        per_caller |= reading.per_caller
        if reading.is_alone and table not in notes.tables:
            rows[table] = frozenset(notes.rows[table])
        else:
            tables |= reading.tables
    if tables and rows:
        rows = {table: keys for table, keys in rows.items() if table not in tables}
    return Dependencies(frozenset(tables), rows, everything, per_caller)


class Change(NamedTuple):
    """What may not be any more as it was.

    Attributes:
        tables: Relations, any of whose rows may be others.
        rows: Of other relations, the rows that may be: by columns, the values of these. Reads of anything but
            single rows see a change too, and so do look-ups by other columns.
        everything: Whether anything may be.
    """

    tables: frozenset[QualifiedName] = frozenset()
    rows: Mapping[QualifiedName, frozenset[RowKey]] = MappingProxyType({})
    everything: bool = False


EVERYTHING_CHANGED = Change(everything=True)


def change_of(notes: Notes, footprints: Footprints) -> Change:
    """What an operation may have changed."""
    if notes.wrote_anything or notes.python:
        return EVERYTHING_CHANGED
    tables: set[QualifiedName] = set()
    rows: dict[QualifiedName, set[RowKey]] = {}
    for write, values in notes.writes:
        for effect in _effects(write):
            writing = footprints.writing(write.table, effect)
            if writing.everything:
                return EVERYTHING_CHANGED
            tables |= writing.tables
        found = _rows_written(write, values)
        if found is None:
            tables.add(write.table)
        else:
            rows.setdefault(write.table, set()).update(found)
    tables |= {table for table, found in rows.items() if len(found) > MAX_ROWS}
    return Change(
        frozenset(tables),
        {table: frozenset(found) for table, found in rows.items() if table not in tables},
    )


def _effects(write: Write) -> tuple[Effect, ...]:
    match write:
        case Insert():
            return (Effect.INSERT,) if write.conflict is None else (Effect.INSERT, Effect.UPDATE)
        case Update() | Assign() | Release():
            return (Effect.UPDATE,)
        case _:
            return (Effect.DELETE,)


def _rows_written(write: Write, values: Mapping[str, Any]) -> list[RowKey] | None:
    """The rows that a write can have changed; None where they are not known."""
    if isinstance(write, (Update, Delete)):
        via = write.via
        if via is None:
            return None
        keys: Iterable[Any] = [tuple(values[f"key{i}"] for i in range(len(via.columns)))]
    elif isinstance(write, (Assign, Release)):
        via = write.via
        keys = zip(*(values[f"key{i}"] for i in range(len(via.columns))), strict=True)
    else:
        return None
    # A row that is given another key is found, or found no more, by that one too.
    if not isinstance(write, Delete):
        changed = write.cleared if isinstance(write, Release) else write.columns
        if not set(via.columns).isdisjoint(changed):
            return None
    return exact_rows(via, keys)

"""Running the steps of a plan: keys in, rows out, one statement per call.

Between the plan (pure) and the lanes (which shape answers): binds arguments to a step's read, runs it, and
splits the rows by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from core.events import StatementRan
from db.aggregates import empty_record
from db.estimates import expected_rows
from db.query import AggregateRead, CountRead, EstimateRead, LookupRead, PageRead, joined_rows
from loaders.across import NO_KEYS
from resolvers.aggregate_reads import bind_groups
from resolvers.conditions import EVERYTHING, condition_of, split_filter
from resolvers.opaque import encode_cursor
from resolvers.windows import frozen, ordering_of, window_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Hashable, Mapping, Sequence

    from asyncpg import Record

    from core.events import Observer
    from db.queries import Queries
    from db.query import Condition, GroupRead, Read, Via
    from loaders.across import Batch, Batches, Keys
    from resolvers.aggregate_reads import BoundGroups
    from resolvers.bindings import Model
    from resolvers.notes import Notes
    from resolvers.plan import ConnectionStep, LookupStep, StepInfo
    from resolvers.spent import Spent
    from resolvers.windows import Ordering, Window

MAX_SHAPES = 64
"""How many shapes of its arguments are kept with a step."""

MAX_KEY_PARTS = 32
"""Columns that an index of PostgreSQL can have."""

Key = tuple[Any, ...]
"""The parts of a key, in key form; `()` is the key of a whole relation."""


class Asked(NamedTuple):
    """A read that was asked for.

    Attributes:
        batch: What will have its rows.
        keys: The keys that it was asked for.
        stored: Where the rows of a whole relation stand in the batch.
    """

    batch: asyncio.Future[Batch]
    keys: Keys
    stored: Hashable


@dataclass(slots=True)
class Reader:
    """Where steps read from, and who is told.

    Attributes:
        batches: Where rows are read.
        observer: Is told of every statement.
        spent: Counts what the operation costs; None where nobody asks.
        notes: Has what is asked; None where nobody wants to know.
    """

    batches: Batches
    observer: Observer | None
    spent: Spent | None = None
    notes: Notes | None = None

    @property
    def database(self) -> Queries:
        """What is read from."""
        return self.batches.database

    def ask(self, read: Read, values: Mapping[str, Any], keys: Keys) -> Asked:
        """Rows by key, or of a whole relation (`NO_KEYS`), together with equal reads of other operations."""
        if keys is not NO_KEYS:
            return Asked(self.load(read, values, keys), keys, None)
        if self.notes is not None:
            self.notes.read(read, ())
        batch, stored = self.batches.load_one(read, values)
        return Asked(batch, keys, stored)

    def load(self, read: Read, values: Mapping[str, Any], keys: Keys) -> asyncio.Future[Batch]:
        """Rows by key; see `Batches.load`."""
        if self.notes is not None:
            self.notes.read(read, keys)
        return self.batches.load(read, values, keys)

    async def fetch(self, read: Read, values: Mapping[str, Any], step: int) -> list[Record]:
        """The records of a read by itself, for a step of the plan."""
        if self.notes is not None:
            keys = [values[f"key{i}"] for i in range(MAX_KEY_PARTS) if f"key{i}" in values]
            self.notes.read(read, list(zip(*keys, strict=True)))
        return await self.database.fetch(read, values, step=step, observer=self.observer)

    def rows(self, step: StepInfo | None, asked: Asked, batch: Batch) -> Mapping[Any, Sequence[Record]]:
        """The rows of each key that was asked for, maybe among those of others; tells the observer."""
        if asked.keys is not NO_KEYS:
            self.tell(step, batch, asked.keys)
            return batch.rows
        rows = batch.rows[asked.stored]
        if self.observer is not None:
            self._tell(step, batch, rows, 0)
        return {NO_KEYS[0]: rows}

    def tell(self, step: StepInfo | None, batch: Batch, keys: Keys) -> None:
        """Tells the observer what a statement came to for the keys of this operation alone."""
        if self.observer is not None:
            found = [batch.rows[key] for key in keys if key in batch.rows]
            rows = [row for each in found for row in (each if isinstance(each, list) else (each,))]
            self._tell(step, batch, rows, len(keys))

    def _tell(self, step: StepInfo | None, batch: Batch, rows: Sequence[Record], keys: int) -> None:
        # How many others shared the statement is chance.
        event = StatementRan(
            step.id if step is not None else 0,
            batch.sql,
            len(rows),
            keys,
            batch.milliseconds,
            batch.number,
            joined_rows(batch.read, rows),
        )
        if self.observer is not None:
            self.observer.statement_ran(event)


@dataclass(frozen=True, slots=True)
class Page:
    """One window of rows, in the order of the connection.

    Attributes:
        records: The rows, as the driver gives them.
        has_next: Whether rows follow.
        has_previous: Whether rows precede.
        cursor_at: Where the values of a row's cursor begin; they end at `cursor_end`.
        cursor_end: See `cursor_at`.
        tag: Names relation and order in cursors.
    """

    records: Sequence[Record]
    has_next: bool
    has_previous: bool
    cursor_at: int
    cursor_end: int
    tag: bytes

    def cursor(self, record: Record, key: bytes) -> str:
        """The cursor of a row of this page."""
        return encode_cursor(record[self.cursor_at : self.cursor_end], self.tag, key)


class BoundConnection(NamedTuple):
    """A connection step with its arguments: ready to read for any keys.

    Attributes:
        step: The step.
        window: The window that is asked for.
        page_read: What is asked for its rows.
        count_read: What is asked for their count.
        estimate_read: What is asked for its estimate.
        aggregate_read: What is asked for their aggregates; None if nothing.
        values: Values of the parameters of these, save those of `page_read`.
        page_values: Values of the parameters of `page_read`.
        groups: Its groups by response key, as far as they are bound.
    """

    step: ConnectionStep
    window: Window
    page_read: PageRead
    count_read: CountRead
    estimate_read: EstimateRead
    aggregate_read: AggregateRead | None
    values: Mapping[str, Any]
    page_values: Mapping[str, Any]
    groups: Mapping[str, BoundGroups]


def bind_connection(
    model: Model,
    step: ConnectionStep,
    arguments: Mapping[str, Any],
    groups: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    inputs: Mapping[str, Any] = MappingProxyType({}),
) -> BoundConnection:
    """Binds coerced GraphQL arguments to a step.

    What does not depend on their values (order, condition, reads) is kept with the step.

    Args:
        model: What the schema stands for.
        step: The step.
        arguments: Those of the connection.
        groups: Those of its groups by response key, as far as they are to be bound too.
        inputs: Values of the parameters of its calls of functions.

    Raises:
        BadUserInput: The arguments do not make sense.
    """
    varying = step.arguments.varying
    structure: Hashable = None
    values: Mapping[str, Any] = {}
    if "filter" in varying:
        structure, values = split_filter(model, step.type, arguments.get("filter"))
    form = (
        structure,
        frozen(arguments.get("orderBy")) if "orderBy" in varying else None,
        frozen(arguments.get("distinctOn")) if "distinctOn" in varying else None,
    )
    shape: _Shape | None = step.shapes.get(form)
    if shape is None:
        if len(step.shapes) >= MAX_SHAPES:
            step.shapes.clear()
        shape = step.shapes[form] = _Shape.of(model, step, arguments)
    values = values or shape.values
    if inputs:
        values = {**values, **inputs}
    window = window_of(model, step.type, shape.ordering, arguments)
    # One more than are shown tells whether there are more.
    limit = window.size + 1 if step.page_info else window.size
    plain = shape.condition is EVERYTHING and shape.ordering.distinct is None and step.call is None
    bound = _bound(limit) if plain and not window.offset else None
    reads_form = (window.backward, window.after, window.before, window.offset > 0, bound)
    reads = shape.reads.get(reads_form)
    if reads is None:
        reads = shape.reads[reads_form] = _reads(step, shape, window, bound)
    page_values = {
        **values,
        **window.values,
        "limit": limit,
        "offset": window.offset,
    }
    bound_groups = {
        key: bind_groups(step.groups[key], reads[1], values, given) for key, given in groups.items()
    }
    return BoundConnection(step, window, *reads, values, page_values, bound_groups)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What arguments come to without their values.

    Attributes:
        ordering: The order.
        condition: The filter's condition.
        values: The filter's values, where no variable has a part in them.
        reads: By the form of the window: what is asked for rows, for their count, and for their aggregates.
    """

    ordering: Ordering
    condition: Condition
    values: Mapping[str, Any]
    reads: dict[Hashable, _Reads] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, step: ConnectionStep, arguments: Mapping[str, Any]) -> _Shape:
        """The shape of coerced arguments."""
        distinct_on = arguments.get("distinctOn") or ()
        ordering = ordering_of(model, step.type, arguments.get("orderBy") or (), distinct_on, step.call)
        filter_input = arguments.get("filter")
        varies = "filter" in step.arguments.varying
        values = {} if varies else split_filter(model, step.type, filter_input)[1]
        return cls(ordering, condition_of(model, step.type, filter_input), values)


_Reads = tuple[PageRead, CountRead, EstimateRead, AggregateRead | None]


def _bound(limit: int) -> int:
    """A number of rows from `limit` on, of a few: each is a statement of its own."""
    bound = 16
    while bound < limit:
        bound *= 4
    return bound


def _reads(step: ConnectionStep, shape: _Shape, window: Window, bound: int | None) -> _Reads:
    condition, distinct = shape.condition, shape.ordering.distinct
    via = None if step.relation is None else step.relation.via
    page_read = PageRead(
        table=step.type.table.name,
        outputs=step.outputs,
        via=via,
        condition=condition,
        order=window.order.terms,
        positional=window.order.positional,
        backward=window.backward,
        after=window.after,
        before=window.before,
        offset=window.offset > 0,
        cursors=step.cursors,
        distinct=distinct,
        call=step.call,
        bound=bound,
    )
    table, aggregate = step.type.table.name, step.aggregate
    return (
        page_read,
        CountRead(table, via, condition, distinct, step.call),
        EstimateRead(table, condition, distinct, step.call),
        None
        if aggregate is None
        else AggregateRead(table, aggregate.aggregates, via, condition, distinct, step.call),
    )


async def read_rows(
    reader: Reader, step: LookupStep, via: Via, keys: Sequence[Key], inputs: Mapping[str, Any]
) -> list[Record | None]:
    """The row of each key; None where there is none. `inputs` are values for its calls of functions."""
    read = LookupRead(step.selection.type.table.name, step.outputs, via, step.call)
    values = {**inputs, **_key_arrays(keys)}
    records = await reader.fetch(read, values, step.info.id)
    rows: list[Record | None] = [None] * len(keys)
    for record in records:
        rows[record[-1] - 1] = record
    return rows


async def read_pages(reader: Reader, bound: BoundConnection, keys: Sequence[Key]) -> list[Page]:
    """The window of each key."""
    step = bound.step
    values = dict(bound.page_values)
    by_key: list[list[Record]]
    if step.relation is not None:
        values.update(_key_arrays(keys))
    step_id = step.page.id if step.page is not None else 0
    records = await reader.fetch(bound.page_read, values, step_id)
    if step.relation is None:
        by_key = [records]
    else:
        by_key = [[] for _ in keys]
        for record in records:
            by_key[record[-1] - 1].append(record)
    pages = [_page(bound, rows) for rows in by_key]
    if reader.spent is not None:
        reader.spent.page(step, sum(len(page.records) for page in pages))
    return pages


def _page(bound: BoundConnection, rows: list[Record]) -> Page:
    window = bound.window
    more = len(rows) > window.size
    rows = rows[: window.size]
    preceded = window.after is not None or window.offset > 0
    if window.backward:
        rows.reverse()
    cursor_at = len(bound.page_read.outputs)
    return Page(
        records=rows,
        has_next=window.before is not None if window.backward else more,
        has_previous=more if window.backward else preceded,
        cursor_at=cursor_at,
        cursor_end=cursor_at + (1 if window.order.positional else len(window.order.terms)),
        tag=window.tag,
    )


async def read_counts(reader: Reader, bound: BoundConnection, keys: Sequence[Key]) -> list[int]:
    """How many rows each key has."""
    step = bound.step
    values = dict(bound.values)
    if step.relation is not None:
        values.update(_key_arrays(keys))
    step_id = step.count.id if step.count is not None else 0
    records = await reader.fetch(bound.count_read, values, step_id)
    if step.relation is None:
        return [records[0][0]]
    counts = [0] * len(keys)
    for record in records:
        counts[record[1] - 1] = record[0]
    return counts


async def read_estimates(reader: Reader, bound: BoundConnection, _: Sequence[Key]) -> list[int]:
    """How many rows the planner expects of a whole relation."""
    step_id = bound.step.estimate.id if bound.step.estimate is not None else 0
    [record] = await reader.fetch(bound.estimate_read, bound.values, step_id)
    return [expected_rows(record[0])]


async def read_aggregates(
    reader: Reader, bound: BoundConnection, keys: Sequence[Key]
) -> list[Record | tuple[Any, ...]]:
    """The aggregates of each key."""
    step, read = bound.step.aggregate, bound.aggregate_read
    if step is None or step.info is None or read is None:
        raise TypeError("there is nothing to read")
    records = await _read_of_each(reader, read, bound.values, keys, step.info)
    nothing = empty_record(step.aggregates)
    return [rows[0] if rows else nothing for rows in records]


async def read_groups(reader: Reader, bound: BoundGroups, keys: Sequence[Key]) -> list[list[Record]]:
    """The groups of each key."""
    groups = await _read_of_each(reader, bound.read, bound.values, keys, bound.step.info)
    if reader.spent is not None:
        reader.spent.groups(sum(map(len, groups)))
    return groups


async def _read_of_each(
    reader: Reader,
    read: AggregateRead | GroupRead,
    values: Mapping[str, Any],
    keys: Sequence[Key],
    step: StepInfo,
) -> list[list[Record]]:
    """The rows of each key, of a read without keys those of its only one."""
    given = values if read.via is None else {**values, **_key_arrays(keys)}
    records = await reader.fetch(read, given, step.id)
    if read.via is None:
        return [records]
    by_key: list[list[Record]] = [[] for _ in keys]
    for record in records:
        by_key[record[-1] - 1].append(record)
    return by_key


def _key_arrays(keys: Sequence[Key]) -> dict[str, Any]:
    return {f"key{i}": list(part) for i, part in enumerate(zip(*keys, strict=True))}

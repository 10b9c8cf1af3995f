"""Running the steps of a plan: keys in, rows out, one statement per call.

Between the plan (pure) and the lanes (which shape answers): binds arguments to a step's read, runs it, and
splits the rows by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.events import StatementRan
from db.query import CountRead, LookupRead, PageRead
from resolvers.conditions import condition_of
from resolvers.opaque import encode_cursor
from resolvers.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncpg import Record

    from core.events import Observer
    from db.database import Database
    from db.query import Read, Via
    from loaders.across import Batches
    from resolvers.bindings import Model
    from resolvers.plan import ConnectionStep, LookupStep, StepInfo
    from resolvers.windows import Window

Key = tuple[Any, ...]
"""The parts of a key, in key form; `()` is the key of a whole relation."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where steps read from, and who is told."""

    batches: Batches
    observer: Observer | None

    @property
    def database(self) -> Database:
        """What is read from."""
        return self.batches.database

    async def rows_by_key(
        self, read: Read, values: Mapping[str, Any], keys: tuple[Any, ...], step: StepInfo | None
    ) -> Mapping[Any, Sequence[Record]]:
        """Runs a read together with equal ones of other operations.

        Args:
            read: What is asked.
            values: Values of its parameters, those of its keys left out.
            keys: Keys, each once: values, or tuples where a key has several parts; `()` for a read without.
            step: The step that asks.

        Returns:
            The rows of each key (of `()` for a read without keys), maybe among those of others.
        """
        batch = await self.batches.load(read, values, keys)
        if self.observer is not None:
            # Of this operation alone: how many others shared the statement is chance.
            rows = sum(len(batch.rows[key]) for key in keys or ((),))
            self.observer.statement_ran(
                StatementRan(
                    step.id if step is not None else 0, batch.sql, rows, len(keys), batch.milliseconds
                )
            )
        return batch.rows


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


@dataclass(frozen=True, slots=True)
class BoundConnection:
    """A connection step with its arguments: ready to read for any keys."""

    step: ConnectionStep
    window: Window
    page_read: PageRead
    count_read: CountRead
    values: Mapping[str, Any]


def bind_connection(model: Model, step: ConnectionStep, arguments: Mapping[str, Any]) -> BoundConnection:
    """Binds coerced GraphQL arguments to a step.

    Raises:
        BadUserInput: The arguments do not make sense.
    """
    window = window_of(model, step.type, arguments)
    condition, values = condition_of(step.type, arguments.get("filter"))
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
    )
    count_read = CountRead(step.type.table.name, via, condition)
    return BoundConnection(step, window, page_read, count_read, {**values, **window.values})


async def read_rows(reader: Reader, step: LookupStep, via: Via, keys: Sequence[Key]) -> list[Record | None]:
    """The row of each key; None where there is none."""
    read = LookupRead(step.selection.type.table.name, step.outputs, via)
    records = await reader.database.fetch(
        read, _key_arrays(keys), step=step.info.id, observer=reader.observer
    )
    rows: list[Record | None] = [None] * len(keys)
    for record in records:
        rows[record[-1] - 1] = record
    return rows


async def read_pages(reader: Reader, bound: BoundConnection, keys: Sequence[Key]) -> list[Page]:
    """The window of each key."""
    window, step = bound.window, bound.step
    values = {**bound.values, "limit": window.size + 1, "offset": window.offset}
    by_key: list[list[Record]]
    if step.relation is not None:
        values.update(_key_arrays(keys))
    step_id = step.page.id if step.page is not None else 0
    records = await reader.database.fetch(bound.page_read, values, step=step_id, observer=reader.observer)
    if step.relation is None:
        by_key = [records]
    else:
        by_key = [[] for _ in keys]
        for record in records:
            by_key[record[-1] - 1].append(record)
    return [_page(bound, rows) for rows in by_key]


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
    records = await reader.database.fetch(bound.count_read, values, step=step_id, observer=reader.observer)
    if step.relation is None:
        return [records[0][0]]
    counts = [0] * len(keys)
    for record in records:
        counts[record[1] - 1] = record[0]
    return counts


def _key_arrays(keys: Sequence[Key]) -> dict[str, Any]:
    return {f"key{i}": list(part) for i, part in enumerate(zip(*keys, strict=True))}

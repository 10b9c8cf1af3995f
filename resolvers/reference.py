"""The reference lane: resolvers for graphql-core, which completes every field itself.

Resolvers are plain functions that load synchronously: all loads of one step happen in one turn of the event
loop, and so become one statement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.errors import ErrorCode, RequestError
from loaders import BatchLoader, RunningBatches
from resolvers.aggregate_reads import bind_groups
from resolvers.calls import values_or_nulls
from resolvers.function_calls import function_read
from resolvers.keys import key_of_argument, key_of_node
from resolvers.mutations import write
from resolvers.opaque import encode_global_id
from resolvers.plan import (
    ConnectionStep,
    FunctionStep,
    LookupStep,
    MutationStep,
    NodeStep,
    RowSelection,
)
from resolvers.reads import (
    BoundConnection,
    Key,
    Page,
    Reader,
    bind_connection,
    read_counts,
    read_estimates,
    read_pages,
    read_rows,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from asyncpg import Record
    from graphql.pyutils import Path as ResponsePath

    from db.query import Via
    from resolvers.aggregate_reads import BoundGroups
    from resolvers.bindings import Model
    from resolvers.fetching import Fetcher
    from resolvers.plan import GroupStep, Plan, Slot, Step


class FieldInfo(Protocol):
    """What resolvers need to know of where they stand; graphql-core's and Strawberry's Info both offer it."""

    @property
    def context(self) -> Any:
        """The running `Operation`."""

    @property
    def field_name(self) -> str:
        """The field that is resolved."""

    @property
    def path(self) -> ResponsePath:
        """Where in the answer."""


T = TypeVar("T")


@dataclass(slots=True)
class Operation:
    """One running operation: the context value of its resolvers.

    Attributes:
        model: What the schema stands for.
        plan: What is read.
        reader: Where steps read from.
        variables: Coerced variables.
        data: What Python code of users fetches with.
        running: Batches that are on their way.
        state: Whatever Python code of users keeps for the operation.
    """

    model: Model
    plan: Plan
    reader: Reader
    variables: Mapping[str, Any]
    data: Fetcher
    running: RunningBatches = field(default_factory=RunningBatches)
    state: dict[str, Any] = field(default_factory=dict)
    _loaders: dict[object, BatchLoader[Any, Any]] = field(default_factory=dict)
    _bound: dict[int, BoundConnection] = field(default_factory=dict)
    _bound_groups: dict[int, BoundGroups] = field(default_factory=dict)

    def loader(
        self, identity: object, fetch: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]
    ) -> BatchLoader[Any, Any]:
        """The loader of a statement of this operation."""
        if identity not in self._loaders:
            self._loaders[identity] = BatchLoader(fetch, self.running)
        return self._loaders[identity]

    def bind(self, step: ConnectionStep, arguments: Mapping[str, Any]) -> BoundConnection:
        """The step with its arguments, which are the same for every parent."""
        bound = self._bound.get(id(step))
        if bound is None:
            inputs = values_or_nulls(step.inputs, self.variables)
            bound = bind_connection(self.model, step, arguments, inputs=inputs)
            self._bound[id(step)] = bound
        return bound

    def bind_groups(
        self, connection: BoundConnection, step: GroupStep, arguments: Mapping[str, Any]
    ) -> BoundGroups:
        """Groups with their arguments, which are the same for every parent."""
        bound = self._bound_groups.get(id(step))
        if bound is None:
            bound = bind_groups(step, connection.count_read, connection.values, arguments)
            self._bound_groups[id(step)] = bound
        return bound


@dataclass(frozen=True, slots=True)
class Row:
    """A row at one place of the answer."""

    selection: RowSelection
    record: Record

    def key(self, positions: tuple[int, ...]) -> Key | None:
        """The parts of a key; None if one of them is NULL."""
        parts = tuple([self.record[position] for position in positions])
        return None if None in parts else parts


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection of one parent (or of the root); `key` is None where the parent has no key."""

    operation: Operation
    bound: BoundConnection
    key: Key | None

    def page(self) -> Awaitable[Page]:
        """The window of rows."""
        return self.load("page", read_pages)

    def count(self) -> Awaitable[int]:
        """How many rows there are."""
        return self.load("count", read_counts)

    def load(
        self, name: str, read: Callable[[Reader, BoundConnection, Sequence[Key]], Awaitable[Sequence[T]]]
    ) -> Awaitable[T]:
        """What the statement called `name` (in this connection) has for the parent."""

        async def fetch(keys: Sequence[Key]) -> Sequence[T]:
            return await read(self.operation.reader, self.bound, keys)

        loader: BatchLoader[Key | None, T] = self.operation.loader((id(self.bound.step), name), fetch)
        return loader.load(self.key)


@dataclass(frozen=True, slots=True)
class Edge:
    """A row of a connection with its cursor; `edges` is the response key it stands under."""

    connection: Connection
    page: Page
    record: Record
    edges: str


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page stands in its connection; the source of the GraphQL type of the same name."""

    connection: Connection
    page: Page

    @property
    def has_next_page(self) -> bool:
        """Whether rows follow the page."""
        return self.page.has_next

    @property
    def has_previous_page(self) -> bool:
        """Whether rows precede the page."""
        return self.page.has_previous

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row; None on an empty page."""
        return self._cursor_at(0)

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row; None on an empty page."""
        return self._cursor_at(-1)

    def _cursor_at(self, index: int) -> str | None:
        if not self.page.records:
            return None
        return self.page.cursor(self.page.records[index], self.connection.operation.model.cursor_key)


def resolve_column(row: Row, info: FieldInfo) -> Any:
    """A column of a row."""
    return _value(row.record, row.selection.slots[info.field_name])


def resolve_computed(row: Row, info: FieldInfo, **_: Any) -> Any:
    """What a function gives for a row."""
    return _value(row.record, row.selection.computed[_response_key(info)])


def _value(record: Record, slot: Slot) -> Any:
    value = record[slot.position]
    return value if value is None or slot.to_json is None else slot.to_json(value)


def resolve_id(row: Row, _info: FieldInfo) -> str:
    """The global id of a row."""
    selection = row.selection
    return encode_global_id(selection.type.name, [row.record[p] for p in selection.id_positions])


def resolve_to_one(row: Row, info: FieldInfo, **_: Any) -> Awaitable[Row | None] | Row | None:
    """The row that a to-one relation leads to."""
    step = row.selection.relations[_response_key(info)]
    if not isinstance(step, LookupStep) or step.relation is None:
        return None
    if step.info.marker is not None:
        return _joined(row, step, step.info.marker)
    key = row.key(step.key_positions)
    return None if key is None else _load_row(info.context, step, step.relation.via, key)


def resolve_to_many(row: Row, info: FieldInfo, **arguments: Any) -> Connection:
    """The connection that a to-many relation leads to."""
    step = row.selection.relations[_response_key(info)]
    return _connection(info.context, step, arguments, row.key(step.key_positions))


def resolve_root_connection(_source: object, info: FieldInfo, **arguments: Any) -> Connection:
    """A connection of a whole relation."""
    return _connection(info.context, _root(info), arguments, ())


def resolve_root_lookup(_source: object, info: FieldInfo, *, by: Mapping[str, Any]) -> Awaitable[Row | None]:
    """One row by one of its keys."""
    step = _root(info)
    if not isinstance(step, LookupStep):
        raise TypeError("a look-up needs a look-up step")
    return _load_row(info.context, step, *key_of_argument(step.selection.type, by))


def resolve_function(_source: object, info: FieldInfo, **_: Any) -> Awaitable[Any]:
    """The value, or the row, that a function gives."""
    operation: Operation = info.context
    step = _root(info)
    if not isinstance(step, FunctionStep):
        raise TypeError("a function needs a function step")

    async def fetch(keys: Sequence[object]) -> list[Any]:
        inputs = values_or_nulls(step.inputs, operation.variables)
        reader, read = operation.reader, function_read(step)
        records = await reader.fetch(read, inputs, step.info.id)
        if step.selection is None:
            made = None if step.slot is None else _value(records[0], step.slot)
        else:
            made = Row(step.selection, records[0]) if records else None
        return [made for _ in keys]

    return operation.loader(id(step), fetch).load(())


def resolve_node(info: FieldInfo, global_id: str) -> Awaitable[Row | None]:
    """The row that a global id names."""
    return _load_node(info, global_id)


def resolve_nodes(info: FieldInfo, ids: Sequence[str]) -> list[Awaitable[Row | None] | RequestError]:
    """The rows that global ids name, in their order; an error stands where its id does."""
    return [_load_node_or_error(info, global_id) for global_id in ids]


def _load_node_or_error(info: FieldInfo, global_id: str) -> Awaitable[Row | None] | RequestError:
    try:
        return _load_node(info, global_id)
    except RequestError as error:
        return error


def resolve_node_type(row: Row, _info: FieldInfo, _abstract: object) -> str:
    """The object type of a row, for fields of type `Node`."""
    return row.selection.type.name


def resolve_edges(connection: Connection, info: FieldInfo) -> Awaitable[list[Edge]] | list[Edge]:
    """The rows of a connection with their cursors."""
    if connection.key is None:
        return []
    return _edges(connection, connection.page(), _response_key(info))


def resolve_connection_nodes(connection: Connection, info: FieldInfo) -> Awaitable[list[Row]] | list[Row]:
    """The rows of a connection."""
    if connection.key is None:
        return []
    return _rows(connection.bound.step.places[(_response_key(info),)], connection.page())


def resolve_page_info(connection: Connection, _info: FieldInfo) -> Awaitable[PageInfo] | PageInfo:
    """Where the page stands in the connection."""
    if connection.key is None:
        return PageInfo(connection, EMPTY_PAGE)
    return _page_info(connection, connection.page())


def resolve_total_count(connection: Connection, _info: FieldInfo) -> Awaitable[int] | int:
    """How many rows the connection has in all."""
    return 0 if connection.key is None else connection.count()


def resolve_estimated_count(connection: Connection, _info: FieldInfo) -> Awaitable[int]:
    """How many rows the planner expects the connection to have in all."""
    return connection.load("estimate", read_estimates)


def resolve_edge_node(edge: Edge, info: FieldInfo) -> Row:
    """The row of an edge."""
    return Row(edge.connection.bound.step.places[edge.edges, _response_key(info)], edge.record)


def resolve_edge_cursor(edge: Edge, _info: FieldInfo) -> str:
    """The cursor of an edge."""
    return edge.page.cursor(edge.record, edge.connection.operation.model.cursor_key)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a mutation field wrote."""

    step: MutationStep
    records: Sequence[Record]


async def resolve_mutation(_source: object, info: FieldInfo, **arguments: Any) -> Payload:
    """Writes rows."""
    operation: Operation = info.context
    step = _root(info)
    if not isinstance(step, MutationStep):
        raise TypeError("a mutation needs a mutation step")
    inputs = values_or_nulls(step.inputs, operation.variables)
    records = await write(operation.model, step, arguments, inputs, operation.reader, lambda: operation.data)
    if operation.reader.spent is not None:
        operation.reader.spent.written(step, arguments, len(records))
    return Payload(step, records)


def resolve_affected_count(payload: Payload, _info: FieldInfo) -> int:
    """How many rows were written."""
    return len(payload.records)


def resolve_written(payload: Payload, info: FieldInfo) -> list[Row] | Row | None:
    """The row that was written, or the rows."""
    selection = payload.step.places[_response_key(info)]
    rows = [Row(selection, record) for record in payload.records]
    if payload.step.binding.is_many:
        return rows
    return rows[0] if rows else None


def resolve_result(payload: Payload, _info: FieldInfo) -> Any:
    """The value that a function gave; that it was called where it gives none."""
    slot = payload.step.slot
    return True if slot is None else _value(payload.records[0], slot)


EMPTY_PAGE = Page((), has_next=False, has_previous=False, cursor_at=0, cursor_end=0, tag=b"")


async def _edges(connection: Connection, pending: Awaitable[Page], key: str) -> list[Edge]:
    page = await pending
    return [Edge(connection, page, record, key) for record in page.records]


async def _rows(selection: RowSelection, pending: Awaitable[Page]) -> list[Row]:
    page = await pending
    return [Row(selection, record) for record in page.records]


async def _page_info(connection: Connection, pending: Awaitable[Page]) -> PageInfo:
    return PageInfo(connection, await pending)


def _response_key(info: FieldInfo) -> str:
    return str(info.path.key)


def _root(info: FieldInfo) -> Step:
    operation: Operation = info.context
    return operation.plan.roots[_response_key(info)]


def _connection(
    operation: Operation, step: Step, arguments: Mapping[str, Any], key: Key | None
) -> Connection:
    if not isinstance(step, ConnectionStep):
        raise TypeError("a connection needs a connection step")
    return Connection(operation, operation.bind(step, arguments), key)


def _load_row(operation: Operation, step: LookupStep, via: Via, key: Key) -> Awaitable[Row | None]:
    async def fetch(keys: Sequence[Key]) -> list[Row | Exception | None]:
        inputs = values_or_nulls(step.inputs, operation.variables)
        records = await read_rows(operation.reader, step, via, keys, inputs)
        return [_missing(step) if record is None else Row(step.selection, record) for record in records]

    return operation.loader((id(step), via), fetch).load(key)


def _joined(row: Row, step: LookupStep, marker: int) -> Row | None:
    if row.record[marker]:
        return Row(step.selection, row.record)
    missing = _missing(step)
    if missing is not None:
        raise missing
    return None


def _missing(step: LookupStep) -> Exception | None:
    if not step.is_required:
        return None
    # The database guarantees the row, but each statement has a snapshot of its own.
    return RequestError("A related row changed while it was being read; ask again.", ErrorCode.CONFLICT)


def _load_node(info: FieldInfo, global_id: str) -> Awaitable[Row | None]:
    operation: Operation = info.context
    step = _root(info)
    if not isinstance(step, NodeStep):
        raise TypeError("a node needs a node step")
    table_type, via, key = key_of_node(operation.model, global_id)
    lookup = step.step_for(table_type)
    if operation.reader.spent is not None:
        operation.reader.spent.named(lookup)
    return _load_row(operation, lookup, via, key)

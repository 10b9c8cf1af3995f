"""The compiled lane: a plan as a tree of programs that fetch level by level and assemble bottom up.

It answers what goes right. Whatever does not (a value that is refused, a row that is missing, a statement
that fails) is told by an exception, and the reference lane answers instead: errors, their paths and the
propagation of nulls are graphql-core's alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import StaleSchemaError
from db.query import LookupRead
from loaders.across import NO_KEYS
from resolvers.arguments import UnsuitableValue
from resolvers.assembly import (
    TYPENAME,
    compile_connections,
    compile_keys,
    compile_rows,
    compile_value,
)
from resolvers.calls import values_of
from resolvers.compiled_aggregates import GroupProgram, compile_made
from resolvers.function_calls import function_read
from resolvers.keys import key_of_node, key_source
from resolvers.mutations import AFFECTED_COUNT, WriteRefused, write
from resolvers.opaque import encode_cursor
from resolvers.plan import ConnectionStep, FunctionStep, LookupStep, MutationStep, NodeStep, SelectedField
from resolvers.python_fields import PythonProgram, PythonRoot, compile_call
from resolvers.reads import bind_connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping

    from asyncpg import Record
    from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode

    from db.query import FunctionRead, Via
    from loaders.across import Batch, Keys
    from resolvers.bindings import FunctionMutation, Model, MutationBinding, TableType
    from resolvers.compiled_aggregates import MadeProgram
    from resolvers.fetching import Fetcher
    from resolvers.plan import RowSelection, Step
    from resolvers.reads import Asked, BoundConnection, Reader
    from resolvers.spent import Spent
    from resolvers.windows import Window

Results = dict[Any, Any]
"""By key, the value itself or a tuple if it has several parts: what stands in the answer."""

Groups = Sequence["Sequence[Record]"]
"""Rows of one place of the answer, grouped by their parents."""


@dataclass(slots=True)
class Run:
    """One running operation.

    Attributes:
        model: What the schema stands for.
        reader: Where steps read from.
        variables: Coerced variables.
        complete: Completes values by graphql-core (see `resolvers.subtrees`).
        answer: Answers a part of the operation by graphql-core: its data, and errors.
        data: Gives what Python code of users fetches with.
        bound: Connection steps with their arguments.
    """

    model: Model
    reader: Reader
    variables: Mapping[str, Any]
    complete: Callable[[DocumentNode | None, Sequence[Any]], Awaitable[Sequence[Any]]]
    answer: Callable[
        [OperationDefinitionNode], Awaitable[tuple[dict[str, Any] | None, Sequence[GraphQLError]]]
    ]
    data: Callable[[], Fetcher]
    bound: dict[int, BoundConnection] = field(default_factory=dict)

    def bind(self, program: ConnectionProgram) -> BoundConnection:
        """The program's step with its arguments, which are the same for every parent."""
        bound = program.constant or self.bound.get(id(program))
        if bound is None:
            step = program.step
            groups = {key: group.arguments(self.variables) for key, group in step.groups.items()}
            inputs = values_of(step.inputs, self.variables)
            bound = bind_connection(self.model, step, step.arguments(self.variables), groups, inputs)
            if step.is_constant:
                program.constant = bound
            else:
                self.bound[id(program)] = bound
        return bound


@dataclass(slots=True)
class LookupProgram:
    """Rows by key.

    Attributes:
        step: The step.
        assemble: Makes the objects of rows by key.
        keys_of: Gives the keys of parents.
        children: What its rows lead to.
        reads: By key of `by:`, the read and what makes its key; under None the read of the relation.
    """

    step: LookupStep
    assemble: Callable[..., Results]
    keys_of: Callable[[Groups], Results]
    children: tuple[ChildProgram, ...]
    reads: dict[str | None, tuple[LookupRead, Callable[[Any], tuple[Any, ...]]]] = field(default_factory=dict)

    async def root(self, run: Run) -> Any:
        """The row that the arguments name."""
        ((name, value),) = self.step.arguments(run.variables)["by"].items()
        known = self.reads.get(name)
        if known is None:
            via, key_of = key_source(self.step.selection.type, name)
            known = self.reads[name] = (self.read(via), key_of)
        read, key_of = known
        key = _plain(key_of(value))
        keys = (key,)
        batch = await run.reader.load(read, self.inputs(run), keys)
        found = await self.objects(run, keys, batch) if self.children else self.leaves(run, keys, batch)
        return found.get(key)

    async def related(self, run: Run, parents: Groups) -> Results:
        """The row of each parent, by key."""
        keys, pending = self.load(run, parents)
        return {} if pending is None else await self.objects(run, keys, await pending)

    def load(self, run: Run, parents: Groups) -> tuple[Keys, asyncio.Future[Batch] | None]:
        """The keys of parents, and what will have their rows; None without keys."""
        found = self.keys_of(parents)
        found.pop(None, None)
        if not found or self.step.relation is None:
            return (), None
        known = self.reads.get(None)
        if known is None:
            known = self.reads[None] = (self.read(self.step.relation.via), tuple)
        keys = tuple(found)
        return keys, run.reader.load(known[0], self.inputs(run), keys)

    def read(self, via: Via) -> LookupRead:
        """The read of rows by a key of theirs."""
        return LookupRead(self.step.selection.type.table.name, self.step.outputs, via, self.step.call)

    def inputs(self, run: Run) -> dict[str, Any]:
        """The values of its calls of functions."""
        return values_of(self.step.inputs, run.variables) if self.step.inputs else {}

    async def by_key(self, run: Run, read: LookupRead, keys: Keys) -> Results:
        """The row of each key; keys without a row are left out."""
        return await self.objects(run, keys, await run.reader.load(read, self.inputs(run), keys))

    async def objects(self, run: Run, keys: Keys, batch: Batch) -> Results:
        """The objects of rows that have been found."""
        if not self.children:
            return self.leaves(run, keys, batch)
        run.reader.tell(self.step.info, batch, keys)
        found = batch.rows
        rows = [found[key] for key in keys if key in found]
        return self.assemble(keys, found, *await _related(run, self.children, (rows,)))

    def leaves(self, run: Run, keys: Keys, batch: Batch) -> Results:
        """The objects of rows that have been found and lead nowhere."""
        run.reader.tell(self.step.info, batch, keys)
        return self.assemble(keys, batch.rows)


@dataclass(slots=True)
class ConnectionProgram:
    """Windows of rows.

    Attributes:
        step: The step.
        connect: Makes the connections of keys.
        keys_of: Gives the keys of parents; None at the root.
        children: What the rows lead to, at one place after the other.
        made: Its aggregates and groups.
        constant: What its arguments come to, where no variable has a part in them.
    """

    step: ConnectionStep
    connect: Callable[..., Results]
    keys_of: Callable[[Groups], Results] | None
    children: tuple[ChildProgram, ...]
    made: tuple[MadeProgram, ...]
    constant: BoundConnection | None = None

    async def root(self, run: Run) -> Any:
        """The connection of a whole relation."""
        return (await self._connections(run, NO_KEYS))[NO_KEYS[0]]

    async def related(self, run: Run, parents: Groups) -> Results:
        """The connection of each parent, by key."""
        run.bind(self)  # refuses arguments also where no parent has a key
        found = self.keys_of(parents) if self.keys_of is not None else {}
        found.pop(None, None)
        return await self._connections(run, tuple(found)) if found else {}

    async def _connections(self, run: Run, keys: Keys) -> Results:
        bound = run.bind(self)
        reader, step = run.reader, self.step
        pages: Mapping[Any, Any] = {}
        counts: Mapping[Any, Any] = {}
        made: dict[str, Mapping[Any, Any]] = {}
        asked: list[Asked | None] = []
        page = count = None
        try:
            if step.page is not None:
                page = reader.ask(bound.page_read, bound.page_values, keys)
            if step.count is not None:
                count = reader.ask(bound.count_read, bound.values, keys)
            asked = [part.ask(reader, bound, keys) for part in self.made]
            if page is not None:
                pages = reader.rows(step.page, page, await page.batch)
            if count is not None:
                counts = reader.rows(step.count, count, await count.batch)
            made = await self._made(reader, asked, keys)
        except BaseException:
            await _abandon([each.batch for each in (page, count, *asked) if each is not None])
            raise
        window = bound.window
        if step.page_info:
            pages = _windows(window, keys, pages)
            groups = [shown for shown, _, _ in pages.values()]
        else:
            if window.backward and pages:
                pages = {key: pages[key][::-1] for key in keys}
            groups = [pages[key] for key in keys] if self.children else []
        if reader.spent is not None:
            self._count(reader.spent, keys, pages)
        results = await _related(run, self.children, groups) if self.children else ()
        cursor = partial(_cursor, bound, run.model.cursor_key) if step.cursors else None
        return self.connect(keys, pages, counts, made, cursor, *results)

    async def _made(
        self, reader: Reader, asked: Sequence[Asked | None], keys: Keys
    ) -> dict[str, Mapping[Any, Any]]:
        """What its aggregates and groups come to, that were asked for."""
        made: dict[str, Mapping[Any, Any]] = {}
        for part, each in zip(self.made, asked, strict=True):
            rows = {} if each is None else reader.rows(part.info, each, await each.batch)
            made |= part.made(keys, rows)
            if reader.spent is not None and isinstance(part, GroupProgram):
                reader.spent.groups(sum(len(rows[key]) for key in keys))
        return made

    def _count(self, spent: Spent, keys: Keys, pages: Mapping[Any, Any]) -> None:
        if self.step.page_info:
            spent.page(self.step, sum(len(pages[key][0]) for key in keys))
        elif pages:
            spent.page(self.step, sum(len(pages[key]) for key in keys))


def _windows(
    window: Window, keys: Keys, found: Mapping[Any, Sequence[Record]]
) -> dict[Any, tuple[Sequence[Record], bool, bool]]:
    """By key: the rows of the window, whether rows follow, and whether rows precede."""
    preceded = window.after is not None or window.offset > 0
    followed = window.before is not None
    pages = {}
    for key in keys:
        rows = found[key]
        more = len(rows) > window.size
        shown = rows[: window.size]
        pages[key] = (shown[::-1], followed, more) if window.backward else (shown, more, preceded)
    return pages


@dataclass(slots=True)
class NodeProgram:
    """Rows of whatever types global ids name."""

    step: NodeStep
    schema: GraphQLSchema
    lookups: dict[str, LookupProgram] = field(default_factory=dict)

    async def root(self, run: Run) -> Any:
        """The row, or the list of rows in the order of their ids."""
        arguments = self.step.arguments(run.variables)
        ids = arguments["ids"] if "ids" in arguments else [arguments["id"]]
        named = [key_of_node(run.model, global_id) for global_id in ids]
        by_type: dict[str, tuple[TableType, Via, dict[Any, None]]] = {}
        for table_type, via, key in named:
            by_type.setdefault(table_type.name, (table_type, via, {}))[2][_plain(key)] = None
        lookups = [(self._lookup(table_type), via, keys) for table_type, via, keys in by_type.values()]
        if run.reader.spent is not None:
            for table_type, _, _ in named:
                run.reader.spent.named(self._lookup(table_type).step)
        found = await _all([each.by_key(run, each.read(via), tuple(keys)) for each, via, keys in lookups])
        results = dict(zip(by_type, found, strict=True))
        rows = [results[table_type.name].get(_plain(key)) for table_type, _, key in named]
        return rows if "ids" in arguments else rows[0]

    def _lookup(self, table_type: TableType) -> LookupProgram:
        if table_type.name not in self.lookups:
            self.lookups[table_type.name] = _lookup_program(self.schema, self.step.step_for(table_type))
        return self.lookups[table_type.name]


@dataclass(slots=True)
class MutationProgram:
    """Rows that are written.

    Attributes:
        step: The step.
        places: By response key of the payload: makes the objects of rows by number, and what they lead to.
        values: By response key of the payload: makes the value of a function.
    """

    step: MutationStep
    places: dict[str, tuple[Callable[..., Results], tuple[ChildProgram, ...]]]
    values: dict[str, Callable[[Record], Any]]

    async def root(self, run: Run) -> Any:
        """Writes, and makes the payload."""
        binding = self.step.binding
        arguments = self.step.arguments(run.variables)
        try:
            inputs = values_of(self.step.inputs, run.variables)
            records = await write(run.model, self.step, arguments, inputs, run.reader, run.data)
        except (UnsuitableValue, KeyError, StaleSchemaError):
            raise
        except Exception as error:  # hooks raise whatever they like
            raise WriteRefused(error, self.step.info.path[0]) from error
        if run.reader.spent is not None:
            run.reader.spent.written(self.step, arguments, len(records))
        numbers = tuple(range(len(records)))
        found = dict(enumerate(records))
        payload: dict[str, Any] = {}
        for selected in self.step.fields:
            if selected.key in self.places:
                assemble, children = self.places[selected.key]
                objects = assemble(numbers, found, *await _related(run, children, (records,)))
                payload[selected.key] = [*objects.values()] if binding.is_many else objects.get(0)
            elif selected.key in self.values:
                payload[selected.key] = self.values[selected.key](records[0])
            else:
                payload[selected.key] = _of_payload(binding, selected.name, len(records))
        return payload


def _of_payload(binding: MutationBinding | FunctionMutation, name: str, count: int) -> object:
    """What stands in a payload beside rows and values."""
    if name == TYPENAME:
        return binding.payload
    return count if name == AFFECTED_COUNT else True  # a function that gives nothing was called


@dataclass(slots=True)
class FunctionProgram:
    """What a function gives that is called once.

    Attributes:
        step: The step.
        read: What is asked.
        value: Makes the value of a record; None where there is a row.
        assemble: Makes the objects of rows by key; None where there is a value.
        children: What the row leads to.
    """

    step: FunctionStep
    read: FunctionRead
    value: Callable[[Record], Any] | None
    assemble: Callable[..., Results] | None
    children: tuple[ChildProgram, ...]

    async def root(self, run: Run) -> Any:
        """The value, or the row."""
        reader = run.reader
        asked = reader.ask(self.read, values_of(self.step.inputs, run.variables), NO_KEYS)
        rows = reader.rows(self.step.info, asked, await asked.batch)[NO_KEYS[0]]
        if not rows:
            return None
        if self.assemble is None:
            return None if self.value is None else self.value(rows[0])
        return self.assemble((0,), {0: rows[0]}, *await _related(run, self.children, (rows,)))[0]


RootProgram = LookupProgram | ConnectionProgram | NodeProgram | FunctionProgram | MutationProgram | PythonRoot
ChildProgram = LookupProgram | ConnectionProgram | PythonProgram


def compile_root(schema: GraphQLSchema, step: Step) -> RootProgram:
    """The program of a root field."""
    if isinstance(step, NodeStep):
        return NodeProgram(step, schema)
    if isinstance(step, MutationStep):
        places = {
            key: (
                compile_rows(schema, selection, given=step.call is not None),
                _children(schema, selection),
            )
            for key, selection in step.places.items()
        }
        values = {
            field.key: compile_value(schema, step.binding.payload, field, step.slot)
            for field in step.fields
            if step.slot is not None and field.name == step.binding.rows
        }
        return MutationProgram(step, places, values)
    if isinstance(step, FunctionStep):
        return _function_program(schema, step)
    return _program(schema, step)


def connections_of(program: RootProgram | PythonProgram) -> Iterator[ConnectionProgram]:
    """The connections of a program, its own first."""
    if isinstance(program, (NodeProgram, PythonProgram, PythonRoot)):
        return
    if isinstance(program, ConnectionProgram):
        yield program
    if isinstance(program, MutationProgram):
        children = [child for _, each in program.places.values() for child in each]
    else:
        children = list(program.children)
    for child in children:
        yield from connections_of(child)


async def run_all(
    roots: Mapping[str, RootProgram], connections: Iterable[ConnectionProgram], run: Run
) -> dict[str, Any]:
    """What root fields come to, by response key.

    Args:
        roots: Their programs.
        connections: The connections of all of them.
        run: The running operation.
    """
    for connection in connections:  # arguments that are refused are refused before any statement
        run.bind(connection)
    if len(roots) == 1:
        [(key, root)] = roots.items()
        return {key: await root.root(run)}
    if any(isinstance(root, (MutationProgram, PythonRoot)) for root in roots.values()):
        return {key: await root.root(run) for key, root in roots.items()}  # one after the other
    return dict(zip(roots, await _all([root.root(run) for root in roots.values()]), strict=True))


def _program(schema: GraphQLSchema, step: LookupStep | ConnectionStep) -> LookupProgram | ConnectionProgram:
    if isinstance(step, LookupStep):
        return _lookup_program(schema, step)
    children = tuple(child for place in step.places.values() for child in _children(schema, place))
    keys_of = compile_keys(step.key_positions) if step.relation is not None else None
    return ConnectionProgram(step, compile_connections(schema, step), keys_of, children, compile_made(step))


def _function_program(schema: GraphQLSchema, step: FunctionStep) -> FunctionProgram:
    selection = step.selection
    if selection is None:
        field = SelectedField(step.info.path[0], step.info.field.name.value, step.parts)
        value = None if step.slot is None else compile_value(schema, "Query", field, step.slot)
        return FunctionProgram(step, function_read(step), value, None, ())
    rows = compile_rows(schema, selection, given=True)
    return FunctionProgram(step, function_read(step), None, rows, _children(schema, selection))


def _lookup_program(schema: GraphQLSchema, step: LookupStep) -> LookupProgram:
    rows = compile_rows(schema, step.selection, given=step.call is not None)
    return LookupProgram(step, rows, compile_keys(step.key_positions), _children(schema, step.selection))


def _children(schema: GraphQLSchema, selection: RowSelection) -> tuple[ChildProgram, ...]:
    relations = [_program(schema, step) for step in selection.fetched()]
    return (*relations, *map(compile_call, selection.calls.values()))


def _plain(key: tuple[Any, ...]) -> Any:
    return key[0] if len(key) == 1 else key


def _cursor(bound: BoundConnection, key: bytes, record: Record) -> str:
    start = len(bound.page_read.outputs)
    order = bound.window.order
    return encode_cursor(
        record[start : start + (1 if order.positional else len(order.terms))], bound.window.tag, key
    )


async def _related(run: Run, programs: Sequence[ChildProgram], parents: Groups) -> list[Any]:
    """What each of the relations and Python fields of parents comes to: fetched side by side."""
    if len(programs) == 1:
        return [await programs[0].related(run, parents)]
    started: list[tuple[LookupProgram | None, Keys, asyncio.Future[Any] | None]] = []
    for program in programs:
        if isinstance(program, LookupProgram) and not program.children:  # needs no task of its own
            started.append((program, *program.load(run, parents)))
        else:
            started.append((None, (), asyncio.ensure_future(program.related(run, parents))))
    try:
        results: list[Any] = []
        for leaf, keys, pending in started:
            if pending is None:
                results.append({})
            elif leaf is None:
                results.append(await pending)
            else:
                results.append(leaf.leaves(run, keys, await pending))
    except BaseException:
        await _abandon([pending for _, _, pending in started if pending is not None])
        raise
    return results


async def _all(parts: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All results, side by side; when one part fails, the others are cancelled."""
    if not parts:
        return []
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        # Not gather: being cancelled in the turn in which a part fails, it would lose that.
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        return [task.result() for task in tasks]
    except BaseException:
        await _abandon(tasks)
        raise


async def _abandon(pending: Sequence[asyncio.Future[Any]]) -> None:
    """Cancels what nobody will look at, and waits until that is done."""
    for each in pending:
        each.cancel()
    await asyncio.gather(*pending, return_exceptions=True)

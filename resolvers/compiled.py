"""The compiled lane: a plan as a tree of programs that fetch level by level and assemble bottom up.

It answers what goes right. Whatever does not (a value that is refused, a row that is missing, a statement
that fails) is told by an exception, and the reference lane answers instead: errors, their paths and the
propagation of nulls are graphql-core's alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from db.query import LookupRead
from resolvers.assembly import compile_connection, compile_keys, compile_rows
from resolvers.keys import key_of_argument, key_of_node
from resolvers.opaque import encode_cursor
from resolvers.plan import ConnectionStep, LookupStep, NodeStep
from resolvers.reads import bind_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

    from asyncpg import Record
    from graphql import GraphQLSchema

    from db.query import Via
    from resolvers.bindings import Model, TableType
    from resolvers.plan import RowSelection, Step
    from resolvers.reads import BoundConnection, Reader

Results = dict[Any, Any]
"""By key, the value itself or a tuple if it has several parts: what stands in the answer."""

_Page = tuple["Sequence[Record]", bool, bool, "Sequence[Any]"]
"""Rows, whether rows follow, whether rows precede, and for each place the objects of the rows."""


@dataclass(frozen=True, slots=True)
class Run:
    """One running operation.

    Attributes:
        model: What the schema stands for.
        reader: Where steps read from.
        variables: Coerced variables.
        bound: Connection steps with their arguments.
    """

    model: Model
    reader: Reader
    variables: Mapping[str, Any]
    bound: dict[int, BoundConnection] = field(default_factory=dict)

    def bind(self, program: ConnectionProgram) -> BoundConnection:
        """The program's step with its arguments, which are the same for every parent."""
        bound = self.bound.get(id(program)) or program.constant
        if bound is None:
            step = program.step
            bound = bind_connection(self.model, step, step.arguments(self.variables))
            if step.arguments.is_constant:
                program.constant = bound
            self.bound[id(program)] = bound
        return bound


@dataclass(frozen=True, slots=True)
class RowProgram:
    """Makes the objects of rows at one place."""

    assemble: Callable[..., list[Any]]
    children: tuple[LookupProgram | ConnectionProgram, ...]

    async def objects(self, run: Run, rows: Sequence[Record]) -> list[Any]:
        """The objects of the rows, in their order."""
        if not self.children or not rows:
            return self.assemble(rows, *({} for _ in self.children))
        if len(self.children) == 1:
            return self.assemble(rows, await self.children[0].related(run, rows))
        return self.assemble(rows, *await _all([child.related(run, rows) for child in self.children]))


@dataclass(frozen=True, slots=True)
class LookupProgram:
    """Rows by key."""

    step: LookupStep
    rows: RowProgram
    keys_of: Callable[[Sequence[Record]], Results]

    async def related(self, run: Run, parents: Sequence[Record]) -> Results:
        """The row of each parent, by key."""
        keys = self.keys_of(parents)
        if not keys or self.step.relation is None:
            return {}
        return await self.by_key(run, self.step.relation.via, tuple(keys))

    async def by_key(self, run: Run, via: Via, keys: tuple[Any, ...]) -> Results:
        """The row of each key; keys without a row are left out."""
        step = self.step
        read = LookupRead(step.selection.type.table.name, step.outputs, via)
        found = await run.reader.rows_by_key(read, {}, keys, step.info)
        kept = [key for key in keys if found[key]]
        # The last of several, as the rows of inheriting tables may have equal keys.
        objects = await self.rows.objects(run, [found[key][-1] for key in kept])
        return dict(zip(kept, objects, strict=True))


@dataclass(slots=True)
class ConnectionProgram:
    """Windows of rows; `constant` is what its arguments come to where no variable has a part in them."""

    step: ConnectionStep
    places: tuple[RowProgram, ...]
    connect: Callable[..., Any]
    keys_of: Callable[[Sequence[Record]], Results] | None
    constant: BoundConnection | None = None

    async def related(self, run: Run, parents: Sequence[Record]) -> Results:
        """The connection of each parent, by key."""
        run.bind(self)  # refuses arguments also where no parent has a key
        keys = tuple(self.keys_of(parents)) if self.keys_of is not None else ()
        if not keys:
            return {}
        return dict(zip(keys, await self._connections(run, keys), strict=True))

    async def whole(self, run: Run) -> Any:
        """The connection of a whole relation."""
        return (await self._connections(run, ()))[0]

    async def _connections(self, run: Run, keys: tuple[Any, ...]) -> list[Any]:
        bound = run.bind(self)
        step = self.step
        size = len(keys) or 1
        pages: list[_Page] = [((), False, False, ())] * size
        counts: list[int | None] = [None] * size
        if step.page is not None and step.count is not None:
            pages, counts = await _all([self._pages(run, bound, keys), self._counts(run, bound, keys)])
        elif step.page is not None:
            pages = await self._pages(run, bound, keys)
        elif step.count is not None:
            counts = await self._counts(run, bound, keys)
        cursor = partial(_cursor, bound, run.model.cursor_key)
        return [
            self.connect(rows, has_next, has_previous, cursor, count, *objects)
            for (rows, has_next, has_previous, objects), count in zip(pages, counts, strict=True)
        ]

    async def _pages(self, run: Run, bound: BoundConnection, keys: tuple[Any, ...]) -> list[_Page]:
        window = bound.window
        values = {**bound.values, "limit": window.size + 1, "offset": window.offset}
        found = await run.reader.rows_by_key(bound.page_read, values, keys, self.step.page)
        groups = [found[key] for key in keys] if keys else [found[()]]
        kept = [group[: window.size] for group in groups]
        if window.backward:
            kept = [group[::-1] for group in kept]
        rows = kept[0] if len(kept) == 1 else [record for group in kept for record in group]
        made = await _all([place.objects(run, rows) for place in self.places])
        preceded = window.after is not None or window.offset > 0
        followed = window.before is not None
        pages: list[_Page] = []
        start = 0
        for group, shown in zip(groups, kept, strict=True):
            end = start + len(shown)
            objects = [place[start:end] for place in made]
            more = len(group) > window.size
            has_next, has_previous = (followed, more) if window.backward else (more, preceded)
            pages.append((shown, has_next, has_previous, objects))
            start = end
        return pages

    async def _counts(self, run: Run, bound: BoundConnection, keys: tuple[Any, ...]) -> list[int | None]:
        found = await run.reader.rows_by_key(bound.count_read, bound.values, keys, self.step.count)
        if not keys:
            return [found[()][0][0]]
        return [found[key][0][0] if found[key] else 0 for key in keys]


@dataclass(slots=True)
class NodeProgram:
    """Rows of whatever types global ids name."""

    step: NodeStep
    schema: GraphQLSchema
    lookups: dict[str, LookupProgram] = field(default_factory=dict)

    async def value(self, run: Run) -> Any:
        """The row, or the list of rows in the order of their ids."""
        arguments = self.step.arguments(run.variables)
        ids = arguments["ids"] if "ids" in arguments else [arguments["id"]]
        named = [key_of_node(run.model, global_id) for global_id in ids]
        by_type: dict[str, tuple[TableType, Via, dict[Any, None]]] = {}
        for table_type, via, key in named:
            by_type.setdefault(table_type.name, (table_type, via, {}))[2][_plain(key)] = None
        found = await _all(
            [self._lookup(t).by_key(run, via, tuple(keys)) for t, via, keys in by_type.values()]
        )
        results = dict(zip(by_type, found, strict=True))
        rows = [results[table_type.name].get(_plain(key)) for table_type, _, key in named]
        return rows if "ids" in arguments else rows[0]

    def _lookup(self, table_type: TableType) -> LookupProgram:
        if table_type.name not in self.lookups:
            self.lookups[table_type.name] = _lookup_program(self.schema, self.step.step_for(table_type))
        return self.lookups[table_type.name]


RootProgram = LookupProgram | ConnectionProgram | NodeProgram


def compile_root(schema: GraphQLSchema, step: Step) -> RootProgram:
    """The program of a root field."""
    if isinstance(step, NodeStep):
        return NodeProgram(step, schema)
    return _program(schema, step)


def connections_of(program: RootProgram) -> Iterator[ConnectionProgram]:
    """The connections of a program, its own first."""
    if isinstance(program, ConnectionProgram):
        yield program
        rows = program.places
    else:
        rows = (program.rows,) if isinstance(program, LookupProgram) else ()
    for each in rows:
        for child in each.children:
            yield from connections_of(child)


async def run_all(programs: Mapping[str, RootProgram], run: Run) -> dict[str, Any]:
    """What root fields come to, by response key."""
    if not programs:
        return {}
    for program in programs.values():  # arguments that are refused are refused before any statement
        for connection in connections_of(program):
            run.bind(connection)
    values = await _all([_run_root(program, run) for program in programs.values()])
    return dict(zip(programs, values, strict=True))


async def _run_root(program: RootProgram, run: Run) -> Any:
    """What a root field comes to."""
    if isinstance(program, ConnectionProgram):
        return await program.whole(run)
    if isinstance(program, NodeProgram):
        return await program.value(run)
    by = program.step.arguments(run.variables)["by"]
    via, key = key_of_argument(program.step.selection.type, by)
    plain = _plain(key)
    return (await program.by_key(run, via, (plain,))).get(plain)


def _program(schema: GraphQLSchema, step: LookupStep | ConnectionStep) -> LookupProgram | ConnectionProgram:
    if isinstance(step, LookupStep):
        return _lookup_program(schema, step)
    places = tuple(_row_program(schema, selection) for selection in step.places.values())
    keys_of = compile_keys(step.key_positions) if step.relation is not None else None
    return ConnectionProgram(step, places, compile_connection(step), keys_of)


def _lookup_program(schema: GraphQLSchema, step: LookupStep) -> LookupProgram:
    return LookupProgram(step, _row_program(schema, step.selection), compile_keys(step.key_positions))


def _row_program(schema: GraphQLSchema, selection: RowSelection) -> RowProgram:
    children = tuple(_program(schema, step) for step in selection.relations.values())
    return RowProgram(compile_rows(schema, selection), children)


def _plain(key: tuple[Any, ...]) -> Any:
    return key[0] if len(key) == 1 else key


def _cursor(bound: BoundConnection, key: bytes, record: Record) -> str:
    start = len(bound.page_read.outputs)
    order = bound.window.order
    return encode_cursor(
        record[start : start + (1 if order.positional else len(order.terms))], bound.window.tag, key
    )


async def _all(parts: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All results, side by side; when one part fails, the others are cancelled."""
    if len(parts) == 1:
        return [await parts[0]]
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise

"""Writing rows with the rows that they refer to, and those that refer to them.

What a row refers to is written before it, what refers to it after it. All rows of one place of the input go
together, whatever the number of rows that they are nested in.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from core.errors import BadUserInput
from db.query import Form, Output
from db.values import key_to_column
from db.writes import OnConflict
from resolvers.bindings import Holder
from resolvers.new_rows import (
    CONNECT,
    CREATE,
    DISCONNECT,
    MAX_DEPTH,
    NewRow,
    NewRows,
    bad_input,
    items_of,
    linked_items,
)
from resolvers.row_writes import not_there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncpg import Record

    from resolvers.bindings import Link, Model, TableType
    from resolvers.new_rows import InputPath
    from resolvers.reads import Key
    from resolvers.row_writes import RowWrites


class NestedWrites:
    """Writes for one field.

    Args:
        model: What the schema stands for.
        writes: Writes rows of one relation.
    """

    def __init__(self, model: Model, writes: RowWrites) -> None:
        self._model = model
        self._writes = writes

    async def insert(
        self,
        new: NewRows,
        rows: Sequence[NewRow],
        outputs: tuple[Output, ...],
        conflict: OnConflict | None = None,
        depth: int = 0,
    ) -> list[Record | None]:
        """Inserts rows with all that is nested in them; their records (see `RowWrites.insert`).

        Raises:
            RequestError: It cannot be done.
        """
        if depth > MAX_DEPTH:
            raise BadUserInput(f"Rows are nested more than {MAX_DEPTH} deep.")
        if not rows:
            return []
        used = {
            name: link
            for name, link in new.type.links.items()
            if any(row.given.get(name) is not None for row in rows)
        }
        after: dict[str, Link] = {}
        for name, link in used.items():
            if link.holder is Holder.HERE:
                await self._parents(new, rows, name, link, depth)
            else:
                after[name] = link
        keys = {name: key_outputs(link) for name, link in after.items()}
        read = (*outputs, *dict.fromkeys(output for each in keys.values() for output in each))
        records = await self._writes.insert(new.type, rows, read, conflict)
        for name, link in after.items():
            positions = [read.index(output, len(outputs)) for output in keys[name]]
            owners = []
            for row, record in zip(rows, records, strict=False):
                if row.given.get(name) is None:
                    continue
                if record is None:
                    raise bad_input("The row was not written, and so nothing can belong to it.", row.path)
                owners.append((row, tuple([record[position] for position in positions])))
            if link.holder is Holder.THERE:
                await self._children(name, link, owners, depth)
            else:
                await self._joined(name, link, owners, depth)
        return records

    async def _parents(self, new: NewRows, rows: Sequence[NewRow], name: str, link: Link, depth: int) -> None:
        """Writes and finds the rows that `rows` refer to, and gives them their keys."""
        target = self._model.by_table[link.relation.target]
        created, connected = _gathered(rows, name, link)
        columns = link.relation.via.columns
        if created:
            there = NewRows(target)
            made = [there.make(given, path) for _, given, path in created]
            keys = await self._inserted(there, made, columns, depth)
            for (row, _, path), key in zip(created, keys, strict=True):
                new.add(row, dict(zip(link.relation.columns, key, strict=True)), path)
        keys = await self._found(target, [(by, path) for _, by, path in connected], columns)
        for (row, _, path), key in zip(connected, keys, strict=True):
            new.add(row, dict(zip(link.relation.columns, key, strict=True)), path)

    async def _children(
        self, name: str, link: Link, owners: Sequence[tuple[NewRow, Key]], depth: int
    ) -> None:
        """Writes the rows that refer to new rows (with their keys), and has others refer to them."""
        target = self._model.by_table[link.relation.target]
        key_of = {id(row): key for row, key in owners}
        created, connected = _gathered([row for row, _ in owners], name, link)
        columns = link.relation.via.columns
        if created:
            there = NewRows(target)
            made = [
                there.make(given, path, dict(zip(columns, key_of[id(row)], strict=True)))
                for row, given, path in created
            ]
            await self.insert(there, made, (), depth=depth + 1)
        if connected:
            convert = _converter(target, columns)
            await self._writes.assign(
                target,
                [(by, path) for _, by, path in connected],
                columns,
                [convert(key_of[id(row)]) for row, _, _ in connected],
            )

    async def _joined(self, name: str, link: Link, owners: Sequence[tuple[NewRow, Key]], depth: int) -> None:
        """Writes and finds the rows that new rows (with their keys) are joined to, and joins them."""
        target = self._model.by_table[link.relation.target]
        key_of = {id(row): key for row, key in owners}
        created, connected = _gathered([row for row, _ in owners], name, link)
        columns = _far_columns(link)
        pairs: list[tuple[Key, Key, InputPath]] = []
        if created:
            there = NewRows(target)
            made = [there.make(given, path) for _, given, path in created]
            keys = await self._inserted(there, made, columns, depth)
            pairs += [(key_of[id(row)], key, path) for (row, _, path), key in zip(created, keys, strict=True)]
        keys = await self._found(target, [(by, path) for _, by, path in connected], columns)
        pairs += [(key_of[id(row)], key, path) for (row, _, path), key in zip(connected, keys, strict=True)]
        await self._join(link, pairs)

    async def _inserted(
        self, new: NewRows, rows: Sequence[NewRow], columns: tuple[str, ...], depth: int
    ) -> list[Key]:
        """Inserts rows; the given columns of each, in key form."""
        outputs = tuple(Output(column, Form.KEY) for column in columns)
        records = await self.insert(new, rows, outputs, depth=depth + 1)
        keys: list[Key] = []
        for row, record in zip(rows, records, strict=False):
            if record is None:
                raise bad_input("The row was not written, and so nothing can belong to it.", row.path)
            keys.append(tuple(record[: len(columns)]))
        return keys

    async def _found(
        self, target: TableType, named: Sequence[tuple[Any, InputPath]], columns: tuple[str, ...]
    ) -> list[Key]:
        """The given columns of rows that are to be there, in key form."""
        keys: list[Key] = []
        if named:
            for key, (_, path) in zip(await self._writes.find(target, named, columns), named, strict=True):
                if key is None:
                    raise not_there(target, path)
                keys.append(key)
        return keys

    async def _join(self, link: Link, pairs: Sequence[tuple[Key, Key, InputPath]]) -> None:
        """Writes junction rows between rows, by their keys; those that are there already stay."""
        if not pairs:
            return
        between, columns = self._junction(link)
        convert = _converter(between, columns)
        rows = [
            NewRow({}, path, dict(zip(columns, convert((*near, *far)), strict=True)))
            for near, far, path in pairs
        ]
        keys = (between.table.primary_key, *between.table.unique_keys)
        [key, *_] = [
            key for key in keys if key is not None and key.immediate and set(key.columns) == set(columns)
        ]
        await self._writes.insert(between, rows, (), OnConflict(key.columns, ()))

    def _junction(self, link: Link) -> tuple[TableType, tuple[str, ...]]:
        """The type of junction rows, and their columns: first those of the near side."""
        junction = link.relation.via.junction
        if junction is None:
            raise TypeError("the link has no junction")
        columns = (*link.relation.via.columns, *(name for name, _ in junction.pairs))
        return self._model.by_table[junction.table], columns

    async def change(
        self, name: str, link: Link, given: Mapping[str, Any], owners: Sequence[Key], path: InputPath
    ) -> None:
        """Disconnects and connects rows of changed ones, whose keys are given.

        Args:
            name: The field of the link.
            link: The link.
            given: Its input.
            owners: The keys of the changed rows.
            path: Where the input stands.
        """
        target = self._model.by_table[link.relation.target]
        disconnected = linked_items(given, path, DISCONNECT, is_many=True)
        connected = linked_items(given, path, CONNECT, is_many=True)
        if link.holder is Holder.THERE:
            if len(owners) > 1 and connected:
                raise bad_input(f"Several rows were changed; {name!r} can belong to one of them only.", path)
            columns = link.relation.via.columns
            convert = _converter(target, columns)
            for owner in owners:
                held = convert(owner)
                if disconnected:
                    values = dict(zip(columns, held, strict=True))
                    await self._writes.release(target, disconnected, values, link.clearable)
                if connected:
                    await self._writes.assign(target, connected, columns, [held] * len(connected))
            return
        far = _far_columns(link)
        if disconnected:
            between, columns = self._junction(link)
            convert = _converter(between, columns)
            gone = [key for key in await self._writes.find(target, disconnected, far) if key is not None]
            pairs = [convert((*near, *key)) for near, key in product(owners, gone)]
            if pairs:
                await self._writes.delete_each(between, columns, pairs)
        keys = await self._found(target, connected, far)
        joined = [(key, path) for key, (_, path) in zip(keys, connected, strict=True)]
        await self._join(link, [(near, key, where) for near, (key, where) in product(owners, joined)])


def key_outputs(link: Link) -> tuple[Output, ...]:
    """What is read of a row to write what belongs to it."""
    return tuple(Output(column, Form.KEY) for column in link.relation.columns)


def _gathered(
    rows: Sequence[NewRow], name: str, link: Link
) -> tuple[list[tuple[NewRow, Any, InputPath]], list[tuple[NewRow, Any, InputPath]]]:
    """What rows give under a link: what is to be created, and what connected."""
    created = [(row, item, path) for row in rows for item, path in items_of(row, name, link, CREATE)]
    connected = [(row, item, path) for row in rows for item, path in items_of(row, name, link, CONNECT)]
    return created, connected


def _far_columns(link: Link) -> tuple[str, ...]:
    junction = link.relation.via.junction
    return () if junction is None else tuple(name for _, name in junction.pairs)


def _converter(table_type: TableType, columns: tuple[str, ...]) -> Callable[[Key], Key]:
    """Makes values in column form of values in key form."""
    by_column = {binding.column: binding.shape for binding in table_type.columns.values()}
    shapes = [by_column[column] for column in columns]
    return lambda key: tuple([key_to_column(shape, part) for shape, part in zip(shapes, key, strict=True)])

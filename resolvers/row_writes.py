"""Writing rows of one relation within a transaction: values in, one statement for rows alike, records out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import ConstraintViolation, ErrorCode, RequestError
from db.query import Form, LookupRead, Output
from db.writes import Assign, DeleteEach, Insert, OnConflict, Release
from resolvers.keys import key_of_argument
from resolvers.new_rows import bad_input
from resolvers.violations import describe, locate_in_changes, locate_in_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncpg import Record

    from core.events import Observer
    from db.query import Via
    from db.transactions import Writer
    from db.writes import Delete, Update, Write
    from resolvers.bindings import TableType
    from resolvers.new_rows import InputPath, NewRow
    from resolvers.reads import Key


class RowWrites:
    """Writes for one field.

    Args:
        writer: Runs the statements.
        observer: Is told of them.
        step: Id of the step.
        inputs: Values of the parameters of calls of functions among what is read of written rows.
    """

    def __init__(
        self, writer: Writer, observer: Observer | None, step: int, inputs: Mapping[str, Any]
    ) -> None:
        self._writer = writer
        self._observer = observer
        self._step = step
        self._inputs = inputs

    async def insert(
        self,
        table_type: TableType,
        rows: Sequence[NewRow],
        outputs: tuple[Output, ...],
        conflict: OnConflict | None = None,
    ) -> list[Record | None]:
        """Inserts rows, those that give the same columns together; the record of each.

        Where the database left rows out, which a trigger or `conflict` may do, it does not say which: None
        stands for each row of these columns, but those that were written are at the end of the list.

        RETURNING keeps the order: PostgreSQL inserts the rows of a sorted select one by one, and gives what
        it made of one before it takes the next.
        """
        alike: dict[frozenset[str], list[int]] = {}
        for number, row in enumerate(rows):
            alike.setdefault(frozenset(row.values), []).append(number)
        found: list[Record | None] = [None] * len(rows)
        unplaced: list[Record] = []
        for numbers in alike.values():
            columns = tuple(rows[numbers[0]].values)
            records = await self._insert_alike(
                table_type,
                [rows[number] for number in numbers],
                Insert(table_type.table.name, columns, outputs, conflict),
            )
            if len(records) == len(numbers):
                for number, record in zip(numbers, records, strict=True):
                    found[number] = record
            else:
                unplaced += records
        return [*found, *unplaced]

    async def _insert_alike(
        self, table_type: TableType, rows: Sequence[NewRow], insert: Insert
    ) -> list[Record]:
        """Inserts rows that give the same columns."""
        values = {f"value{i}": [row.values[name] for row in rows] for i, name in enumerate(insert.columns)}
        try:
            if insert.columns:
                return await self._write(insert, values)
            # Each row is a statement of its own: of defaults alone there is but one at a time.
            return [record for _ in rows for record in await self._write(insert, {})]
        except ConstraintViolation as violation:
            locate_in_rows(violation, table_type, rows)
            raise

    async def change(
        self,
        table_type: TableType,
        write: Update | Delete,
        values: Mapping[str, Any],
        given: Mapping[str, Any] | None,
    ) -> list[Record]:
        """Changes or deletes the rows that the write chooses; a record of each.

        Args:
            table_type: Their type.
            write: What is written.
            values: Its parameters.
            given: The input of changes; None where rows are deleted.
        """
        try:
            return await self._write(write, values)
        except ConstraintViolation as violation:
            if given is None:
                describe(violation, table_type)
            else:
                locate_in_changes(violation, table_type, given, ("set",))
            raise

    async def find(
        self,
        table_type: TableType,
        named: Sequence[tuple[Mapping[str, Any], InputPath]],
        columns: tuple[str, ...],
    ) -> list[Key | None]:
        """Columns of rows that are there, in key form; None for those that are not.

        Args:
            table_type: Their type.
            named: The key of each row, as `by:` takes it, and where it stands.
            columns: What is read of them.
        """
        outputs = tuple(Output(column, Form.KEY) for column in columns)
        found: list[Key | None] = [None] * len(named)
        for via, keys in self._by_key(table_type, named).items():
            read = LookupRead(table_type.table.name, outputs, via)
            records = await self._fetch(read, _arrays("key", list(keys)))
            numbers = list(keys.values())
            for record in records:
                for number in numbers[record[-1] - 1]:
                    found[number] = tuple(record[: len(columns)])
        return found

    async def assign(
        self,
        table_type: TableType,
        named: Sequence[tuple[Mapping[str, Any], InputPath]],
        columns: tuple[str, ...],
        values: Sequence[Key],
    ) -> None:
        """Gives rows, each named by a key, values of their own (in column form).

        Raises:
            BadUserInput: A row is not there, or is given different values.
        """
        for via, keys in self._by_key(table_type, named).items():
            for numbers in keys.values():
                if any(values[number] != values[numbers[0]] for number in numbers):
                    raise bad_input("A row cannot belong to several.", named[numbers[-1]][1])
            numbers = [each[0] for each in keys.values()]
            assigned = _arrays("key", list(keys)) | _arrays("value", [values[number] for number in numbers])
            assign = Assign(table_type.table.name, columns, via, table_type.raised)
            try:
                records = await self._write(assign, assigned)
            except ConstraintViolation as violation:
                if describe(violation, table_type) is not None and len(numbers) == 1:
                    violation.extensions["inputPath"] = list(named[numbers[0]][1])
                raise
            there = {record[0] for record in records}
            for position, number in enumerate(numbers, start=1):
                if position not in there:
                    raise not_there(table_type, named[number][1])

    async def release(
        self,
        table_type: TableType,
        named: Sequence[tuple[Mapping[str, Any], InputPath]],
        held: Mapping[str, Any],
        cleared: tuple[str, ...],
    ) -> None:
        """Clears columns of rows, each named by a key, where they have these values (in column form)."""
        for via, keys in self._by_key(table_type, named).items():
            release = Release(table_type.table.name, tuple(held), cleared, via, table_type.raised)
            values = {f"value{i}": [value] * len(keys) for i, value in enumerate(held.values())}
            try:
                await self._write(release, _arrays("key", list(keys)) | values)
            except ConstraintViolation as violation:
                describe(violation, table_type)
                raise

    async def delete_each(
        self, table_type: TableType, columns: tuple[str, ...], values: Sequence[Key]
    ) -> None:
        """Deletes rows by values of their columns (in column form)."""
        try:
            await self._write(DeleteEach(table_type.table.name, columns), _arrays("value", values))
        except ConstraintViolation as violation:
            describe(violation, table_type)
            raise

    async def must_not_be_there(self, table_type: TableType, via: Via, key: Mapping[str, Any]) -> None:
        """Raises CONFLICT if a row is there that was not written: it has another version."""
        read = LookupRead(table_type.table.name, (Output(via.columns[0], Form.PRESENT),), via)
        if await self._fetch(read, {name: [part] for name, part in key.items()}):
            raise RequestError("The row is not as it was read.", ErrorCode.CONFLICT)

    @staticmethod
    def _by_key(
        table_type: TableType, named: Sequence[tuple[Mapping[str, Any], InputPath]]
    ) -> dict[Via, dict[Key, list[int]]]:
        """The rows by how they are named, and by their key: their numbers."""
        found: dict[Via, dict[Key, list[int]]] = {}
        for number, (by, _) in enumerate(named):
            via, key = key_of_argument(table_type, by)
            found.setdefault(via, {}).setdefault(key, []).append(number)
        return found

    async def _fetch(self, read: LookupRead, values: Mapping[str, Any]) -> list[Record]:
        return await self._writer.fetch(read, values, step=self._step, observer=self._observer)

    async def _write(self, write: Write, values: Mapping[str, Any]) -> list[Record]:
        return await self._writer.write(
            write, {**values, **self._inputs}, step=self._step, observer=self._observer
        )


def not_there(table_type: TableType, path: InputPath) -> RequestError:
    """The error for a row that is to be connected."""
    return bad_input(f"There is no {table_type.name} with this key.", path)


def _arrays(name: str, items: Sequence[Key]) -> dict[str, Any]:
    """A list for each part of the items."""
    return {f"{name}{i}": list(part) for i, part in enumerate(zip(*items, strict=True))}

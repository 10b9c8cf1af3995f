"""What random mutations (`writes`) mean, as statements that are run one after the other, with literals.

In one transaction, which is rolled back at the first error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import asyncpg

from resolvers.bindings import Holder, MutationKind, ToOne
from tests.property.lanes import PAGES
from tests.property.writable_databases import listed, literal, quoted
from tests.property.writes import Key, Where, columns_shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.bindings import Link, Relation, TableType
    from tests.property.writable_databases import Table
    from tests.property.writes import Field, Linked, New, Operation, Writes

Texts = dict[str, str | None]
"""A row: by column, in PostgreSQL's text form."""


GIVEN_WRONGLY = "given twice or not at all"
"""Why a row is refused whose reference is given by column and by row, or by neither."""


class Refused(Exception):  # noqa: N818 - carries a code
    """What cannot be done, and is no error of PostgreSQL."""

    def __init__(self, why: str, code: str = "BAD_USER_INPUT") -> None:
        super().__init__(why)
        self.why = why
        self.code = code


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing was written.

    Attributes:
        code: That callers are told.
        why: For the tally.
        alias: Of the field; None where the transaction could not be kept.
        kind: Of the constraint.
        constraint: Its name.
    """

    code: str
    why: str
    alias: str | None
    kind: str | None = None
    constraint: str | None = None


@dataclass(slots=True)
class Outcome:
    """What was done.

    Attributes:
        payloads: Of each field.
        failure: Why there are none.
        statements: What was run, to be shown.
    """

    payloads: dict[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    statements: list[str] = field(default_factory=list)


_KINDS = {
    "23502": "not_null",
    "23503": "foreign_key",
    "23001": "foreign_key",
    "23505": "unique",
    "23514": "check",
}


def _failure(error: asyncpg.PostgresError, alias: str | None) -> Failure:
    state = error.sqlstate or ""
    if state in _KINDS:
        return Failure("CONSTRAINT_VIOLATION", _KINDS[state], alias, _KINDS[state], error.constraint_name)
    if state.startswith("22") or state in {"21000", "P0001"}:
        return Failure("BAD_USER_INPUT", type(error).__name__, alias)
    raise error


class ByHand:
    """Writes in one database.

    Args:
        connection: To it.
        writes: Knows its tables, and what fields are called.
    """

    def __init__(self, connection: asyncpg.Connection, writes: Writes) -> None:
        self._connection = connection
        self._writes = writes
        self._statements: list[str] = []

    async def run(self, operation: Operation) -> Outcome:
        """Does what an operation describes."""
        self._statements = []
        outcome = Outcome(statements=self._statements)
        alias = None
        await self._execute("BEGIN")
        try:
            for each in operation.fields:
                alias = each.alias
                outcome.payloads[alias] = await self._field(each)
            alias = None
            await self._execute("ROLLBACK" if operation.dry_run else "COMMIT")
        except Refused as refused:
            outcome.failure = Failure(refused.code, refused.why, alias)
        except asyncpg.PostgresError as error:
            outcome.failure = _failure(error, alias)
        if outcome.failure is not None and self._connection.is_in_transaction():
            await self._execute("ROLLBACK")
        return outcome

    async def _execute(self, sql: str) -> None:
        self._statements.append(sql)
        await self._connection.execute(sql)

    async def _fetch(self, sql: str) -> list[Texts]:
        self._statements.append(sql)
        return [dict(row) for row in await self._connection.fetch(sql)]

    # Fields.

    async def _field(self, each: Field) -> dict[str, Any]:
        match each.kind:
            case MutationKind.CREATE | MutationKind.CREATE_MANY:
                made = await self._insert(each.table, each.rows, [None] * len(each.rows), each.conflict)
                rows = [row for row in made if row is not None]
            case MutationKind.UPDATE | MutationKind.UPDATE_MANY:
                rows = await self._update(each)
            case _:
                rows = await self._delete(each)
                return self._payload(each, [self._shown(each.table, row) for row in rows])
        return self._payload(each, [await self._read(each, row) for row in rows])

    @staticmethod
    def _payload(each: Field, rows: list[dict[str, Any]]) -> dict[str, Any]:
        if each.fails and rows:
            raise Refused("payload")
        shown: Any = rows if each.kind.is_many else (rows[0] if rows else None)
        return {"affectedCount": len(rows), "rows": shown}

    async def _read(self, each: Field, row: Texts) -> dict[str, Any]:
        """What the payload shows of a row that was written."""
        table = each.table
        here = _equal({name: row[name] for name in table.primary})
        [now] = await self._fetch(f"SELECT {_texts(table)} FROM {quoted(table.name)} AS t WHERE {here}")
        if any(reference.target is table for reference in table.references):
            now = row  # what its own links make of a row that they lead to is not shown
        made = self._shown(table, now)
        for name, shown in each.related.items():
            made[name] = await self._related(self._type(table).relations[name], now, shown)
        return made

    async def _related(self, relation: Relation, row: Texts, shown: Sequence[str]) -> Any:
        target = self._writes.tables[relation.target.name]
        given = [row[name] for name in relation.columns]
        held = _equal(dict(zip(relation.via.columns, given, strict=True)))
        source = f"{quoted(target.name)} AS t"
        if isinstance(relation, ToOne):
            found = await self._fetch(f"SELECT {_texts(target)} FROM {source} WHERE {held}")
            if not found and relation.required:  # where references are checked in the end
                raise Refused("no row where a reference leads", "CONFLICT")
            there = self._shown(target, found[0]) if found else None
            return there and {name: there[name] for name in shown}
        if (junction := relation.via.junction) is not None:
            far = " AND ".join(f"j.{quoted(a)} = t.{quoted(b)}" for a, b in junction.pairs)
            source += f" JOIN {quoted(junction.table.name)} AS j ON {far}"
            held = _equal(dict(zip(relation.via.columns, given, strict=True)), "j")
        [counted] = await self._fetch(f"SELECT count(*)::text AS n FROM {source} WHERE {held}")
        return {"totalCount": int(counted["n"] or 0)}

    def _shown(self, table: Table, row: Texts) -> dict[str, Any]:
        shown = columns_shown(self._type(table))
        return {name: table.columns[column].read(row[column]) for name, column in shown.items()}

    def _type(self, table: Table) -> TableType:
        return self._writes.types[table.name]

    async def _update(self, each: Field) -> list[Texts]:
        table = each.table
        if not each.values and not each.links:
            raise Refused("nothing is set")
        changes = [
            f"{quoted(name)} = {literal(None if value is None else value.text)}"
            for name, value in each.values.items()
        ]
        if not changes:  # rows are written all the same
            keyed = {name for key in table.keys for name in key}
            names = [name for name, column in table.columns.items() if column.given]
            name = quoted(next((name for name in names if name not in keyed), names[0]))
            changes = [f"{name} = {name}"]
        rows = await self._fetch(
            f"UPDATE {quoted(table.name)} AS t SET {', '.join(changes)} WHERE {await self._chosen(each)}"
            f" RETURNING {_texts(table)}"
        )
        await self._check(each, rows)
        for linked in self._in_order(table, each.links):
            await self._relink(linked, [_part(row, linked.link) for row in rows])
        return rows

    async def _delete(self, each: Field) -> list[Texts]:
        rows = await self._fetch(
            f"DELETE FROM {quoted(each.table.name)} AS t WHERE {await self._chosen(each)}"
            f" RETURNING {_texts(each.table)}"
        )
        await self._check(each, rows)
        return rows

    async def _chosen(self, each: Field) -> str:
        if isinstance(each.chosen, Where):
            return each.chosen.sql
        assert each.chosen is not None
        if each.version is False and await self._is_there(each.table, each.chosen):
            raise Refused("another version", "CONFLICT")
        return _named(each.chosen)

    async def _is_there(self, table: Table, key: Key) -> bool:
        return bool(await self._fetch(f"SELECT FROM {quoted(table.name)} AS t WHERE {_named(key)}"))

    @staticmethod
    async def _check(each: Field, rows: Sequence[Texts]) -> None:
        most = PAGES.max_page_size if each.at_most is None else each.at_most
        if isinstance(each.chosen, Where) and len(rows) > most:
            raise Refused("more than atMost")

    def _in_order(self, table: Table, links: Mapping[str, Linked]) -> list[Linked]:
        return [links[name] for name in self._type(table).links if name in links]

    # New rows.

    async def _insert(
        self,
        table: Table,
        rows: Sequence[New],
        owners: Sequence[Texts | None],
        conflict: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
    ) -> list[Texts | None]:
        """Inserts rows with what is nested in them; `owners` is what the rows around give them."""
        given = [self._given(table, row, owner) for row, owner in zip(rows, owners, strict=True)]
        names = [name for name in self._type(table).links if any(name in row.links for row in rows)]
        links = {name: next(row.links[name].link for row in rows if name in row.links) for name in names}
        for name in names:
            if links[name].holder is Holder.HERE:
                await self._parents(links[name], [row.links.get(name) for row in rows], given)
        made = await self._insert_plain(table, given, conflict)
        for name in names:
            if links[name].holder is not Holder.HERE:
                held = [
                    (row.links[name], _part(there, links[name]))
                    for row, there in zip(rows, made, strict=False)
                    if name in row.links and there is not None
                ]
                if links[name].holder is Holder.THERE:
                    await self._children(links[name], held)
                else:
                    await self._join_new(links[name], held)
        return made

    def _given(self, table: Table, row: New, owner: Texts | None) -> Texts:
        """The values of a row, as far as they are known; refused if they are not given once."""
        values: Texts = {name: None if each is None else each.text for name, each in row.values.items()}
        linked = {
            name
            for each in row.links.values()
            if each.link.holder is Holder.HERE
            for name in each.link.relation.columns
        }
        twice = linked & values.keys() or (owner or {}).keys() & (linked | values.keys())
        given = {*values, *linked, *(owner or {})}
        missing = {
            name
            for name in table.referring
            if table.columns[name].required and table.columns[name].given and name not in given
        }
        if twice or missing:
            raise Refused(GIVEN_WRONGLY)
        return values | (owner or {})

    async def _parents(self, link: Link, linked: Sequence[Linked | None], given: Sequence[Texts]) -> None:
        target = self._writes.tables[link.relation.target.name]
        created = [number for number, each in enumerate(linked) if each is not None and each.create]
        new = [each.create[0] for each in linked if each is not None and each.create]
        for number, row in zip(created, await self._insert(target, new, [None] * len(new)), strict=True):
            assert row is not None
            self._refer(link, given[number], row)
        for number, each in enumerate(linked):
            if each is not None and each.connect:
                self._refer(link, given[number], await self._find(target, each.connect[0]))

    @staticmethod
    def _refer(link: Link, given: Texts, row: Texts) -> None:
        for name, there in zip(link.relation.columns, link.relation.via.columns, strict=True):
            if name in given and given[name] != row[there]:
                raise Refused("another value")
            given[name] = row[there]

    async def _find(self, table: Table, key: Key) -> Texts:
        rows = await self._fetch(f"SELECT {_texts(table)} FROM {quoted(table.name)} AS t WHERE {_named(key)}")
        if not rows:
            raise Refused("no row to connect")
        return rows[0]

    async def _insert_plain(
        self, table: Table, rows: Sequence[Texts], conflict: tuple[tuple[str, ...], tuple[str, ...]] | None
    ) -> list[Texts | None]:
        """One statement for rows that give the same columns, in the order of the first of each."""
        alike: dict[frozenset[str], list[int]] = {}
        for number, row in enumerate(rows):
            alike.setdefault(frozenset(row), []).append(number)
        made: list[Texts | None] = [None] * len(rows)
        unplaced: list[Texts | None] = []
        for columns, numbers in alike.items():
            names = tuple(sorted(columns))
            groups = [numbers] if names else [[number] for number in numbers]
            for group in groups:
                lines = [f"({', '.join(literal(rows[number][name]) for name in names)})" for number in group]
                values = f"({listed(names)}) VALUES {', '.join(lines)}" if names else "DEFAULT VALUES"
                written = await self._fetch(
                    f"INSERT INTO {quoted(table.name)} AS t {values}{_on(conflict)} RETURNING {_texts(table)}"
                )
                if len(written) == len(group):
                    for number, row in zip(group, written, strict=True):
                        made[number] = row
                else:
                    unplaced += written
        return [*made, *unplaced]

    async def _children(self, link: Link, held: Sequence[tuple[Linked, list[str | None]]]) -> None:
        target = self._writes.tables[link.relation.target.name]
        columns = link.relation.via.columns
        new = [
            (row, dict(zip(columns, owner, strict=True))) for linked, owner in held for row in linked.create
        ]
        await self._insert(target, [row for row, _ in new], [owner for _, owner in new])
        await self._assign(target, columns, [(key, owner) for each, owner in held for key in each.connect])

    async def _assign(
        self, table: Table, columns: tuple[str, ...], items: Sequence[tuple[Key, list[str | None]]]
    ) -> None:
        """Has rows refer to others, those that are named in the same way together."""
        ways: dict[tuple[str, ...], list[tuple[Key, list[str | None]]]] = {}
        for key, owner in items:
            ways.setdefault(key.columns, []).append((key, owner))
        for together in ways.values():
            owners: dict[str, list[str | None]] = {}
            for key, owner in together:
                if owners.setdefault(_named(key), owner) != owner:
                    raise Refused("of several")
            missing = False
            for named, owner in owners.items():
                changes = [
                    f"{quoted(name)} = {literal(part)}" for name, part in zip(columns, owner, strict=True)
                ]
                written = await self._fetch(
                    f"UPDATE {quoted(table.name)} AS t SET {', '.join(changes)} WHERE {named} RETURNING 1"
                )
                missing = missing or not written
            if missing:
                raise Refused("no row to connect")

    async def _join_new(self, link: Link, held: Sequence[tuple[Linked, list[str | None]]]) -> None:
        target = self._writes.tables[link.relation.target.name]
        new = [(row, owner) for linked, owner in held for row in linked.create]
        made = await self._insert(target, [row for row, _ in new], [None] * len(new))
        pairs = [(owner, _far(link, row)) for (_, owner), row in zip(new, made, strict=True) if row]
        for linked, owner in held:
            pairs += [(owner, _far(link, await self._find(target, key))) for key in linked.connect]
        await self._join(link, pairs)

    async def _join(self, link: Link, pairs: Sequence[tuple[list[str | None], list[str | None]]]) -> None:
        junction = link.relation.via.junction
        if junction is None or not pairs:
            return
        names = (*link.relation.via.columns, *(name for name, _ in junction.pairs))
        lines = [f"({', '.join(literal(part) for part in (*near, *far))})" for near, far in pairs]
        await self._execute(
            f"INSERT INTO {quoted(junction.table.name)} ({listed(names)}) VALUES {', '.join(lines)}"
            f" ON CONFLICT ({listed(names)}) DO NOTHING"
        )

    # Changed rows.

    async def _relink(self, linked: Linked, owners: Sequence[list[str | None]]) -> None:
        link = linked.link
        if link.holder is Holder.THERE:
            await self._relink_children(linked, owners)
            return
        target, junction = linked.table, link.relation.via.junction
        assert junction is not None
        names = (*link.relation.via.columns, *(name for name, _ in junction.pairs))
        for owner, key in product(owners, linked.disconnect):
            rows = await self._fetch(
                f"SELECT {_texts(target)} FROM {quoted(target.name)} AS t WHERE {_named(key)}"
            )
            for row in rows:
                both = dict(zip(names, (*owner, *_far(link, row)), strict=True))
                await self._execute(f"DELETE FROM {quoted(junction.table.name)} AS t WHERE {_equal(both)}")
        found = [_far(link, await self._find(target, key)) for key in linked.connect]
        await self._join(link, list(product(owners, found)))

    async def _relink_children(self, linked: Linked, owners: Sequence[list[str | None]]) -> None:
        if len(owners) > 1 and linked.connect:
            raise Refused("several rows")
        table, columns = linked.table, linked.link.relation.via.columns
        cleared = ", ".join(f"{quoted(name)} = NULL" for name in linked.link.clearable)
        for owner in owners:
            held = _equal(dict(zip(columns, owner, strict=True)))
            for key in linked.disconnect:
                await self._execute(
                    f"UPDATE {quoted(table.name)} AS t SET {cleared} WHERE {_named(key)} AND {held}"
                )
            await self._assign(table, columns, [(key, owner) for key in linked.connect])


def _texts(table: Table) -> str:
    return ", ".join(f"t.{quoted(name)}::text AS {quoted(name)}" for name in table.columns)


def _equal(values: Mapping[str, str | None], alias: str = "t") -> str:
    return " AND ".join(f"{alias}.{quoted(name)} = {literal(text)}" for name, text in values.items())


def _named(key: Key) -> str:
    return _equal({name: value.text for name, value in key.values.items()})


def _part(row: Texts, link: Link) -> list[str | None]:
    """What rows that belong to a row have of it."""
    return [row[name] for name in link.relation.columns]


def _far(link: Link, row: Texts) -> list[str | None]:
    """What junction rows have of the row that they lead to."""
    assert link.relation.via.junction is not None
    return [row[name] for _, name in link.relation.via.junction.pairs]


def _on(conflict: tuple[tuple[str, ...], tuple[str, ...]] | None) -> str:
    if conflict is None:
        return ""
    key, updated = conflict
    changes = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in updated)
    return f" ON CONFLICT ({listed(key)}) DO {f'UPDATE SET {changes}' if updated else 'NOTHING'}"

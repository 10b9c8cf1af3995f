"""Random mutations: a description of what is to be written, and the GraphQL document that asks for it.

What a description means in SQL is said by `writing_by_hand`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.bindings import Holder, MutationBinding, MutationKind, ToOne
from resolvers.opaque import encode_global_id
from tests.property.inputs import ABSENT, Inputs
from tests.property.writable_databases import FAILING, KINDS, literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from resolvers.bindings import Link, TableType
    from schema.build import Schema
    from tests.property.writable_databases import Column, Table, Value

State = dict[str, list[dict[str, str | None]]]
"""The rows of each table, in PostgreSQL's text form."""

WRONG_VERSION = "1"
VERSION = "version"
"""The variable that has the version of the row that is to be changed: each database has its own."""


@dataclass(frozen=True, slots=True)
class Key:
    """Names one row; as a global id, or by the columns of one of the table's keys."""

    values: dict[str, Value]
    as_id: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.values)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition as GraphQL and as SQL have it."""

    json: dict[str, Any]
    sql: str


@dataclass(slots=True)
class Linked:
    """What is given under a link."""

    link: Link
    table: Table
    create: list[New] = field(default_factory=list)
    connect: list[Key] = field(default_factory=list)
    disconnect: list[Key] = field(default_factory=list)


@dataclass(slots=True)
class New:
    """A row that is to be created; what is linked is by field, in the order of the model."""

    values: dict[str, Value | None]
    links: dict[str, Linked]


@dataclass(slots=True)
class Field:
    """One field of `Mutation`.

    Attributes:
        alias: Its response key.
        kind: What it does.
        table: Where.
        rows: To be created.
        conflict: The key that may be there, and the columns that take the new values.
        chosen: Which rows are changed or deleted.
        values: The columns that are set.
        links: What is connected and disconnected.
        at_most: How many rows may be changed.
        version: Whether `ifMatch` is given, and whether it is the right one.
        related: What its payload shows of rows beside their columns: of to-one relations, these fields.
        fails: Whether its payload has what fails for any row.
    """

    alias: str
    kind: MutationKind
    table: Table
    rows: list[New] = field(default_factory=list)
    conflict: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    chosen: Key | Where | None = None
    values: dict[str, Value | None] = field(default_factory=dict)
    links: dict[str, Linked] = field(default_factory=dict)
    at_most: int | None = None
    version: bool | None = None
    related: dict[str, list[str]] = field(default_factory=dict)
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What is written, and how it is asked for.

    Attributes:
        fields: What is written.
        dry_run: Whether all is undone in the end.
        source: The document.
        variables: The values of its variables, but for `VERSION`.
        versioned: The row whose version `VERSION` is; None where it is not asked for.
    """

    fields: list[Field]
    dry_run: bool
    source: str
    variables: dict[str, Any]
    versioned: tuple[Table, Key] | None


class Writes:
    """Writes random mutations for one database.

    Args:
        schema: Says how tables, columns and links are called.
        tables: The tables by name.
    """

    def __init__(self, schema: Schema, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self.types: dict[str, TableType] = {
            name.name: each for name, each in schema.model.by_table.items() if name.name in tables
        }
        self._schema = schema.graphql
        self._fields = {
            (binding.type.name, binding.kind): (name, binding)
            for name, binding in schema.model.mutations.items()
            if isinstance(binding, MutationBinding)
        }

    def operation(self, random: Random, state: State) -> Operation:
        """A random operation.

        Args:
            random: Decides.
            state: What is there now.
        """
        return _Draft(self, random, state).operation()

    def row(self, random: Random, table: Table, state: State) -> dict[str, str | None]:
        """A row in PostgreSQL's text form that may be allowed."""
        values = _Draft(self, random, state).row(table)
        return {name: None if value is None else value.text for name, value in values.items()}

    def field_of(self, written: Field) -> tuple[str, MutationBinding]:
        return self._fields[self.types[written.table.name].name, written.kind]

    def argument_types(self, name: str) -> dict[str, Any]:
        assert self._schema.mutation_type is not None
        return {key: each.type for key, each in self._schema.mutation_type.fields[name].args.items()}

    def is_offered(self, table: Table, kind: MutationKind) -> bool:
        return (self.types[table.name].name, kind) in self._fields


class _Draft:
    """One operation that is being made."""

    def __init__(self, writes: Writes, random: Random, state: State) -> None:
        self._writes = writes
        self._random = random
        self._state = state
        self._inputs = Inputs(random, exact=True)
        self._versioned: tuple[Table, Key] | None = None

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def operation(self) -> Operation:
        random = self._random
        fields = [self._field(f"f{n}") for n in range(random.choice((1, 1, 1, 2, 2, 3, 4)))]
        if self._chance(0.04):
            random.choice(fields).fails = True
        dry_run = self._chance(0.08)
        texts = [self._text(each, dry_run=dry_run) for each in fields]
        definitions = self._inputs.definitions
        if self._versioned is not None:
            definitions += f"{', ' if definitions else ''}$version: String"
        head = f"mutation ({definitions})" if definitions else "mutation"
        body = "\n  ".join(texts)
        source = f"{head} {{\n  {body}\n}}"
        return Operation(fields, dry_run, source, self._inputs.given, self._versioned)

    def row(self, table: Table) -> dict[str, Value | None]:
        """The values of a row with nothing nested in it."""
        return self._new(table, 0).values

    # What is to be written.

    def _field(self, alias: str) -> Field:
        random = self._random
        table = random.choice(list(self._writes.tables.values()))
        kinds = [each for each in _WEIGHTED if self._writes.is_offered(table, each)]
        made = Field(alias, random.choice(kinds), table)
        match made.kind:
            case MutationKind.CREATE:
                made.rows = [self._new(table, 2)]
            case MutationKind.CREATE_MANY:
                made.rows = [self._new(table, 2) for _ in range(random.choice((0, 1, 2, 3, 4)))]
            case MutationKind.UPDATE | MutationKind.DELETE:
                made.chosen = self._key(table)
                # What a field before it has written has another version.
                if alias == "f0" and self._chance(0.35):
                    made.version = self._chance(0.7)
                    self._versioned = (table, made.chosen) if made.version else None
            case _:
                made.chosen = self._where(table, 2)
                made.at_most = random.choice((None, None, 0, 1, 2, 100))
        if made.rows and self._chance(0.3):
            self._resolve_conflicts(made)
        if made.kind in {MutationKind.UPDATE, MutationKind.UPDATE_MANY}:
            self._change(made)
        return made

    def _resolve_conflicts(self, made: Field) -> None:
        table_type = self._writes.types[made.table.name]
        immediate = [key for key in table_type.keys.values() if key.immediate]
        keys = [tuple(column for _, column in each.parts) for each in immediate]
        updated = [each.column for each in table_type.updated.values()]
        if updated:
            count = min(self._random.choice((0, 1, 2)), len(updated))
            made.conflict = self._random.choice(keys), tuple(self._random.sample(updated, count))
            for row in made.rows:
                row.links = {
                    name: each for name, each in row.links.items() if each.link.holder is Holder.HERE
                }

    def _change(self, made: Field) -> None:
        table_type = self._writes.types[made.table.name]
        random = self._random
        names = list(table_type.updated.values())
        for binding in random.sample(names, min(len(names), random.choice((1, 1, 2, 3)))):
            if self._chance(0.05):
                break
            column = made.table.columns[binding.column]
            made.values[column.name] = self._value(made.table, column)
        for name, link in table_type.links.items():
            if link.is_many and link.connects and self._chance(0.25):
                table = self._writes.tables[link.relation.target.name]
                linked = Linked(link, table)
                linked.connect = self._keys(table, (0, 1, 2))
                if link.clearable:
                    linked.disconnect = self._keys(table, (0, 1, 2))
                made.links[name] = linked

    def _new(self, table: Table, depth: int, owner: frozenset[str] = frozenset()) -> New:
        """A row; `owner` are the columns that the row gives that it is nested in."""
        table_type = self._writes.types[table.name]
        links: dict[str, Linked] = {}
        taken = set() if self._chance(0.02) else set(owner)
        for name, link in table_type.links.items():
            columns = set(link.relation.columns) if link.holder is Holder.HERE else set()
            if columns & (taken if not self._chance(0.02) else set()):
                continue
            if self._chance(0.3 if depth else 0.0):
                links[name] = self._linked(link, depth)
                if links[name].create or links[name].connect or link.is_many:
                    taken |= columns if not self._chance(0.03) else set()
                else:
                    del links[name]
        values = {}
        for binding in table_type.inserted.values():
            column = table.columns[binding.column]
            referring = column.name in table.referring
            needed = column.required and "DEFAULT" not in column.tail and not referring
            if column.name not in taken and (needed or self._chance(0.9 if column.required else 0.6)):
                values[column.name] = self._value(table, column)
        return New(values, links)

    def _linked(self, link: Link, depth: int) -> Linked:
        random = self._random
        table = self._writes.tables[link.relation.target.name]
        linked = Linked(link, table)
        owner = frozenset(link.relation.via.columns) if link.holder is Holder.THERE else frozenset()
        wished = self._chance(0.5) or not self._state[table.name]
        created = link.creates and (not link.connects or wished)
        if link.is_many:
            if link.creates:
                linked.create = [self._new(table, depth - 1, owner) for _ in range(random.choice((0, 1, 2)))]
            if link.connects:
                linked.connect = self._keys(table, (0, 0, 1, 2))
        elif created:
            linked.create = [self._new(table, depth - 1, owner)]
        elif link.connects:
            linked.connect = [self._key(table)]
        return linked

    def _value(self, table: Table, column: Column) -> Value | None:
        """A value: mostly one that is allowed."""
        random = self._random
        if not column.required and self._chance(0.15):
            return None
        for reference in table.references:
            if column.name in reference.columns and self._chance(0.95):
                there = reference.key[reference.columns.index(column.name)]
                rows = [row[there] for row in self._state[reference.target.name]]
                known = [text for text in rows if text is not None]
                if known:
                    return column.value(random.choice(known))
        if column.values == KINDS[column.kind].values and not self._chance(0.03):
            return column.value(random.choice(column.values[: -1 if len(column.values) > 2 else None]))
        return column.value(random.choice(column.values))

    def _key(self, table: Table) -> Key:
        """A key: mostly of a row that is there."""
        random = self._random
        as_id = self._chance(0.25)
        keys = self._writes.types[table.name].keys.values()
        named = random.choice([tuple(column for _, column in each.parts) for each in keys])
        columns = table.primary if as_id else named
        rows = [row for row in self._state[table.name] if None not in [row[name] for name in columns]]
        if rows and not self._chance(0.08):
            row = random.choice(rows)
            return Key({name: table.columns[name].value(row[name] or "") for name in columns}, as_id)
        return Key(
            {name: table.columns[name].value(random.choice(table.columns[name].values)) for name in columns},
            as_id,
        )

    def _keys(self, table: Table, counts: Sequence[int]) -> list[Key]:
        if not self._state[table.name] and self._chance(0.9):
            return []
        return [self._key(table) for _ in range(self._random.choice(counts))]

    def _where(self, table: Table, depth: int, alias: str = "t") -> Where:
        random = self._random
        table_type = self._writes.types[table.name]
        json: dict[str, Any] = {}
        parts = []
        for name in random.sample(list(table_type.filters), min(2, len(table_type.filters))):
            binding = table_type.filters[name]
            if isinstance(binding, ToOne):
                if depth:
                    inner = self._where(self._writes.tables[binding.target.name], depth - 1, f"{alias}x")
                    json[name] = inner.json
                    target = f"{quoted(binding.target.name)} AS {alias}x"
                    pairs = zip(binding.columns, binding.via.columns, strict=True)
                    equal = " AND ".join(f"{alias}.{quoted(a)} = {alias}x.{quoted(b)}" for a, b in pairs)
                    parts.append(f"EXISTS (SELECT FROM {target} WHERE {equal} AND {inner.sql})")
            elif (column := table.columns.get(getattr(binding, "column", ""))) is not None:
                json[name], sql = self._compared(column, f"{alias}.{quoted(column.name)}")
                parts.append(sql)
            if self._chance(0.5):
                break
        if depth and self._chance(0.2):
            inner = self._where(table, depth - 1, alias)
            json["not"] = inner.json
            parts.append(f"NOT {inner.sql}")
        if depth and self._chance(0.2):
            one, other = (self._where(table, depth - 1, alias) for _ in range(2))
            json["or"] = [one.json, other.json]
            parts.append(f"({one.sql} OR {other.sql})")
        return Where(json, f"({' AND '.join(parts) or 'true'})")

    def _compared(self, column: Column, sql: str) -> tuple[dict[str, Any], str]:
        """Operators of a column, and what they say."""
        random = self._random
        if not column.values or self._chance(0.25) or column.kind in {"int[]", "jsonb"}:
            null = self._chance(0.4)
            return {"isNull": null}, f"{sql} IS {'' if null else 'NOT '}NULL"
        values = [column.value(random.choice(column.values)) for _ in range(2)]
        operands = [f"{literal(each.text)}::{_cast(column)}" for each in values]
        draw = random.random()
        if draw < 0.4:
            return {"in": [each.json for each in values]}, f"{sql} IN ({', '.join(operands)})"
        if draw < 0.6 and KINDS[column.kind].ordered:
            return {"gte": values[0].json}, f"{sql} >= {operands[0]}"
        name, operator = random.choice((("eq", "="), ("eq", "="), ("ne", "<>")))
        return {name: values[0].json}, f"{sql} {operator} {operands[0]}"

    # How it is asked for.

    def _text(self, made: Field, *, dry_run: bool) -> str:
        name, binding = self._writes.field_of(made)
        types = self._writes.argument_types(name)
        given = dict(self._arguments(made, binding.type))
        if dry_run:
            given["dryRun"] = True
        parts = [f"{key}: {self._inputs.text(value, types[key])}" for key, value in given.items()]
        if made.version is not None:
            parts.append("ifMatch: " + ("$version" if made.version else f'"{WRONG_VERSION}"'))
        self._random.shuffle(parts)
        shown = self._selection(made, binding.type)
        return (
            f"{made.alias}: {name}({', '.join(parts)}) {{ affectedCount rows: {binding.rows} {{ {shown} }} }}"
        )

    def _arguments(self, made: Field, table_type: TableType) -> Iterator[tuple[str, Any]]:
        if made.kind is MutationKind.CREATE:
            yield "input", self._input(table_type, made.rows[0])
        elif made.kind is MutationKind.CREATE_MANY:
            yield "input", [self._input(table_type, row) for row in made.rows]
        elif isinstance(made.chosen, Key):
            yield "by", self._by(table_type, made.chosen)
        elif made.chosen is not None:
            yield "filter", made.chosen.json
        if made.at_most is not None:
            yield "atMost", made.at_most
        if made.conflict is not None:
            key, updated = made.conflict
            names = [name for name, each in table_type.updated.items() if each.column in updated]
            on = {"key": _key_name(table_type, key), "update": names}
            yield "onConflict", on if names or self._chance(0.5) else {"key": on["key"]}
        if made.kind in {MutationKind.UPDATE, MutationKind.UPDATE_MANY}:
            columns = {each.column: name for name, each in table_type.updated.items()}
            values = {columns[name]: _json(value) for name, value in made.values.items()}
            yield "set", values | {name: self._link(each) for name, each in made.links.items()}

    def _input(self, table_type: TableType, row: New) -> dict[str, Any]:
        """A new row as input; now and then with what is not given after all."""
        names = {each.column: name for name, each in table_type.inserted.items()}
        made = {names[column]: _json(value) for column, value in row.values.items()}
        made |= {name: self._link(each) for name, each in row.links.items()}
        table = self._writes.tables[table_type.table.name.name]
        for column, name in names.items():
            if name not in made and table.columns[column].optional and self._chance(0.05):
                made[name] = ABSENT
        shuffled = self._random.sample(list(made), len(made))
        return {name: made[name] for name in shuffled}

    def _link(self, linked: Linked) -> dict[str, Any]:
        table_type = self._writes.types[linked.table.name]
        made: dict[str, list[Any]] = {}
        if linked.create:
            made["create"] = [self._input(table_type, row) for row in linked.create]
        if linked.connect:
            made["connect"] = [self._by(table_type, key) for key in linked.connect]
        if linked.disconnect:
            made["disconnect"] = [self._by(table_type, key) for key in linked.disconnect]
        return made if linked.link.is_many else {name: given[0] for name, given in made.items()}

    def _by(self, table_type: TableType, key: Key) -> dict[str, Any]:
        if key.as_id:
            return {"id": self._global_id(table_type, key)}
        name = _key_name(table_type, key.columns)
        binding = table_type.keys[name]
        parts = {part: key.values[column].json for part, column in binding.parts}
        return {name: parts if binding.nested else next(iter(parts.values()))}

    def _global_id(self, table_type: TableType, key: Key) -> str:
        columns = self._writes.tables[table_type.table.name.name].columns
        parts = [
            int(value.text) if columns[name].kind in {"int", "bigint"} else value.text
            for name, value in key.values.items()
        ]
        return encode_global_id(table_type.name, parts)

    def _selection(self, made: Field, table_type: TableType) -> str:
        parts = list(columns_shown(table_type))
        if not made.kind.value.startswith("delete"):
            for name, relation in table_type.relations.items():
                if not self._chance(0.3):
                    continue
                if isinstance(relation, ToOne):
                    target = columns_shown(self._writes.types[relation.target.name])
                    made.related[name] = self._random.sample(list(target), min(2, len(target)))
                else:
                    made.related[name] = ["totalCount"]
                parts.append(f"{name} {{ {' '.join(made.related[name])} }}")
        if made.fails:
            parts.append(FAILING)
        return " ".join(parts)


_WEIGHTED = (
    *(MutationKind.CREATE,) * 4,
    *(MutationKind.CREATE_MANY,) * 4,
    *(MutationKind.UPDATE,) * 4,
    *(MutationKind.UPDATE_MANY,) * 3,
    *(MutationKind.DELETE,) * 1,
    *(MutationKind.DELETE_MANY,) * 1,
)


def columns_shown(table_type: TableType) -> dict[str, str]:
    """The fields of the columns, and these."""
    return {name: binding.column for name, binding in table_type.columns.items()}


def _key_name(table_type: TableType, columns: tuple[str, ...]) -> str:
    return next(
        name
        for name, binding in table_type.keys.items()
        if tuple(column for _, column in binding.parts) == columns
    )


def _json(value: Value | None) -> Any:
    return None if value is None else value.json


def _cast(column: Column) -> str:
    """The type to compare with: one that a value too long is not cut for."""
    return {"varchar(3)": "text", "numeric(6,2)": "numeric", "small": "int"}.get(column.kind, column.kind)

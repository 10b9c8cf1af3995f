"""Small random databases that are hard to write to: many constraints, defaults, keys that are made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF new::text LIKE '%refused%' THEN RAISE EXCEPTION 'That is refused.'; END IF;
        RETURN new;
    END
$$;
"""
NAMES = ("artist", "album", "Größe", "user account", "node", "order", "track", "tag")
MOODS = {"sad": "sad", "so so": "so_so", "happy": "happy"}
FAILING = "fails"
"""Name of a function of each table's rows that divides by zero."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as GraphQL and as PostgreSQL write it; None stands for NULL."""

    json: Any
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of columns.

    Attributes:
        values: Values in PostgreSQL's text form, the last of them maybe refused.
        read: Makes of PostgreSQL's text what GraphQL has.
        ordered: Whether values are compared in tests.
    """

    values: tuple[str, ...]
    read: Callable[[str], Any] = str
    ordered: bool = False

    def value(self, text: str) -> Value:
        return Value(self.read(text), text)


def _items(text: str) -> Any:
    return json.loads(text.replace("{", "[").replace("}", "]").replace("NULL", "null"))


KINDS: Mapping[str, Kind] = {
    "int": Kind(("0", "1", "2", "7", "-1"), int, ordered=True),
    "bigint": Kind(("0", "1", "9007199254740993"), ordered=True),
    "numeric(6,2)": Kind(("0.00", "1.50", "-2.25", "9999.99", "123456.00")),
    "text": Kind(("", "a", "A", "it's", "back\\slash", "🦄ä", "refused")),
    "varchar(3)": Kind(("", "a", "abc", "abcd")),
    "boolean": Kind(("true", "false"), "true".__eq__),
    "mood": Kind(("sad", "so so", "happy"), MOODS.__getitem__),
    "date": Kind(("2024-02-29", "0044-03-15 BC", "infinity")),
    "jsonb": Kind(('{"a": 1}', "[]", '"x"', "1.5"), json.loads),
    "int[]": Kind(("{}", "{1,NULL}", "{3}"), _items),
    "small": Kind(("1", "99", "100"), int),
    "uuid": Kind(("00000000-0000-0000-0000-000000000001", "f0000000-0000-0000-0000-000000000000")),
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "int": tuple(map(str, range(1, 60))),
    "bigint": tuple(str(9007199254740970 + n) for n in range(60)),
    "text": ("", "a", "A", "ä", "it's", "🦄", *(f"{letter}{n}" for letter in "bC" for n in range(30))),
    "uuid": tuple(f"{n}000000-0000-0000-0000-000000000000" for n in range(10, 70)),
}
CHECKS = {"int": "{} <> 7", "text": "{} <> 'A'", "bigint": "{} < 100", "boolean": "{}"}
DEFAULTS = {
    "int": "1",
    "text": "'given'",
    "mood": "'sad'",
    "boolean": "true",
    "jsonb": "'[]'",
    "int[]": "'{3}'",
}
ACTIONS = ("", "", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON DELETE CASCADE ON UPDATE CASCADE")


@dataclass(slots=True)
class Column:
    """A column; `tail` is what stands behind its type."""

    name: str
    kind: str
    values: tuple[str, ...]
    required: bool = False
    tail: str = ""
    given: bool = True
    """Whether it can be written."""

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return not self.required or "DEFAULT" in self.tail

    def read(self, text: str | None) -> Any:
        return None if text is None else KINDS[self.kind].read(text)

    def value(self, text: str) -> Value:
        return KINDS[self.kind].value(text)


@dataclass(frozen=True, slots=True)
class Reference:
    columns: tuple[str, ...]
    target: Table
    key: tuple[str, ...]
    tail: str


@dataclass(slots=True)
class Table:
    """A table; the first of its keys is the primary one."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    deferred: bool = False
    is_junction: bool = False

    def add(self, column: Column) -> None:
        self.columns[column.name] = column

    @property
    def primary(self) -> tuple[str, ...]:
        return self.keys[0]

    @property
    def referring(self) -> set[str]:
        """The columns of references."""
        return {name for reference in self.references for name in reference.columns}

    @property
    def sql(self) -> Iterator[str]:
        """The statements that make the table."""
        parts = [
            f"{quoted(column.name)} {column.kind}{' NOT NULL' if column.required else ''}{column.tail}"
            for column in self.columns.values()
        ]
        for position, key in enumerate(self.keys):
            later = " DEFERRABLE INITIALLY DEFERRED" if self.deferred and position else ""
            parts.append(f"{'UNIQUE' if position else 'PRIMARY KEY'} ({listed(key)}){later}")
        parts += [
            f"FOREIGN KEY ({listed(each.columns)}) REFERENCES {quoted(each.target.name)} ({listed(each.key)})"
            f"{each.tail}"
            for each in self.references
        ]
        name = quoted(self.name)
        yield f"CREATE TABLE {name} ({', '.join(parts)});"
        trigger = "FOR EACH ROW EXECUTE FUNCTION refuse()"
        yield f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {name} {trigger};"
        yield (
            f"CREATE FUNCTION {FAILING}({name}) RETURNS int LANGUAGE sql STABLE"
            " AS 'SELECT 1 / (random() * 0)::int';"
        )


def quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))


def literal(text: str | None) -> str:
    return "NULL" if text is None else "'{}'".format(text.replace("'", "''"))


def random_tables(random: Random) -> dict[str, Table]:
    """Tables by name, each after those that it refers to."""
    tables: dict[str, Table] = {}
    for name in random.sample(NAMES, random.choice((2, 3, 4))):
        table = Table(name, deferred=random.random() < 0.2)
        others = [each for each in tables.values() if not each.is_junction]
        if len(others) > 1 and random.random() < 0.5:
            _make_junction(random, table, random.sample(others, 2))
        else:
            _make_table(random, table, others)
        tables[name] = table
    return tables


def script(tables: Mapping[str, Table]) -> str:
    return "\n".join([TYPES, *(statement for table in tables.values() for statement in table.sql)])


def _make_table(random: Random, table: Table, others: list[Table]) -> None:
    _make_primary_key(random, table)
    if random.random() < 0.4:
        _add_key_column(random, table, "code")
        table.keys.append(("code",))
    for _ in range(random.choice((0, 1, 1, 2))):
        _refer(random, table, random.choice([*others, *others, table]))
    for number in range(random.choice((1, 2, 3, 4))):
        _add_column(random, table, f"c{number}" if random.random() < 0.8 else f"C {number}")


def _make_primary_key(random: Random, table: Table) -> None:
    draw = random.random()
    if draw < 0.4:
        always = draw < 0.2
        kind = "ALWAYS" if always else "BY DEFAULT"
        tail = f" GENERATED {kind} AS IDENTITY"
        # As there is a default, it need not be given.
        table.add(Column("id", "int", KEYS["int"], tail=tail, given=not always))
        table.keys.append(("id",))
    elif draw < 0.8:
        _add_key_column(random, table, "id", required=True)
        table.keys.append(("id",))
    else:
        for name in ("part", "no"):
            _add_key_column(random, table, name, required=True, few=True)
        table.keys.append(("part", "no"))


def _add_key_column(
    random: Random, table: Table, name: str, *, required: bool = False, few: bool = False
) -> None:
    kind = random.choice(list(KEYS))
    table.add(Column(name, kind, KEYS[kind][:10] if few else KEYS[kind], required=required))


def _refer(random: Random, table: Table, target: Table) -> None:
    key = random.choice(
        [each for position, each in enumerate(target.keys) if not position or not target.deferred]
    )
    columns = tuple(f"{target.name}{len(table.references) or ''}_{name}" for name in key)
    tail = random.choice(ACTIONS)
    required = target is not table and "SET NULL" not in tail and random.random() < 0.4
    for name, there in zip(columns, key, strict=True):
        column = target.columns[there]
        table.add(Column(name, column.kind, column.values, required=required))
    if random.random() < 0.25:
        tail += " DEFERRABLE INITIALLY DEFERRED"
    table.references.append(Reference(columns, target, key, tail))
    if random.random() < 0.2:
        table.keys.append(columns)


def _add_column(random: Random, table: Table, name: str) -> None:
    if random.random() < 0.1 and "c0" in table.columns:
        tail = f" GENERATED ALWAYS AS ({quoted('c0')} IS NULL) STORED"
        table.add(Column(name, "boolean", (), tail=tail, given=False))
        return
    kind = random.choice(list(KINDS))
    column = Column(name, kind, KINDS[kind].values, required=random.random() < 0.3)
    if kind in DEFAULTS and random.random() < 0.4:
        column.tail = f" DEFAULT {DEFAULTS[kind]}"
    if kind in CHECKS and random.random() < 0.4:
        column.tail += f" CHECK ({CHECKS[kind].format(quoted(name))})"
    table.add(column)


def _make_junction(random: Random, table: Table, targets: list[Table]) -> None:
    for target in targets:
        columns = tuple(f"{target.name}_{name}" for name in target.primary)
        for name, there in zip(columns, target.primary, strict=True):
            column = target.columns[there]
            table.add(Column(name, column.kind, column.values, required=True))
        tail = random.choice(("", " ON DELETE CASCADE"))
        table.references.append(Reference(columns, target, target.primary, tail))
    table.keys.append(tuple(table.columns))
    table.is_junction = True
    if random.random() < 0.4:
        table.add(Column("note", "text", KINDS["text"].values, tail=" DEFAULT 'joined'"))

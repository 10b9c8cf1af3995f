"""Small random databases: tables, types, keys, references, functions, and rows full of ties and NULLs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.property.random_functions import Functions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

TYPES = """
CREATE TYPE mood AS ENUM ('sad', 'so so', 'happy');
CREATE TYPE place AS (street text, "no" int, mood mood);
CREATE DOMAIN small AS int CHECK (VALUE < 100);
"""

VALUES: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "-1", "2147483647"),
    "smallint": ("0", "1", "-32768"),
    "bigint": ("0", "1", "9007199254740993"),
    "numeric": ("0", "1", "1.0", "-1.50", "NaN"),
    "float8": ("0", "-0", "1.5", "5e-324", "1e300", "Infinity"),
    "boolean": ("true", "false"),
    "text": ("", "a", "A", "ä", "a b", "%", 'a"\\', "🦄"),
    "char(3)": ("", "a", "abc"),
    "uuid": ("00000000-0000-0000-0000-000000000001", "f0000000-0000-0000-0000-000000000000"),
    "date": ("2024-02-29", "infinity", "0044-03-15 BC"),
    "time": ("00:00", "24:00", "12:30:00.5"),
    "timestamp": ("2024-01-01", "2024-01-01 00:00:00.000001", "-infinity"),
    "timestamptz": ("2024-01-01 00:00+00", "10000-01-01 00:00+00", "0044-03-15 00:00+00 BC"),
    "interval": ("1 day", "24 hours", "-1 month"),
    "bytea": ("", "\\x00ff"),
    "json": ('{"b": 1, "a": [1.50]}', "null", '"é"'),
    "jsonb": ('{"b": 1}', "null", "[]"),
    "inet": ("::1", "10.0.0.1/8"),
    "point": ("(1,2)",),
    "mood": ("sad", "so so", "happy"),
    "small": ("1", "99"),
    "place": ("(Main,1,happy)", "(,,)", '("a ""b""",,"so so")'),
    "int4range": ("[1,5)", "empty", "(,)", "[2,)"),
    "tstzrange": ("[2024-01-01 00:00+00,)", "(,infinity)"),
    "int[]": ("{}", "{1,NULL}", "{3}"),
    "float8[]": ("{1.5,NULL}", "{-0}"),
    "text[]": ('{"a,b",NULL,""}', "{x}", "{{a},{b}}"),
    "mood[]": ('{sad,"so so",NULL}', "{}"),
    "place[]": ('{"(Main,1,sad)",NULL}', "{}"),
    "int4range[]": ('{"[1,5)",empty,NULL}',),
    "small[]": ("{1,2}",),
    "bytea[]": ('{"\\\\x00",NULL}',),
}
"""Values of the types of columns, in PostgreSQL's text form."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "int": ("1", "2", "3", "4", "5", "6"),
    "bigint": ("1", "-2", "9007199254740993", "4", "5", "6"),
    "numeric": ("1.0", "2", "2.5", "NaN", "5", "-6"),
    "text": ("", "a", "A", "ä", '["a"]', "🦄"),
    "char(3)": ("", "a", "b", "abc", "d", "e"),
    "uuid": tuple(f"{n}0000000-0000-0000-0000-000000000000" for n in range(6)),
    "date": ("2024-01-01", "2024-01-02", "infinity", "0044-03-15 BC", "9999-12-31", "10000-01-01"),
    "timestamptz": tuple(f"2024-01-01 00:00:0{n}+00" for n in range(6)),
    "bytea": ("", "\\x00", "\\x01", "\\xff", "\\x0001", "\\x0002"),
    "small": ("1", "2", "3", "4", "5", "6"),
}
"""Values that are all different, of types that keys are made of."""

WORDS = (
    *(
        "artist",
        "album",
        "order",
        "Größe",
        "user account",
        "node",
        "edge",
        "status",
        "people",
        "sheep",
        "query",
    ),
    *("page_info", "cover", "news", "class", "_x", "2nd", "track", "genre", "playlist"),
)
COLUMN_WORDS = (
    "name",
    "title",
    "id",
    "nodes",
    "cursor",
    "Type",
    "first",
    "a_b",
    "aB",
    "key",
    "value",
    "from",
    "ö",
)

Row = dict[str, str | None]


@dataclass(slots=True)
class _Table:
    name: str
    columns: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    has_primary: bool = False
    references: list[_Reference] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def sql(self) -> Iterator[str]:
        """The statements that make the table and its rows."""
        parts = [
            f"{_name(name)} {kind}{' NOT NULL' if name in self.required else ''}"
            for name, kind in self.columns.items()
        ]
        for position, key in enumerate(self.keys):
            kind = "PRIMARY KEY" if position == 0 and self.has_primary else "UNIQUE"
            parts.append(f"{kind} ({', '.join(map(_name, key))})")
        for reference in self.references:
            columns, targets = (", ".join(map(_name, names)) for names in (reference.columns, reference.key))
            parts.append(f"FOREIGN KEY ({columns}) REFERENCES {_name(reference.target.name)} ({targets})")
        yield f"CREATE TABLE {_name(self.name)} ({', '.join(parts)});"
        for row in self.rows:
            if row:
                values = ", ".join("NULL" if value is None else _text(value) for value in row.values())
                yield f"INSERT INTO {_name(self.name)} ({', '.join(map(_name, row))}) VALUES ({values});"


@dataclass(frozen=True, slots=True)
class _Reference:
    columns: tuple[str, ...]
    target: _Table
    key: tuple[str, ...]


def _name(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _text(value: str) -> str:
    return "'{}'".format(value.replace("'", "''"))


def random_database(random: Random) -> str:
    """The script of a database."""
    names = random.sample(WORDS, 5)
    tables: list[_Table] = []
    for name in names[: random.choice((2, 3, 3, 4))]:
        table = _Table(name)
        keyed = [other for other in tables if other.keys]
        if len(keyed) > 1 and random.random() < 0.4:
            _make_junction(random, table, random.sample(keyed, 2))
        else:
            _make_table(random, table, keyed)
        _fill(random, table)
        tables.append(table)
    statements = [TYPES, *(statement for table in tables for statement in table.sql)]
    relations = [_name(table.name) for table in tables]
    with_keys = [_name(table.name) for table in tables if table.has_primary]
    if random.random() < 0.4:
        view = _name(names[4])
        statements.append(f"CREATE VIEW {view} AS SELECT * FROM {random.choice(relations)};")
        relations.append(view)
    versioned = random.choice(tables)
    if versioned.columns and random.random() < 0.4:  # of a type that cannot be one, it is none
        path = f"{_name(versioned.name)}.{_name(random.choice(list(versioned.columns)))}"
        statements.append(f"COMMENT ON COLUMN {path} IS '@version';")
    if random.random() < 0.6:
        values = {kind: [_text(value) for value in its] for kind, its in VALUES.items()}
        statements += Functions(random, relations, with_keys, values).statements()
    return "\n".join(statements)


def _make_table(random: Random, table: _Table, others: list[_Table]) -> None:
    words = random.sample(COLUMN_WORDS, 8)
    for width in random.choice(((), (1,), (1,), (1, 1), (2,), (2, 1), (1, 2))):
        key = tuple(words.pop() for _ in range(width))
        table.columns |= {column: random.choice(list(KEYS)) for column in key}
        table.keys.append(key)
    if table.keys and random.random() < 0.9:
        table.has_primary = True
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        targets = [*others, *([table] if table.keys else [])]
        if targets:
            _refer(random, table, random.choice(targets), unique=random.random() < 0.3)
    for column in words[: random.choice((0, 1, 2, 3, 4))]:
        table.columns[column] = random.choice(list(VALUES))
        if random.random() < 0.3:
            table.required.add(column)


def _make_junction(random: Random, table: _Table, targets: list[_Table]) -> None:
    for target in targets:
        _refer(random, table, target, unique=False)
    both = tuple(column for reference in table.references for column in reference.columns)
    table.required.update(both)
    table.keys.append(both)
    table.has_primary = random.random() < 0.7
    if random.random() < 0.4:
        table.columns["note"] = "text"


def _refer(random: Random, table: _Table, target: _Table, *, unique: bool) -> None:
    key = random.choice(target.keys)
    prefix = f"{target.name}_{len(table.references) or ''}"
    columns = tuple(f"{prefix}{column}" for column in key)
    table.columns |= {c: target.columns[k] for c, k in zip(columns, key, strict=True)}
    table.references.append(_Reference(columns, target, key))
    if target is not table and random.random() < 0.4:
        table.required.update(columns)
    if unique:
        table.keys.append(columns)


def _fill(random: Random, table: _Table) -> None:
    """Rows that keep to the keys, and to the references."""
    referring = {column for reference in table.references for column in reference.columns}
    alone = {key[0] for key in table.keys if len(key) == 1} - referring
    keyed = {column for key in table.keys for column in key} - referring
    never_null = {*table.required, *(table.keys[0] if table.has_primary else ())}
    seen: set[tuple[object, ...]] = set()
    for number in range(random.choice((0, 2, 4, 6, 6))):
        row: Row = {}
        for column, kind in table.columns.items():
            values = KEYS[kind] if column in keyed else VALUES[kind]
            row[column] = values[number] if column in alone else random.choice(values)
            if column not in never_null and random.random() < 0.25:
                row[column] = None
        for reference in table.references:
            row |= _referred(random, reference, required=not never_null.isdisjoint(reference.columns))
        keys = [(position, *(row[c] for c in key)) for position, key in enumerate(table.keys)]
        keys = [key for key in keys if None not in key]
        if seen.isdisjoint(keys) and all(row[column] is not None for column in never_null):
            seen.update(keys)
            table.rows.append(row)


def _referred(random: Random, reference: _Reference, *, required: bool) -> Row:
    """Values of the columns of a reference: those of a row that is there, or NULLs."""
    rows = [row for row in reference.target.rows if None not in [row[column] for column in reference.key]]
    if not rows or (not required and random.random() < 0.25):
        return dict.fromkeys(reference.columns)
    row = random.choice(rows)
    return {column: row[key] for column, key in zip(reference.columns, reference.key, strict=True)}

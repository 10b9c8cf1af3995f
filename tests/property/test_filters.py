"""Filters choose exactly the rows that SQL chooses, in both lanes.

Every example is a random filter over rows full of NULLs and odd text; the oracle is a WHERE clause made
here, with literals, independent of how filters are read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from resolvers.execution import Lane
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

DATABASE = r"""
CREATE TYPE size AS ENUM ('small', 'middle', 'large');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE shelf (shelf_id int PRIMARY KEY, label text);
CREATE TABLE item (
    item_id int PRIMARY KEY,
    shelf_id int REFERENCES shelf,
    parent_id int REFERENCES item,
    whole int2, big bigint, exact numeric, rough float8, word text, short varchar(20), moment timestamptz,
    day date, size size, flag boolean, address inet,
    words text[], numbers int2[], sizes size[], positives positive[],
    span int4range, period tstzrange, document jsonb, plain json,
    prose text, notes text, brief varchar(40), vector tsvector
);
CREATE INDEX ON item USING gin (to_tsvector('english', prose));
CREATE INDEX ON item USING gin (to_tsvector('english', coalesce(notes, '')));
CREATE INDEX ON item USING gin (to_tsvector('simple', brief));
CREATE TABLE tag (tag_id int PRIMARY KEY, word text);
CREATE TABLE item_tag (
    item_id int REFERENCES item, tag_id int REFERENCES tag, PRIMARY KEY (item_id, tag_id)
);
INSERT INTO shelf VALUES (1, 'a'), (2, NULL), (3, '%'), (4, 'empty');
INSERT INTO tag SELECT i, (ARRAY['a', NULL, 'it''s', '%_\', 'b', ''])[i] FROM generate_series(1, 6) AS i;
INSERT INTO item SELECT
    i,
    CASE WHEN i % 5 > 0 THEN 1 + i % 3 END,
    CASE WHEN i % 4 > 0 AND i > 1 THEN i / 2 END,
    (ARRAY[NULL, 0, 1, -1, 32767])[1 + i % 5],
    (ARRAY[NULL, 0, 9007199254740993, -1])[1 + i % 4],
    (ARRAY[NULL, '0', '1.10', '1.1', '-5', 'NaN'])[1 + i % 6]::numeric,
    (ARRAY[NULL, '0', '-0', '0.1', 'NaN', 'Infinity'])[1 + i % 6]::float8,
    (ARRAY[NULL, '', 'a', 'A', 'ä', 'it''s', '100%', 'a_b', 'back\slash', 'a b'])[1 + i % 10],
    (ARRAY[NULL, 'a', 'ab', 'B%'])[1 + i % 4],
    (ARRAY[NULL, 'infinity', '2024-01-01 00:00+00', '2024-06-01 12:00+02'])[1 + i % 4]::timestamptz,
    (ARRAY[NULL, '2024-02-29', '1999-12-31'])[1 + i % 3]::date,
    (ARRAY[NULL, 'small', 'middle', 'large'])[1 + i % 4]::size,
    (ARRAY[NULL, true, false])[1 + i % 3],
    (ARRAY[NULL, '10.0.0.1', '10.0.0.0/8', '::1'])[1 + i % 4]::inet,
    (ARRAY[NULL, '{}', '{a}', '{a,b}', '{NULL,a}', '{"it''s","%_"}', '{"a\\b"}'])[1 + i % 7]::text[],
    (ARRAY[NULL, '{}', '{1}', '{1,2}', '{NULL,2}'])[1 + i % 5]::int2[],
    (ARRAY[NULL, '{}', '{small}', '{small,large}'])[1 + i % 4]::size[],
    (ARRAY[NULL, '{}', '{1}', '{1,2}'])[1 + i % 4]::positive[],
    (ARRAY[NULL, 'empty', '[1,5)', '[3,)', '(,2]', '(,)'])[1 + i % 6]::int4range,
    (ARRAY[
        NULL, 'empty', '[2024-01-01 00:00+00,2024-02-01 00:00+00)', '(,2024-01-15 00:00+00]'
    ])[1 + i % 4]::tstzrange,
    (ARRAY[
        NULL, 'null', '{}', '{"a": 1}', '{"a": {"b": [1, 2]}}', '[1, "a"]', '"a"', '{"a": null}', 'true'
    ])[1 + i % 9]::jsonb,
    (ARRAY[NULL, '{"a":1}', '[]', '{"a": 1, "b": "x"}'])[1 + i % 4]::json,
    (ARRAY[NULL, '', 'The quick brown foxes', 'A fox jumped over the dogs', 'dogs and cats'])[1 + i % 5],
    (ARRAY[NULL, '', 'The quick brown foxes', 'dogs and cats'])[1 + i % 4],
    (ARRAY[NULL, '', 'The quick brown foxes', 'dogs and cats'])[1 + i % 4],
    to_tsvector('simple', (ARRAY[NULL, '', 'one two', 'two three'])[1 + i % 4])
FROM generate_series(1, 60) AS i;
INSERT INTO item_tag SELECT i, t FROM generate_series(1, 60) AS i, generate_series(1, 6) AS t
    WHERE (i * t) % 7 < 2;
"""

OPERATIONS = 400
SQL = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
EQUALITY = ("eq", "ne", "in", "notIn")
COMPARISONS = (*SQL, "in", "notIn")
TEXT_MATCHES = ("like", "ilike", "startsWith", "endsWith", "contains", "regex")
SETS = {"contains": "@>", "containedBy": "<@", "overlaps": "&&"}
TEXTS = ("", "a", "A", "ä", "it's", "100%", "%", "_", "a_b", "\\", "back\\slash", "a b", "a\\b", '"')

EXPRESSIONS = ("^a", "a|b", ".", "", "[[:digit:]]", "\\\\")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in SQL, values as GraphQL and as SQL have them, and its family."""

    name: str
    type: str
    values: tuple[Any, ...]
    family: str = "scalar"


RANGES = {
    "empty": {"isEmpty": True},
    "[1,5)": {"start": {"value": 1, "inclusive": True}, "end": {"value": 5, "inclusive": False}},
    "(2,4]": {"start": {"value": 2, "inclusive": False}, "end": {"value": 4, "inclusive": True}},
    "[3,)": {"start": {"value": 3, "inclusive": True}},
    "(,)": {},
}
PERIODS = {
    "[2024-01-01 00:00+00,2024-02-01 00:00+00)": {
        "start": {"value": "2024-01-01T00:00:00Z", "inclusive": True},
        "end": {"value": "2024-02-01T00:00:00Z", "inclusive": False},
    },
    "(,2024-01-15 00:00+00]": {"end": {"value": "2024-01-15T00:00:00Z", "inclusive": True}},
}
DOCUMENTS: tuple[Any, ...] = (
    *({}, {"a": 1}, {"a": {"b": [2]}}, [1], "a", {"a": None}, True, "it's", {"\\": '"'}),
)
PATHS = {
    "$.a": "jsonb_path_exists({0}, {1}) AND {0} -> 'a' IS DISTINCT FROM 'null'",
    "$.a ? (@ == 1)": "jsonb_path_exists({0}, {1})",
    "$.a == 1": "jsonb_path_match({0}, {1}, silent => true)",
    "$.a.b[*] ? (@ > 1)": "jsonb_path_exists({0}, {1})",
    "strict $.x.y": "false",
}
SEARCHES = (
    "fox",
    "foxes dog",
    '"quick brown"',
    "cat or fox",
    "dog -cat",
    "",
    "it's",
    "-cat",
    "two",
    "'\\&|!",
)

ITEM = (
    Column("whole", "int4", (0, 1, -1, 32767, 2**31 - 1)),
    Column("big", "int8", ("0", "9007199254740993", "-1")),
    Column("exact", "numeric", ("0", "1.1", "-5", "NaN")),
    Column("rough", "float8", (0, 0.1, 5e-324)),
    Column("word", "text", TEXTS, "text"),
    Column("short", "varchar", ("a", "ab", "B%", "a "), "text"),
    Column("moment", "timestamptz", ("infinity", "2024-01-01T00:00:00Z", "2024-06-01T10:00:00+00:00")),
    Column("day", "date", ("2024-02-29", "infinity")),
    Column("size", "size", ("small", "middle", "large")),
    Column("flag", "boolean", (True, False)),
    Column("address", "inet", ("10.0.0.1", "10.0.0.0/8")),
    Column("words", "text[]", TEXTS, "list"),
    Column("numbers", "int2[]", (1, 2, 3), "list"),
    Column("sizes", "size[]", ("small", "middle", "large"), "list"),
    Column("positives", "int4[]", (1, 2, -1), "list"),
    Column("span", "int4range", tuple(RANGES), "range"),
    Column("period", "tstzrange", tuple(PERIODS), "range"),
    Column("document", "jsonb", DOCUMENTS, "json"),
    Column("plain", "jsonb", DOCUMENTS, "json"),
    Column("prose", "to_tsvector('english', {})", SEARCHES, "search"),
    Column("notes", "to_tsvector('english', coalesce({}, ''))", SEARCHES, "search"),
    Column("brief", "to_tsvector('simple', {})", SEARCHES, "search"),
    Column("vector", "{}", SEARCHES, "search"),
)
SHELF = (Column("label", "text", TEXTS, "text"), Column("shelfId", "int4", (1, 2, 3)))
TAG = (Column("word", "text", TEXTS, "text"), Column("tagId", "int4", (1, 2, 3, 4)))


def literal(value: Any) -> str:
    """A value as a SQL literal without a type."""
    if value is None:
        return "NULL"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "'" + text.replace("'", "''") + "'"


def snake(name: str) -> str:
    return {"shelfId": "shelf_id", "tagId": "tag_id"}.get(name, name)


class Filters:
    """Random filters, each beside the WHERE clause that says the same."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._aliases = 0

    def of(self, table: str, alias: str, depth: int) -> tuple[dict[str, Any], str]:
        """A filter of rows of a table."""
        random = self._random
        given: dict[str, Any] = {}
        parts: list[str] = []
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            name, operand, sql = self._part(table, alias, depth)
            if name not in given:
                given[name] = operand
                parts.append(sql)
        if depth and random.random() < 0.3:
            name = random.choice(("and", "or"))
            inner = [self.of(table, alias, depth - 1) for _ in range(random.choice((0, 1, 2, 2)))]
            given[name] = [each for each, _ in inner]
            word, empty = ("AND", "true") if name == "and" else ("OR", "false")
            parts.append(f"({f' {word} '.join(sql for _, sql in inner) or empty})")
        if depth and random.random() < 0.15:
            given["not"], sql = self.of(table, alias, depth - 1)
            parts.append(f"NOT {sql}")
        return given, f"({' AND '.join(parts) or 'true'})"

    def _part(self, table: str, alias: str, depth: int) -> tuple[str, Any, str]:
        columns = {"item": ITEM, "shelf": SHELF, "tag": TAG}[table]
        relations = [name for owner, name in RELATIONS if owner == table]
        if depth and self._random.random() < 0.35:
            return self._related(table, self._random.choice(relations), alias, depth)
        column = self._random.choice(columns)
        operators: dict[str, Any] = {}
        parts = []
        for _ in range(self._random.choice((1, 1, 1, 2))):
            name, operand, sql = self._operator(column, f"{alias}.{snake(column.name)}")
            if name not in operators:
                operators[name] = operand
                parts.append(f"({sql})")
        return column.name, operators, " AND ".join(parts)

    def _related(self, table: str, name: str, alias: str, depth: int) -> tuple[str, Any, str]:
        target, source, is_list = RELATIONS[table, name]
        self._aliases += 1
        far = f"x{self._aliases}"
        rows = source.format(near=alias, far=far)
        if not is_list:
            given, sql = self.of(target, far, depth - 1)
            return name, given, f"EXISTS (SELECT FROM {rows} AND {sql})"
        quantifiers = self._random.sample(("some", "every", "none"), self._random.choice((0, 1, 1, 2)))
        operand, parts = {}, []
        for quantifier in quantifiers:
            operand[quantifier], sql = self.of(target, far, depth - 1)
            # `every` by counting: no detour through NOT EXISTS.
            parts.append(
                {
                    "some": f"(SELECT count(*) FROM {rows} AND {sql}) > 0",
                    "none": f"(SELECT count(*) FROM {rows} AND {sql}) = 0",
                    "every": f"(SELECT count(*) FROM {rows} AND {sql}) = (SELECT count(*) FROM {rows})",
                }[quantifier]
            )
        return name, operand, f"({' AND '.join(parts) or 'true'})"

    def _operator(self, column: Column, sql: str) -> tuple[str, Any, str]:
        random = self._random
        if random.random() < 0.1:
            null = random.random() < 0.5
            return "isNull", null, f"{sql} IS {'' if null else 'NOT '}NULL"
        family: Callable[[Column, str], tuple[str, Any, str]] = getattr(self, f"_{column.family}")
        return family(column, sql)

    def _scalar(self, column: Column, sql: str) -> tuple[str, Any, str]:
        name = self._random.choice(COMPARISONS)
        if name in {"in", "notIn"}:
            values = self._random.choices(column.values, k=self._random.choice((0, 1, 2)))
            listed = " OR ".join(f"{sql} = {literal(v)}::{column.type}" for v in values) or "false"
            return name, values, listed if name == "in" else f"NOT ({listed})"
        value = self._random.choice(column.values)
        return name, value, f"{sql} {SQL[name]} {literal(value)}::{column.type}"

    def _text(self, column: Column, sql: str) -> tuple[str, Any, str]:
        if self._random.random() < 0.4:
            return self._scalar(column, sql)
        name = self._random.choice(TEXT_MATCHES)
        value = self._random.choice(EXPRESSIONS if name == "regex" else TEXTS)
        if name in {"like", "ilike"} and value.endswith("\\"):  # an escape of nothing is an error
            value = f"{value}%"
        text = literal(value)
        says = {
            "like": f"{sql} LIKE {text}",
            "ilike": f"lower({sql}) LIKE lower({text})",
            "startsWith": f"starts_with({sql}, {text})",
            "endsWith": f"right({sql}, {len(value)}) = {text}::text",
            "contains": f"strpos({sql}, {text}) > 0",
            "regex": f"regexp_like({sql}, {text})",
        }
        return name, value, says[name]

    def _list(self, column: Column, sql: str) -> tuple[str, Any, str]:
        name = self._random.choice(("eq", "ne", *SETS))
        values = self._random.choices(column.values, k=self._random.choice((0, 1, 1, 2)))
        if name in {"eq", "ne"} and self._random.random() < 0.3:
            values.append(None)
        operator = SETS.get(name) or SQL[name]
        array = f"ARRAY[{', '.join(map(literal, values))}]::{column.type}"
        cast = "::int4[]" if column.name == "positives" else ""
        return name, values, f"{sql}{cast} {operator} {array}"

    def _range(self, column: Column, sql: str) -> tuple[str, Any, str]:
        inputs = RANGES if column.name == "span" else PERIODS
        name = self._random.choice(("eq", "ne", "containsValue", *SETS))
        if name == "containsValue":
            value = 3 if column.name == "span" else "2024-01-10T00:00:00Z"
            return name, value, f"{sql} && '[{value},{value}]'::{column.type}"
        text = self._random.choice(column.values)
        operator = SETS.get(name) or SQL[name]
        return name, inputs[text], f"{sql} {operator} {literal(text)}::{column.type}"

    def _json(self, column: Column, sql: str) -> tuple[str, Any, str]:
        sql = f"{sql}::jsonb"
        name = self._random.choice(("eq", "ne", "contains", "containedBy", "hasKey", "path"))
        if name == "hasKey":
            key = self._random.choice(("a", "b", "", "it's"))
            return name, key, f"jsonb_exists({sql}, {literal(key)})"
        if name == "path":
            path = self._random.choice(list(PATHS))
            return name, path, f"coalesce({PATHS[path].format(f'({sql})', literal(path))}, false)"
        value = self._random.choice(column.values)
        operator = SETS.get(name) or SQL[name]
        return name, value, f"{sql} {operator} {literal(json.dumps(value))}::jsonb"

    def _search(self, column: Column, sql: str) -> tuple[str, Any, str]:
        words = self._random.choice(column.values)
        language = {"vector": "", "brief": "'simple', "}.get(column.name, "'english', ")
        vector = column.type.format(sql)
        return "search", words, f"{vector} @@ websearch_to_tsquery({language}{literal(words)})"


RELATIONS: Mapping[tuple[str, str], tuple[str, str, bool]] = {
    ("item", "shelf"): ("shelf", "shelf AS {far} WHERE {far}.shelf_id = {near}.shelf_id", False),
    ("item", "parent"): ("item", "item AS {far} WHERE {far}.item_id = {near}.parent_id", False),
    ("item", "items"): ("item", "item AS {far} WHERE {far}.parent_id = {near}.item_id", True),
    ("item", "tags"): (
        "tag",
        (
            "tag AS {far} WHERE {far}.tag_id IN"
            " (SELECT tag_id FROM item_tag AS j WHERE j.item_id = {near}.item_id)"
        ),
        True,
    ),
    ("shelf", "items"): ("item", "item AS {far} WHERE {far}.shelf_id = {near}.shelf_id", True),
    ("tag", "items"): (
        "item",
        (
            "item AS {far} WHERE EXISTS"
            " (SELECT FROM item_tag AS j WHERE (j.tag_id, j.item_id) = ({near}.tag_id, {far}.item_id))"
        ),
        True,
    ),
}
ROOTS = {
    "item": ("items", "ItemFilter", "itemId", "item_id"),
    "shelf": ("shelves", "ShelfFilter", "shelfId", "shelf_id"),
    "tag": ("tags", "TagFilter", "tagId", "tag_id"),
}


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    yield opened
    await opened.close()


async def chosen(engine: Engine, table: str, given: Mapping[str, Any], lane: Lane) -> Sequence[int]:
    field, filter_type, key, _ = ROOTS[table]
    query = (
        f"query ($filter: {filter_type}) {{ {field}(first: 100, filter: $filter) {{"
        f" totalCount nodes {{ {key} }} }} }}"
    )
    answer = await engine.run(query, {"filter": given}, lane)
    assert answer.errors == [], (given, answer.errors)
    page = answer.data[field]
    assert page["totalCount"] == len(page["nodes"])
    return [node[key] for node in page["nodes"]]


async def test_a_filter_chooses_what_sql_chooses(engine: Engine, connection: asyncpg.Connection) -> None:
    sizes = []
    for seed in range(OPERATIONS):
        random = Random(seed)  # noqa: S311 - repeatable
        table = random.choice(("item", "item", "item", "shelf", "tag"))
        given, where = Filters(random).of(table, "t", 3)
        key = ROOTS[table][3]
        rows = await connection.fetch(f"SELECT {key} FROM {table} AS t WHERE {where} ORDER BY {key}")
        expected = [row[0] for row in rows]
        for lane in Lane:
            assert await chosen(engine, table, given, lane) == expected, (seed, given, where)
        sizes.append(len(expected))
    assert sum(0 < size < 60 for size in sizes) > OPERATIONS // 3

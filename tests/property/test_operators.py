"""Every operator of every generated filter input chooses the rows that SQL chooses, in both lanes.

The walk goes over all columns of the database of types. Operands are values that are stored there, as the API
itself gives them, beside texts full of what SQL gives a meaning to. The oracle says each operator by hand; a
stored value it takes from the row that has it, so that it never writes one down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from resolvers.execution import Lane
from tests.property.rounds import ROUNDS
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

    from graphql import GraphQLInputField

    from resolvers.bindings import TableType

DATABASE = (Path(__file__).parent.parent / "databases" / "types.sql").read_text()
# A number stands for a regclass without a name, but a text that is cast is always a name.
DATABASE += "UPDATE system_types SET regclass = NULL WHERE id = 2;\n"
# Text that is json, and no jsonb: there is nothing to compare.
DATABASE += "UPDATE jsons SET plain = NULL WHERE id IN (15, 16);\n"
# Pages of rows that are found by words, whatever the type.
DATABASE += "CREATE INDEX ON texts USING gin (to_tsvector('english', plain));\n"

STORED = 2
"""How many stored values each operator is tried with in one round."""

TEXTS = (
    "",
    " ",
    "a",
    "'",
    '"',
    "\\",
    "%",
    "_",
    "a\\%",
    "%a_",
    'it\'s \\ "%_"',
    "é",
    "e\u0301",
    "🦄",
    "日本語",
    "\n",
)
PATTERNS = ("", "%", "_", "%\\%%", "%\\\\%", "%'%", '%"%', "a%", "%É%", "\\_%", "🦄", "_b_", "abc", "abc%")
EXPRESSIONS = ("", "^a", "[[:space:]]", "\\\\", "'", '"', "a|é", "^.$", "%")
WORDS = ("", "fat cats", '"fat cat"', "cat or dog", "-cat", "it's", "'\\&|!", "é", "%_")
DOCUMENTS: tuple[Any, ...] = (
    {},
    [],
    "",
    "text",
    None,
    True,
    0,
    1.5,
    {"a": 2},
    {"": {}},
    ["'", '"', "\\", "%_"],
    [None],
    [1, 2],
)
KEYS = ("", "a", "id", "'", '"', "\\", "%", "__typename")
PATHS = {
    "$": "jsonb_path_exists({0}, {1}) AND {0} NOT IN ('null', 'false')",
    "$.a ? (@ == 2)": "jsonb_path_exists({0}, {1})",
    "$.a == 2": "jsonb_path_match({0}, {1}, silent => true)",
    "$[*] ? (@ > 1)": "jsonb_path_exists({0}, {1})",
    'strict $."it\'s".x': "false",
}
COMPARED = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
SETS = {"contains": "@>", "containedBy": "<@", "overlaps": "&&"}
MATCHED = {
    "like": "{0} LIKE {1}",
    "ilike": "{0} ILIKE {1}",
    "startsWith": "starts_with({0}, {1})",
    "endsWith": "right({0}, length({1})) = {1}::text",
    "contains": "strpos({0}, {1}) > 0",
    "regex": "{0} ~ {1}",
}


@dataclass(frozen=True, slots=True)
class Operand:
    """A value as the API takes it, and as SQL has it."""

    given: Any
    sql: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the walk.

    Attributes:
        field: Its name in the filter.
        table: Its relation, quoted.
        name: Its name, quoted.
        base: What it is cast to, if it is of a domain.
        operators: What its filter offers.
    """

    field: str
    table: str
    name: str
    base: str
    operators: Mapping[str, GraphQLInputField]

    @property
    def sql(self) -> str:
        return f"t.{self.name}{self.base}"

    def stored(self, row: int, form: str = "{}") -> str:
        """The value of a row."""
        value = form.format(f"s.{self.name}{self.base}")
        return f"(SELECT {value} FROM {self.table} AS s WHERE s.id = {row})"


@dataclass(frozen=True, slots=True)
class Check:
    """A condition, and what SQL says for it."""

    column: Column
    operator: str
    given: Any
    where: str


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    await opened.execute("SET TimeZone = 'UTC'")
    yield opened
    await opened.close()


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def columns_of(engine: Engine, connection: asyncpg.Connection, table: TableType) -> list[Column]:
    """The columns that its filter offers conditions on."""
    domains = await connection.fetch(
        """
        WITH RECURSIVE based AS (
            SELECT attname, t.oid, t.typtype, t.typbasetype, false AS domain
            FROM pg_attribute JOIN pg_type AS t ON t.oid = atttypid
            WHERE attrelid = $1::text::regclass AND attnum > 0
            UNION ALL
            SELECT attname, t.oid, t.typtype, t.typbasetype, true
            FROM based JOIN pg_type AS t ON based.typtype = 'd' AND t.oid = based.typbasetype
        )
        SELECT attname, format('::%I.%I', nspname, typname) FROM based JOIN pg_type AS t USING (oid)
            JOIN pg_namespace AS n ON n.oid = t.typnamespace
        WHERE domain AND based.typtype <> 'd'
        """,
        ".".join(map(quoted, table.table.name)),
    )
    base = dict(map(tuple, domains))
    filter_type = engine.schema.graphql.type_map[table.filter_name]
    assert isinstance(filter_type, GraphQLInputObjectType)
    columns = []
    for field, binding in table.columns.items():
        if field in filter_type.fields and field != "rowId":  # which is `integers.medium` again
            operators = get_named_type(filter_type.fields[field].type)
            assert isinstance(operators, GraphQLInputObjectType)
            columns.append(
                Column(
                    field,
                    ".".join(map(quoted, table.table.name)),
                    quoted(binding.column),
                    base.get(binding.column, ""),
                    operators.fields,
                )
            )
    return columns


async def values_of(engine: Engine, plural: str, table: TableType, column: Column) -> dict[int, Any]:
    """The values of the column that are not NULL and come out, by row."""
    object_type = engine.schema.graphql.type_map[table.name]
    assert isinstance(object_type, GraphQLObjectType)
    is_range = "containsValue" in column.operators
    selection = "{ start { value inclusive } end { value inclusive } isEmpty }" if is_range else ""
    if "hasKey" in column.operators or set(column.operators) == {"isNull"}:
        return {}
    query = f"{{ {plural}(first: 1000) {{ nodes {{ key: rowId value: {column.field} {selection} }} }} }}"
    answer = await engine.run(query, lane=Lane.REFERENCE)
    nodes = answer.data[plural]["nodes"]
    values = {node["key"]: node["value"] for node in nodes if node is not None and node["value"] is not None}
    return {key: _range_input(value) for key, value in values.items()} if is_range else values


def _range_input(value: dict[str, Any]) -> dict[str, Any]:
    if value["isEmpty"]:
        return {"isEmpty": True}
    return {side: value[side] for side in ("start", "end") if value[side] is not None}


class Walk:
    """The checks of one column."""

    def __init__(self, random: Random, column: Column, values: Mapping[int, Any]) -> None:
        self._random = random
        self._column = column
        self._values = values

    def checks(self) -> Iterator[Check]:
        """Every operator with operands of its kind."""
        for operator in self._column.operators:
            for given, where in self._operator(operator):
                yield Check(self._column, operator, given, where)

    def _operator(self, operator: str) -> Iterator[tuple[Any, str]]:
        column, offered = self._column, self._column.operators
        sql = column.sql
        if operator == "isNull":
            yield True, f"num_nulls({sql}) = 1"
            yield False, f"num_nulls({sql}) = 0"
        elif operator == "search":
            vector = sql if "eq" not in offered else f"to_tsvector('english', {sql})"
            language = "" if "eq" not in offered else "'english', "
            for words in WORDS:
                yield words, f"{vector} @@ websearch_to_tsquery({language}{literal(words)})"
        elif "hasKey" in offered:
            yield from self._of_json(operator, f"{sql}::jsonb")
        elif "containsValue" in offered:
            yield from self._of_ranges(operator, sql)
        elif "containedBy" in offered:
            yield from self._of_lists(operator, sql)
        elif operator in MATCHED:
            texts = {"like": PATTERNS, "ilike": PATTERNS, "regex": EXPRESSIONS}.get(operator, TEXTS)
            for text in texts:
                # As it comes out: as text a `char(n)` would be without its blanks.
                whole = f"CASE WHEN {sql} IS NOT NULL THEN format('%s', {sql}) END"
                yield text, MATCHED[operator].format(whole, literal(text))
        else:
            yield from self._of_scalars(operator, sql)

    def _of_scalars(self, operator: str, sql: str) -> Iterator[tuple[Any, str]]:
        operands = self._stored()
        if "like" in self._column.operators:
            operands += [Operand(text, literal(text)) for text in self._random.sample(TEXTS, 4)]
        if operator in COMPARED:
            for operand in operands:
                # Not every type has an operator of its own for what is not equal.
                unequal = f"NOT ({sql} = {operand.sql})"
                compared = f"{sql} {COMPARED[operator]} {operand.sql}"
                yield operand.given, unequal if operator == "ne" else compared
            return
        for listed in ([], operands[:1], operands):
            found = " OR ".join(f"{sql} = {operand.sql}" for operand in listed) or "false"
            given = [operand.given for operand in listed]
            yield given, found if operator == "in" else f"NOT ({found})"

    def _of_lists(self, operator: str, sql: str) -> Iterator[tuple[Any, str]]:
        name = COMPARED.get(operator) or SETS[operator]
        # Made anew of its elements: GraphQL's lists begin at 1, what is stored may begin anywhere.
        operands = [Operand(each.given, f"ARRAY(SELECT unnest({each.sql}))") for each in self._stored()]
        if operands:
            operands.append(Operand([], f"({operands[0].sql})[1:0]"))
        for operand in operands:
            if operator in COMPARED or None not in operand.given:
                yield operand.given, f"{sql} {name} {operand.sql}"
            else:
                without = f"array_remove({operand.sql}, NULL)"
                yield [item for item in operand.given if item is not None], f"{sql} {name} {without}"

    def _of_ranges(self, operator: str, sql: str) -> Iterator[tuple[Any, str]]:
        if operator != "containsValue":
            for operand in self._stored():
                yield operand.given, f"{sql} {COMPARED.get(operator) or SETS[operator]} {operand.sql}"
            return
        bounded = {key: value for key, value in self._values.items() if "start" in value}
        for key in self._sample(bounded):
            bound = bounded[key]["start"]["value"]
            # What is empty or has no lower end here is told apart by the function, not by the operand.
            yield bound, f"{sql} @> {self._column.stored(key, 'lower({})')}"

    def _of_json(self, operator: str, sql: str) -> Iterator[tuple[Any, str]]:
        if operator == "hasKey":
            for key in KEYS:
                yield key, f"jsonb_exists({sql}, {literal(key)})"
        elif operator == "path":
            for path, says in PATHS.items():
                yield path, f"coalesce({says.format(f'({sql})', literal(path))}, false)"
        else:
            for document in self._random.sample(DOCUMENTS, 6):
                if document is not None:  # as an operand null is refused
                    name = COMPARED.get(operator) or SETS[operator]
                    yield document, f"{sql} {name} {literal(json.dumps(document))}::jsonb"

    def _stored(self) -> list[Operand]:
        return [Operand(self._values[key], self._column.stored(key)) for key in self._sample(self._values)]

    def _sample(self, values: Mapping[int, Any]) -> list[int]:
        return self._random.sample(sorted(values), min(STORED, len(values)))


async def chosen(
    engine: Engine, plural: str, table: TableType, checks: Sequence[Check], lane: Lane
) -> list[list[int]]:
    """The rows that each condition chooses, asked for in one operation."""
    fields = " ".join(
        f"r{number}: {plural}(first: 1000, filter: $f{number}) {{ nodes {{ rowId }} }}"
        for number in range(len(checks))
    )
    variables = ", ".join(f"$f{number}: {table.filter_name}" for number in range(len(checks)))
    given = {f"f{number}": {c.column.field: {c.operator: c.given}} for number, c in enumerate(checks)}
    answer = await engine.run(f"query ({variables}) {{ {fields} }}", given, lane)
    assert answer.errors == [], [(error.message, error.path) for error in answer.errors]
    assert answer.lane is lane
    return [[node["rowId"] for node in answer.data[f"r{n}"]["nodes"]] for n in range(len(checks))]


async def test_every_operator_on_every_column(engine: Engine, connection: asyncpg.Connection) -> None:
    met: set[tuple[str, str, str]] = set()
    some = tried = 0
    for name, root in engine.schema.model.roots.items():
        table = root.type
        if table is None or not root.is_connection or "rowId" not in table.columns:
            continue
        for column in await columns_of(engine, connection, table):
            values = await values_of(engine, name, table, column)
            for seed in range(ROUNDS):
                random = Random(f"{table.name} {column.field} {seed}")  # noqa: S311 - repeatable
                checks = list(Walk(random, column, values).checks())
                arrays = ", ".join(
                    f"ARRAY(SELECT t.id FROM {column.table} AS t WHERE {check.where} ORDER BY t.id)"
                    for check in checks
                )
                expected = [list(ids) for ids in await connection.fetchrow(f"SELECT {arrays}") or ()]
                for lane in Lane:
                    found = await chosen(engine, name, table, checks, lane)
                    for check, expectation, made in zip(checks, expected, found, strict=True):
                        assert made == expectation, (table.name, column.field, check)
                met |= {(table.name, column.field, check.operator) for check in checks}
                some += sum(map(bool, expected))
                tried += len(expected)
    assert len(met) > 1000
    assert some > tried / 3

"""Conditions and orders are written so that the indexes there are serve them: no cast defeats one.

Sequential scans are made as dear as they can be, for the tables are small; an index that cannot serve a
condition is not used then either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from graphql import GraphQLInputObjectType
from graphql.utilities import coerce_input_value

from db.query import CountRead
from db.statements import StatementBuilder
from resolvers.conditions import condition_of, split_filter
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from db.statements import Statement

DATABASE = """
CREATE TYPE size AS ENUM ('small', 'middle', 'large');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE owner (owner_id int PRIMARY KEY, name text);
CREATE TABLE thing (
    thing_id int PRIMARY KEY, owner_id int REFERENCES owner, small int2, whole int, big bigint, exact numeric,
    rough float8, real float4, word text, short varchar(20), fixed char(4), moment timestamptz,
    local timestamp, day date, at time, span interval, key uuid, size size, flag boolean, bytes bytea,
    address inet, mail email,
    words text[], numbers int2[], sizes size[], range int4range, period tstzrange, document jsonb,
    prose text, notes text, brief varchar(40), vector tsvector,
    code text NOT NULL, plain text COLLATE "C", facts jsonb, raw json, mails email[]
);
CREATE TABLE mark (mark_id int PRIMARY KEY, title text);
CREATE TABLE thing_mark (
    thing_id int REFERENCES thing, mark_id int REFERENCES mark, PRIMARY KEY (thing_id, mark_id)
);
INSERT INTO owner SELECT i, 'owner ' || i FROM generate_series(1, 200) AS i;
INSERT INTO thing (thing_id, owner_id, whole, word, words, code)
    SELECT i, 1 + i % 200, i, CASE WHEN i % 20 = 0 THEN 'word ' || i END, ARRAY['w' || i], 'code ' || i
    FROM generate_series(1, 5000) AS i;
INSERT INTO mark SELECT i, 'mark ' || i FROM generate_series(1, 300) AS i;
INSERT INTO thing_mark SELECT i, 1 + i % 300 FROM generate_series(1, 5000) AS i;
CREATE INDEX thing_owner ON thing (owner_id);
CREATE INDEX thing_code_pattern ON thing (code text_pattern_ops);
CREATE INDEX thing_plain ON thing (plain);
CREATE INDEX thing_short_pattern ON thing (short varchar_pattern_ops);
CREATE INDEX thing_fixed_pattern ON thing (fixed bpchar_pattern_ops);
CREATE INDEX thing_facts ON thing USING gin (facts jsonb_path_ops);
CREATE INDEX thing_facts_whole ON thing (facts);
CREATE INDEX thing_raw ON thing USING gin ((raw::jsonb));
CREATE INDEX thing_mails ON thing USING gin ((mails::text[]));
CREATE INDEX thing_marked ON thing_mark (mark_id);
CREATE INDEX thing_word_pattern ON thing (word text_pattern_ops);
CREATE INDEX thing_words ON thing USING gin (words);
CREATE INDEX thing_numbers ON thing USING gin (numbers);
CREATE INDEX thing_sizes ON thing USING gin (sizes);
CREATE INDEX thing_range ON thing USING gist (range);
CREATE INDEX thing_period ON thing USING gist (period);
CREATE INDEX thing_document ON thing USING gin (document);
CREATE INDEX thing_prose ON thing USING gin (to_tsvector('english', prose));
CREATE INDEX thing_notes ON thing USING gin (to_tsvector('english', coalesce(notes, '')));
CREATE INDEX thing_brief ON thing USING gin (to_tsvector('simple', brief));
CREATE INDEX thing_vector ON thing USING gin (vector);
"""
SORTED = {
    "small": 1,
    "whole": 1,
    "big": "1",
    "exact": "1.1",
    "rough": 1.5,
    "real": 1.5,
    "word": "word 1",
    "short": "a",
    "fixed": "a",
    "moment": "2024-01-01T00:00:00Z",
    "local": "2024-01-01T00:00:00",
    "day": "2024-01-01",
    "at": "12:00",
    "span": "P1D",
    "key": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "size": "small",
    "flag": True,
    "bytes": "AA==",
    "address": "10.0.0.1",
    "mail": "a@b",
}
"""A value of each column that has an index of its own, `thing_<column>_idx`."""

DATABASE += "".join(f"CREATE INDEX ON thing ({column});\n" for column in SORTED) + "ANALYZE;"

RANGE = {"start": {"value": 1, "inclusive": True}}
PERIOD = {"end": {"value": "2024-01-01T00:00:00Z", "inclusive": True}}
OTHERS: list[tuple[dict[str, Any], str]] = [
    ({"thingId": {"eq": 1}}, "thing_pkey"),
    ({"word": {"startsWith": "word 1"}}, "thing_word_"),
    ({"word": {"like": "word 1%"}}, "thing_word_"),
    ({"word": {"regex": "^word 1"}}, "thing_word_"),
    ({"word": {"isNull": True}}, "thing_word_"),
    ({"word": {"isNull": False}}, "thing_word_"),
    ({"not": {"word": {"isNull": True}}}, "thing_word_"),
    ({"code": {"startsWith": "code 1"}}, "thing_code_pattern"),
    ({"code": {"regex": "^code 1"}}, "thing_code_pattern"),
    ({"code": {"eq": "code 1"}}, "thing_code_pattern"),
    ({"plain": {"startsWith": "a"}}, "thing_plain"),
    ({"short": {"startsWith": "a"}}, "thing_short_"),
    ({"fixed": {"startsWith": "a"}}, "thing_fixed_"),
    *(({"words": {o: ["w1"]}}, "thing_words") for o in ("contains", "containedBy", "overlaps", "eq")),
    ({"mails": {"contains": ["a@b"]}}, "thing_mails"),
    ({"numbers": {"contains": [1]}}, "thing_numbers"),
    ({"sizes": {"overlaps": ["small"]}}, "thing_sizes"),
    *(
        ({"range": {operator: RANGE}}, "thing_range")
        for operator in ("contains", "containedBy", "overlaps", "eq")
    ),
    ({"range": {"containsValue": 1}}, "thing_range"),
    ({"period": {"overlaps": PERIOD}}, "thing_period"),
    ({"document": {"contains": {"a": 1}}}, "thing_document"),
    ({"document": {"hasKey": "a"}}, "thing_document"),
    ({"document": {"path": "$.a ? (@ == 1)"}}, "thing_document"),
    ({"facts": {"contains": {"a": 1}}}, "thing_facts"),
    ({"facts": {"path": "$.a ? (@ == 1)"}}, "thing_facts"),
    ({"facts": {"eq": {"a": 1}}}, "thing_facts_whole"),
    ({"raw": {"contains": {"a": 1}}}, "thing_raw"),
    ({"raw": {"hasKey": "a"}}, "thing_raw"),
    *(({column: {"search": "fox"}}, f"thing_{column}") for column in ("prose", "notes", "brief", "vector")),
    ({"owner": {"ownerId": {"eq": 7}}}, "thing_owner"),
    ({"owner": {"things": {"some": {"thingId": {"eq": 7}}}}}, "thing_pkey"),
    ({"marks": {"some": {"markId": {"eq": 7}}}}, "thing_marked"),
    ({"or": [{"whole": {"eq": 1}}, {"big": {"eq": "1"}}]}, "thing_whole_"),
    ({"or": [{"whole": {"eq": 1}}, {"big": {"eq": "1"}}]}, "thing_big_"),
]


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    await opened.execute("SET enable_seqscan = off; SET jit = off")
    yield opened
    await opened.close()


async def indexes(
    connection: asyncpg.Connection, statement: Statement, values: dict[str, Any]
) -> list[tuple[str, str]]:
    """The indexes of the plan, each with the condition that it serves."""
    lines = await connection.fetch(
        f"EXPLAIN (COSTS off) {statement.sql}", *(values[name] for name in statement.parameters)
    )
    plan = "\n".join(line[0] for line in lines)
    return re.findall(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\S+).*\n\s+Index Cond: (.*)", plan)


async def used_by(
    engine: Engine, connection: asyncpg.Connection, filter_input: dict[str, Any]
) -> list[tuple[str, str]]:
    model = engine.schema.model
    thing = model.types["Thing"]
    filter_type = engine.schema.graphql.type_map[thing.filter_name]
    assert isinstance(filter_type, GraphQLInputObjectType)
    coerced = coerce_input_value(filter_input, filter_type)
    read = CountRead(thing.table.name, None, condition_of(model, thing, coerced))
    _, values = split_filter(model, thing, coerced)
    return await indexes(connection, StatementBuilder(engine.catalog).build(read), values)


@pytest.mark.parametrize("operator", ["eq", "in", "lt", "lte", "gt", "gte"])
@pytest.mark.parametrize("column", SORTED)
async def test_comparisons_use_the_index_of_their_column(
    engine: Engine, connection: asyncpg.Connection, column: str, operator: str
) -> None:
    value = [SORTED[column]] * 2 if operator == "in" else SORTED[column]
    found = await used_by(engine, connection, {column: {operator: value}})
    assert [name for name, _ in found] == [f"thing_{column}_idx"]


@pytest.mark.parametrize(("filter_input", "index"), OTHERS, ids=str)
async def test_conditions_use_the_index_that_is_made_for_them(
    engine: Engine, connection: asyncpg.Connection, filter_input: dict[str, Any], index: str
) -> None:
    assert any(name.startswith(index) for name, _ in await used_by(engine, connection, filter_input))

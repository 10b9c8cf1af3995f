"""Errors tell of constraints of partitioned tables and of parents, whatever those they pass on are called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from core.errors import ConstraintViolation
from db.catalogue.model import QualifiedName
from db.writes import Insert
from resolvers.execution import Lane
from schema.object_options import ObjectOptions
from tests.support.engine import OPTIONS, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine

DATABASE = """
CREATE SCHEMA store;
CREATE TABLE reading (
    no int,
    at int,
    level int NOT NULL,
    follows int,
    PRIMARY KEY (no, at),
    CONSTRAINT follows_one FOREIGN KEY (follows, at) REFERENCES reading,
    CONSTRAINT one_level_late UNIQUE (level, at) DEFERRABLE INITIALLY DEFERRED
) PARTITION BY RANGE (at);
CREATE UNIQUE INDEX "fairly even" ON reading ((level / 2), at);
CREATE TABLE store.old PARTITION OF reading FOR VALUES FROM (0) TO (100) PARTITION BY LIST (at);
CREATE TABLE store.one PARTITION OF store.old (CONSTRAINT small CHECK (level < 50)) FOR VALUES IN (1);
COMMENT ON CONSTRAINT small ON store.one IS 'Of one partition.';
INSERT INTO reading VALUES (1, 1, 10, NULL), (2, 1, 20, 1);
CREATE FUNCTION add_reading(no int, level int) RETURNS int LANGUAGE sql
    AS $$ INSERT INTO reading VALUES (no, 1, level) RETURNING no $$;

CREATE TABLE animal (
    no int PRIMARY KEY,
    legs int NOT NULL DEFAULT 4 CONSTRAINT legs CHECK (legs >= 0),
    name text CONSTRAINT alone CHECK (name <> 'x') NO INHERIT
);
COMMENT ON CONSTRAINT legs ON animal IS 'There are no negative legs.';
CREATE TABLE bird (wings int DEFAULT 2, UNIQUE (name)) INHERITS (animal);
CREATE TABLE owl () INHERITS (bird);
INSERT INTO bird VALUES (1, 2, 'a'), (2, 2, 'b');
INSERT INTO owl VALUES (3, 2, 'c');
"""


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(DATABASE)


@pytest.fixture(scope="module")
async def engine(url: str) -> AsyncIterator[Engine]:
    async with open_engine(url) as engine:
        connection = await asyncpg.connect(url)
        await connection.execute(
            "CREATE TABLE store.later PARTITION OF reading FOR VALUES FROM (100) TO (200)"
        )
        await connection.close()
        yield engine


async def told(engine: Engine, mutation: str, lane: Lane) -> tuple[Any, ...]:
    """Message, kind, constraint and place of the only error."""
    result = await engine.run(f"mutation {{ {mutation} }}", lane=lane)
    [error] = result.errors
    assert error.extensions is not None
    assert error.extensions["code"] == "CONSTRAINT_VIOLATION"
    return error.message, *(error.extensions.get(name) for name in ("kind", "constraint", "inputPath"))


TAKEN = "There is a row with this key already."
NOT_ALLOWED = "A value is not one of those that are allowed."
REFERRED_TO = "A row that is referred to is not there, or is still referred to."


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    ("mutation", "error"),
    [
        (
            "createReading(input: {no: 1, at: 1, level: 30}) { affectedCount }",
            (TAKEN, "unique", "reading_pkey", ["input", "no"]),
        ),
        # An index alone, and one over an expression, whose columns are not told.
        (
            "createReading(input: {no: 3, at: 1, level: 21}) { affectedCount }",
            (TAKEN, "unique", "fairly even", ["input"]),
        ),
        (
            "createReading(input: {no: 3, at: 1, level: 30, follows: 9}) { affectedCount }",
            (REFERRED_TO, "foreign_key", "follows_one", ["input", "at"]),
        ),
        (
            "deleteReading(by: {noAt: {no: 1, at: 1}}) { affectedCount }",
            (REFERRED_TO, "foreign_key", "follows_one", None),
        ),
        # Of a partition alone.
        (
            "createReading(input: {no: 3, at: 1, level: 60}) { affectedCount }",
            (NOT_ALLOWED, "check", "small", ["input"]),
        ),
        # There is no partition, of the table or of a partition.
        (
            "createReading(input: {no: 3, at: 500, level: 30}) { affectedCount }",
            (NOT_ALLOWED, "check", None, ["input", "at"]),
        ),
        (
            "createReading(input: {no: 3, at: 99, level: 30}) { affectedCount }",
            (NOT_ALLOWED, "check", None, ["input", "at"]),
        ),
        # The partition is newer than the schema.
        (
            "createReadings(input: [{no: 5, at: 100, level: 1}, {no: 5, at: 100, level: 5}]) { __typename }",
            (TAKEN, "unique", "reading_pkey", ["input", 1, "no"]),
        ),
        ("addReading(no: 2, level: 30) { result }", (TAKEN, "unique", "reading_pkey", None)),
        # Rows of tables that inherit.
        (
            "updateAnimals(filter: {}, set: {legs: -1}) { affectedCount }",
            ("There are no negative legs.", "check", "legs", ["set", "legs"]),
        ),
        (
            "updateAnimals(filter: {no: {eq: 3}}, set: {name: null, legs: null}) { affectedCount }",
            ("A value is missing.", "not_null", None, ["set", "legs"]),
        ),
        (
            "updateBirds(filter: {no: {eq: 3}}, set: {legs: -1}) { affectedCount }",
            (NOT_ALLOWED, "check", "legs", ["set", "legs"]),
        ),
        # Of a table alone that inherits.
        (
            'updateAnimals(filter: {no: {eq: 1}}, set: {name: "b"}) { affectedCount }',
            (TAKEN, "unique", "bird_name_key", None),
        ),
    ],
)
async def test_errors_tell_of_the_whole(
    engine: Engine, mutation: str, error: tuple[Any, ...], lane: Lane
) -> None:
    assert await told(engine, mutation, lane) == error


@pytest.mark.parametrize("lane", Lane)
async def test_constraints_that_are_checked_in_the_end(engine: Engine, lane: Lane) -> None:
    mutation = (
        "createReadings(input: [{no: 6, at: 150, level: 8}, {no: 7, at: 150, level: 8}]) { affectedCount }"
    )
    connection = await asyncpg.connect(engine.url)
    try:
        await connection.execute('DROP INDEX "fairly even"')
        assert await told(engine, mutation, lane) == (TAKEN, "unique", "one_level_late", None)
    finally:
        await connection.execute('CREATE UNIQUE INDEX "fairly even" ON reading ((level / 2), at)')
        await connection.close()


@pytest.mark.parametrize("lane", Lane)
async def test_the_connection_serves_again(engine: Engine, lane: Lane) -> None:
    """What was written before is gone, and the next operation can write."""
    await told(
        engine,
        """first: createReading(input: {no: 8, at: 1, level: 30}) { affectedCount }
        second: createReading(input: {no: 1, at: 1, level: 33}) { affectedCount }
        third: createReading(input: {no: 9, at: 1, level: 36}) { affectedCount }""",
        lane,
    )
    result = await engine.run("{ readings(filter: {no: {gt: 2}}) { nodes { no } } }")
    assert result.data == {"readings": {"nodes": []}}
    result = await engine.run(
        "mutation { createReading(input: {no: 8, at: 1, level: 30}, dryRun: true) { affectedCount } }",
        lane=lane,
    )
    assert (result.errors, result.data) == ([], {"createReading": {"affectedCount": 1}})


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    ("mutation", "constraint"),
    [
        ("createReading(input: {no: 1, at: 1, level: 30}) { affectedCount }", "reading_pkey"),
        ("deleteReading(by: {noAt: {no: 1, at: 1}}) { affectedCount }", None),
        # Of a partition alone: nothing is known of it.
        ("createReading(input: {no: 3, at: 1, level: 60}) { affectedCount }", None),
    ],
)
async def test_names_that_may_tell_of_what_is_hidden(
    url: str, mutation: str, constraint: str | None, lane: Lane
) -> None:
    hidden = {"public.reading.follows": ObjectOptions(hidden=True)}
    async with open_engine(url, replace(OPTIONS, objects=hidden)) as engine:
        assert (await told(engine, mutation, lane))[2] == constraint


async def test_nothing_follows_what_was_rolled_back(engine: Engine) -> None:
    """Code that catches the error of a field is told the same by whatever it writes next."""
    insert = Insert(QualifiedName("public", "reading"), ("no", "at", "level"), ())

    async def write() -> None:
        async with engine.database.transaction() as transaction:
            for number in (1, 77):
                values = {"value0": [number], "value1": [1], "value2": [40]}
                with pytest.raises(ConstraintViolation):
                    await transaction.write(insert, values, step=1)

    with pytest.raises(ConstraintViolation) as raised:
        await write()
    assert raised.value.constraint == "reading_pkey"
    result = await engine.run("{ readings(filter: {no: {eq: 77}}) { nodes { no } } }")
    assert result.data == {"readings": {"nodes": []}}

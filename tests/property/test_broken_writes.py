"""A mutation that fails, is cancelled, or loses its connection at any moment is there whole or not at all."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from resolvers.execution import Lane
from schema.extending import BadUserInput, WriteKind, after_write, before_write
from schema.extensions import extension_of
from tests.property.rounds import ROUNDS
from tests.support.engine import OPTIONS, Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TABLE part (
    part_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label int NOT NULL, touched int NOT NULL DEFAULT 0
);
CREATE TABLE piece (
    piece_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    part_id int NOT NULL REFERENCES part DEFERRABLE INITIALLY DEFERRED,
    label int NOT NULL CHECK (label < 1000000)
);
CREATE TABLE mark (label int PRIMARY KEY, note text);
CREATE FUNCTION broken(mark) RETURNS int LANGUAGE plpgsql STABLE AS
    $$ BEGIN RAISE EXCEPTION 'No such thing.'; END $$;
INSERT INTO mark VALUES (-1);
INSERT INTO part (label) VALUES (-1);
"""
WRITING = (
    """createParts(input: [
        {label: $label, pieces: {create: [{label: $label}, {label: $label}]}}
        {label: $label, pieces: {create: [{label: $label}]}}
    ]) { affectedCount parts { partId pieces { totalCount } } }""",
    "updateParts(filter: {label: {eq: $label}}, set: {touched: 1}) { affectedCount parts { label } }",
    "createMark(input: {label: $label}) { affectedCount mark { label } }",
)
FAILING = {
    "createPiece(input: {partId: 0, label: 1000000}) { affectedCount }": "CONSTRAINT_VIOLATION",
    "createPiece(input: {partId: 0, label: 1}) { affectedCount }": "CONSTRAINT_VIOLATION",  # at the end
    "createMark(input: {label: -1}) { affectedCount }": "CONSTRAINT_VIOLATION",
    "updateParts(filter: {}, set: {touched: 0}, atMost: 0) { affectedCount }": "BAD_USER_INPUT",
    "updateMark(by: {label: -1}, set: {note: null}) { mark { broken } }": "BAD_USER_INPUT",
    'updateMark(by: {label: -1}, set: {note: "x"}, ifMatch: "1") { affectedCount }': "CONFLICT",
    'updateMark(by: {label: -1}, set: {note: "refused"}) { affectedCount }': "BAD_USER_INPUT",
    'updateMark(by: {label: -1}, set: {note: "broken"}) { affectedCount }': "INTERNAL_SERVER_ERROR",
    'updateMark(by: {label: -1}, set: {note: "broken after"}) { affectedCount }': "INTERNAL_SERVER_ERROR",
}
ATTEMPTS = 40 * ROUNDS
"""How often one is cancelled, and its connection lost."""

WHOLE = (2, 2, 3, 1)
NOTHING = (0, 0, 0, 0)


@before_write("Mark")
async def refuse(_: WriteKind, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    await asyncio.sleep(0)
    for row in rows:
        if row.get("note") == "refused":
            raise BadUserInput("Not that.")
        if row.get("note") == "broken":
            raise ZeroDivisionError
    return rows


@after_write("Mark", reads=("note",))
def break_down(_: WriteKind, rows: list[dict[str, Any]]) -> None:
    if any(row["note"] == "broken after" for row in rows):
        raise ZeroDivisionError


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    extensions = [extension_of("marks", {"refuse": refuse, "break_down": break_down})]
    async with open_engine(await create_database(DATABASE), OPTIONS, extensions) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    yield opened
    await opened.close()


def document(fields: list[str]) -> str:
    texts = "\n".join(f"f{number}: {text}" for number, text in enumerate(fields))
    return f"mutation ($label: Int!) {{ {texts} }}"


async def written(connection: asyncpg.Connection, label: int) -> tuple[int, ...]:
    """Parts, those that were touched, pieces and marks of a label."""
    row = await connection.fetchrow(
        """SELECT (SELECT count(*) FROM part WHERE label = $1),
            (SELECT count(*) FROM part WHERE label = $1 AND touched = 1),
            (SELECT count(*) FROM piece WHERE label = $1), (SELECT count(*) FROM mark WHERE label = $1)""",
        label,
    )
    assert row is not None
    return tuple(row)


async def until_no_transaction(connection: asyncpg.Connection) -> None:
    """Waits until no other connection is in a transaction."""
    for _ in range(200):
        busy = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        if not busy:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("a transaction was left open")


@pytest.mark.parametrize("lane", Lane)
async def test_a_field_that_fails_leaves_nothing(
    engine: Engine, connection: asyncpg.Connection, lane: Lane
) -> None:
    random = Random(f"failing {lane}")  # noqa: S311 - repeatable
    before = await connection.fetch("SELECT m::text FROM mark AS m ORDER BY label")
    for label, (failing, code) in enumerate(FAILING.items(), start=100_000):
        for place in range(len(WRITING) + 1):
            fields = [*WRITING[:place], failing, *WRITING[place:]]
            random.shuffle(fields)
            result = await engine.run(document(fields), {"label": label}, lane)
            assert result.data is None, fields
            assert result.errors[0].extensions is not None
            assert result.errors[0].extensions["code"] == code, fields
            assert await written(connection, label) == NOTHING, fields
    assert await connection.fetch("SELECT m::text FROM mark AS m ORDER BY label") == before
    await until_no_transaction(connection)


async def duration(engine: Engine) -> float:
    """How long it takes, in seconds."""
    started = time.monotonic()
    for label in range(-20, -10):
        await engine.run(document(list(WRITING)), {"label": label})
    return (time.monotonic() - started) / 10


async def test_cancelled_at_any_moment(engine: Engine, connection: asyncpg.Connection) -> None:
    random = Random("cancelled")  # noqa: S311 - repeatable
    longest = await duration(engine)
    kinds = set()
    for label in range(ATTEMPTS):
        lane = random.choice(list(Lane))
        task = asyncio.ensure_future(engine.run(document(list(WRITING)), {"label": label}, lane))
        await asyncio.sleep(random.uniform(0, longest))
        task.cancel()
        [outcome] = await asyncio.gather(task, return_exceptions=True)
        await until_no_transaction(connection)
        found = await written(connection, label)
        assert found in {NOTHING, WHOLE}, label
        if not isinstance(outcome, BaseException):
            assert not outcome.errors
            assert found == WHOLE, label
        kinds.add(found)
        answers = await asyncio.gather(*(engine.run("{ marks { totalCount } }") for _ in range(6)))
        assert not any(answer.errors for answer in answers)
    assert NOTHING in kinds


async def test_its_connection_is_lost_at_any_moment(engine: Engine, connection: asyncpg.Connection) -> None:
    random = Random("lost")  # noqa: S311 - repeatable
    longest = await duration(engine)
    failed = 0
    for label in range(10_000, 10_000 + ATTEMPTS):
        lane = random.choice(list(Lane))
        task = asyncio.ensure_future(engine.run(document(list(WRITING)), {"label": label}, lane))
        await asyncio.sleep(random.uniform(0, longest))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        answer = await task
        await until_no_transaction(connection)
        found = await written(connection, label)
        assert found in {NOTHING, WHOLE}, label
        if answer.errors:
            failed += 1
            codes = [(error.extensions or {}).get("code") for error in answer.errors]
            assert set(codes) == {"DATABASE_UNAVAILABLE"}, answer.errors
            assert answer.data is None
        else:
            assert found == WHOLE, label
        again = await engine.run("{ marks { totalCount } }", None, lane)
        assert not again.errors, label
    assert failed > ATTEMPTS / 10

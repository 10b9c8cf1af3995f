"""Batches across requests: how many statements there are, and who hears of what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from core.errors import BadUserInput, RequestError
from db.catalogue.model import QualifiedName
from db.query import (
    Aggregate,
    AggregateFunction,
    AggregateRead,
    AllOf,
    Comparison,
    Form,
    GroupKey,
    GroupRead,
    LookupRead,
    NotOf,
    Operator,
    OrderTerm,
    Output,
    PageRead,
    Via,
)
from loaders.across import MAX_IDLE, MAX_KEYS, MAX_SHARED_PAGE, Batches
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from db.query import Condition, Read

DATABASE = """
CREATE TABLE thing (id int PRIMARY KEY, code uuid NOT NULL UNIQUE, name text NOT NULL);
INSERT INTO thing SELECT i, lpad(i::text, 32, '0')::uuid, 'thing ' || i FROM generate_series(1, 20000) AS i;
CREATE VIEW inverse AS SELECT id, 100 / id AS inverse,
    (CASE WHEN id = 0 THEN 'NaN' ELSE 100.0 / id END)::int AS rounded FROM generate_series(0, 9) AS id;
CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(60)::text AS slept;
"""
THING = QualifiedName("public", "thing")
BY_ID = LookupRead(THING, (Output("name", Form.READ),), Via(("id",), (QualifiedName("pg_catalog", "int4"),)))
BY_CODE = LookupRead(
    THING, (Output("name", Form.READ),), Via(("code",), (QualifiedName("pg_catalog", "uuid"),))
)


EVERYTHING = AllOf(())


def page(table: str, column: str, condition: Condition = EVERYTHING, *, offset: bool = False) -> Read:
    return PageRead(
        table=QualifiedName("public", table),
        outputs=(Output(column, Form.READ),),
        via=None,
        condition=condition,
        order=(OrderTerm("id"),),
        offset=offset,
    )


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture
def batches(engine: Engine) -> Batches:
    return Batches(engine.database, 4)


async def active(engine: Engine) -> int:
    connection = await asyncpg.connect(engine.url)
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' OR query LIKE '%slow%'"
            " AND state = 'active' AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        return count - 1
    finally:
        await connection.close()


async def test_one_caller_costs_one_statement(batches: Batches) -> None:
    for key in range(1, 11):
        batch = await batches.load(BY_ID, {}, (key,))
        assert batch.rows[key][0] == f"thing {key}"
    assert batches.statements == 10


async def test_many_callers_share_statements(batches: Batches) -> None:
    async def client(number: int) -> None:
        for turn in range(50):
            key = number * 50 + turn + 1
            batch = await batches.load(BY_ID, {}, (key,))
            assert batch.rows[key][0] == f"thing {key}"

    await asyncio.gather(*(client(number) for number in range(64)))
    assert batches.statements < 0.1 * 64 * 50


async def test_keys_that_have_no_row_have_none(batches: Batches) -> None:
    found = await asyncio.gather(batches.load(BY_ID, {}, (1, -1)), batches.load(BY_ID, {}, (-1, 2)))
    assert set(found[0].rows) == {1, 2}
    assert batches.statements == 1


async def rows(batches: Batches, read: Read, values: dict[str, Any]) -> list[Any]:
    batch, stored = batches.load_one(read, values)
    return [row[0] for row in (await batch).rows[stored]]


async def test_reads_without_keys_are_shared_too(batches: Batches) -> None:
    read = page("thing", "name")
    found = await asyncio.gather(*(rows(batches, read, {"limit": 2}) for _ in range(5)))
    assert found == [["thing 1", "thing 2"]] * 5
    assert batches.statements == 1


async def test_reads_with_different_values_are_shared_too(batches: Batches) -> None:
    read = page("thing", "name", Comparison("id", Operator.GT, "filter0"), offset=True)
    asked = [{"filter0": n, "limit": n % 3, "offset": n % 2} for n in range(50)]
    found = await asyncio.gather(*(rows(batches, read, values) for values in asked))
    assert found == [[f"thing {n + n % 2 + i + 1}" for i in range(n % 3)] for n in range(50)]
    assert batches.statements == 1


async def test_aggregates_and_groups_with_different_values_are_shared_too(batches: Batches) -> None:
    below = Comparison("id", Operator.LT, "filter0")
    highest, count = Aggregate(AggregateFunction.MAX, "id"), Aggregate(AggregateFunction.COUNT)
    whole = AggregateRead(THING, (highest,), None, below)
    asked: list[dict[str, Any]] = [{"filter0": n} for n in range(2, 50)]
    found = await asyncio.gather(*(rows(batches, whole, values) for values in asked))
    assert found == [[n - 1] for n in range(2, 50)]
    assert batches.statements == 1

    few = Comparison("a0", Operator.LTE, "having0")
    order = (OrderTerm("k0", descending=True),)
    groups = GroupRead(THING, (GroupKey("id"),), (count,), ("k0",), None, below, few, order)
    asked = [{"filter0": n, "having0": n % 2, "limit": 2, "offset": 0} for n in range(3, 50)]
    found = await asyncio.gather(*(rows(batches, groups, values) for values in asked))
    assert found == [[n - 1, n - 2] if n % 2 else [] for n in range(3, 50)]
    assert batches.statements == 2


async def test_large_pages_do_not_wait_for_each_other(batches: Batches) -> None:
    read = page("thing", "name")
    asked = [{"limit": MAX_SHARED_PAGE + n} for n in (1, 2, 3)]
    found = await asyncio.gather(*(rows(batches, read, values) for values in asked))
    assert [len(each) for each in found] == [MAX_SHARED_PAGE + n for n in (1, 2, 3)]
    assert batches.statements == 3


async def test_lists_of_values_stay_apart(batches: Batches) -> None:
    read = page("thing", "name", Comparison("id", Operator.IN, "filter0"))
    asked = [{"filter0": [1, 2], "limit": 9}, {"filter0": [3], "limit": 9}, {"filter0": [1, 2], "limit": 9}]
    found = await asyncio.gather(*(rows(batches, read, values) for values in asked))
    assert found == [["thing 1", "thing 2"], ["thing 3"], ["thing 1", "thing 2"]]
    assert batches.statements == 2


async def test_values_that_the_statement_does_not_need(batches: Batches) -> None:
    nothing = AllOf((AllOf((NotOf(EVERYTHING), Comparison("id", Operator.IN, "filter0"))),))
    read = page("thing", "name", nothing)
    asked = [{"filter0": [n], "limit": 9, "offset": 0} for n in (1, 2)]
    assert await asyncio.gather(*(rows(batches, read, values) for values in asked)) == [[], []]
    assert batches.statements == 1


async def test_a_refused_value_is_told_to_its_caller_alone(batches: Batches) -> None:
    read = page("thing", "name", Comparison("code", Operator.EQ, "filter0"))
    codes = ["00000000-0000-0000-0000-000000000007", "no uuid", "00000000-0000-0000-0000-000000000008"]
    asked = [{"filter0": code, "limit": 1} for code in codes]
    found: Any = await asyncio.gather(*(rows(batches, read, v) for v in asked), return_exceptions=True)
    assert [found[0], found[2]] == [["thing 7"], ["thing 8"]]
    assert isinstance(found[1], BadUserInput)


@pytest.mark.parametrize(
    ("column", "error"), [("inverse", RequestError), ("rounded", asyncpg.FeatureNotSupportedError)]
)
async def test_an_error_of_the_data_is_told_to_its_caller_alone(
    batches: Batches, column: str, error: type[Exception]
) -> None:
    """Whether callers are told of such errors, or it is taken for a defect."""
    read = page("inverse", column, Comparison("id", Operator.EQ, "filter0"))
    asked = [{"filter0": n, "limit": 1} for n in (1, 0, 2)]
    found: Any = await asyncio.gather(*(rows(batches, read, v) for v in asked), return_exceptions=True)
    assert [found[0], found[2]] == [[100], [50]]
    assert isinstance(found[1], error)


async def test_a_refused_key_is_told_to_its_caller_alone(batches: Batches) -> None:
    good = "00000000-0000-0000-0000-000000000007"
    outcomes: Any = await asyncio.gather(
        batches.load(BY_CODE, {}, (good,)),
        batches.load(BY_CODE, {}, ("no uuid",)),
        batches.load(BY_CODE, {}, (good,)),
        return_exceptions=True,
    )
    assert [o.rows[good][0] for o in (outcomes[0], outcomes[2])] == ["thing 7"] * 2
    assert isinstance(outcomes[1], BadUserInput)


async def test_a_caller_who_leaves_hurts_nobody(batches: Batches) -> None:
    calls = [asyncio.ensure_future(batches.load(BY_ID, {}, (key,))) for key in (1, 2, 3)]
    await asyncio.sleep(0)
    calls[1].cancel()
    kept = await asyncio.gather(calls[0], calls[2])
    assert [batch.rows[key][0] for batch, key in zip(kept, (1, 3), strict=True)] == ["thing 1", "thing 3"]


async def test_what_nobody_waits_for_is_cancelled(engine: Engine, batches: Batches) -> None:
    read = page("slow", "slept")
    calls = [batches.load_one(read, {"limit": 1})[0] for _ in range(2)]
    async with asyncio.timeout(5):
        while not await active(engine):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    calls[0].cancel()
    await asyncio.sleep(0.1)
    assert await active(engine)
    calls[1].cancel()
    async with asyncio.timeout(5):
        while await active(engine):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_slow_statements_do_not_hold_up_others_of_their_shape(engine: Engine) -> None:
    batches = Batches(engine.database, 4)
    big = [batches.load(BY_ID, {}, tuple(range(n, n + MAX_KEYS))) for n in (1, 2)]
    await asyncio.sleep(0)
    small = batches.load(BY_ID, {}, (7,))
    assert (await asyncio.wait_for(small, 5)).rows[7][0] == "thing 7"
    await asyncio.gather(*big)


async def test_a_statement_has_a_bounded_number_of_keys(batches: Batches) -> None:
    calls = [batches.load(BY_ID, {}, tuple(range(n, n + 6000))) for n in (1, 6001, 12001)]
    found = await asyncio.gather(*calls)
    assert batches.statements == 3
    assert [len(batch.rows) for batch in found] == [6000] * 3


async def test_little_is_kept_of_what_has_ended(batches: Batches) -> None:
    for number in range(MAX_IDLE + 200):
        read = page("thing", "name", Comparison("id", Operator.EQ, f"filter{number}"))
        batch, _ = batches.load_one(read, {f"filter{number}": 1, "limit": 1})
        await batch
    await asyncio.sleep(0.02)
    assert batches.kept <= MAX_IDLE


async def test_nothing_is_kept_of_the_values_of_one_request(batches: Batches) -> None:
    read = page("thing", "name", Comparison("id", Operator.IN, "filter0"))
    for number in range(20):
        batch, _ = batches.load_one(read, {"filter0": [number], "limit": 1})
        await batch
    await asyncio.sleep(0.02)
    assert batches.kept == 0

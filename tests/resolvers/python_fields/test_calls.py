"""How often Python code is called for fields, with which rows, and and when it is left."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from resolvers.execution import Lane
from resolvers.plan import Strategy
from tests.resolvers.python_fields.fields import (
    broken,
    calls,
    ended,
    run,
    started,
)

if TYPE_CHECKING:
    from resolvers.strategies import ToOneStrategy
    from tests.support.engine import Engine


async def test_a_field_is_called_once_for_all_rows_of_its_place(engine: Engine) -> None:
    answer = await run(engine, "{ artists { nodes { name initial albums { nodes { label } } } } }")
    artists = answer.data["artists"]["nodes"]
    assert [artist["initial"] for artist in artists] == ["A", "A", "N"]
    assert [[album["label"] for album in artist["albums"]["nodes"]] for artist in artists] == [
        ["#1 Powerage", "#3 Highway"],
        ["#2 Restless", "#4 Ballads"],
        [],
    ]
    # Once in each lane, with the rows in the order of the answer, and nothing but what the field reads.
    assert [name for name, _ in calls].count("label") == 2
    assert calls.count(("initial", [{"name": "AC/DC"}, {"name": "Accept"}, {"name": "Nobody"}])) == 2
    for name, rows in calls:
        if name == "label":
            assert [row["albumId"] for row in rows] == [1, 3, 2, 4]
            assert all(set(row) == {"title", "albumId"} for row in rows)


async def test_columns_that_are_only_read_for_a_field_do_not_stand_in_the_answer(engine: Engine) -> None:
    answer = await run(engine, "{ album(by: {albumId: 1}) { label } }")
    assert answer.data == {"album": {"label": "#1 Powerage"}}
    [statement] = answer.statements
    assert '"rating"' not in statement.statement


async def test_a_row_that_many_lead_to_is_one_row(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { artist { initial } } } }")
    assert [album["artist"]["initial"] for album in answer.data["albums"]["nodes"]] == ["A"] * 4
    assert calls == [("initial", [{"name": "AC/DC"}, {"name": "Accept"}])] * 2


async def test_fields_beside_and_below_joined_rows(engine: Engine) -> None:
    source = """{ albums { nodes { label artist { name albums(first: 1) { nodes { label artist {
        name initial
    } } } } } } }"""
    wanted: list[ToOneStrategy | None] = [None, Strategy.JOIN, Strategy.TO_ONE]
    answers = [await engine.run(source, lane=lane, to_one=to_one) for lane in Lane for to_one in wanted]
    assert all(answer.data == answers[0].data and not answer.errors for answer in answers)
    assert answers[0].data["albums"]["nodes"][3] == {
        "label": "#4 Ballads",
        "artist": {
            "name": "Accept",
            "albums": {"nodes": [{"label": "#2 Restless", "artist": {"name": "Accept", "initial": "A"}}]},
        },
    }
    told = [(name, len(rows)) for name, rows in calls]
    assert sorted(told) == sorted([("label", 4), ("label", 2), ("initial", 2)] * len(answers))


async def test_each_place_and_each_alias_is_a_call(engine: Engine) -> None:
    answer = await run(
        engine,
        """{ albums(last: 2) {
            nodes { a: label b: label(prefix: "-") } edges { node { c: label(prefix: ">") } cursor }
            pageInfo { hasPreviousPage }
        } }""",
    )
    connection = answer.data["albums"]
    assert connection["nodes"] == [
        {"a": "#3 Highway", "b": "-3 Highway"},
        {"a": "#4 Ballads", "b": "-4 Ballads"},
    ]
    assert [edge["node"] for edge in connection["edges"]] == [{"c": ">3 Highway"}, {"c": ">4 Ballads"}]
    assert len(calls) == 6


async def test_rows_that_are_equal_are_rows_of_their_own(engine: Engine) -> None:
    answer = await run(engine, "{ equals { nodes { position } } }")
    assert answer.data["equals"]["nodes"] == [{"position": 0}, {"position": 1}]


async def test_nobody_is_called_without_rows(engine: Engine) -> None:
    answer = await run(
        engine,
        """{ albums(first: 0) { nodes { label } } album(by: {albumId: 99}) { note { text } }
             artist(by: {artistId: 3}) { albums { nodes { label } } } }""",
    )
    assert answer.data["albums"] == {"nodes": []}
    assert calls == []


async def test_nodes_of_any_type(engine: Engine) -> None:
    found = await engine.run("{ albums(first: 2) { nodes { id } } artists(first: 1) { nodes { id } } }")
    ids = [row["id"] for connection in found.data.values() for row in connection["nodes"]]
    answer = await run(
        engine,
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Album { label } ... on Artist { initial } } }",
        {"ids": [ids[2], ids[1], ids[0], ids[1]]},
    )
    assert [list(node.values())[1] for node in answer.data["nodes"]] == [
        "A",
        "#2 Restless",
        "#1 Powerage",
        "#2 Restless",
    ]
    assert [name for name, _ in calls] == ["initial", "label"] * 2 or len(calls) == 4


async def test_fields_and_relations_are_fetched_side_by_side(engine: Engine) -> None:
    """The field of the artists waits for that of their albums, whose rows are still to be read."""
    answer = await run(engine, "{ artists { nodes { waits albums { nodes { signals } } } } }")
    assert {artist["waits"] for artist in answer.data["artists"]["nodes"]} == {True}


async def forgotten() -> None:
    """Has coroutines that were never awaited warn here, and not in another test."""
    await asyncio.sleep(0.01)
    gc.collect()


# graphql-core leaves coroutines that it has not begun to await.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_leaving_cancels_the_code(engine: Engine) -> None:
    for lane in Lane:
        task = asyncio.create_task(engine.run("{ artists { nodes { endless } } }", lane=lane))
        async with asyncio.timeout(5):
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended.wait()
        started.clear()
        ended.clear()
    await forgotten()


# graphql-core leaves coroutines that it has not begun to await.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("turns", range(8))
async def test_leaving_while_something_fails_is_leaving(engine: Engine, turns: int) -> None:
    """What fails at the very moment must not hide that nobody waits any more."""
    source = "{ a: artists { nodes { endless } } b: artists { nodes { breaks } } }"
    task = asyncio.create_task(engine.run(source))
    async with asyncio.timeout(5):
        await started.wait()
        await asyncio.sleep(0.05)
        broken.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()
    for event in (broken, started, ended):
        event.clear()
    await forgotten()


@pytest.mark.parametrize("lane", Lane)
async def test_data_loaders_of_users_batch_across_rows(engine: Engine, lane: Lane) -> None:
    answer = await engine.run("{ albums { nodes { note { number } } } }", lane=lane)
    assert [album["note"] for album in answer.data["albums"]["nodes"]] == [
        {"number": 8}, {"number": 8}, {"number": 7}, None
    ]  # fmt: skip
    assert (answer.lane, answer.errors) == (lane, [])
    assert [batch for name, batch in calls if name == "numbers"] == [
        [{"text": text} for text in ("Powerage", "Restless", "Highway")]
    ]

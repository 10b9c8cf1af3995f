"""Python code of users works as the caller, and knows who that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.identity.conftest import House, member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

EXTENSION = """
import strawberry
from schema.extending import Context, Data, before_write, row_field

@strawberry.type
class Query:
    @strawberry.field
    async def mine(self, info: strawberry.Info[Context, None]) -> list[str]:
        data = info.context.data
        found = await data.fetch("{ trips(first: 100) { nodes { owner } } }")
        return [f"{data.role} {data.claims.get('sub')}", *{row["owner"] for row in found["trips"]["nodes"]}]

@row_field("Trip", reads=["price"])
async def whose(rows: list[dict], data: Data) -> list[str]:
    return [f"{data.role} {data.claims['sub']}" for _ in rows]

@row_field("Ledger", reads=["note"])
async def shouted(rows: list[dict]) -> list[str]:
    return [row["note"].upper() for row in rows]

@before_write("Trip")
async def own(kind, rows: list[dict], data: Data) -> list[dict]:
    return [{**row, "owner": data.claims["sub"]} for row in rows]
"""


@pytest.fixture
async def house(open_house: Callable[..., AsyncIterator[House]], tmp_path: Path) -> AsyncIterator[House]:
    file = tmp_path / "mine.py"
    file.write_text(EXTENSION)
    async for each in open_house(2, extensions=(str(file),)):
        yield each


async def test_code_fetches_as_the_caller_and_knows_who_that_is(house: House) -> None:
    for number in (1, 2):
        data: Any = await house.data("{ mine trips(first: 1) { nodes { whose } } }", member(number))
        who = f"member member {number}"
        assert data == {"mine": [who, f"member {number}"], "trips": {"nodes": [{"whose": who}]}}


async def test_hooks_know_the_caller(house: House) -> None:
    create = 'mutation { createTrip(input: {tripId: 900, owner: "?"}) { trip { owner whose } } }'
    assert await house.data(create, member(3)) == {
        "createTrip": {"trip": {"owner": "member 3", "whose": "member member 3"}}
    }


async def test_what_is_added_to_tables_that_a_role_lacks_is_not_there(house: House) -> None:
    assert (await house.ask("{ ledgers { nodes { shouted } } }", member(1)))["status"] == 400
    clerk = await house.data("{ ledgers { nodes { shouted } } }", member(1, "clerk"))
    assert clerk == {"ledgers": {"nodes": [{"shouted": "NOT FOR ALL"}]}}

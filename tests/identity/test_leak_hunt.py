"""A short leak hunt; the long one is a command (see `tests.identity.leak_hunt`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.identity.leak_hunt import Place, hunt

if TYPE_CHECKING:
    from demo.postgres import EmbeddedPostgres

REQUESTS = 600

PLACES = [
    Place("hypercorn", "compiled", 1, pooler=False),
    Place("hypercorn", "reference", 10, pooler=True),
    Place("granian", "reference", 1, pooler=False),
    Place("granian", "compiled", 10, pooler=True),
]


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_nothing_leaks(
    place: Place, postgres: EmbeddedPostgres, request: pytest.FixtureRequest
) -> None:
    pooler = request.getfixturevalue("pooler") if place.pooler else None
    tally = await hunt(place, postgres, pooler, REQUESTS, "a short hunt")
    assert tally.foreign == []
    assert tally.requests >= REQUESTS
    assert tally.codes[None] > REQUESTS / 2
    assert tally.left > REQUESTS / 100
    assert (
        {"FORBIDDEN", "BAD_USER_INPUT"}
        <= tally.codes.keys()
        <= {*(None, "FORBIDDEN", "BAD_USER_INPUT", "TIMEOUT", "CONSTRAINT_VIOLATION", "CONFLICT")}
    )
    assert tally.marks > REQUESTS

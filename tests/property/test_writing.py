"""Random mutations leave the database as the same statements do that are run by hand, in both lanes.

`python -m tests.property.campaign --writing` runs as many as one likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.property.rounds import ROUNDS
from tests.property.writing import Copies, Tally
from tests.property.writing_by_hand import GIVEN_WRONGLY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DATABASES = 6 * ROUNDS
EACH = 40
"""Operations on each database: 240 in all."""

DONE = {"create": 15, "create many": 5, "update": 15, "update many": 1, "delete": 5, "delete many": 1}
"""How many fields of each kind write rows, at least."""

FEATURES = (
    *("create here", "connect here", "create there", "connect there", "disconnect there", "connect junction"),
    *("onConflict update", "onConflict nothing", "ifMatch", "dry run", "many rows"),
)
REASONS = (
    *("unique", "foreign_key", "check", "not_null", "no row to connect", GIVEN_WRONGLY),
    *("another version", "more than atMost", "nothing is set"),
)
PLACES = ("f0", "f1", "commit")


async def test_the_database_is_as_by_hand(create_database: Callable[[str], Awaitable[str]]) -> None:
    tally = Tally()
    for number in range(DATABASES):
        async with Copies.open(f"writing {number}", create_database) as copies:
            await copies.run(tally, EACH)
        assert not tally.differences, str(tally)
    print(tally)  # noqa: T201 - shown by pytest -rP
    assert tally.kept > tally.operations / 4, str(tally)
    assert tally.reasons.total() > tally.operations / 5, str(tally)
    assert all(tally.done[kind] >= least for kind, least in DONE.items()), str(tally)
    assert all(tally.features[feature] for feature in FEATURES), str(tally)
    assert all(tally.reasons[reason] for reason in REASONS), str(tally)
    assert all(tally.failed[place] for place in PLACES), str(tally)

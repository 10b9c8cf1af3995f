"""What is frozen as garbage is freed in the end."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from server import freezing

if TYPE_CHECKING:
    from collections.abc import Iterator


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    _thaw()
    yield
    _thaw()


def _thaw() -> None:
    gc.unfreeze()
    vars(freezing)["_sweep_at"].clear()


def test_garbage_that_was_frozen_is_freed_once_there_is_as_much_of_it_as_of_the_rest() -> None:
    freezing.freeze_all()
    knots = [Knot() for _ in range(gc.get_freeze_count())]
    freezing.freeze_more()
    gone = weakref.ref(knots[0])
    del knots
    gc.collect()
    assert gone() is not None
    before = gc.get_freeze_count()
    freezing.collect()
    assert gone() is None
    assert gc.get_freeze_count() < before


def test_a_little_is_left_alone() -> None:
    freezing.freeze_all()
    knot = Knot()
    freezing.freeze_more()
    gone = weakref.ref(knot)
    del knot
    freezing.collect()
    assert gone() is not None


def test_nothing_is_frozen_where_nothing_was() -> None:
    freezing.freeze_more()
    freezing.collect()
    assert gc.get_freeze_count() == 0

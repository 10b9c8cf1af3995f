"""What the code reports while it works; an injected observer decides what to do with it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

STATEMENT_NUMBERS = itertools.count(1)
"""Numbers of the statements of this process."""


@dataclass(frozen=True, slots=True)
class StatementRan:
    """One SQL statement was answered.

    Attributes:
        step: Id of the fetch step of the operation's plan that caused it.
        statement: The SQL text, parameters as `$1`, `$2`, …
        rows: How many rows came back.
        batched_keys: How many parent keys the statement served; 0 for a statement without keys.
        milliseconds: From hand-over to the driver until all rows were there; includes waiting for a
            connection.
        number: Of the statement in this process: steps that share one have the same.
        joined: How many rows were joined to them, by the position in a row that says whether there is one.
    """

    step: int
    statement: str
    rows: int
    batched_keys: int
    milliseconds: float
    number: int
    joined: Mapping[int, int] = field(default_factory=dict)


class Observer(Protocol):
    """Receives events; must not raise and must not block."""

    def statement_ran(self, event: StatementRan) -> None:
        """Take note of a statement."""

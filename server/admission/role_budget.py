"""The budget of a role, as it is set. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from core.suggestions import suggestion
from server.admission.bucket import MAX_POINTS
from server.identity.role_claim import check_role

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PER_SECOND = 1_000_000

_MEMBERS = ("points", "per_second")


@dataclass(frozen=True, slots=True)
class RoleBudget:
    """What is set for a role.

    Attributes:
        points: Of a full budget; 0 for none.
        per_second: Points that come back in a second; None for as many as for other roles.
    """

    points: int
    per_second: float | None = None

    def given(self) -> dict[str, int | float]:
        """What was set, by its names."""
        rate = {} if self.per_second is None else {"per_second": self.per_second}
        return {"points": self.points, **rate}


def read_per_second(given: object) -> float:
    """Points a second, of a text or a number.

    Raises:
        ValueError: They cannot be these.
    """
    if isinstance(given, str) and re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", given.strip()):
        given = float(given)
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    value = float(cast("float", given)) if is_number else 0.0
    if not 0 < value <= MAX_PER_SECOND or round(value, 3) != value:
        raise ValueError(f"a number above 0, at most {MAX_PER_SECOND}, of three decimals at most")
    return value


def read_role_budgets(given: object) -> tuple[tuple[str, RoleBudget], ...]:
    """The budgets of roles, of a table of tables or its JSON.

    Raises:
        ValueError: They cannot be these.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, dict) or not all(isinstance(its, dict) for its in given.values()):
        raise ValueError("a table of tables, one for each role (as flag or variable, a JSON object)")
    return tuple((check_role(role), _read(role, its)) for role, its in sorted(given.items()))


def _read(role: str, given: Mapping[str, object]) -> RoleBudget:
    for member in given:
        if member not in _MEMBERS:
            raise WrongBudgetError(f"of {role!r}, {member} is not known{suggestion(member, _MEMBERS)}")
    points = given.get("points")
    if not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= MAX_POINTS:
        raise WrongBudgetError(f"of {role!r}, points must be a whole number from 0 to {MAX_POINTS}")
    if "per_second" not in given:
        return RoleBudget(points)
    try:
        return RoleBudget(points, read_per_second(given["per_second"]))
    except ValueError as error:
        raise WrongBudgetError(f"of {role!r}, per_second must be {error}") from None


class WrongBudgetError(ValueError):
    """The budget of a role is wrong; says whose, and what is wrong with it."""

"""What requests may cost at the most, told before anything runs. Pure."""

from __future__ import annotations

from core.errors import ErrorCode, RequestError


def check_cost(cost: int, max_cost: int, what: str = "operation") -> None:
    """Refuses what could cost too much.

    Args:
        cost: Units that it costs at the most, by estimate.
        max_cost: How many it may cost.
        what: What is asked for.

    Raises:
        RequestError: It could cost more (COST_LIMIT_EXCEEDED).
    """
    if cost > max_cost:
        raise RequestError(
            f"The {what} could cost {cost} units, and may cost {max_cost} at the most: ask for less.",
            ErrorCode.COST_LIMIT_EXCEEDED,
            {"cost": {"requestedQueryCost": cost, "maximum": max_cost}},
        )

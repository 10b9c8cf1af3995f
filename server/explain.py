"""The plan of an operation, as callers see it in `extensions.plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.events import StatementRan
    from resolvers.execution import Lane
    from resolvers.plan import Plan, StepInfo


class StatementLog:
    """Remembers the statements of one operation."""

    def __init__(self) -> None:
        self.events: list[StatementRan] = []

    def statement_ran(self, event: StatementRan) -> None:
        """Takes note of a statement."""
        self.events.append(event)


def explain(plan: Plan, lane: Lane, events: list[StatementRan]) -> dict[str, Any]:
    """The plan with what came of each step.

    A step that had nothing to ask for has no statement, and neither has one that is joined to its parent; a
    step that ran several has the sum of them.
    """
    steps = []
    for step in plan.steps:
        ran = [event for event in events if event.step == step.id]
        rows = sum(event.rows for event in ran) if step.marker is None else _joined_rows(plan, step, events)
        steps.append(
            {
                "id": step.id,
                "parent": step.parent,
                "table": step.table,
                "strategy": step.strategy.value,
                "statement": ran[0].statement if ran else None,
                "rows": rows,
                "batchedKeys": sum(event.batched_keys for event in ran),
                "milliseconds": round(sum(event.milliseconds for event in ran), 3),
            }
        )
    return {"lane": lane.value, "steps": steps, "statements": len({event.number for event in events})}


def _joined_rows(plan: Plan, step: StepInfo, events: list[StatementRan]) -> int:
    reader = step
    while reader.marker is not None and reader.parent is not None:
        reader = plan.steps[reader.parent - 1]
    return sum(event.joined.get(step.marker or 0, 0) for event in events if event.step == reader.id)

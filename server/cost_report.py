"""What `loadstone cost` does: tells what an operation may cost, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import NonNullTypeNode

from core.errors import RequestError
from resolvers.cost_compiling import compile_cost
from server.questions import NotExplainedError, operation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import OperationDefinitionNode

    from resolvers.cost import Line
    from schema.build import Schema
    from server.questions import Question

MAX_LINES = 1000
"""How many lines are told."""


@dataclass(frozen=True, slots=True)
class CostReport:
    """What an operation may cost.

    Attributes:
        operation: The operation.
        lines: What the cost is made of.
        is_complete: Whether that is all of it.
        cost: Units, at the most.
        max_cost: Units that a request may cost.
        unknown: Names of variables that must have a value and have none: the greatest page is meant, one item
            of a list.
    """

    operation: OperationDefinitionNode
    lines: tuple[Line, ...]
    is_complete: bool
    cost: int
    max_cost: int
    unknown: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether it may cost that much."""
        return self.cost <= self.max_cost

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "operation": self.operation.operation.value,
            "name": None if self.operation.name is None else self.operation.name.value,
            "cost": self.cost,
            "maximum": self.max_cost,
            "complete": self.is_complete,
            "unknown": list(self.unknown),
            "lines": [
                {
                    "path": list(line.path),
                    "what": line.what.value,
                    "count": line.count,
                    "weight": line.weight,
                    "units": line.units,
                }
                for line in self.lines
            ],
        }

    def text(self) -> Iterator[str]:
        """The report for people, line by line."""
        units = [f"{each.count:,} x {each.weight:,} = {each.units:,}" for each in self.lines]
        width = max(map(len, units), default=0)
        kinds = max((len(line.what) for line in self.lines), default=0)
        for shown, line in zip(units, self.lines, strict=True):
            yield f"{shown:>{width}}  {line.what:<{kinds}}  {'.'.join(line.path)}"
        if not self.is_complete:
            yield f"… and further lines: only {MAX_LINES:,} are shown"
        if self.unknown:
            names = ", ".join(f"${name}" for name in self.unknown)
            yield f"Not given, so that the greatest page is meant, or one item of a list: {names}."
        verdict = "" if self.is_allowed else ": refused"
        yield f"cost {self.cost:,}, of {self.max_cost:,} that a request may cost{verdict}"


def cost_report(question: Question, schema: Schema, max_cost: int) -> CostReport:
    """What an operation may cost. Nothing is executed.

    Raises:
        NotExplainedError: The document or its operation is not right.
    """
    document, operation = operation_of(question, schema.graphql)
    unknown = [
        each.variable.name.value
        for each in operation.variable_definitions or ()
        if isinstance(each.type, NonNullTypeNode)
        and each.default_value is None
        and each.variable.name.value not in question.variables
    ]
    # What is no number stands for the greatest.
    variables = {**question.variables, **dict.fromkeys(unknown, "")}
    try:
        cost = compile_cost(schema.graphql, schema.model, document, operation)
    except RequestError as error:
        raise NotExplainedError([error.message]) from None
    lines, is_complete = cost.lines(variables, MAX_LINES)
    estimate = cost.estimate(variables)
    return CostReport(operation, tuple(lines), is_complete, estimate, max_cost, tuple(unknown))

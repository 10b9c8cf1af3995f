"""The plan of an operation as `loadstone explain` prints it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING, Any

from graphql import print_ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import FieldNode, OperationDefinitionNode

    from db.estimates import Estimate
    from db.query import Read
    from db.writes import Write
    from resolvers.plan import StepInfo

_INDENT = "  "
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_CLAUSE = re.compile(
    rf"({_QUOTED.pattern})|\s+(?:\n\s*|(?=(?:LEFT OUTER JOIN|(?<!OUTER )JOIN|WHERE|ORDER BY|LIMIT)\b))()"
)
"""Names, to be left alone, or the space ahead of a clause."""


@dataclass(frozen=True, slots=True)
class StatementReport:
    """A statement of a step: what is asked, its SQL, and what PostgreSQL expects of it."""

    asked: Read | Write
    sql: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class StepReport:
    """A step of the plan.

    Attributes:
        info: The step.
        statements: In their order; none where the statement of its parent reads it. A step that writes may
            have several.
        rows: How many rows it gives; None where it has no statement.
    """

    info: StepInfo
    statements: tuple[StatementReport, ...]
    rows: int | None

    @property
    def cost(self) -> float | None:
        """What PostgreSQL expects its statements to cost together; None where it has none."""
        return round(sum(each.estimate.cost for each in self.statements), 2) if self.statements else None

    @property
    def field(self) -> str:
        """The field that asks for it, with its arguments as they stand in the document."""
        return _field(self.info.field)

    def as_json(self) -> dict[str, Any]:
        """The step for programs."""
        return {
            "id": self.info.id,
            "parent": self.info.parent,
            "path": list(self.info.path),
            "table": self.info.table,
            "strategy": self.info.strategy.value,
            "arguments": {
                argument.name.value: print_ast(argument.value) for argument in self.info.field.arguments or ()
            },
            "statement": self.statements[0].sql if self.statements else None,
            "cost": self.cost,
            "rows": self.rows,
            "statements": [
                {"statement": each.sql, "cost": each.estimate.cost, "rows": each.estimate.rows}
                for each in self.statements
            ],
        }


@dataclass(frozen=True, slots=True)
class PlanReport:
    """The plan of an operation.

    Attributes:
        operation: The operation.
        steps: Its steps, in order of their ids.
        undecided: Root fields whose steps depend on global ids that are not known.
        unknown: Names of variables that have no value: estimates are for any.
        uncalled: Root fields with Python code, which is not called, and what that does.
    """

    operation: OperationDefinitionNode
    steps: tuple[StepReport, ...]
    undecided: tuple[FieldNode, ...]
    unknown: tuple[str, ...]
    uncalled: tuple[tuple[FieldNode, str], ...]

    @property
    def statements(self) -> int:
        """How many statements the operation causes."""
        return sum(len(step.statements) for step in self.steps)

    @property
    def cost(self) -> float:
        """What PostgreSQL expects all of them to cost."""
        return round(sum(step.cost or 0 for step in self.steps), 2)

    def as_json(self) -> dict[str, Any]:
        """The plan for programs."""
        name = self.operation.name
        return {
            "operation": None if name is None else name.value,
            "steps": [step.as_json() for step in self.steps],
            "undecided": [_field(field) for field in self.undecided],
            "unknownVariables": list(self.unknown),
            "notCalled": [_field(field) for field, _ in self.uncalled],
            "statements": self.statements,
            "cost": self.cost,
        }

    def lines(self) -> Iterator[str]:
        """The plan as a tree."""
        yield from self._below(None, "")
        for field in self.undecided:
            yield f"{_field(field)}: the id decides what is read; give it with --variables"
            yield ""
        for field, what in self.uncalled:
            yield f"{_field(field)}: {what}; it was not called"
            yield ""
        if self.unknown:
            names = ", ".join(f"${name}" for name in self.unknown)
            yield f"Not given, so that any value is meant: {names}."
        yield f"{_counted(self.statements, 'statement')}, estimated cost {self.cost:.2f}"

    def _below(self, parent: int | None, margin: str) -> Iterator[str]:
        for step in self.steps:
            if step.info.parent == parent:
                yield f"{margin}{step.info.id} {step.info.strategy} {step.info.table}: {step.field}"
                inner = margin + _INDENT
                if not step.statements:
                    yield f"{inner}{self._without_statement(step)}"
                for each in step.statements:
                    rows = _counted(each.estimate.rows, "row")
                    yield f"{inner}estimated cost {each.estimate.cost:.2f}, {rows}"
                    yield indent(laid_out(each.sql), inner)
                yield ""
                yield from self._below(step.info.id, inner)

    @staticmethod
    def _without_statement(step: StepReport) -> str:
        parent = step.info.parent
        return "nothing to write" if parent is None else f"read by the statement of step {parent}"


def laid_out(statement: str) -> str:
    """SQL with a clause a line, indented as deep as it stands in parentheses."""
    lines = []
    depth = 0
    for line in _CLAUSE.sub(lambda found: found[1] or f"\n{found[2] or ''}", statement).splitlines():
        lines.append(f"{_INDENT * depth}{line.strip()}")
        bare = _QUOTED.sub("", line)
        depth += bare.count("(") - bare.count(")")
    return "\n".join(lines)


def _field(field: FieldNode) -> str:
    name = field.name.value if field.alias is None else f"{field.alias.value}: {field.name.value}"
    arguments = ", ".join(map(print_ast, field.arguments or ()))
    return f"{name}({arguments})" if arguments else name


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

"""Running operations in both lanes and with every strategy: where answers part, and costs.

The law of costs is held to beside that of the lanes: an operation never costs more than was estimated, and
without errors the same in every way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import orjson
from graphql import OperationDefinitionNode, parse, validate

from resolvers.execution import Lane, execute
from resolvers.plan import Strategy
from resolvers.prepared import PreparedOperation
from resolvers.spent import Spent
from schema.options import SchemaOptions
from tests.property.operations import Generator
from tests.property.python_fields import extended
from tests.property.samples import collect
from tests.property.shrinking import shrunk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import GraphQLError

    from resolvers.execution import Answer
    from resolvers.strategies import ToOneStrategy
    from tests.property.operations import Operation
    from tests.support.engine import Engine

    Way = tuple[Lane, ToOneStrategy | None]

PAGES = SchemaOptions(page_size=5, max_page_size=20, cursor_key=b"a key for tests")
"""Pages small enough that there are further ones, and that a page can be too large."""

_TESTS = Path(__file__).parent.parent
SCRIPTS = {
    "music": _TESTS / "cases" / "database.sql",
    "awkward_names": _TESTS / "databases" / "awkward_names.sql",
    "relations": _TESTS / "databases" / "relations.sql",
    "types": _TESTS / "databases" / "types.sql",
    "functions": _TESTS / "databases" / "functions.sql",
}
"""Databases that were written by hand, by name."""

WITH_PYTHON = ("relations",)
"""Of these, what surely has fields in Python."""

PYTHON = 0.4
"""How often other databases have some."""

AT_ONCE = 16
"""Documents that are answered side by side."""

STRATEGIES: tuple[ToOneStrategy | None, ...] = (None, Strategy.JOIN, Strategy.TO_ONE)
"""How to-one relations can be read: as the rules say, and in one way wherever it is possible."""

EVERYTHING = tuple(product(Lane, STRATEGIES))
"""Every lane with every strategy; the first is the ordinary one."""

THOROUGH = 20
"""Of so many operations, one runs in both lanes with every strategy."""

Position = tuple[str | int, ...]
"""Response keys and indices from the root."""

_reasons: ContextVar[list[str] | None] = ContextVar("reasons", default=None)


DEFECTS = ("the compiled lane failed", "KeyError")
"""What the log says where the compiled lane gives up on what it should answer."""


class _Listener(logging.Handler):
    """Hears why the compiled lane gives up."""

    def emit(self, record: logging.LogRecord) -> None:
        reasons = _reasons.get()
        if reasons is not None:
            reasons.append(record.getMessage())


_listener = _Listener()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request in several ways.

    Attributes:
        answers: The answer of each way; the first is that of the compiled lane with the ordinary strategy.
        reasons: Why the compiled lane gave up, for each of the ways in which it did.
        estimate: Units that it was expected to cost at the most.
        spent: Units that each way cost.
    """

    answers: Mapping[Way, Answer]
    reasons: Mapping[Way, str]
    estimate: int
    spent: Mapping[Way, int]

    @property
    def ordinary(self) -> Answer:
        """The answer that a server would give."""
        return self.answers[EVERYTHING[0]]

    @property
    def reason(self) -> str | None:
        """Why the ordinary compiled lane gave up; None if it did not."""
        return self.reasons.get(EVERYTHING[0])

    @property
    def differs(self) -> bool:
        """Whether the answers are not the same, or are so only because a defect was covered up."""
        covered_up = not self.ordinary.errors and any(
            word in reason for reason in self.reasons.values() for word in DEFECTS
        )
        alike = all(are_equal(self.ordinary, answer) for answer in self.answers.values())
        return covered_up or not alike or self.costs_otherwise

    @property
    def costs_otherwise(self) -> bool:
        """Whether it cost more than was estimated, or not the same in every way."""
        clean = not any(answer.errors for answer in self.answers.values())
        spent = self.spent.values()
        return max(spent) > self.estimate or (clean and len(set(spent)) > 1)


REFUSED = "a value is refused"
"""In place of which one it is, and why."""


def are_equal(one: Answer, other: Answer) -> bool:
    """Whether the answers are the same byte for byte, their errors in any order.

    Where several errors make the same position null, any of them may be the one that is told, says the
    specification: which one was first depends on the database. So does which of several values is the one
    that is refused, where a function is given them: it is another one where PostgreSQL plans for the values.
    """
    if orjson.dumps(one.data) != orjson.dumps(other.data) or one.executed != other.executed:
        return False
    mine, theirs = _errors(one), _errors(other)
    return mine.keys() == theirs.keys() and all(
        error == theirs[position][path]
        for position, errors in mine.items()
        for path, error in errors.items()
        if path in theirs[position]
    )


def _errors(answer: Answer) -> dict[Position, dict[Position, bytes]]:
    """Errors by the position that they make null, and by where they happened."""
    errors: dict[Position, dict[Position, bytes]] = {}
    for error in answer.errors:
        path = tuple(error.path or ())
        locations = [location.formatted for location in error.locations or ()]
        said = REFUSED if _is_refused_value(error) else [error.message, error.extensions]
        told = orjson.dumps([said, locations])
        errors.setdefault(_null_position(answer.data, path), {})[path] = told
    return errors


def _is_refused_value(error: GraphQLError) -> bool:
    """Whether PostgreSQL refuses a value: its type cannot read it, or its domain does not allow it."""
    code = (error.extensions or {}).get("code")
    return code == "CONSTRAINT_VIOLATION" or error.message.startswith("A value cannot be used")


def _null_position(data: Any, path: Position) -> Position:
    for length, key in enumerate(path):
        if data is None:
            return path[:length]
        data = data[key]
    return path


async def _in_ways(
    engine: Engine, source: str, requests: Sequence[dict[str, Any]], ways: Sequence[Way]
) -> list[Outcome]:
    """Answers requests for one operation in several ways, side by side."""
    prepared = prepare(engine, source)
    operations = {strategy: replace(prepared, to_one=strategy) for _, strategy in ways}
    return await asyncio.gather(*(_in_each(engine, operations, variables, ways) for variables in requests))


async def _in_each(
    engine: Engine,
    operations: Mapping[ToOneStrategy | None, PreparedOperation],
    variables: dict[str, Any],
    ways: Sequence[Way],
) -> Outcome:
    answers, reasons, costs = {}, {}, {}
    for lane, strategy in ways:
        given_up: list[str] = []
        _reasons.set(given_up)  # for this task alone
        spent = Spent()
        answers[lane, strategy] = await execute(
            operations[strategy], variables=variables, batches=engine.batches, lane=lane, spent=spent
        )
        costs[lane, strategy] = spent.total
        if given_up:
            reasons[lane, strategy] = given_up[0]
    estimate = next(iter(operations.values())).cost.estimate(variables)
    return Outcome(answers, reasons, estimate, costs)


def prepare(engine: Engine, source: str) -> PreparedOperation:
    """A document, ready to run; it must be valid."""
    document = parse(source)
    errors = validate(engine.schema.graphql, document)
    assert not errors, f"the generator wrote what is not valid: {errors[0].message}\n{source}"
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return PreparedOperation(engine.schema.graphql, engine.schema.model, document, operation)


@dataclass(slots=True)
class Tally:
    """What came of many operations.

    Attributes:
        operations: Documents that were written.
        requests: How often they ran, in both lanes each time.
        thorough: Requests that ran with every strategy.
        clean: Requests without errors.
        compiled: Those of them that the compiled lane answered.
        estimated: Units that the clean ones were expected to cost at the most.
        spent: Units that they cost.
        exact: How many of them cost just what was estimated.
        reasons: Why it gave up on the others.
        differences: Minimal reproductions of requests that the lanes answered differently.
    """

    operations: int = 0
    requests: int = 0
    thorough: int = 0
    clean: int = 0
    compiled: int = 0
    estimated: int = 0
    spent: int = 0
    exact: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Takes one request in."""
        self.requests += 1
        self.thorough += len(outcome.answers) == len(EVERYTHING)
        if not outcome.ordinary.errors:
            self.clean += 1
            self.compiled += outcome.ordinary.lane is Lane.COMPILED
            spent = outcome.spent[EVERYTHING[0]]
            self.estimated += outcome.estimate
            self.spent += spent
            self.exact += spent == outcome.estimate
            if outcome.reason is not None:
                self.reasons[outcome.reason] += 1

    def __str__(self) -> str:
        share = self.compiled / max(self.clean, 1)
        lines = [
            f"{self.operations} operations, {self.requests} requests, {self.thorough} with every strategy;",
            f"{self.clean} of them without errors,",
            f"of which the compiled lane answered {share:.2%}; it gave up where",
            *(f"{count:6} {reason}" for reason, count in self.reasons.most_common(10)),
            f"they cost {self.spent:,} units of {self.estimated:,} estimated, {self.exact} just as many;",
            *self.differences,
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares the lanes on one database.

    Attributes:
        name: Of the database, for messages.
        script: What made it, where that is not known by its name.
        engine: Runs operations.
        generator: Writes them.
    """

    name: str
    script: str
    engine: Engine
    generator: Generator

    @classmethod
    async def on(cls, name: str, engine: Engine, script: str = "") -> Comparison:
        """A comparison on a database; the script that made it, if reproductions should show it."""
        samples = await collect(engine, Random(name))  # noqa: S311 - repeatable
        random = Random(f"{name} in Python")  # noqa: S311 - repeatable
        if name in WITH_PYTHON or random.random() < PYTHON:
            engine = extended(engine, PAGES, random)
        return cls(name, script, engine, Generator(engine.schema, samples))

    async def run(self, tally: Tally, count: int, seed: str) -> None:
        """Compares both lanes on `count` operations; their numbers and the seed say which."""
        log = logging.getLogger("loadstone")
        level, log.propagate = log.level, False
        log.addHandler(_listener)
        log.setLevel(logging.DEBUG)
        try:
            for start in range(0, count, AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, count))
                await asyncio.gather(*(self._compare(tally, seed, n) for n in numbers))
        finally:
            log.removeHandler(_listener)
            log.setLevel(level)
            log.propagate = True

    async def _compare(self, tally: Tally, seed: str, number: int) -> None:
        random = Random(f"{self.name} {seed} {number}")  # noqa: S311 - repeatable
        operation = self.generator.operation(random)
        tally.operations += 1
        lanes = (EVERYTHING[0], (Lane.REFERENCE, STRATEGIES[number % len(STRATEGIES)]))
        ways = lanes if number % THOROUGH else EVERYTHING
        outcomes = await _in_ways(self.engine, operation.source, operation.requests, ways)
        for outcome in outcomes:
            tally.count(outcome)
        if any(outcome.differs for outcome in outcomes):
            tally.differences.append(await self._reproduction(operation))

    async def _outcomes(self, source: str, requests: Sequence[dict[str, Any]]) -> list[Outcome]:
        return await _in_ways(self.engine, source, requests, EVERYTHING)

    async def _reproduction(self, operation: Operation) -> str:
        """What shows the difference with as little as possible."""

        async def differs(source: str, requests: Sequence[dict[str, Any]]) -> bool:
            return any(outcome.differs for outcome in await self._outcomes(source, requests))

        source, requests = operation.source, operation.requests
        if not await differs(source, requests):
            return f"The lanes differed on {self.name}, but only once:\n{source}\n{requests}"
        source, requests = await shrunk(self.engine.schema.graphql, source, requests, differs)
        shown = []
        for variables, outcome in zip(requests, await self._outcomes(source, requests), strict=True):
            shown.append(f"variables: {variables}")
            for (lane, strategy), answer in outcome.answers.items():
                reason = outcome.reasons.get((lane, strategy), "")
                cost = f"cost {outcome.spent[lane, strategy]} of {outcome.estimate}"
                shown.append(f"{lane} lane, {strategy or 'rules'}: {_shown(answer)} {cost} {reason}")
        return "\n".join([f"The lanes differ on {self.name}:", self.script, source, *shown])


def _shown(answer: Answer) -> str:
    errors = [error.formatted for error in answer.errors]
    return f"{answer.lane} {orjson.dumps(answer.data).decode()} {errors}"

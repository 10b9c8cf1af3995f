"""The cost of an operation before it runs, as a formula over its variables. Pure.

`resolvers.cost_compiling` makes it of a document, once. What stands in one selection set is a `Sum` of
`Term`s: so many times another sum. A fragment on one type is one sum, however often it is spread, and sums
without variables are numbers: an estimate evaluates the others alone, each once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from resolvers.cost_weights import MAX_COST

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = object()
"""The value of a variable that has none."""

Given = Mapping[str, Any]
"""Variables as they came with a request, or their defaults; `MISSING` where there is neither."""

Count = Callable[[Given], int]
"""How often something is there at the most, by the variables: of whatever they hold, it makes a number."""


class What(StrEnum):
    """What units are for."""

    ROW = "row"
    ROWS = "rows"
    FIELD = "field"
    CONNECTION = "connection"
    COUNT = "count"
    ESTIMATE = "estimate"
    AGGREGATE = "aggregate"
    GROUPS = "groups"
    GROUP = "group"
    FUNCTION = "function"
    PYTHON = "Python"
    MUTATION = "mutation"
    WRITTEN = "written rows"
    NESTED = "nested rows"
    INTROSPECTION = "introspection"
    PART = "part"
    """No units of its own: a fragment, or what a field is made of."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`@skip` or `@include` with a variable: there unless the variable has the value `unless`."""

    variable: str
    unless: bool


@dataclass(frozen=True, slots=True)
class Term:
    """So many times a sum.

    Attributes:
        path: The response key, or how the fragment is called.
        what: What the units of each are for.
        each: The sum.
        count: How many; by the variables, if they say.
        conditions: All must hold, or there is none.
    """

    path: str
    what: What
    each: Sum
    count: int | Count = 1
    conditions: tuple[Condition, ...] = ()

    @property
    def is_fixed(self) -> bool:
        """Whether variables have no part in it."""
        return not self.conditions and isinstance(self.count, int) and self.each.is_fixed

    @property
    def fixed(self) -> int:
        """The units of a term that is fixed."""
        return self.count * self.each.fixed if isinstance(self.count, int) else 0

    def times(self, given: Given) -> int:
        """How many there are."""
        for condition in self.conditions:
            if given[condition.variable] is condition.unless:
                return 0
        return self.count if isinstance(self.count, int) else self.count(given)


@dataclass(slots=True)
class Sum:
    """What one object costs, with all that is selected below it.

    Attributes:
        own: Units of the object itself.
        terms: What is below it.
        alternatives: Sums by the type of the object: the greatest counts.
        fixed: The units that variables have no part in.
        varying: The terms in which they have.
        index: Its number among the sums that are not fixed; None for one that is.
    """

    own: int
    terms: tuple[Term, ...] = ()
    alternatives: tuple[Sum, ...] = ()
    fixed: int = field(init=False)
    varying: tuple[Term, ...] = field(init=False)
    index: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.varying = tuple([term for term in self.terms if not term.is_fixed])
        self.fixed = self.own + sum(term.fixed for term in self.terms if term.is_fixed)
        if self.alternatives and all(each.is_fixed for each in self.alternatives):
            self.fixed += max(each.fixed for each in self.alternatives)
        self.fixed = min(self.fixed, MAX_COST)

    @property
    def is_fixed(self) -> bool:
        """Whether variables have no part in it."""
        return not self.varying and all(each.is_fixed for each in self.alternatives)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation.

    Attributes:
        path: Response keys from the root, with the fragments on the way.
        what: What it is.
        count: How many there are at the most.
        weight: Units of each.
    """

    path: tuple[str, ...]
    what: What
    count: int
    weight: int

    @property
    def units(self) -> int:
        """All of them together."""
        return min(self.count * self.weight, MAX_COST)


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of an operation by its variables.

    Attributes:
        root: The operation.
        varying: The sums that are not fixed, each behind those that it is made of.
        defaults: Default values of the variables; `MISSING` for those without.
    """

    root: Sum
    varying: tuple[Sum, ...]
    defaults: Mapping[str, Any]

    def estimate(self, variables: Mapping[str, Any]) -> int:
        """The most units that the operation can cost.

        Args:
            variables: As they came with the request. Those that will be refused have it cost something too.
        """
        if self.root.index is None:
            return self.root.fixed
        return _of(self.root, self._values(self._given(variables)))

    def lines(self, variables: Mapping[str, Any], most: int) -> tuple[list[Line], bool]:
        """What the estimate is made of, and whether all of it is told.

        Args:
            variables: As for `estimate`.
            most: How many lines are told, at the most: fragments within fragments may be spread 2^30 times.
        """
        given = self._given(variables)
        told: list[Line] = []
        for line in _lines(self.root, given, self._values(given)):
            if len(told) == most:
                return told, False
            told.append(line)
        return told, True

    def _given(self, variables: Mapping[str, Any]) -> Given:
        return {name: variables.get(name, default) for name, default in self.defaults.items()}

    def _values(self, given: Given) -> list[int]:
        values: list[int] = []
        for each in self.varying:
            total = each.fixed
            for term in each.varying:
                times = term.times(given)
                if times:
                    total += times * _of(term.each, values)
            if each.alternatives and any(not one.is_fixed for one in each.alternatives):
                total += max(_of(one, values) for one in each.alternatives)
            values.append(min(total, MAX_COST))
        return values


def _of(one: Sum, values: list[int]) -> int:
    return one.fixed if one.index is None else values[one.index]


def _lines(root: Sum, given: Given, values: list[int]) -> Iterator[Line]:
    open_: list[tuple[Sum, tuple[str, ...], What, int]] = [(root, (), What.PART, 1)]
    while open_:
        one, path, what, times = open_.pop()
        if one.own:
            yield Line(path, what, times, one.own)
        below = []
        for term in one.terms:
            count = term.times(given)
            if count and _of(term.each, values):
                total = min(times * count, MAX_COST)
                below.append((term.each, (*path, term.path) if term.path else path, term.what, total))
        if one.alternatives:
            dearest = max(one.alternatives, key=lambda each: _of(each, values))
            below.append((dearest, path, What.PART, times))
        open_ += reversed(below)


def whole_number(value: object, otherwise: int) -> int:
    """A number that `Int` takes, none less than 0; else what is to stand for it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return otherwise
    return max(int(value), 0)

"""Aggregates, groups and estimates of connections in the compiled lane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.aggregates import empty_record
from db.estimates import expected_rows
from resolvers.plan import ESTIMATE
from resolvers.templates import compile_template

if TYPE_CHECKING:
    from asyncpg import Record

    from loaders.across import Keys
    from resolvers.plan import AggregateStep, ConnectionStep, GroupStep, StepInfo
    from resolvers.reads import Asked, BoundConnection, Reader

Made = dict[str, Mapping[Any, Any]]
"""By response key, and then by the parent's key: what stands there."""

_Assemble = Callable[[Sequence[Any]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class AggregateProgram:
    """Makes what stands under each response key of `aggregate`."""

    step: AggregateStep
    assemble: Mapping[str, _Assemble]

    @property
    def info(self) -> StepInfo | None:
        """Its statement."""
        return self.step.info

    def ask(self, reader: Reader, bound: BoundConnection, keys: Keys) -> Asked | None:
        """Asks for the aggregates of each key."""
        if bound.aggregate_read is None or self.step.info is None:
            return None
        return reader.ask(bound.aggregate_read, bound.values, keys)

    def made(self, keys: Keys, rows: Mapping[Any, Sequence[Record]]) -> Made:
        """What becomes of the rows that were asked for."""
        nothing = empty_record(self.step.aggregates)
        records = [found[0] if (found := rows.get(key)) else nothing for key in keys]
        return {
            key: dict(zip(keys, assemble(records), strict=True)) for key, assemble in self.assemble.items()
        }


@dataclass(frozen=True, slots=True)
class GroupProgram:
    """Makes what stands under one response key of `groups`."""

    key: str
    step: GroupStep
    assemble: _Assemble

    @property
    def info(self) -> StepInfo:
        """Its statement."""
        return self.step.info

    def ask(self, reader: Reader, bound: BoundConnection, keys: Keys) -> Asked:
        """Asks for the groups of each key."""
        groups = bound.groups[self.key]
        return reader.ask(groups.read, groups.values, keys)

    def made(self, keys: Keys, rows: Mapping[Any, Sequence[Record]]) -> Made:
        """What becomes of the rows that were asked for."""
        return {self.key: {key: self.assemble(rows[key]) for key in keys}}


@dataclass(frozen=True, slots=True)
class EstimateProgram:
    """Makes what stands under each response key of `estimatedCount`."""

    info: StepInfo
    response_keys: tuple[str, ...]

    def ask(self, reader: Reader, bound: BoundConnection, keys: Keys) -> Asked:
        """Asks for the estimate."""
        return reader.ask(bound.estimate_read, bound.values, keys)

    def made(self, keys: Keys, rows: Mapping[Any, Sequence[Record]]) -> Made:
        """What becomes of the rows that were asked for."""
        counts = {key: str(expected_rows(rows[key][0][0])) for key in keys}
        return dict.fromkeys(self.response_keys, counts)


MadeProgram = AggregateProgram | GroupProgram | EstimateProgram


def compile_made(step: ConnectionStep) -> tuple[MadeProgram, ...]:
    """The programs of the aggregates, groups and estimates of a connection."""
    programs: list[MadeProgram] = []
    if step.aggregate is not None:
        templates = step.aggregate.templates
        assemble = {key: compile_template(template) for key, template in templates.items()}
        programs.append(AggregateProgram(step.aggregate, assemble))
    programs.extend(
        GroupProgram(key, group, compile_template(group.template)) for key, group in step.groups.items()
    )
    if step.estimate is not None:
        response_keys = tuple([field.key for field in step.fields if field.name == ESTIMATE])
        programs.append(EstimateProgram(step.estimate, response_keys))
    return tuple(programs)

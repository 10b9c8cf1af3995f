"""What the steps of a plan ask, before any of them runs. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.query import LookupRead
from resolvers.arguments import variables_of
from resolvers.calls import values_of
from resolvers.function_calls import function_read
from resolvers.keys import key_of_node, key_source
from resolvers.plan import ConnectionStep, FunctionStep, LookupStep, MutationStep, NodeStep
from resolvers.reads import bind_connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graphql import FieldNode

    from db.query import Read, Via
    from resolvers.bindings import Model
    from resolvers.calls import CallInputs
    from resolvers.plan import Plan, RowSelection, StepInfo


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """What a step asks.

    Attributes:
        read: The read.
        values: Values of its parameters, but for keys that parents give; None where a variable is not known.
    """

    read: Read
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class PlannedReads:
    """Finds what steps ask.

    Attributes:
        model: What the schema stands for.
        variables: Coerced variables; those that are not known have a value of their type.
        unknown: Names of the variables that are not known.
    """

    model: Model
    variables: Mapping[str, Any]
    unknown: frozenset[str]

    def of(self, plan: Plan) -> dict[int, PlannedRead]:
        """By id of the step, what it asks; steps without a statement have nothing.

        The look-ups of nodes are added to the plan where their ids are known.

        Raises:
            BadUserInput: Arguments do not make sense.
            UnsuitableValue: A variable may not be null, or is missing.
        """
        reads: dict[int, PlannedRead] = {}
        for key, step in plan.roots.items():
            if isinstance(step, NodeStep):
                for info, read in self._nodes(step, plan.fields[key][0]):
                    reads[info.id] = read
            elif isinstance(step, MutationStep):  # what it asks itself: `resolvers.planned_writes`
                reads.update((info.id, read) for info, read in self._below(step.places.values()))
            elif isinstance(step, FunctionStep):
                reads.update((info.id, read) for info, read in self._function(step))
            else:
                reads.update((info.id, read) for info, read in self._step(step))
        return reads

    def _function(self, step: FunctionStep) -> Iterator[tuple[StepInfo, PlannedRead]]:
        values = self._inputs(step.inputs)
        yield step.info, PlannedRead(function_read(step), values)
        if step.selection is not None:
            yield from self._below([step.selection])

    def _inputs(self, inputs: Sequence[CallInputs]) -> dict[str, Any] | None:
        """The values of calls of functions; None where a variable is not known."""
        known = all(self.unknown.isdisjoint(each.variables) for each in inputs)
        return values_of(inputs, self.variables) if known else None

    def knows(self, field: FieldNode) -> bool:
        """Whether all variables among the field's arguments are known."""
        return self.unknown.isdisjoint(variables_of(field))

    def _nodes(self, step: NodeStep, field: FieldNode) -> Iterator[tuple[StepInfo, PlannedRead]]:
        if not self.knows(field):
            return
        arguments = step.arguments(self.variables)
        ids = arguments["ids"] if "ids" in arguments else [arguments["id"]]
        by_type: dict[str, tuple[LookupStep, Via, list[tuple[Any, ...]]]] = {}
        for table_type, via, key in (key_of_node(self.model, global_id) for global_id in ids):
            lookup = step.step_for(table_type)
            by_type.setdefault(table_type.name, (lookup, via, []))[2].append(key)
        for lookup, via, keys in by_type.values():
            yield from self._rows(lookup, via, _arrays(keys))

    def _step(self, step: LookupStep | ConnectionStep) -> Iterator[tuple[StepInfo, PlannedRead]]:
        if isinstance(step, ConnectionStep):
            yield from self._connection(step)
        elif step.relation is not None:
            yield from self._rows(step, step.relation.via, {})
        else:
            ((name, value),) = step.arguments(self.variables)["by"].items()
            via, key_of = key_source(step.selection.type, name)
            yield from self._rows(
                step, via, _arrays([key_of(value)]) if self.knows(step.info.field) else None
            )

    def _rows(
        self, step: LookupStep, via: Via, values: Mapping[str, Any] | None
    ) -> Iterator[tuple[StepInfo, PlannedRead]]:
        read = LookupRead(step.selection.type.table.name, step.outputs, via, step.call)
        inputs = self._inputs(step.inputs)
        all_known = None if values is None or inputs is None else {**values, **inputs}
        yield step.info, PlannedRead(read, all_known)
        yield from self._below([step.selection])

    def _connection(self, step: ConnectionStep) -> Iterator[tuple[StepInfo, PlannedRead]]:
        groups = {key: group.arguments(self.variables) for key, group in step.groups.items()}
        inputs = values_of(step.inputs, self.variables)
        bound = bind_connection(self.model, step, step.arguments(self.variables), groups, inputs)
        reads: list[tuple[StepInfo | None, Read, Mapping[str, Any]]] = [
            (step.page, bound.page_read, bound.page_values),
            (step.count, bound.count_read, bound.values),
            (step.estimate, bound.estimate_read, bound.values),
        ]
        if step.aggregate is not None and bound.aggregate_read is not None:
            reads.append((step.aggregate.info, bound.aggregate_read, bound.values))
        reads += [(each.step.info, each.read, each.values) for each in bound.groups.values()]
        are_known = self._inputs(step.inputs) is not None
        for info, read, values in reads:
            if info is not None:
                known = are_known and self.knows(step.node) and self.knows(info.field)
                yield info, PlannedRead(read, values if known else None)
        yield from self._below(step.places.values())

    def _below(self, selections: Iterable[RowSelection]) -> Iterator[tuple[StepInfo, PlannedRead]]:
        for selection in selections:
            for step in selection.fetched():
                yield from self._step(step)


def _arrays(keys: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {f"key{i}": list(part) for i, part in enumerate(zip(*keys, strict=True))}

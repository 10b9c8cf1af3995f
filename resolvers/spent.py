"""What an operation has really cost: units counted while it runs, by what was read and written.

The same units as those of estimates, of what is planned: to-one relations, calls and the like cost what
their parents are, whether or not they lead anywhere; rows of pages and groups, and those that were written,
count as they came, for each parent once, however often it stands in the answer. So neither the lane nor how
relations are read has a part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.aggregate_planning import GROUPS
from resolvers.bindings import FunctionMutation, ToMany
from resolvers.cost_compiling import python_weight
from resolvers.cost_inputs import CREATES, UPDATES, NestedUnits
from resolvers.cost_weights import MAX_COST
from resolvers.plan import ConnectionStep, FunctionStep, LookupStep, MutationStep, NodeStep
from resolvers.planning import EDGES, NODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLSchema, OperationType

    from resolvers.bindings import FunctionBinding, Model, TableType
    from resolvers.plan import Plan, RowSelection, Step


@dataclass(slots=True)
class Rates:
    """What the steps of a plan cost, besides and for each of their rows; made when it is first asked for.

    Attributes:
        schema: The schema.
        model: What it stands for, and what that weighs.
        operation: The kind of the operation.
        plan: Its plan.
    """

    schema: GraphQLSchema
    model: Model
    operation: OperationType
    plan: Plan
    _fixed: int | None = None
    _of_rows: dict[int, int] = field(default_factory=dict)

    @property
    def fixed(self) -> int:
        """Units whatever comes of the operation."""
        if self._fixed is None:
            fields = self.plan.fields.items()
            self._fixed = sum(self._root(key, nodes[0].name.value) for key, nodes in fields)
        return self._fixed

    def of_rows(self, step: ConnectionStep | MutationStep | LookupStep) -> int:
        """Units of each row that a step gives: of a page, written, or named by a global id."""
        known = self._of_rows.get(id(step))  # steps are kept with the plan
        if known is None:
            known = self._of_rows[id(step)] = self._row_of(step)
        return known

    def _root(self, key: str, name: str) -> int:
        step = self.plan.roots.get(key)
        is_mutation = self.operation.value == "mutation"
        weight = self.model.weights.mutation if is_mutation else 0
        if step is None:
            return weight + python_weight(self.schema, self.model, self.operation, name)
        return weight + self._fixed_of(step)

    def _fixed_of(self, step: Step) -> int:
        match step:
            case LookupStep():
                return self._selection(step.selection) + step.selection.type.cost
            case ConnectionStep():
                function = self.model.roots[step.node.name.value].function
                call = 0 if function is None else self._call(function)
                return call + self._connection(step, self.model.weights.connection)
            case FunctionStep():
                row = step.selection
                below = 0 if row is None else self._selection(row) + row.type.cost
                return self._call(step.binding) + below
            case MutationStep(binding=FunctionMutation() as binding):
                return self._call(binding.function)
            case MutationStep() | NodeStep():
                return 0

    def _row_of(self, step: ConnectionStep | MutationStep | LookupStep) -> int:
        if isinstance(step, LookupStep):
            return step.selection.type.cost + self._selection(step.selection)
        below = sum(map(self._selection, step.places.values()))
        if isinstance(step, MutationStep):
            table_type = step.binding.type
            return 0 if table_type is None else table_type.cost + below
        shown = sum(each.name in {NODES, EDGES} for each in step.fields)
        return shown * step.type.cost + below

    def _call(self, function: FunctionBinding) -> int:
        return self.model.weights.function if function.cost is None else function.cost

    def _connection(self, step: ConnectionStep, weight: int) -> int:
        """Units of a connection besides its rows and groups."""
        weights = self.model.weights
        if step.count is not None:
            weight += weights.count
        if step.estimate is not None:
            weight += weights.estimate
        if step.aggregate is not None and step.aggregate.info is not None:
            weight += weights.aggregate
        return weight + weights.groups * sum(each.name == GROUPS for each in step.fields)

    def _selection(self, selection: RowSelection) -> int:
        """Units of what is selected of a row, besides what it leads many to."""
        table_type = selection.type
        return sum(self._field(table_type, selection, each.key, each.name) for each in selection.fields)

    def _field(self, table_type: TableType, selection: RowSelection, key: str, name: str) -> int:
        function = table_type.functions.get(name)
        python = table_type.python.get(name)
        if python is not None:
            return self.model.weights.python if python.cost is None else python.cost
        weight = table_type.field_costs.get(name) if function is None else self._call(function)
        step = selection.relations.get(key)
        if isinstance(step, LookupStep):
            return (weight or 0) + step.selection.type.cost + self._selection(step.selection)
        if isinstance(step, ConnectionStep):
            default = self.model.weights.connection
            if isinstance(table_type.relations.get(name), ToMany):
                return self._connection(step, default if weight is None else weight)
            return (weight or 0) + self._connection(step, default)
        return weight or 0


class Spent:
    """The units that one operation has cost so far; tells also of one that was ended before its answer.

    Whoever runs an operation and wants to know gives one to `resolvers.execution.execute`.
    """

    __slots__ = ("_rates", "_units")

    def __init__(self) -> None:
        self._rates: Rates | None = None
        self._units = 0

    @property
    def total(self) -> int:
        """Units; 0 where the operation was refused before it ran."""
        return min(self._units, MAX_COST)

    def begin(self, rates: Rates) -> None:
        """Counts from the start: what was counted before was for nothing."""
        self._rates = rates
        self._units = rates.fixed

    def page(self, step: ConnectionStep, rows: int) -> None:
        """Rows of pages were read."""
        if self._rates is not None:
            self._units += rows * self._rates.of_rows(step)

    def groups(self, groups: int) -> None:
        """Groups were read."""
        if self._rates is not None:
            self._units += groups * self._rates.model.weights.group

    def named(self, step: LookupStep) -> None:
        """A global id was followed."""
        if self._rates is not None:
            self._units += self._rates.of_rows(step)

    def written(self, step: MutationStep, arguments: Mapping[str, Any], rows: int) -> None:
        """Rows were written, or given by a function that may write.

        Args:
            step: What wrote them.
            arguments: Its arguments, coerced.
            rows: How many, those that are nested not among them.
        """
        rates, binding = self._rates, step.binding
        if rates is None:
            return
        if isinstance(binding, FunctionMutation):
            if binding.type is not None:
                # Of what has no pages, more than a page is never charged for: estimates could not tell.
                self._units += min(rows, binding.type.pages.most) * rates.of_rows(step)
            return
        nested = 0
        if binding.kind in CREATES | UPDATES:
            given = arguments.get("set" if binding.kind in UPDATES else "input")
            nested = NestedUnits.of(rates.model, binding.type, given).fixed
        times = rows if binding.kind in UPDATES else 1
        self._units += rows * rates.of_rows(step) + times * nested

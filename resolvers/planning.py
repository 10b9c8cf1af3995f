"""From a validated operation to its plan. Pure: no I/O, no database, no arguments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphql import FragmentDefinitionNode, GraphQLObjectType, OperationType, get_named_type

from core.errors import BadUserInput
from db.values import to_json
from resolvers.aggregate_planning import AGGREGATE, GROUPS, AggregatePlanner
from resolvers.arguments import compile_arguments
from resolvers.bindings import FunctionMutation, MutationKind, ToMany, ToOne
from resolvers.calls import plan_function_call
from resolvers.function_calls import stored_key
from resolvers.plan import (
    ESTIMATE,
    AggregateStep,
    ConnectionStep,
    FunctionStep,
    GroupStep,
    LookupStep,
    MutationStep,
    NodeStep,
    OutputList,
    Plan,
    RowSelection,
    SelectedField,
    Slot,
    Step,
    StepInfo,
    Strategy,
)
from resolvers.python_fields import plan_call, plan_slots
from resolvers.selections import Document
from resolvers.strategies import Extent, choose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from graphql import DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode

    from db.calls import Call
    from resolvers.arguments import ArgumentSource
    from resolvers.bindings import (
        FunctionBinding,
        Model,
        MutationBinding,
        Relation,
        RootBinding,
        TableType,
    )
    from resolvers.calls import CallInputs
    from resolvers.selections import Fields
    from resolvers.strategies import ToOneStrategy

Path = tuple[str, ...]
EDGES = "edges"
NODES = "nodes"
NODE = "node"
PAGE_INFO = "pageInfo"
CURSORS = frozenset({"cursor", "startCursor", "endCursor"})
_WRITES = {
    MutationKind.CREATE: Strategy.INSERT,
    MutationKind.CREATE_MANY: Strategy.INSERT,
    MutationKind.UPDATE: Strategy.UPDATE,
    MutationKind.UPDATE_MANY: Strategy.UPDATE,
    MutationKind.DELETE: Strategy.DELETE,
    MutationKind.DELETE_MANY: Strategy.DELETE,
}
MAX_STEPS = 1000
"""The most steps of a plan: fragments within fragments can ask for 2^30 of them in a few lines."""


def plan_operation(  # noqa: PLR0913 - what a plan is made from
    schema: GraphQLSchema,
    model: Model,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    *,
    to_one: ToOneStrategy | None = None,
) -> Plan:
    """The plan of a validated operation.

    Args:
        schema: The schema that the document was validated against.
        model: What its object types stand for.
        document: The validated document.
        operation: The operation of the document that is to run.
        variables: Coerced variables; only those of `@skip` and `@include` are looked at, and which ones are
            given as arguments of functions.
        to_one: How to-one relations are read wherever that is possible, whatever the rules say.

    Raises:
        BadUserInput: The plan would have more than `MAX_STEPS` steps.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    planner = _Planner(Document(schema, fragments, variables), model, operation, to_one)
    plan = Plan(steps=planner.steps)
    root_type = schema.get_root_type(operation.operation)
    if root_type is not None:
        plan.fields = planner.document.fields(root_type, operation.selection_set)
        for key, nodes in plan.fields.items():
            step = planner.root(operation.operation, nodes, (key,))
            if step is not None:
                plan.roots[key] = step
    return plan


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in an operation a field stands.

    Attributes:
        nodes: The field's nodes, merged.
        path: Response keys from the root.
        arguments: Its arguments.
        parent: Id of the step whose rows it belongs to; None at the root.
    """

    nodes: list[FieldNode]
    path: Path
    arguments: ArgumentSource
    parent: int | None


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the values of rows come from.

    Attributes:
        step: Id of the step whose rows they are.
        extent: What the statement reads that they come from.
        outputs: The columns that it reads.
    """

    step: int
    extent: Extent
    outputs: OutputList


class _Planner:
    def __init__(
        self,
        document: Document,
        model: Model,
        operation: OperationDefinitionNode,
        to_one: ToOneStrategy | None,
    ) -> None:
        self.document = document
        self.model = model
        self.operation = operation
        self.to_one = to_one
        # Not the plan: its steps keep the planner, and would keep themselves.
        self.steps: list[StepInfo] = []

    def root(self, operation: OperationType, nodes: list[FieldNode], path: Path) -> Step | None:
        """The step of a root field; None where it reads and writes no rows."""
        name = nodes[0].name.value
        if operation is OperationType.MUTATION:
            mutation = self.model.mutations.get(name)
            if isinstance(mutation, FunctionMutation):
                return self._function_mutation(mutation, nodes, path)
            return None if mutation is None else self._mutation(mutation, nodes, path)
        root = self.model.roots.get(name)
        return None if root is None else self._query(root, nodes, path)

    def _mutation(self, binding: MutationBinding, nodes: list[FieldNode], path: Path) -> MutationStep:
        place = self._place("Mutation", nodes, path, None)
        info = self._step(binding.type, place, _WRITES[binding.kind])
        outputs = OutputList(binding.type)
        source = _Source(info.id, Extent.WRITTEN, outputs)
        places: dict[str, RowSelection] = {}
        selected = []
        for key, field_nodes in self.document.subfields(self._object(binding.payload), nodes).items():
            name = field_nodes[0].name.value
            if name == binding.rows:
                places[key] = self._row(binding.type, field_nodes, (*path, key), source)
            selected.append(SelectedField(key, name))
        reads = () if binding.type.hooks is None else binding.type.hooks.reads
        hooked = plan_slots(binding.type, self._object(binding.type.name), reads, outputs)
        return MutationStep(
            info,
            binding,
            place.arguments,
            tuple(selected),
            outputs.freeze(),
            places,
            tuple(outputs.inputs),
            hooked=hooked,
        )

    def _function_mutation(
        self, binding: FunctionMutation, nodes: list[FieldNode], path: Path
    ) -> MutationStep:
        place = self._place("Mutation", nodes, path, None)
        info = self._function_step(binding.function, place)
        call, inputs = self._call(binding.function, place)
        outputs = None if binding.type is None else OutputList(binding.type)
        places: dict[str, RowSelection] = {}
        selected = []
        payload = self._object(binding.payload)
        for key, field_nodes in self.document.subfields(payload, nodes).items():
            name = field_nodes[0].name.value
            parts: tuple[SelectedField, ...] = ()
            if name == binding.rows and binding.type is not None and outputs is not None:
                source = _Source(info.id, Extent.WRITTEN, outputs)
                places[key] = self._row(binding.type, field_nodes, (*path, key), source)
            elif name == binding.rows:
                parts = self.document.parts(get_named_type(payload.fields[name].type), field_nodes)
            selected.append(SelectedField(key, name, parts))
        if binding.type is not None and outputs is not None and outputs.reads_xmin:
            outputs.key(stored_key(binding.type))  # to read the versions of rows by
        return MutationStep(
            info,
            binding,
            place.arguments,
            tuple(selected),
            () if outputs is None else outputs.freeze(),
            places,
            (inputs, *(() if outputs is None else outputs.inputs)),
            call,
            self._slot(call),
        )

    def _call(
        self, binding: FunctionBinding, place: _Place, prefix: str = "given"
    ) -> tuple[Call, CallInputs]:
        return plan_function_call(binding, place.nodes[0], place.arguments, self.document.variables, prefix)

    def _slot(self, call: Call, position: int = 0) -> Slot | None:
        """Where the value of a call stands; None where it gives rows, or nothing."""
        return None if call.returns is None else Slot(position, to_json(call.value))

    def _function_step(
        self, binding: FunctionBinding, place: _Place, strategy: Strategy = Strategy.FUNCTION
    ) -> StepInfo:
        return self._step_on(".".join(binding.function.name), place, strategy)

    def _function(
        self, binding: FunctionBinding, table_type: TableType | None, place: _Place
    ) -> FunctionStep:
        """A function of `Query` that gives a value or a row."""
        info = self._function_step(binding, place)
        call, inputs = self._call(binding, place)
        if table_type is None:
            output = self._object("Query").fields[place.nodes[0].name.value].type
            parts = self.document.parts(get_named_type(output), place.nodes)
            return FunctionStep(info, binding, place.arguments, call, (inputs,), self._slot(call), parts)
        outputs = OutputList(table_type)
        source = _Source(info.id, Extent.ROW, outputs)
        selection = self._row(table_type, place.nodes, place.path, source)
        return FunctionStep(
            info,
            binding,
            place.arguments,
            call,
            (inputs, *outputs.inputs),
            None,
            selection=selection,
            outputs=outputs.freeze(),
        )

    def _query(self, root: RootBinding, nodes: list[FieldNode], path: Path) -> Step:
        place = self._place("Query", nodes, path, None)
        if root.function is not None:
            if root.type is None or not root.is_connection:
                return self._function(root.function, root.type, place)
            return self._connection(root.type, place, None, Extent.PAGE, root.function)
        if root.type is None:
            return self._node(place)
        if root.is_connection:
            return self._connection(root.type, place, None, Extent.PAGE)
        return self._lookup(root.type, place, Strategy.LOOKUP, Extent.ROW)

    def _place(self, type_name: str, nodes: list[FieldNode], path: Path, parent: int | None) -> _Place:
        field = self._object(type_name).fields[nodes[0].name.value]
        return _Place(nodes, path, compile_arguments(field, nodes[0]), parent)

    def _node(self, place: _Place) -> NodeStep:
        steps: dict[str, LookupStep] = {}
        extent = Extent.ROW if place.nodes[0].name.value == NODE else Extent.BY_KEY

        def step_for(table_type: TableType) -> LookupStep:
            if table_type.name not in steps:
                steps[table_type.name] = self._lookup(table_type, place, Strategy.LOOKUP, extent)
            return steps[table_type.name]

        return NodeStep(place.arguments, step_for)

    def _step(
        self, table_type: TableType, place: _Place, strategy: Strategy, marker: int | None = None
    ) -> StepInfo:
        return self._step_on(".".join(table_type.table.name), place, strategy, marker)

    def _step_on(self, name: str, place: _Place, strategy: Strategy, marker: int | None = None) -> StepInfo:
        if len(self.steps) >= MAX_STEPS:
            raise BadUserInput(f"The operation needs more than {MAX_STEPS} steps.")
        number = len(self.steps) + 1
        info = StepInfo(number, place.parent, place.path, name, strategy, place.nodes[0], marker)
        self.steps.append(info)
        return info

    def _lookup(self, table_type: TableType, place: _Place, strategy: Strategy, extent: Extent) -> LookupStep:
        info = self._step(table_type, place, strategy)
        outputs = OutputList(table_type)
        selection = self._row(table_type, place.nodes, place.path, _Source(info.id, extent, outputs))
        return LookupStep(info, selection, outputs.freeze(), place.arguments, inputs=tuple(outputs.inputs))

    def _row(
        self, table_type: TableType, nodes: list[FieldNode], path: Path, source: _Source
    ) -> RowSelection:
        outputs = source.outputs
        selection = RowSelection(table_type)
        object_type = self._object(table_type.name)
        for key, field_nodes in self.document.subfields(object_type, nodes).items():
            name = field_nodes[0].name.value
            parts: tuple[SelectedField, ...] = ()
            if name in table_type.columns:
                binding = table_type.columns[name]
                selection.slots[name] = Slot(outputs.read(binding.column), binding.to_json)
                parts = self.document.parts(get_named_type(object_type.fields[name].type), field_nodes)
            elif name in table_type.relations:
                place = self._place(table_type.name, field_nodes, (*path, key), source.step)
                selection.relations[key] = self._relation(table_type.relations[name], place, source)
            elif name in table_type.functions:
                place = self._place(table_type.name, field_nodes, (*path, key), source.step)
                function = table_type.functions[name]
                if function.relation is not None:
                    selection.relations[key] = self._function_relation(function, place, source)
                else:
                    call, inputs = self._call(function, place, f"call{len(outputs.inputs)}")
                    position = outputs.call(call, inputs)
                    selection.computed[key] = Slot(position, to_json(call.value))
                    parts = self.document.parts(get_named_type(object_type.fields[name].type), field_nodes)
            elif name in table_type.python:
                selection.calls[key] = plan_call(
                    self.document, self.operation, table_type, field_nodes, outputs
                )
            elif name == "id" and table_type.id_columns is not None:
                selection.id_positions = outputs.key(table_type.id_columns)
            elif table_type.version is not None and name == table_type.version.field:
                selection.slots[name] = outputs.version(table_type.version.column)
            selection.fields.append(SelectedField(key, name, parts))
        return selection

    def _relation(self, relation: Relation, place: _Place, source: _Source) -> LookupStep | ConnectionStep:
        target = self.model.by_table[relation.target]
        if isinstance(relation, ToOne) and not self._has_calls(target, place):
            joins = source.outputs.joins(relation)
            strategy = choose(relation, target.table, source.extent, joins, wanted=self.to_one)
            if strategy is Strategy.JOIN:
                return self._joined(relation, target, place, source)
        positions = source.outputs.key(relation.columns)
        extent = source.extent.below(to_many=isinstance(relation, ToMany))
        step: LookupStep | ConnectionStep
        if isinstance(relation, ToOne):
            step = self._lookup(target, place, Strategy.TO_ONE, extent)
            step.relation = relation
        else:
            step = self._connection(target, place, relation, extent)
        step.key_positions = positions
        return step

    def _function_relation(
        self, function: FunctionBinding, place: _Place, source: _Source
    ) -> LookupStep | ConnectionStep:
        """Rows that a function of a row gives: never joined, since it is given rows by their key."""
        relation = function.relation
        if relation is None:
            raise TypeError("the function gives no rows")
        target = self.model.by_table[relation.target]
        positions = source.outputs.key(relation.columns)
        extent = source.extent.below(to_many=isinstance(relation, ToMany))
        step: LookupStep | ConnectionStep
        if isinstance(relation, ToMany):
            step = self._connection(target, place, relation, extent, function)
        else:
            step = self._lookup(target, place, Strategy.TO_ONE, extent)
            step.relation = relation
            step.call, inputs = self._call(function, place)
            step.inputs = (inputs, *step.inputs)
        step.key_positions = positions
        return step

    def _has_calls(self, target: TableType, place: _Place) -> bool:
        """Whether code or functions are called for the rows, each once: joins repeat rows, or have none."""
        called = {*target.python, *target.functions}
        if not called:
            return False
        fields = self.document.subfields(self._object(target.name), place.nodes)
        return any(nodes[0].name.value in called for nodes in fields.values())

    def _joined(self, relation: ToOne, target: TableType, place: _Place, source: _Source) -> LookupStep:
        marker, outputs = source.outputs.join(relation, target)
        info = self._step(target, place, Strategy.JOIN, marker)
        joined = _Source(info.id, source.extent, outputs)
        selection = self._row(target, place.nodes, place.path, joined)
        return LookupStep(info, selection, (), place.arguments, relation)

    def _connection(
        self,
        table_type: TableType,
        place: _Place,
        relation: ToMany | None,
        extent: Extent,
        function: FunctionBinding | None = None,
    ) -> ConnectionStep:
        fields = self.document.subfields(self._object(table_type.connection_name), place.nodes)
        names = {field_nodes[0].name.value for field_nodes in fields.values()}
        batch = relation is not None
        page = None
        if names & {EDGES, NODES, PAGE_INFO}:
            page = self._step(table_type, place, Strategy.PAGES if batch else Strategy.PAGE)
        count, estimate = self._counts(table_type, place, names, batch=batch)
        outputs = OutputList(table_type)
        source = None if page is None else _Source(page.id, extent, outputs)
        places: dict[tuple[str, ...], RowSelection] = {}
        selected = []
        for key, field_nodes in fields.items():
            name = field_nodes[0].name.value
            path = (*place.path, key)
            parts: tuple[SelectedField, ...] = ()
            if name == NODES and source is not None:
                places[key,] = self._row(table_type, field_nodes, path, source)
            elif name == EDGES and source is not None:
                edge_fields = self.document.subfields(self._object(table_type.edge_name), field_nodes)
                for edge_key, edge_nodes in edge_fields.items():
                    if edge_nodes[0].name.value == NODE:
                        places[key, edge_key] = self._row(table_type, edge_nodes, (*path, edge_key), source)
                parts = tuple(SelectedField(k, n[0].name.value) for k, n in edge_fields.items())
            elif name == PAGE_INFO:
                parts = self.document.parts(self._object("PageInfo"), field_nodes)
            selected.append(SelectedField(key, name, parts))
        aggregate, groups = self._aggregated(table_type, place, fields, batch=batch)
        call, inputs = (None, None) if function is None else self._call(function, place)
        return ConnectionStep(
            type=table_type,
            node=place.nodes[0],
            fields=tuple(selected),
            arguments=place.arguments,
            page=page,
            count=count,
            estimate=estimate,
            outputs=outputs.freeze(),
            places=places,
            cursors=any(part.name in CURSORS for field in selected for part in field.parts),
            aggregate=aggregate,
            groups=groups,
            relation=relation,
            call=call,
            inputs=(*(() if inputs is None else (inputs,)), *outputs.inputs),
        )

    def _counts(
        self, table_type: TableType, place: _Place, names: set[str], *, batch: bool
    ) -> tuple[StepInfo | None, StepInfo | None]:
        """The steps of `totalCount` and `estimatedCount`, as far as they are among the names."""
        count = estimate = None
        if "totalCount" in names:
            count = self._step(table_type, place, Strategy.COUNTS if batch else Strategy.COUNT)
        if ESTIMATE in names:
            if batch:
                raise BadUserInput(f"'{ESTIMATE}' is there at the root only; 'totalCount' is everywhere.")
            estimate = self._step(table_type, place, Strategy.ESTIMATE)
        return count, estimate

    def _aggregated(
        self, table_type: TableType, place: _Place, fields: Fields, *, batch: bool
    ) -> tuple[AggregateStep | None, dict[str, GroupStep]]:
        """The steps of `aggregate` (one, whatever the number of response keys) and of each `groups`."""
        connection = self._object(table_type.connection_name)
        planner = AggregatePlanner(self.document, table_type)
        alike = {key: nodes for key, nodes in fields.items() if nodes[0].name.value == AGGREGATE}
        aggregate = None
        if alike:
            templates, aggregates = planner.aggregates(connection, alike)
            below = replace(place, path=(*place.path, next(iter(alike))))
            strategy = Strategy.AGGREGATES if batch else Strategy.AGGREGATE
            info = self._step(table_type, below, strategy) if aggregates else None
            aggregate = AggregateStep(info, aggregates, templates)
        groups = {}
        for key, nodes in fields.items():
            if nodes[0].name.value == GROUPS:
                below = self._place(connection.name, nodes, (*place.path, key), place.parent)
                strategy = Strategy.GROUPS_OF_EACH if batch else Strategy.GROUPS
                info = self._step(table_type, below, strategy)
                template, outputs = planner.groups(connection, nodes)
                groups[key] = GroupStep(table_type, info, below.arguments, outputs, template)
        return aggregate, groups

    def _object(self, name: str) -> GraphQLObjectType:
        object_type = self.document.schema.get_type(name)
        if not isinstance(object_type, GraphQLObjectType):
            raise TypeError(f"{name} is no object type")
        return object_type

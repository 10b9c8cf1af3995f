"""From a validated operation to its plan. Pure: no I/O, no database, no arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import FragmentDefinitionNode, GraphQLObjectType, get_named_type

from core.errors import BadUserInput
from resolvers.arguments import compile_arguments
from resolvers.bindings import ToOne
from resolvers.plan import (
    ConnectionStep,
    LookupStep,
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
from resolvers.selections import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from graphql import DocumentNode, FieldNode, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode

    from resolvers.arguments import ArgumentSource
    from resolvers.bindings import Model, Relation, RootBinding, TableType, ToMany

Path = tuple[str, ...]
EDGES = "edges"
NODES = "nodes"
NODE = "node"
PAGE_INFO = "pageInfo"
CURSORS = frozenset({"cursor", "startCursor", "endCursor"})
MAX_STATEMENTS = 1000
"""The most steps of a plan: fragments within fragments can ask for 2^30 of them in a few lines."""


def plan_operation(
    schema: GraphQLSchema,
    model: Model,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Plan:
    """The plan of a validated query operation.

    Args:
        schema: The schema that the document was validated against.
        model: What its object types stand for.
        document: The validated document.
        operation: The operation of the document that is to run.
        variables: Coerced variables; only those of `@skip` and `@include` are looked at.

    Raises:
        BadUserInput: The plan would have more than `MAX_STATEMENTS` steps.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    planner = _Planner(Document(schema, fragments, variables), model)
    query = schema.query_type
    if query is not None:
        planner.plan.fields = planner.document.fields(query, operation.selection_set)
        for key, nodes in planner.plan.fields.items():
            root = model.roots.get(nodes[0].name.value)
            if root is not None:
                planner.plan.roots[key] = planner.root(root, nodes, (key,))
    return planner.plan


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


class _Planner:
    def __init__(self, document: Document, model: Model) -> None:
        self.document = document
        self.model = model
        self.plan = Plan()

    def root(self, root: RootBinding, nodes: list[FieldNode], path: Path) -> Step:
        place = self._place("Query", nodes, path, None)
        if root.type is None:
            return self._node(place)
        if root.is_connection:
            return self._connection(root.type, place, None)
        return self._lookup(root.type, place, Strategy.LOOKUP)

    def _place(self, type_name: str, nodes: list[FieldNode], path: Path, parent: int | None) -> _Place:
        field = self._object(type_name).fields[nodes[0].name.value]
        return _Place(nodes, path, compile_arguments(field, nodes[0]), parent)

    def _node(self, place: _Place) -> NodeStep:
        steps: dict[str, LookupStep] = {}

        def step_for(table_type: TableType) -> LookupStep:
            if table_type.name not in steps:
                steps[table_type.name] = self._lookup(table_type, place, Strategy.LOOKUP)
            return steps[table_type.name]

        return NodeStep(place.arguments, step_for)

    def _statement(self, table_type: TableType, place: _Place, strategy: Strategy) -> StepInfo:
        if len(self.plan.statements) >= MAX_STATEMENTS:
            raise BadUserInput(f"The operation needs more than {MAX_STATEMENTS} statements.")
        name = ".".join(table_type.table.name)
        info = StepInfo(len(self.plan.statements) + 1, place.parent, place.path, name, strategy)
        self.plan.statements.append(info)
        return info

    def _lookup(self, table_type: TableType, place: _Place, strategy: Strategy) -> LookupStep:
        info = self._statement(table_type, place, strategy)
        outputs = OutputList(table_type)
        selection = self._row(table_type, place.nodes, place.path, outputs, info.id)
        return LookupStep(info, selection, outputs.freeze(), place.arguments)

    def _row(
        self, table_type: TableType, nodes: list[FieldNode], path: Path, outputs: OutputList, parent: int
    ) -> RowSelection:
        selection = RowSelection(table_type)
        object_type = self._object(table_type.name)
        for key, field_nodes in self.document.subfields(object_type, nodes).items():
            name = field_nodes[0].name.value
            parts: tuple[SelectedField, ...] = ()
            if name in table_type.columns:
                binding = table_type.columns[name]
                selection.slots[name] = Slot(outputs.read(binding.column), binding.to_json)
                parts = self._parts(get_named_type(object_type.fields[name].type), field_nodes)
            elif name in table_type.relations:
                relation = table_type.relations[name]
                positions = outputs.key(relation.columns)
                place = self._place(table_type.name, field_nodes, (*path, key), parent)
                step = self._relation(relation, place)
                step.key_positions = positions
                selection.relations[key] = step
            elif name == "id" and table_type.id_columns is not None:
                selection.id_positions = outputs.key(table_type.id_columns)
            selection.fields.append(SelectedField(key, name, parts))
        return selection

    def _parts(self, named: GraphQLNamedType, nodes: list[FieldNode]) -> tuple[SelectedField, ...]:
        """What is selected of a value of an object type that is no row."""
        if not isinstance(named, GraphQLObjectType):
            return ()
        parts = []
        for key, field_nodes in self.document.subfields(named, nodes).items():
            name = field_nodes[0].name.value
            field = named.fields.get(name)
            inner = () if field is None else self._parts(get_named_type(field.type), field_nodes)
            parts.append(SelectedField(key, name, inner))
        return tuple(parts)

    def _relation(self, relation: Relation, place: _Place) -> LookupStep | ConnectionStep:
        target = self.model.by_table[relation.target]
        if isinstance(relation, ToOne):
            step = self._lookup(target, place, Strategy.TO_ONE)
            step.relation = relation
            return step
        return self._connection(target, place, relation)

    def _connection(self, table_type: TableType, place: _Place, relation: ToMany | None) -> ConnectionStep:
        fields = self.document.subfields(self._object(table_type.connection_name), place.nodes)
        names = {field_nodes[0].name.value for field_nodes in fields.values()}
        batch = relation is not None
        page = count = None
        if names & {EDGES, NODES, PAGE_INFO}:
            page = self._statement(table_type, place, Strategy.PAGES if batch else Strategy.PAGE)
        if "totalCount" in names:
            count = self._statement(table_type, place, Strategy.COUNTS if batch else Strategy.COUNT)
        outputs = OutputList(table_type)
        places: dict[tuple[str, ...], RowSelection] = {}
        selected = []
        for key, field_nodes in fields.items():
            name = field_nodes[0].name.value
            path = (*place.path, key)
            parts: tuple[SelectedField, ...] = ()
            if name == NODES and page is not None:
                places[key,] = self._row(table_type, field_nodes, path, outputs, page.id)
            elif name == EDGES and page is not None:
                edge_fields = self.document.subfields(self._object(table_type.edge_name), field_nodes)
                for edge_key, edge_nodes in edge_fields.items():
                    if edge_nodes[0].name.value == NODE:
                        places[key, edge_key] = self._row(
                            table_type, edge_nodes, (*path, edge_key), outputs, page.id
                        )
                parts = tuple(SelectedField(k, n[0].name.value) for k, n in edge_fields.items())
            elif name == PAGE_INFO:
                parts = self._parts(self._object("PageInfo"), field_nodes)
            selected.append(SelectedField(key, name, parts))
        return ConnectionStep(
            type=table_type,
            fields=tuple(selected),
            arguments=place.arguments,
            page=page,
            count=count,
            outputs=outputs.freeze(),
            places=places,
            cursors=any(part.name in CURSORS for field in selected for part in field.parts),
            relation=relation,
        )

    def _object(self, name: str) -> GraphQLObjectType:
        object_type = self.document.schema.get_type(name)
        if not isinstance(object_type, GraphQLObjectType):
            raise TypeError(f"{name} is no object type")
        return object_type

"""From a validated operation to its plan. Pure: no I/O, no database, no arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import FragmentDefinitionNode, GraphQLObjectType

from core.errors import BadUserInput
from resolvers.bindings import ToOne
from resolvers.plan import (
    ConnectionStep,
    LookupStep,
    NodeStep,
    OutputList,
    Plan,
    RowSelection,
    Slot,
    Step,
    StepInfo,
    Strategy,
)
from resolvers.selections import Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from graphql import DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode

    from resolvers.bindings import Model, Relation, RootBinding, TableType, ToMany

Path = tuple[str, ...]
EDGES = "edges"
NODES = "nodes"
NODE = "node"
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
        for key, nodes in planner.document.fields(query, operation.selection_set).items():
            root = model.roots.get(nodes[0].name.value)
            if root is not None:
                planner.plan.roots[key] = planner.root(root, nodes, (key,))
    return planner.plan


class _Planner:
    def __init__(self, document: Document, model: Model) -> None:
        self.document = document
        self.model = model
        self.plan = Plan()

    def root(self, root: RootBinding, nodes: list[FieldNode], path: Path) -> Step:
        if root.type is None:
            return self._node(nodes, path)
        if root.is_connection:
            return self._connection(root.type, nodes, path, None, None)
        return self._lookup(root.type, nodes, path, Strategy.LOOKUP, None)

    def _node(self, nodes: list[FieldNode], path: Path) -> NodeStep:
        steps: dict[str, LookupStep] = {}

        def step_for(table_type: TableType) -> LookupStep:
            if table_type.name not in steps:
                steps[table_type.name] = self._lookup(table_type, nodes, path, Strategy.LOOKUP, None)
            return steps[table_type.name]

        return NodeStep(step_for)

    def _statement(
        self, table_type: TableType, path: Path, strategy: Strategy, parent: int | None
    ) -> StepInfo:
        if len(self.plan.statements) >= MAX_STATEMENTS:
            raise BadUserInput(f"The operation needs more than {MAX_STATEMENTS} statements.")
        name = ".".join(table_type.table.name)
        info = StepInfo(len(self.plan.statements) + 1, parent, path, name, strategy)
        self.plan.statements.append(info)
        return info

    def _lookup(
        self,
        table_type: TableType,
        nodes: list[FieldNode],
        path: Path,
        strategy: Strategy,
        parent: int | None,
    ) -> LookupStep:
        info = self._statement(table_type, path, strategy, parent)
        outputs = OutputList(table_type)
        selection = self._row(table_type, nodes, path, outputs, info.id)
        return LookupStep(info, selection, outputs.freeze())

    def _row(
        self, table_type: TableType, nodes: list[FieldNode], path: Path, outputs: OutputList, parent: int
    ) -> RowSelection:
        selection = RowSelection(table_type)
        for key, field_nodes in self.document.subfields(self._object(table_type.name), nodes).items():
            name = field_nodes[0].name.value
            if name in table_type.columns:
                binding = table_type.columns[name]
                selection.slots[name] = Slot(outputs.read(binding.column), binding.to_json)
            elif name in table_type.relations:
                relation = table_type.relations[name]
                positions = outputs.key(relation.columns)
                step = self._relation(relation, field_nodes, (*path, key), parent)
                step.key_positions = positions
                selection.relations[key] = step
            elif name == "id" and table_type.id_columns is not None:
                selection.id_positions = outputs.key(table_type.id_columns)
        return selection

    def _relation(
        self, relation: Relation, nodes: list[FieldNode], path: Path, parent: int
    ) -> LookupStep | ConnectionStep:
        target = self.model.by_table[relation.target]
        if isinstance(relation, ToOne):
            step = self._lookup(target, nodes, path, Strategy.TO_ONE, parent)
            step.relation = relation
            return step
        return self._connection(target, nodes, path, relation, parent)

    def _connection(
        self,
        table_type: TableType,
        nodes: list[FieldNode],
        path: Path,
        relation: ToMany | None,
        parent: int | None,
    ) -> ConnectionStep:
        fields = self.document.subfields(self._object(table_type.connection_name), nodes)
        names = {field_nodes[0].name.value for field_nodes in fields.values()}
        batch = relation is not None
        page = count = None
        if names & {EDGES, NODES, "pageInfo"}:
            page = self._statement(table_type, path, Strategy.PAGES if batch else Strategy.PAGE, parent)
        if "totalCount" in names:
            count = self._statement(table_type, path, Strategy.COUNTS if batch else Strategy.COUNT, parent)
        outputs = OutputList(table_type)
        places: dict[tuple[str, ...], RowSelection] = {}
        cursors = False
        for key, field_nodes in fields.items():
            name = field_nodes[0].name.value
            if page is None:
                continue
            if name == NODES:
                places[key,] = self._row(table_type, field_nodes, (*path, key), outputs, page.id)
            elif name == EDGES:
                for edge_key, edge_nodes in self._edge_fields(table_type, field_nodes).items():
                    cursors = cursors or edge_nodes[0].name.value == "cursor"
                    if edge_nodes[0].name.value == NODE:
                        places[key, edge_key] = self._row(
                            table_type, edge_nodes, (*path, key, edge_key), outputs, page.id
                        )
            elif name == "pageInfo":
                selected = self.document.subfields(self._object("PageInfo"), field_nodes).values()
                cursors = cursors or any(n[0].name.value in {"startCursor", "endCursor"} for n in selected)
        return ConnectionStep(table_type, page, count, outputs.freeze(), places, cursors, relation)

    def _edge_fields(self, table_type: TableType, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        return self.document.subfields(self._object(table_type.edge_name), nodes)

    def _object(self, name: str) -> GraphQLObjectType:
        object_type = self.document.schema.get_type(name)
        if not isinstance(object_type, GraphQLObjectType):
            raise TypeError(f"{name} is no object type")
        return object_type

"""graphql-core's types for the relations of a model: objects, connections, and their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from db.columns import builtin_shape
from db.values import ScalarKind, ScalarShape
from resolvers import reference
from resolvers.bindings import ColumnBinding, ToMany, ToOne
from resolvers.plan import ESTIMATE
from resolvers.windows import COUNT
from schema import naming
from schema.aggregate_types import AggregateTypes
from schema.cache_hints import hint
from schema.cost_directives import cost_marks
from schema.filter_types import FilterTypes
from schema.function_types import FunctionTypes
from schema.plain_types import InputType, ObjectType

if TYPE_CHECKING:
    from resolvers.bindings import KeyBinding, Model, Relation, TableType
    from schema.base import BaseTypes
    from schema.naming import Names
    from schema.value_types import ValueTypes


QUANTIFIERS = {
    "some": "At least one row meets this.",
    "every": "All rows meet this; so it holds without rows, too.",
    "none": "No row meets this.",
}


BIGINT = builtin_shape(ScalarKind.BIGINT, "int8")
ROW_VERSION = "Changes whenever the row does; `ifMatch` of mutations takes it."
RELATED_ORDER = "RelatedOrderBy"
"""Name of the input that sorts by counts."""


class ObjectTypes:
    """Makes the types of each relation once, when they are first asked for.

    Args:
        model: What the types stand for.
        base: The types that every schema has.
        values: The types of values.
        taken: Type names that are taken; derived names are claimed there.
    """

    def __init__(self, model: Model, base: BaseTypes, values: ValueTypes, taken: Names) -> None:
        self._model = model
        self._base = base
        self._values = values
        self._taken = taken
        self._filters = FilterTypes(values, taken)
        self._aggregates = AggregateTypes(base, values, self._filters, taken)
        self._made: dict[str, Any] = {}
        direction = base["OrderDirection"]
        self._direction = GraphQLInputField(direction)
        self._by_count = GraphQLInputField(
            InputType(
                RELATED_ORDER,
                {COUNT: GraphQLInputField(direction, description="How many there are.")},
                description="One term of an order, of the rows that belong to a row.",
                is_one_of=True,
            )
        )
        self._window = {
            "first": GraphQLArgument(GraphQLInt, description="How many rows, counted from the start."),
            "after": GraphQLArgument(GraphQLString, description="Only rows behind this cursor."),
            "last": GraphQLArgument(GraphQLInt, description="How many rows, counted from the end."),
            "before": GraphQLArgument(GraphQLString, description="Only rows ahead of this cursor."),
            "offset": GraphQLArgument(GraphQLInt, description="How many rows to skip first."),
        }

    @property
    def functions(self) -> FunctionTypes:
        """The fields that stand for functions; kept, they and the types would keep each other alive."""
        return FunctionTypes(self._model, self, self._values)

    def query_fields(self) -> dict[str, GraphQLField]:
        """The fields of `Query` that read rows."""
        fields = {}
        for name, root in self._model.roots.items():
            if root.function is not None:
                fields[name] = self.functions.of_query(root.function)
                continue
            if root.type is None:
                continue
            comment = root.type.table.comment
            if root.is_connection:
                fields[name] = GraphQLField(
                    GraphQLNonNull(self.connection(root.type)),
                    self.connection_arguments(root.type),
                    resolve=reference.resolve_root_connection,
                    description=comment,
                    extensions=cost_marks(pages=root.type.pages),
                )
            else:
                key = GraphQLArgument(GraphQLNonNull(self.key_input(root.type)), description="Which row.")
                fields[name] = GraphQLField(
                    self.object(root.type),
                    {"by": key},
                    resolve=reference.resolve_root_lookup,
                    description=comment,
                )
        return fields

    def all_objects(self) -> list[ObjectType]:
        """The object types of all relations, in order of their names."""
        return [self.object(self._model.types[name]) for name in sorted(self._model.types)]

    def object(self, table_type: TableType) -> ObjectType:
        """The object type of a relation's rows."""
        made = self._made.get(table_type.name)
        if made is None:
            made = self._made[table_type.name] = ObjectType(
                table_type.name,
                lambda: self._fields(table_type),
                interfaces=[self._base["Node"]] if table_type.id_columns is not None else [],
                description=table_type.table.comment,
                extensions={
                    **cost_marks(None if table_type.cost == 1 else table_type.cost),
                    **hint(table_type.cache),
                },
            )
        return made

    def _fields(self, table_type: TableType) -> dict[str, GraphQLField]:
        fields = {}
        if table_type.id_columns is not None:
            fields["id"] = GraphQLField(
                GraphQLNonNull(GraphQLID),
                resolve=reference.resolve_id,
                description="Identifies the row among all rows of all tables.",
            )
        for name, binding in table_type.columns.items():
            fields[name] = self._column_field(table_type, binding, table_type.field_costs.get(name))
        for name, relation in table_type.relations.items():
            fields[name] = self._relation_field(relation, table_type.field_costs.get(name))
        if table_type.version is not None:
            fields[table_type.version.field] = GraphQLField(
                GraphQLString if table_type.version.nullable else GraphQLNonNull(GraphQLString),
                resolve=reference.resolve_column,
                description=ROW_VERSION,
            )
        for name, function in table_type.functions.items():
            fields[name] = self.functions.of_row(function)
        for name in table_type.python:
            fields[name] = self._base.row_fields[table_type.name, name].graphql
        return fields

    def _column_field(self, table_type: TableType, binding: ColumnBinding, cost: int | None) -> GraphQLField:
        column = table_type.table.column(binding.column)
        output = self._values.output(binding.shape)
        return GraphQLField(
            output if column.nullable else GraphQLNonNull(output),
            resolve=reference.resolve_column,
            description=column.comment,
            extensions=cost_marks(cost),
        )

    def _relation_field(self, relation: Relation, cost: int | None) -> GraphQLField:
        target = self._model.by_table[relation.target]
        if isinstance(relation, ToOne):
            output = self.object(target)
            return GraphQLField(
                GraphQLNonNull(output) if relation.required else output,
                resolve=reference.resolve_to_one,
                description=target.table.comment,
                extensions=cost_marks(cost),
            )
        return GraphQLField(
            GraphQLNonNull(self.connection(target)),
            self.connection_arguments(target),
            resolve=reference.resolve_to_many,
            description=target.table.comment,
            extensions=cost_marks(cost, target.pages),
        )

    def connection(self, table_type: TableType) -> ObjectType:
        """The type of connections of a relation's rows."""
        made = self._made.get(table_type.connection_name)
        if made is None:
            made = self._made[table_type.connection_name] = ObjectType(
                table_type.connection_name,
                lambda: self._connection_fields(table_type),
                description=f"A page of {table_type.name} rows.",
            )
        return made

    def _connection_fields(self, table_type: TableType) -> dict[str, GraphQLField]:
        row = GraphQLNonNull(self.object(table_type))
        edge = ObjectType(
            table_type.edge_name,
            {
                "cursor": GraphQLField(
                    GraphQLNonNull(GraphQLString),
                    resolve=reference.resolve_edge_cursor,
                    description="Where the row stands in the connection.",
                ),
                "node": GraphQLField(row, resolve=reference.resolve_edge_node, description="The row."),
            },
            description=f"A {table_type.name} row in a connection.",
        )
        return {
            "edges": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(edge))),
                resolve=reference.resolve_edges,
                description="The rows of the page with their cursors.",
            ),
            "nodes": GraphQLField(
                GraphQLNonNull(GraphQLList(row)),
                resolve=reference.resolve_connection_nodes,
                description="The rows of the page.",
            ),
            "pageInfo": GraphQLField(
                GraphQLNonNull(self._base["PageInfo"]),
                resolve=reference.resolve_page_info,
                description="Where the page stands in the connection.",
            ),
            "totalCount": GraphQLField(
                GraphQLNonNull(GraphQLInt),
                resolve=reference.resolve_total_count,
                description="How many rows the connection has in all.",
            ),
            ESTIMATE: GraphQLField(
                GraphQLNonNull(self._values.scalar(BIGINT)),
                resolve=reference.resolve_estimated_count,
                description="How many rows the query planner expects; at the root only. Counts nothing.",
            ),
            **self._aggregates.fields(table_type),
        }

    def connection_arguments(self, table_type: TableType) -> dict[str, GraphQLArgument]:
        """The arguments of connections of a relation's rows."""
        made: dict[str, GraphQLArgument] | None = self._made.get(f"{table_type.connection_name}()")
        if made is not None:
            return made
        arguments = dict(self._window)
        arguments["filter"] = GraphQLArgument(
            self.filter_input(table_type), description="Only rows that meet these conditions."
        )
        if self._is_sortable(table_type):
            order = GraphQLList(GraphQLNonNull(self._order_input(table_type)))
            arguments["orderBy"] = GraphQLArgument(
                order, description="How rows are sorted; the key of the relation breaks ties."
            )
        if table_type.orders:
            columns = GraphQLList(GraphQLNonNull(self._aggregates.columns(table_type)))
            arguments["distinctOn"] = GraphQLArgument(
                columns,
                description="Of the rows with equal values in these columns only the first, by `orderBy`.",
            )
        self._made[f"{table_type.connection_name}()"] = arguments
        return arguments

    def filter_input(self, table_type: TableType) -> InputType:
        """The input that filters a relation's rows."""
        made: InputType | None = self._made.get(table_type.filter_name)
        if made is None:
            made = InputType(
                table_type.filter_name,
                lambda: self._filter_fields(table_type),
                description=f"Conditions on {table_type.name} rows; all of them must hold.",
            )
            self._made[table_type.filter_name] = made
        return made

    def _filter_fields(self, table_type: TableType) -> dict[str, GraphQLInputField]:
        this = self.filter_input(table_type)
        fields = {}
        for name, binding in table_type.filters.items():
            if isinstance(binding, ColumnBinding):
                fields[name] = GraphQLInputField(
                    self._filters.of(binding.shape, searchable=binding.searched is not None)
                )
            elif isinstance(binding, ToOne):
                target = self.filter_input(self._model.by_table[binding.target])
                fields[name] = GraphQLInputField(
                    target, description="There is such a row, and it meets this."
                )
            else:
                target = self._related_filter_input(self._model.by_table[binding.target])
                fields[name] = GraphQLInputField(target)
        these = GraphQLList(GraphQLNonNull(this))
        fields["and"] = GraphQLInputField(these, description="All of these hold.")
        fields["or"] = GraphQLInputField(these, description="At least one of these holds.")
        fields["not"] = GraphQLInputField(this, description="This does not hold.")
        return fields

    def _related_filter_input(self, table_type: TableType) -> InputType:
        made: InputType | None = self._made.get(table_type.related_filter_name)
        if made is None:
            of_one = self.filter_input(table_type)
            made = InputType(
                table_type.related_filter_name,
                {
                    name: GraphQLInputField(of_one, description=description)
                    for name, description in QUANTIFIERS.items()
                },
                description=f"Conditions on the {table_type.name} rows of a row; all of them must hold.",
            )
            self._made[table_type.related_filter_name] = made
        return made

    def _is_sortable(self, table_type: TableType) -> bool:
        return bool(table_type.orders) or any(map(self._leads_to_order, table_type.relations.values()))

    def _leads_to_order(self, relation: Relation) -> bool:
        """Whether rows can be sorted by what the relation leads to: many rows, or surely no more than one."""
        if not isinstance(relation, ToOne):
            return True
        target = self._model.by_table[relation.target]
        return bool(target.orders) and not target.table.has_children

    def _order_input(self, table_type: TableType) -> InputType:
        made: InputType | None = self._made.get(table_type.order_name)
        if made is None:
            made = InputType(
                table_type.order_name,
                lambda: self._order_fields(table_type),
                description=f"One term of an order of {table_type.name} rows.",
                is_one_of=True,
            )
            self._made[table_type.order_name] = made
        return made

    def _order_fields(self, table_type: TableType) -> dict[str, GraphQLInputField]:
        fields = dict.fromkeys(table_type.orders, self._direction)
        for name, relation in table_type.relations.items():
            if isinstance(relation, ToMany):
                fields[name] = self._by_count
            elif self._leads_to_order(relation):
                target = self._model.by_table[relation.target]
                fields[name] = GraphQLInputField(self._order_input(target))
        return fields

    def key_input(self, table_type: TableType) -> InputType:
        """The input that names one row."""
        made: InputType | None = self._made.get(table_type.key_name)
        if made is None:
            made = self._made[table_type.key_name] = self._key_input(table_type)
        return made

    def _key_input(self, table_type: TableType) -> InputType:
        fields = {name: self._key_field(table_type, name, key) for name, key in table_type.keys.items()}
        if table_type.id_columns is not None:
            fields = {"id": GraphQLInputField(GraphQLID, description="The global id."), **fields}
        return InputType(
            table_type.key_name,
            fields,
            description=f"Names one {table_type.name} row by one of its keys.",
            is_one_of=True,
        )

    def _key_field(self, table_type: TableType, name: str, key: KeyBinding) -> GraphQLInputField:
        if not key.nested:
            return GraphQLInputField(self._key_part(table_type, key.parts[0][0]))
        parts = {
            field: GraphQLInputField(GraphQLNonNull(self._key_part(table_type, field)))
            for field, _ in key.parts
        }
        type_name = self._taken.claim(naming.joined_fields([table_type.name, name]) + "Key")
        return GraphQLInputField(InputType(type_name, parts, description=f"A key of {table_type.name} rows."))

    def _key_part(self, table_type: TableType, field: str) -> Any:
        shape = table_type.columns[field].shape
        if not isinstance(shape, ScalarShape):
            raise TypeError(f"{field} cannot be part of a key")
        return self._values.scalar(shape)

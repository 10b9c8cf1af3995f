"""The fields of `Mutation` that write rows, their arguments and payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from resolvers import reference
from resolvers.bindings import FunctionMutation, MutationBinding, MutationKind
from resolvers.mutations import AFFECTED_COUNT
from schema import naming
from schema.plain_types import InputType, ObjectType
from schema.value_types import enum_value_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import QualifiedName
    from resolvers.bindings import ColumnBinding, Model, TableType
    from schema.naming import Names
    from schema.object_types import ObjectTypes
    from schema.relation_names import RelationNames
    from schema.value_types import ValueTypes

_VERBS = {
    MutationKind.CREATE: "create",
    MutationKind.CREATE_MANY: "create",
    MutationKind.UPDATE: "update",
    MutationKind.UPDATE_MANY: "update",
    MutationKind.DELETE: "delete",
    MutationKind.DELETE_MANY: "delete",
}
_DESCRIPTIONS = {
    MutationKind.CREATE: "Creates a {name} row.",
    MutationKind.CREATE_MANY: "Creates {name} rows.",
    MutationKind.UPDATE: "Changes the {name} row that a key names; null where there is none.",
    MutationKind.UPDATE_MANY: "Changes all {name} rows that meet a condition.",
    MutationKind.DELETE: "Deletes the {name} row that a key names; null where there is none.",
    MutationKind.DELETE_MANY: "Deletes all {name} rows that meet a condition.",
}


def mutation_bindings(
    types: Mapping[QualifiedName, TableType],
    names: Mapping[QualifiedName, RelationNames],
    taken: Names,
    fields: Names,
) -> dict[str, MutationBinding]:
    """The fields of `Mutation`, claimed in `fields`; names of their payloads are claimed in `taken`."""
    bindings = {}
    for table, table_type in types.items():
        for kind in MutationKind:
            if not _is_offered(table_type, kind):
                continue
            rows = names[table].plural if kind.is_many else names[table].singular
            field = fields.claim(_VERBS[kind] + naming.capitalised(rows))
            payload = taken.claim(f"{naming.capitalised(field)}Payload")
            shown = naming.Names((AFFECTED_COUNT,)).claim(rows)
            bindings[field] = MutationBinding(table_type, kind, payload, shown)
    return bindings


def _is_offered(table_type: TableType, kind: MutationKind) -> bool:
    table = table_type.table
    match kind:
        case MutationKind.CREATE | MutationKind.CREATE_MANY:
            return bool(table_type.inserted)
        case MutationKind.UPDATE:
            return bool(table_type.updated) and _has_key(table_type)
        case MutationKind.UPDATE_MANY:
            return bool(table_type.updated)
        case MutationKind.DELETE:
            return table.deletable and _has_key(table_type)
    return table.deletable


def _has_key(table_type: TableType) -> bool:
    return bool(table_type.keys) or table_type.id_columns is not None


class MutationTypes:
    """Makes the fields of `Mutation`.

    Args:
        model: What they stand for.
        objects: The types of rows, their filters and keys.
        values: The types of values.
        taken: Type names that are taken; derived names are claimed there.
    """

    def __init__(self, model: Model, objects: ObjectTypes, values: ValueTypes, taken: Names) -> None:
        self._model = model
        self._objects = objects
        self._values = values
        self._taken = taken
        self._inputs: dict[str, InputType | GraphQLEnumType] = {}
        self._dry_run = GraphQLArgument(
            GraphQLNonNull(GraphQLBoolean),
            default_value=False,
            description="Whether all is undone in the end: only to see what would come of it.",
        )
        self._if_match = GraphQLArgument(
            GraphQLString, description="The row's version as it was read; CONFLICT if it has changed since."
        )

    def fields(self) -> dict[str, GraphQLField]:
        """The fields of `Mutation`."""
        return {
            name: self._objects.functions.of_mutation(binding, self._dry_run)
            if isinstance(binding, FunctionMutation)
            else self._field(binding)
            for name, binding in self._model.mutations.items()
        }

    def _field(self, binding: MutationBinding) -> GraphQLField:
        return GraphQLField(
            GraphQLNonNull(self._payload(binding)),
            {**self._arguments(binding), "dryRun": self._dry_run},
            resolve=reference.resolve_mutation,
            description=_DESCRIPTIONS[binding.kind].format(name=binding.type.name),
        )

    def _payload(self, binding: MutationBinding) -> ObjectType:
        row = self._objects.object(binding.type)
        shown = GraphQLNonNull(GraphQLList(GraphQLNonNull(row))) if binding.kind.is_many else row
        return ObjectType(
            binding.payload,
            {
                binding.rows: GraphQLField(
                    shown,
                    resolve=reference.resolve_written,
                    description="The rows that were written." if binding.kind.is_many else "The row.",
                ),
                AFFECTED_COUNT: GraphQLField(
                    GraphQLNonNull(GraphQLInt),
                    resolve=reference.resolve_affected_count,
                    description="How many rows were written.",
                ),
            },
        )

    def _arguments(self, binding: MutationBinding) -> dict[str, GraphQLArgument]:
        table_type = binding.type
        made: dict[str, GraphQLArgument] = {}
        match binding.kind:
            case MutationKind.CREATE:
                made["input"] = GraphQLArgument(GraphQLNonNull(self._create_input(table_type)))
            case MutationKind.CREATE_MANY:
                row = GraphQLNonNull(self._create_input(table_type))
                made["input"] = GraphQLArgument(GraphQLNonNull(GraphQLList(row)))
            case MutationKind.UPDATE | MutationKind.DELETE:
                key = GraphQLNonNull(self._objects.key_input(table_type))
                made["by"] = GraphQLArgument(key, description="Which row.")
                if table_type.version is not None:
                    made["ifMatch"] = self._if_match
            case MutationKind.UPDATE_MANY | MutationKind.DELETE_MANY:
                rows = GraphQLNonNull(self._objects.filter_input(table_type))
                made["filter"] = GraphQLArgument(rows, description="Which rows.")
                made["atMost"] = GraphQLArgument(
                    GraphQLNonNull(GraphQLInt),
                    default_value=table_type.pages.most,
                    description="How many rows may be changed; if the filter meets more, none is.",
                )
        if binding.kind in {MutationKind.UPDATE, MutationKind.UPDATE_MANY}:
            made["set"] = GraphQLArgument(
                GraphQLNonNull(self._update_input(table_type)), description="The new values."
            )
        if binding.kind in {MutationKind.CREATE, MutationKind.CREATE_MANY} and _upserts(table_type):
            made["onConflict"] = GraphQLArgument(
                self._conflict_input(table_type),
                description="What becomes of a row whose key is there already; without it that is an error.",
            )
        return made

    def _create_input(self, table_type: TableType) -> InputType:
        def fields() -> dict[str, GraphQLInputField]:
            return {
                name: self._input_field(table_type, binding, required=True)
                for name, binding in table_type.inserted.items()
            }

        return self._input(f"Create{table_type.name}Input", fields, f"A new {table_type.name} row.")

    def _update_input(self, table_type: TableType) -> InputType:
        def fields() -> dict[str, GraphQLInputField]:
            return {
                name: self._input_field(table_type, binding, required=False)
                for name, binding in table_type.updated.items()
            }

        description = f"New values of {table_type.name} rows; columns that are left out stay as they are."
        return self._input(f"Update{table_type.name}Input", fields, description)

    def _input(self, wish: str, fields: Any, description: str) -> InputType:
        made = self._inputs.get(wish)
        if not isinstance(made, InputType):
            made = self._inputs[wish] = InputType(self._taken.claim(wish), fields, description=description)
        return made

    def _input_field(
        self, table_type: TableType, binding: ColumnBinding, *, required: bool
    ) -> GraphQLInputField:
        column = table_type.table.column(binding.column)
        given = self._values.input(binding.shape)
        if required and not column.nullable and not column.has_default:
            given = GraphQLNonNull(given)
        return GraphQLInputField(given, description=column.comment)

    def _conflict_input(self, table_type: TableType) -> InputType:
        name = table_type.name
        keys = self._enum(f"{name}UniqueKey", list(table_type.keys), f"The keys of {name} rows.")
        columns = self._enum(
            f"{name}UpdateColumn",
            list(table_type.updated),
            f"The columns of {name} rows that can be changed.",
        )
        fields = {
            "key": GraphQLInputField(GraphQLNonNull(keys), description="The key that may be there already."),
            "update": GraphQLInputField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(columns))),
                default_value=[],
                description="The columns that take the new values; without any the row stays as it is.",
            ),
        }
        return self._input(f"{name}OnConflict", fields, f"What becomes of {name} rows whose key is there.")

    def _enum(self, wish: str, names: list[str], description: str) -> GraphQLEnumType:
        made = self._inputs.get(wish)
        if not isinstance(made, GraphQLEnumType):
            values = {value: GraphQLEnumValue(name) for name, value in enum_value_names(names).items()}
            made = GraphQLEnumType(self._taken.claim(wish), values, description=description)
            self._inputs[wish] = made
        return made


def _upserts(table_type: TableType) -> bool:
    return bool(table_type.keys) and bool(table_type.updated)

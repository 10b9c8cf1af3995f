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
from resolvers.bindings import FunctionMutation, Holder, MutationBinding, MutationKind
from resolvers.mutations import AFFECTED_COUNT
from resolvers.new_rows import linked_columns
from schema import naming
from schema.links import has_key
from schema.plain_types import InputType, ObjectType
from schema.value_types import enum_value_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import QualifiedName
    from resolvers.bindings import ColumnBinding, Link, Model, TableType
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
_LINKED = {
    Holder.HERE: "The row that this one refers to.",
    Holder.THERE: "What refers to this row.",
    Holder.JUNCTION: "What is joined to this row.",
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
            return bool(table_type.updated) and has_key(table_type)
        case MutationKind.UPDATE_MANY:
            return bool(table_type.updated)
        case MutationKind.DELETE:
            return table.deletable and has_key(table_type)
    return table.deletable


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
        self._inputs: dict[tuple[str, str], InputType | GraphQLEnumType] = {}
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
            linked = linked_columns(table_type)
            columns = {
                name: self._input_field(table_type, binding, required=binding.column not in linked)
                for name, binding in table_type.inserted.items()
            }
            return columns | {name: self._new_link(link) for name, link in table_type.links.items()}

        return self._input("Create{}Input", table_type, fields, f"A new {table_type.name} row.")

    def _update_input(self, table_type: TableType) -> InputType:
        def fields() -> dict[str, GraphQLInputField]:
            columns = {
                name: self._input_field(table_type, binding, required=False)
                for name, binding in table_type.updated.items()
            }
            return columns | {
                name: self._changed_link(link)
                for name, link in table_type.links.items()
                if link.is_many and link.connects
            }

        description = f"New values of {table_type.name} rows; columns that are left out stay as they are."
        return self._input("Update{}Input", table_type, fields, description)

    def _new_link(self, link: Link) -> GraphQLInputField:
        """The rows that a new row belongs to, or that belong to it."""
        target = self._model.by_table[link.relation.target]

        def fields() -> dict[str, GraphQLInputField]:
            made = {}
            if link.creates:
                made["create"] = GraphQLInputField(
                    _one_or_many(self._create_input(target), link), description="New."
                )
            if link.connects:
                made["connect"] = GraphQLInputField(
                    _one_or_many(self._objects.key_input(target), link), description="There already."
                )
            return made

        what = "" if link.creates and link.connects else "Create" if link.creates else "Connect"
        wish = f"{what}{{}}{'Links' if link.is_many else 'Link'}Input"
        described = f"{target.name} rows" if link.is_many else f"One {target.name} row, new or there already"
        return GraphQLInputField(
            self._input(wish, target, fields, f"{described}.", is_one_of=not link.is_many),
            description=_LINKED[link.holder],
        )

    def _changed_link(self, link: Link) -> GraphQLInputField:
        """The rows that come to belong to a row, and those that no longer do."""
        target = self._model.by_table[link.relation.target]

        def fields() -> dict[str, GraphQLInputField]:
            keys = _one_or_many(self._objects.key_input(target), link)
            made = {"connect": GraphQLInputField(keys, description="Rows that come to belong here.")}
            if link.clearable:
                made["disconnect"] = GraphQLInputField(
                    keys, description="Rows that no longer belong here; goes first."
                )
            return made

        what = "Update" if link.clearable else "Connect"
        described = f"Which {target.name} rows belong to a row; others stay as they are."
        made = self._input(f"{what}{{}}ConnectionInput", target, fields, described)
        return GraphQLInputField(made, description=_LINKED[link.holder])

    def _input(
        self, wish: str, table_type: TableType, fields: Any, description: str, *, is_one_of: bool = False
    ) -> InputType:
        """The input of this kind for rows of a type; `wish` is its name, `{}` the type's."""
        made = self._inputs.get((wish, table_type.name))
        if not isinstance(made, InputType):
            name = self._taken.claim(wish.format(table_type.name))
            made = InputType(name, fields, description=description, is_one_of=is_one_of)
            self._inputs[wish, table_type.name] = made
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
        immediate = [key for key, binding in table_type.keys.items() if binding.immediate]
        keys = self._enum("{}UniqueKey", table_type, immediate, f"The keys of {name} rows.")
        columns = self._enum(
            "{}UpdateColumn",
            table_type,
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
        described = f"What becomes of {name} rows whose key is there."
        return self._input("{}OnConflict", table_type, fields, described)

    def _enum(self, wish: str, table_type: TableType, names: list[str], description: str) -> GraphQLEnumType:
        made = self._inputs.get((wish, table_type.name))
        if not isinstance(made, GraphQLEnumType):
            values = {value: GraphQLEnumValue(name) for name, value in enum_value_names(names).items()}
            made = GraphQLEnumType(
                self._taken.claim(wish.format(table_type.name)), values, description=description
            )
            self._inputs[wish, table_type.name] = made
        return made


def _one_or_many(given: Any, link: Link) -> Any:
    return GraphQLList(GraphQLNonNull(given)) if link.is_many else given


def _upserts(table_type: TableType) -> bool:
    return any(key.immediate for key in table_type.keys.values()) and bool(table_type.updated)

"""The fields that stand for functions: their arguments, types and payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
)

from resolvers import reference
from schema.cost_directives import cost_marks
from schema.plain_types import ObjectType

if TYPE_CHECKING:
    from collections.abc import Callable

    from resolvers.bindings import FunctionBinding, FunctionMutation, Model
    from schema.object_types import ObjectTypes
    from schema.value_types import ValueTypes


class FunctionTypes:
    """Makes the fields that stand for functions.

    Args:
        model: What they stand for.
        objects: The types of rows.
        values: The types of values.
    """

    def __init__(self, model: Model, objects: ObjectTypes, values: ValueTypes) -> None:
        self._model = model
        self._objects = objects
        self._values = values

    def of_row(self, binding: FunctionBinding) -> GraphQLField:
        """The field of a row."""
        if binding.target is None:
            return self._field(binding, reference.resolve_computed)
        many = binding.function.returns_set
        return self._field(binding, reference.resolve_to_many if many else reference.resolve_to_one)

    def of_query(self, binding: FunctionBinding) -> GraphQLField:
        """The field of `Query`."""
        is_connection = binding.target is not None and binding.function.returns_set
        return self._field(
            binding, reference.resolve_root_connection if is_connection else reference.resolve_function
        )

    def of_mutation(self, binding: FunctionMutation, dry_run: GraphQLArgument) -> GraphQLField:
        """The field of `Mutation`."""
        function = binding.function
        if binding.type is not None:
            row = self._objects.object(binding.type)
            output: Any = GraphQLNonNull(GraphQLList(GraphQLNonNull(row))) if binding.is_many else row
            described = "The rows that the function gave." if binding.is_many else "What the function gave."
            shown = GraphQLField(output, resolve=reference.resolve_written, description=described)
        elif function.shape is None:
            shown = GraphQLField(
                GraphQLNonNull(GraphQLBoolean),
                resolve=reference.resolve_result,
                description="That the function was called: it gives nothing.",
            )
        else:
            shown = GraphQLField(
                self._value(function),
                resolve=reference.resolve_result,
                description="What the function gave.",
            )
        return GraphQLField(
            GraphQLNonNull(ObjectType(binding.payload, {binding.rows: shown})),
            {**self._arguments(function), "dryRun": dry_run},
            resolve=reference.resolve_mutation,
            description=function.function.comment,
            extensions=cost_marks(function.cost),
        )

    def _field(self, binding: FunctionBinding, resolve: Callable[..., Any]) -> GraphQLField:
        arguments = self._arguments(binding)
        output: Any
        pages = None
        if binding.target is None:
            output = self._value(binding)
        else:
            target = self._model.by_table[binding.target]
            output = self._objects.object(target)
            if binding.function.returns_set:
                output = GraphQLNonNull(self._objects.connection(target))
                pages = target.pages
                # Distinct rows are those of a relation: its indexes serve them.
                window = self._objects.connection_arguments(target)
                arguments |= {name: each for name, each in window.items() if name != "distinctOn"}
        return GraphQLField(
            output,
            arguments,
            resolve=resolve,
            description=binding.function.comment,
            extensions=cost_marks(binding.cost, pages),
        )

    def _value(self, binding: FunctionBinding) -> Any:
        if binding.shape is None:
            raise TypeError(f"{binding.function.name} gives no value")
        output = self._values.output(binding.shape)
        return GraphQLNonNull(GraphQLList(output)) if binding.function.returns_set else output

    def _arguments(self, binding: FunctionBinding) -> dict[str, GraphQLArgument]:
        made = {}
        for name, each in binding.arguments.items():
            given = self._values.input(each.shape)
            made[name] = GraphQLArgument(GraphQLNonNull(given) if each.required else given)
        return made

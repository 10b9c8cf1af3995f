"""Calls of SQL functions at one place of an operation: from the field's arguments to the call. Pure.

Which arguments a call gives is part of its plan, since what is not given has the function's own default; so
is whether a variable is given (see `PreparedOperation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import VariableNode

from core.errors import BadUserInput
from db.calls import Call, GivenArgument
from db.catalogue.model import ArgumentMode
from db.values import column_form
from resolvers.arguments import UnsuitableValue, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphql import FieldNode

    from db.values import Shape
    from resolvers.arguments import ArgumentSource
    from resolvers.bindings import ArgumentBinding, FunctionBinding


@dataclass(frozen=True, slots=True)
class CallInputs:
    """Where the values of a call's parameters come from.

    Attributes:
        arguments: Gives the coerced arguments of the field.
        parameters: Of each parameter: its name, the argument, the argument's shape, and its value where the
            field is not given one.
        variables: Names of the variables that have a part in them.
    """

    arguments: ArgumentSource
    parameters: tuple[tuple[str, str, Shape, Any], ...]
    variables: frozenset[str]

    def values(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The values by parameter; UnsuitableValue where graphql-core has to say what is wrong."""
        given = self.arguments(variables)
        return {
            name: column_form(shape, given.get(field, missing))
            for name, field, shape, missing in self.parameters
        }


def values_of(inputs: Iterable[CallInputs], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the parameters of calls.

    Raises:
        UnsuitableValue: graphql-core has to say what is wrong with an argument.
    """
    values: dict[str, Any] = {}
    for each in inputs:
        values |= each.values(variables)
    return values


def values_or_nulls(inputs: Iterable[CallInputs], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The same, NULL for what graphql-core will say is wrong where it comes to the field."""
    values: dict[str, Any] = {}
    for each in inputs:
        try:
            values |= each.values(variables)
        except UnsuitableValue:
            values |= {name: None for name, *_ in each.parameters}
    return values


def plan_function_call(
    binding: FunctionBinding,
    node: FieldNode,
    arguments: ArgumentSource,
    variables: Mapping[str, Any],
    prefix: str,
) -> tuple[Call, CallInputs]:
    """The call of a field.

    Args:
        binding: What the field stands for.
        node: The field in the document.
        arguments: Its arguments.
        variables: Coerced variables; only which of them are given is looked at.
        prefix: What the names of the call's parameters begin with.

    Raises:
        BadUserInput: An argument that has no name is left out ahead of one that is given.
    """
    named = {argument.name.value: argument.value for argument in node.arguments or ()}
    fields = list(binding.arguments.items())
    is_given = [
        # Without a default the function must be given something.
        not each.argument.has_default
        or (name in named and (not isinstance(v := named[name], VariableNode) or v.name.value in variables))
        for name, each in fields
    ]
    nameless = [p for p, (_, each) in enumerate(fields) if is_given[p] and each.argument.name is None]
    positional = nameless[-1] + 1 if nameless else 0
    for place in range(positional):
        if not is_given[place]:
            raise BadUserInput(f"'{fields[nameless[-1]][0]}' needs '{fields[place][0]}', too.")
    given = []
    parameters: list[tuple[str, str, Shape, Any]] = []
    for place, (name, each) in enumerate(fields):
        if is_given[place]:
            parameter = f"{prefix}_{place}"
            given.append(_given(each, parameter, named=place >= positional))
            # Of arguments that may be any number, none are an empty list.
            missing: list[Any] | None = [] if each.argument.mode is ArgumentMode.VARIADIC else None
            parameters.append((parameter, name, each.shape, missing))
    function = binding.function
    call = Call(function.name, binding.owner, tuple(given), binding.shape, function.returns_set)
    return call, CallInputs(arguments, tuple(parameters), frozenset(variables_of(node)))


def _given(binding: ArgumentBinding, parameter: str, *, named: bool) -> GivenArgument:
    argument = binding.argument
    variadic = argument.mode is ArgumentMode.VARIADIC
    return GivenArgument(parameter, argument.type, binding.shape, argument.name if named else None, variadic)

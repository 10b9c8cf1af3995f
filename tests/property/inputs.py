"""Random values for arguments, written as literals whose parts are now and then variables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_nullable_type,
)

if TYPE_CHECKING:
    from random import Random

    from graphql import GraphQLInputType

ABSENT: Final = object()
"""The value of a variable that a request does not give."""

VARIABLE = 0.2
"""How often a value, or a part of one, is a variable."""

KNOWN_VARIABLE = 0.4
"""How often it is one that stands elsewhere too, where there is one of its type."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared variable.

    Attributes:
        name: Without the dollar.
        declared: Its type as it is declared.
        nullable: Whether null, or nothing, can be given for it.
        default: Its default as a literal; None without one.
        value: What the first request gives for it; `ABSENT` for nothing.
    """

    name: str
    declared: str
    nullable: bool
    default: str | None
    value: Any

    @property
    def definition(self) -> str:
        """How the operation declares it."""
        return f"${self.name}: {self.declared}" + ("" if self.default is None else f" = {self.default}")


class Inputs:
    """The values of one document.

    Args:
        random: Decides.
        exact: Whether the first request gives the very values that are written; what is `ABSENT` it does not.
    """

    def __init__(self, random: Random, *, exact: bool = False) -> None:
        self._random = random
        self._exact = exact
        self._variables: list[Variable] = []
        self._known: dict[tuple[str, bool], list[str]] = {}

    @property
    def definitions(self) -> str:
        """What the operation declares."""
        shuffled = self._random.sample(self._variables, len(self._variables))
        return ", ".join(variable.definition for variable in shuffled)

    def text(
        self, value: Any, input_type: GraphQLInputType, *, one_of: bool = False, fixed: bool = False
    ) -> str:
        """A value of plain data (enums by name) as the text of an argument.

        Args:
            value: The value.
            input_type: The type of its position.
            one_of: Whether the position is a field of a `@oneOf` input, where no null may arrive.
            fixed: Whether the position itself must not become a variable.
        """
        if value is ABSENT or (not fixed and self._random.random() < VARIABLE):
            return self._variable(value, input_type, one_of=one_of)
        if value is None:
            return "null"
        plain_type: Any = get_nullable_type(input_type)
        if isinstance(plain_type, GraphQLList):
            return self._list(value, plain_type)
        if isinstance(plain_type, GraphQLInputObjectType):
            parts = [
                f"{name}: {self.text(part, plain_type.fields[name].type, one_of=plain_type.is_one_of)}"
                for name, part in value.items()
            ]
            return f"{{{', '.join(parts)}}}"
        return _leaf(value, plain_type)

    def _list(self, value: Any, list_type: GraphQLList[Any]) -> str:
        if len(value) == 1 and value[0] is not None and self._random.random() < 0.3:
            return self.text(value[0], list_type.of_type, fixed=True)
        return f"[{', '.join(self.text(item, list_type.of_type) for item in value)}]"

    def condition(self, *, wanted: bool) -> str:
        """The argument of `@include` or `@skip`."""
        random = self._random
        if random.random() < 0.4:
            return "true" if wanted else "false"
        return self._variable(wanted, GraphQLNonNull(GraphQLBoolean), one_of=False)

    def _variable(self, value: Any, input_type: GraphQLInputType, *, one_of: bool) -> str:
        random = self._random
        known = self._known.setdefault((str(input_type), one_of), [])
        if known and not self._exact and random.random() < KNOWN_VARIABLE:
            return f"${random.choice(known)}"
        name = random.choice(("v", "first", "x_", "Var")) + str(len(self._variables))
        self._variables.append(self._declare(name, value, input_type, one_of=one_of))
        known.append(name)
        return f"${name}"

    def _declare(self, name: str, value: Any, input_type: GraphQLInputType, *, one_of: bool) -> Variable:
        random = self._random
        plain_type: Any = get_nullable_type(input_type)
        required = one_of or isinstance(input_type, GraphQLNonNull)
        if self._exact:
            return self._declare_exactly(name, value, plain_type, required=required)
        default = None
        if random.random() < 0.3 and value is not None:
            default = _constant(value, plain_type)
        if one_of or (required and (default is None or random.random() < 0.5)):
            given = value if default is None or random.random() < 0.6 else ABSENT
            return Variable(name, f"{plain_type}!", nullable=False, default=default, value=given)
        if random.random() < 0.3 and value is not None:
            return Variable(name, f"{plain_type}!", nullable=False, default=default, value=value)
        if not required and default is None and random.random() < 0.1:
            default = "null"
        given = value if random.random() < 0.8 else random.choice((ABSENT, ABSENT, None))
        return Variable(name, str(plain_type), nullable=True, default=default, value=given)

    def _declare_exactly(self, name: str, value: Any, plain_type: Any, *, required: bool) -> Variable:
        random = self._random
        value = _without_absent(value)
        if value is ABSENT:
            return Variable(name, str(plain_type), nullable=True, default=None, value=ABSENT)
        default = _constant(value, plain_type) if value is not None and random.random() < 0.3 else None
        strict = required or (value is not None and random.random() < 0.3)
        given = ABSENT if default is not None and random.random() < 0.5 else value
        declared = f"{plain_type}!" if strict else str(plain_type)
        return Variable(name, declared, nullable=not strict, default=default, value=given)

    @property
    def given(self) -> dict[str, Any]:
        """The variables of the first request."""
        return {each.name: each.value for each in self._variables if each.value is not ABSENT}

    def requests(self) -> tuple[dict[str, Any], ...]:
        """The variables of one request, and of another if there are any."""
        first = {variable.name: variable.value for variable in self._variables}
        second = {variable.name: self._other(variable) for variable in self._variables}
        given = [{name: v for name, v in each.items() if v is not ABSENT} for each in (first, second)]
        return tuple(given) if given[0] != given[1] else (given[0],)

    def _other(self, variable: Variable) -> Any:
        """What another request gives for a variable."""
        random, value = self._random, variable.value
        draw = random.random()
        if variable.nullable and draw < 0.15:
            return None
        if (variable.nullable or variable.default is not None) and draw < 0.3:
            return ABSENT
        siblings = [
            v.value for v in self._variables if v.declared == variable.declared and v.value is not None
        ]
        return _varied(random, random.choice([value, *siblings]))


def _varied(random: Random, value: Any) -> Any:
    """The value, or one that is like it."""
    if isinstance(value, bool):
        return random.random() < 0.5
    if isinstance(value, int):
        return random.choice((value, 0, 1, 2, 3))
    return random.choice((value, value[:1], value[::-1])) if isinstance(value, list) else value


def _without_absent(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_absent(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_absent(part) for name, part in value.items() if part is not ABSENT}
    return value


def _leaf(value: Any, leaf_type: object) -> str:
    """A value of a scalar or enum as a literal."""
    if isinstance(leaf_type, GraphQLEnumType):
        return str(value)
    if isinstance(value, dict):  # JSON, whose keys are names here
        return f"{{{', '.join(f'{name}: {_leaf(part, leaf_type)}' for name, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_leaf(part, leaf_type) for part in value)}]"
    return json.dumps(value)


def _constant(value: Any, input_type: GraphQLInputType) -> str:
    """A value as a literal without variables."""
    plain_type: Any = get_nullable_type(input_type)
    if value is None:
        return "null"
    if isinstance(plain_type, GraphQLList):
        return f"[{', '.join(_constant(item, plain_type.of_type) for item in value)}]"
    if isinstance(plain_type, GraphQLInputObjectType):
        parts = (f"{name}: {_constant(part, plain_type.fields[name].type)}" for name, part in value.items())
        return f"{{{', '.join(parts)}}}"
    return _leaf(value, plain_type)

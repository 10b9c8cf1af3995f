"""How many rows the arguments of a field ask for, whatever they are given. Pure.

Values are as they came with a request, or coerced: what is of no use will be refused, and counts as it can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    BooleanValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    VariableNode,
)

from resolvers.bindings import Holder, MutationKind
from resolvers.cost import MISSING, whole_number
from resolvers.cost_weights import MAX_COST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, ValueNode

    from resolvers.bindings import Link, Model, MutationBinding, PageLimits, TableType
    from resolvers.cost import Count, Given

_LINKED = ("create", "connect", "disconnect")

CREATES = frozenset({MutationKind.CREATE, MutationKind.CREATE_MANY})
UPDATES = frozenset({MutationKind.UPDATE, MutationKind.UPDATE_MANY})


@dataclass(frozen=True, slots=True)
class Variable:
    """Stands for the value of a variable."""

    name: str


def argument_of(node: FieldNode, name: str) -> Any:
    """What a field gives an argument: lists and objects with `Variable` in them; `MISSING` for nothing."""
    for argument in node.arguments or ():
        if argument.name.value == name:
            return plain_value(argument.value)
    return MISSING


def plain_value(node: ValueNode) -> Any:  # noqa: PLR0911 - kinds of nodes
    """A value of a document; texts and the like are of no matter, and their own text."""
    match node:
        case VariableNode():
            return Variable(node.name.value)
        case NullValueNode():
            return None
        case ListValueNode():
            return [plain_value(item) for item in node.values]
        case ObjectValueNode():
            return {field.name.value: plain_value(field.value) for field in node.fields}
        case BooleanValueNode():
            return node.value
        case IntValueNode() | FloatValueNode():
            return float(node.value)
    return getattr(node, "value", "")


def resolved(value: Any, given: Given) -> Any:
    """The value, or that of the variable that it is."""
    return given.get(value.name, MISSING) if isinstance(value, Variable) else value


def has_variables(value: Any) -> bool:
    """Whether a variable has a part in it."""
    if isinstance(value, Variable):
        return True
    if isinstance(value, list):
        return any(map(has_variables, value))
    return isinstance(value, dict) and any(map(has_variables, value.values()))


def counted(count: Count, *values: Any) -> int | Count:
    """The number itself, where no variable has a part in what it is made of."""
    return count if any(map(has_variables, values)) else count({})


@dataclass(frozen=True, slots=True)
class PageRows:
    """Rows of a page.

    Attributes:
        pages: The bounds of pages.
        first: The argument, and so `last`.
    """

    pages: PageLimits
    first: Any
    last: Any

    def __call__(self, given: Given) -> int:
        """How many, at the most."""
        most = self.pages.most
        asked = [
            min(whole_number(value, most), most)
            for each in (self.first, self.last)
            if (value := resolved(each, given)) is not None and value is not MISSING
        ]
        return max(asked) if asked else self.pages.size


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a list."""

    items: Any

    def __call__(self, given: Given) -> int:
        """How many; one that is no list is one of its own."""
        items = resolved(self.items, given)
        if isinstance(items, list):
            return len(items)
        return 0 if items is None or items is MISSING else 1


@dataclass(frozen=True, slots=True)
class AtMost:
    """Rows that may be written.

    Attributes:
        value: The argument.
        default: What holds unless it is given.
    """

    value: Any
    default: int

    def __call__(self, given: Given) -> int:
        """How many, at the most."""
        return min(whole_number(resolved(self.value, given), self.default), MAX_COST)


@dataclass(frozen=True, slots=True)
class NestedUnits:
    """Units of the rows that are given with others: new ones, and those that come or cease to belong to them.

    Attributes:
        model: What the schema stands for.
        type: The object type of the others.
        value: Their input: one, or a list.
    """

    model: Model
    type: TableType
    value: Any

    def __call__(self, given: Given) -> int:
        """How many, of all of them together."""
        return nested_units(self.model, self.type, self.value, given)


def nested_units(model: Model, table_type: TableType, value: Any, given: Given) -> int:
    """See `NestedUnits`."""
    units = 0
    open_ = [(value, table_type)]
    while open_:
        rows, of_type = open_.pop()
        if not of_type.links:
            continue
        for row in _listed(rows, given):
            linked = resolved(row, given)
            if not isinstance(linked, dict):
                continue
            for name in of_type.links.keys() & linked.keys():
                entries = resolved(linked[name], given)
                if not isinstance(entries, dict):
                    continue
                link = of_type.links[name]
                target = model.by_table[link.relation.target]
                weight = _weight(model, link, target)
                for what in _LINKED:
                    units += weight * Items(entries.get(what)).__call__(given)
                if "create" in entries:
                    open_.append((entries["create"], target))
    return units


def _listed(rows: Any, given: Given) -> list[Any]:
    rows = resolved(rows, given)
    return rows if isinstance(rows, list) else [rows]


def _weight(model: Model, link: Link, target: TableType) -> int:
    """Units of a row that is given under a link; of a junction, its row is written as well."""
    junction = link.relation.via.junction
    if link.holder is Holder.JUNCTION and junction is not None:
        return target.cost + model.by_table[junction.table].cost
    return target.cost


def written(binding: MutationBinding, arguments: Mapping[str, Any]) -> int | Count:
    """How many rows a mutation field writes at the most, those that are nested not among them."""
    match binding.kind:
        case MutationKind.CREATE_MANY:
            return counted(Items(arguments.get("input")), arguments.get("input"))
        case MutationKind.UPDATE_MANY | MutationKind.DELETE_MANY:
            at_most = arguments.get("atMost", MISSING)
            return counted(AtMost(at_most, binding.type.pages.most), at_most)
    return 1

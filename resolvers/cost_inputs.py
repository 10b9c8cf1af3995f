"""How many rows the arguments of a field ask for, whatever they are given. Pure.

Values are as they came with a request, or coerced: what is of no use will be refused, and counts as it can.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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
    from collections.abc import Iterator, Mapping

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


def counted(count: Count, *values: Any) -> int | Count:
    """The number itself, where none of the values that it is made of is a variable."""
    return count if any(isinstance(value, Variable) for value in values) else count({})


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
    """The items of a list that is a variable."""

    variable: Variable

    def __call__(self, given: Given) -> int:
        """How many."""
        value = resolved(self.variable, given)
        return 0 if value is MISSING else _length(value)


def items(value: Any) -> int | Count:
    """How many items are given; one that is no list is one of its own."""
    return Items(value) if isinstance(value, Variable) else _length(value)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0 if value is None else 1


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


class _Part(NamedTuple):
    """Some input that may have nested rows in it.

    Attributes:
        kind: What it is.
        type: The object type of the rows around it, or that it is of.
        link: The field that it belongs to, of that type; empty for rows themselves.
        what: Of items, what becomes of them.
    """

    kind: Literal["rows", "link", "items"]
    type: str
    link: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class NestedUnits:
    """Units of the rows that are given with others: new ones, and those that come or cease to belong to them.

    Attributes:
        model: What the schema stands for.
        fixed: Units that variables have no part in.
        deferred: By variable and what it holds, how often it stands there.
    """

    model: Model
    fixed: int
    deferred: Mapping[tuple[str, _Part], int]

    @classmethod
    def of(cls, model: Model, table_type: TableType, value: Any) -> NestedUnits:
        """Those of the input for rows of a type: one, or a list."""
        deferred: Counter[tuple[str, _Part]] = Counter()
        fixed = _units(model, _Part("rows", table_type.name), value, deferred)
        return cls(model, fixed, deferred)

    def __call__(self, given: Given) -> int:
        """How many, of all of them together."""
        units = self.fixed
        for (name, part), times in self.deferred.items():
            value = given.get(name, MISSING)
            if value is not MISSING:
                units += times * _units(self.model, part, value, Counter())
        return units


def _units(model: Model, part: _Part, value: Any, deferred: Counter[tuple[str, _Part]]) -> int:
    """Units of the nested rows in some input, but for what variables hold."""
    units = 0
    open_ = [(part, value)]
    while open_:
        part, value = open_.pop()
        if isinstance(value, Variable):
            deferred[value.name, part] += 1
            continue
        links = model.types[part.type].links
        if part.kind == "rows":
            open_ += _parts_of_rows(part, value, links)
        elif part.kind == "link":
            if isinstance(value, dict):
                named = [what for what in _LINKED if what in value]
                open_ += [(part._replace(kind="items", what=what), value[what]) for what in named]
        elif value is not None:
            link = links[part.link]
            target = model.by_table[link.relation.target]
            units += _weight(model, link, target) * (len(value) if isinstance(value, list) else 1)
            if part.what == "create":
                open_.append((_Part("rows", target.name), value))
    return units


def _parts_of_rows(part: _Part, value: Any, links: Mapping[str, Link]) -> Iterator[tuple[_Part, Any]]:
    """What of rows may have nested rows in it."""
    for row in value if isinstance(value, list) and links else (value,):
        if isinstance(row, Variable):
            yield part, row
        elif isinstance(row, dict):
            for name in links.keys() & row.keys():
                yield _Part("link", part.type, name), row[name]


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
            return items(arguments.get("input"))
        case MutationKind.UPDATE_MANY | MutationKind.DELETE_MANY:
            at_most = arguments.get("atMost", MISSING)
            return counted(AtMost(at_most, binding.type.pages.most), at_most)
    return 1

"""Random arguments of the fields that read rows: mostly sensible, now and then deliberately wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    coerce_input_value,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from db.calls import Call
from resolvers.bindings import ColumnBinding, ToOne
from resolvers.opaque import decode_global_id, encode_cursor, encode_global_id
from resolvers.windows import ordering_of
from tests.property.samples import DIRECTIONS, PLAIN_VALUES, random_order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from graphql import GraphQLArgument

    from resolvers.bindings import FunctionBinding, TableType
    from schema.build import Schema
    from tests.property.inputs import Inputs
    from tests.property.samples import Samples

WRONG = 0.002
"""How often each single value is one that is refused."""

CARELESS = 0.08
"""How often a whole document is careless, and each value is refused as often as that."""

GARBAGE = ("", "garbage", "WzFd", "W10=", "bm90IGpzb24", "é", "WyJOb3doZXJlIiwgMV0")
PATTERNS = ("", "%", "_", "a%", "%a%", "\\%", "100%")
UNITS = ("HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
CONNECTIVES = ("and", "or", "not")
EXTREMES = ("min", "max")
TEXTS = {
    "regex": ("^a", "a|b", ".", "", "(", "[[:digit:]]"),
    "hasKey": ("a", "", "b"),
    "path": ("$", "$.a", "$.a == 1", "$[*] ? (@ > 0)", "$.", "strict $.b"),
    "search": ("a", "one two", '"a b"', "-a", "'&|!:*"),
}
"""Operators whose operands are text whatever the column, or no text of its rows."""

SUITABLE: Mapping[str, tuple[Any, ...]] = {
    "inet": ("::1", "10.0.0.1/8"),
    "point": ("(1,2)", "(0,0)"),
    "small": (1, 99),
    "positive": (1, 7),
}
"""What functions are given for types that do not take all values of their scalar."""


class ArgumentWriter:
    """Writes the arguments of one document.

    Args:
        random: Decides.
        schema: What arguments are written for.
        samples: What the database has.
        inputs: Turns values into text.
    """

    def __init__(self, random: Random, schema: Schema, samples: Samples, inputs: Inputs) -> None:
        self._random = random
        self._schema = schema.graphql
        self._model = schema.model
        self._types = schema.model.by_table
        self._samples = samples
        self._inputs = inputs
        self._wrong = CARELESS if random.random() < CARELESS else WRONG

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _written(self, given: Mapping[str, Any], arguments: Mapping[str, GraphQLArgument]) -> str:
        parts = [f"{name}: {self._inputs.text(v, arguments[name].type)}" for name, v in given.items()]
        self._random.shuffle(parts)
        return f"({', '.join(parts)})" if parts else ""

    def connection(
        self,
        table_type: TableType,
        arguments: Mapping[str, GraphQLArgument],
        function: FunctionBinding | None,
        *,
        small: bool,
    ) -> str:
        """Arguments of a connection, of a function if there is one; `small` where there are many."""
        random = self._random
        given = {} if function is None else self._given(function, arguments)
        backward = self._chance(0.25)
        if small or backward or self._chance(0.7):
            given["last" if backward else "first"] = self._size()
        if self._chance(self._wrong):
            given["first"], given["last"] = 2, self._size()
        if (not backward and self._chance(0.12)) or self._chance(self._wrong):
            given["offset"] = -1 if self._chance(self._wrong) else random.choice((0, 1, 2, None))
        order = random.randrange(len(self._samples.orders[table_type.name]))
        given |= self._ordered(table_type, order, has_order="orderBy" in arguments)
        for name, share in (("after", 0.25), ("before", 0.12)):
            if self._chance(share):
                given[name] = (
                    self._cursor(table_type, order)
                    if function is None
                    else self._place(table_type, function, given.get("orderBy"))
                )
        if self._chance(0.3):
            given["filter"] = self._filter(table_type, 2) if self._chance(0.97) else None
        if "distinctOn" in arguments and self._chance(0.1):
            columns = get_named_type(arguments["distinctOn"].type)
            assert isinstance(columns, GraphQLEnumType)
            given["distinctOn"] = [
                random.choice(list(columns.values)) for _ in range(random.choice((0, 1, 1, 2)))
            ]
            if self._chance(0.9):  # most cursors are of other orders
                given.pop("after", None)
                given.pop("before", None)
        return self._written(given, arguments)

    def _size(self) -> int | None:
        if self._chance(self._wrong):
            return self._random.choice((-1, 100_000))
        return self._random.choice((0, 1, 1, 2, 2, 3, 5, None))

    def _ordered(self, table_type: TableType, order: int, *, has_order: bool) -> dict[str, Any]:
        if not has_order:
            return {}
        known = self._samples.orders[table_type.name][order]
        if known is None:
            return self._random.choice(({}, {}, {"orderBy": None}, {"orderBy": []}))
        if self._chance(0.15):
            known = random_order(self._schema, table_type, self._random)
        return {"orderBy": known}

    def _cursor(self, table_type: TableType, order: int) -> Any:
        random, samples = self._random, self._samples
        draw = random.random()
        if draw < 0.05:
            return None
        if draw < 0.06:
            return random.choice(GARBAGE)
        if draw < 0.08:
            name = random.choice(list(samples.orders))
            return self._any(samples.cursors.get((name, random.randrange(len(samples.orders[name])))))
        cursor = self._any(samples.cursors.get((table_type.name, order)))
        return cursor if cursor is None or not self._chance(0.01) else _tampered(random, cursor)

    def _place(self, table_type: TableType, function: FunctionBinding, order_by: Any) -> str:
        """A cursor among the rows that a function gives: they are counted."""
        order_type = self._schema.get_type(table_type.order_name)
        order = coerce_input_value(order_by, GraphQLList(order_type)) if order_by else []
        call = Call(function.function.name, function.owner, (), None, returns_set=True)
        ordering = ordering_of(self._model, table_type, order, call=call)
        return encode_cursor([self._random.choice((1, 1, 2, 3))], ordering.tag, self._model.cursor_key)

    def _any(self, values: list[Any] | None) -> Any:
        return self._random.choice(values) if values else None

    def _filter(self, table_type: TableType, depth: int) -> dict[str, Any]:
        random = self._random
        made: dict[str, Any] = {}
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            if table_type.filters:
                name = random.choice(list(table_type.filters))
                made[name] = None if self._chance(self._wrong) else self._part(table_type, name, depth)
        if depth and self._chance(0.2):
            made[random.choice(("and", "or"))] = [
                self._filter(table_type, depth - 1) for _ in range(random.choice((0, 1, 2)))
            ]
        if depth and self._chance(0.1):
            made["not"] = self._filter(table_type, depth - 1)
        return made

    def _part(self, table_type: TableType, name: str, depth: int) -> dict[str, Any]:
        """What stands under one name of a filter."""
        binding = table_type.filters[name]
        if isinstance(binding, ColumnBinding):
            filter_type = self._schema.get_type(table_type.filter_name)
            assert isinstance(filter_type, GraphQLInputObjectType)
            operators = get_named_type(filter_type.fields[name].type)
            assert isinstance(operators, GraphQLInputObjectType)
            field = next(key for key, column in table_type.columns.items() if column == binding)
            return self._operators(operators, self._samples.values.get((table_type.name, field)) or [])
        target = self._types[binding.target]
        if isinstance(binding, ToOne):
            return self._filter(target, depth - 1) if depth else {}
        quantifiers = self._random.sample(("some", "every", "none"), self._random.choice((0, 1, 1, 1, 2)))
        inner = [self._filter(target, depth - 1) if depth else {} for _ in quantifiers]
        return dict(zip(quantifiers, inner, strict=True))

    def _operators(self, operators: GraphQLInputObjectType, values: list[Any]) -> dict[str, Any]:
        random = self._random
        made: dict[str, Any] = {}
        for _ in range(random.choice((1, 1, 1, 2, 0))):
            name = random.choice(list(operators.fields))
            operand = operators.fields[name].type
            named = get_named_type(operand)
            pool = _pool(named, values)
            is_text = "like" in operators.fields
            if self._chance(self._wrong):
                made[name] = None
            elif name == "isNull":
                made[name] = self._chance(0.5)
            elif name in TEXTS:
                made[name] = random.choice(TEXTS[name])
            elif is_text and name in {"like", "ilike", "startsWith", "endsWith", "contains"}:
                made[name] = random.choice(PATTERNS)
            elif isinstance(named, GraphQLInputObjectType):
                made[name] = self._range(named, pool)
            elif is_list_type(operand):
                made[name] = (
                    [random.choice(pool) for _ in range(random.choice((0, 1, 1, 2, 3)))] if pool else []
                )
            else:
                made[name] = random.choice(pool)
        return made

    def _range(self, range_type: GraphQLInputObjectType, pool: list[Any]) -> dict[str, Any]:
        """A range: one that the database has, or any."""
        random = self._random
        if pool and self._chance(0.5):
            found: dict[str, Any] = random.choice(pool)
            return found
        bound = get_named_type(range_type.fields["start"].type)
        assert isinstance(bound, GraphQLInputObjectType)
        values = _plain_values(get_named_type(bound.fields["value"].type))
        made: dict[str, Any] = {}
        for name in random.sample(("start", "end"), random.choice((0, 1, 2))):
            made[name] = {"value": random.choice(values), "inclusive": self._chance(0.5)}
        return made

    def groups(self, table_type: TableType, arguments: Mapping[str, GraphQLArgument]) -> str:
        """Arguments of groups, which mostly fit what they are grouped by."""
        random = self._random
        columns = get_named_type(arguments["by"].type)
        assert isinstance(columns, GraphQLEnumType)
        by = random.choices(list(columns.values), k=random.choice((1, 1, 2, 3)))
        truncate = get_named_type(arguments["truncate"].type) if "truncate" in arguments else None
        moments = list(truncate.fields) if isinstance(truncate, GraphQLInputObjectType) else []
        if moments and self._chance(0.5):
            by.append(random.choice([n for n, value in columns.values.items() if value.value in moments]))
        given: dict[str, Any] = {"by": [] if self._chance(self._wrong) else by}
        fields = [columns.values[name].value for name in by]
        if moments and self._chance(0.8):
            fitting = [name for name in moments if name in fields or self._chance(self._wrong)]
            given["truncate"] = {name: random.choice((*UNITS, None)) for name in fitting}
        if self._chance(0.3):
            having = get_named_type(arguments["having"].type)
            assert isinstance(having, GraphQLInputObjectType)
            given["having"] = self._having(table_type, having, 2) if self._chance(0.97) else None
        if self._chance(0.5):
            order = get_named_type(arguments["orderBy"].type)
            assert isinstance(order, GraphQLInputObjectType)
            given["orderBy"] = [self._group_term(order, fields) for _ in range(random.choice((0, 1, 1, 2)))]
        if self._chance(0.4):
            given["first"] = self._size()
        if self._chance(0.15):
            given["offset"] = -1 if self._chance(self._wrong) else random.choice((0, 1, 2, None))
        return self._written(given, arguments)

    def _group_term(self, order: GraphQLInputObjectType, by: list[str]) -> dict[str, Any]:
        random = self._random
        name = random.choice([*order.fields, "key"])
        inner = get_named_type(order.fields[name].type)
        if not isinstance(inner, GraphQLInputObjectType):
            return {name: random.choice(DIRECTIONS)}
        fields = by if name == "key" and by and not self._chance(self._wrong) else list(inner.fields)
        return {name: {random.choice(fields): random.choice(DIRECTIONS)}}

    def _having(self, table_type: TableType, having: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        random = self._random
        made: dict[str, Any] = {}
        names = [name for name in having.fields if name not in CONNECTIVES]
        for name in random.choices(names, k=random.choice((0, 1, 1, 2))):
            inner = get_named_type(having.fields[name].type)
            assert isinstance(inner, GraphQLInputObjectType)
            if self._chance(self._wrong):
                made[name] = None
            elif name == "count":
                made[name] = self._operators(inner, [])
            else:
                fields = random.choices(list(inner.fields), k=random.choice((1, 1, 2)))
                made[name] = {field: self._result(table_type, inner, name, field) for field in fields}
        if depth and self._chance(0.25):
            made[random.choice(("and", "or"))] = [
                self._having(table_type, having, depth - 1) for _ in range(random.choice((0, 1, 2)))
            ]
        if depth and self._chance(0.1):
            made["not"] = self._having(table_type, having, depth - 1)
        return made

    def _result(self, table_type: TableType, inner: GraphQLInputObjectType, function: str, field: str) -> Any:
        """Conditions on what a function makes of a column."""
        if self._chance(self._wrong):
            return None
        operators = get_named_type(inner.fields[field].type)
        assert isinstance(operators, GraphQLInputObjectType)
        values = self._samples.values.get((table_type.name, field), [])
        return self._operators(operators, values if function in EXTREMES else [])

    def lookup(self, table_type: TableType, arguments: Mapping[str, GraphQLArgument]) -> str:
        """The argument of a look-up: one row by one of its keys."""
        random = self._random
        key_type = get_named_type(arguments["by"].type)
        assert isinstance(key_type, GraphQLInputObjectType)
        name = random.choice(list(key_type.fields))
        if name == "id" and table_type.id_columns is not None:
            return self._written({"by": {"id": self.global_id(table_type.name)}}, arguments)
        value = self._any(self._samples.keys.get((table_type.name, name)))
        if value is None or self._chance(0.1):
            value = self._made_up(key_type.fields[name].type)
        return self._written({"by": {name: value}}, arguments)

    def _made_up(self, input_type: Any) -> Any:
        named = get_named_type(input_type)
        if isinstance(named, GraphQLInputObjectType):
            return {name: self._made_up(part.type) for name, part in named.fields.items()}
        return self._random.choice(_plain_values(named))

    def global_id(self, type_name: str | None = None) -> str:
        """A global id, mostly of a row of the type (or of any); now and then of no row, or none at all."""
        random, ids = self._random, self._samples.ids
        if self._chance(self._wrong):
            return random.choice(GARBAGE)
        if type_name is None or self._chance(self._wrong):
            type_name = random.choice(list(ids)) if ids else None
        if type_name is None or not ids.get(type_name):
            return encode_global_id(type_name or "Nowhere", [1])
        found = random.choice(ids[type_name])
        if self._chance(0.1):
            name, key = decode_global_id(found)
            last = key[-1]
            other = last + 1000 if isinstance(last, int) and not isinstance(last, bool) else last
            return encode_global_id(name, [*key[:-1], other])
        return found

    def node(self, name: str, types: list[str], arguments: Mapping[str, GraphQLArgument]) -> str:
        """The argument of `node` or `nodes`; ids are mostly of the types."""
        random = self._random
        if name == "node":
            return self._written({"id": self.global_id(self._any(types))}, arguments)
        ids = [
            self.global_id(random.choice(types) if types and self._chance(0.9) else None)
            for _ in range(random.choice((0, 1, 2, 3, 4)))
        ]
        return self._written({"ids": ids}, arguments)

    def call(self, function: FunctionBinding, arguments: Mapping[str, GraphQLArgument]) -> str:
        """Arguments of a field that calls a function."""
        return self._written(self._given(function, arguments), arguments)

    def _given(self, function: FunctionBinding, arguments: Mapping[str, GraphQLArgument]) -> dict[str, Any]:
        """What a function is given: mostly what its types take, and not always all that it can be given."""
        given = {}
        for name, binding in function.arguments.items():
            input_type = arguments[name].type
            left_out = 0.5 if binding.argument.has_default else 0.08
            if is_required_argument(arguments[name]) or not self._chance(left_out):
                suitable = SUITABLE.get(binding.argument.type.name)
                if suitable is None or self._chance(self._wrong):
                    given[name] = self._plain(input_type, 2)
                else:
                    given[name] = self._random.choice(suitable)
        return given

    def plain(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        """Arguments of a field that reads no rows."""
        given = {
            name: self._plain(argument.type, 2)
            for name, argument in arguments.items()
            if is_required_argument(argument) or self._chance(0.5)
        }
        return self._written(given, arguments)

    def _plain(self, input_type: Any, depth: int) -> Any:
        random = self._random
        if not isinstance(input_type, GraphQLNonNull) and self._chance(0.15):
            return None
        nullable: Any = get_nullable_type(input_type)
        if isinstance(nullable, GraphQLList):
            count = random.choice((0, 1, 2)) if depth else 0
            return [self._plain(nullable.of_type, depth - 1) for _ in range(count)]
        if isinstance(nullable, GraphQLInputObjectType):
            return {
                name: self._plain(field.type, depth - 1)
                for name, field in nullable.fields.items()
                if is_required_input_field(field) or self._chance(0.5)
            }
        return random.choice(_plain_values(nullable))


def _pool(named: Any, values: list[Any]) -> list[Any]:
    """What an operand may be: values of the column, or elements of those where it is a list."""
    if named.name == "JSON":  # those of the database may have keys that are no names
        return _plain_values(named)
    elements = [part for value in values for part in (value if isinstance(value, list) else [value])]
    if isinstance(named, GraphQLInputObjectType):
        return elements
    suitable = [part for part in elements if part is not None and not isinstance(part, dict)]
    return [*suitable, *suitable, *_plain_values(named)]


def _plain_values(named: Any) -> list[Any]:
    if isinstance(named, GraphQLEnumType):
        return list(named.values)
    return list(PLAIN_VALUES.get(named.name, ("1",)))


def _tampered(random: Random, cursor: str) -> str:
    at = random.randrange(len(cursor))
    return cursor[:at] + random.choice("AZaz09-_") + cursor[at + 1 :]

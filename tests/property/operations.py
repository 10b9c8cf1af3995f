"""Random valid operations for the schema of any database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

from resolvers.bindings import ToMany
from tests.property.arguments import ArgumentWriter
from tests.property.inputs import Inputs
from tests.property.selection_scopes import NODE, Entry, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from graphql import GraphQLArgument

    from resolvers.bindings import FunctionBinding, TableType
    from schema.build import Schema
    from tests.property.samples import Samples

QUERY = "Query"

ALIASES = (
    "a",
    "b",
    "c",
    "r",
    "rows",
    "v",
    "k",
    "c0",
    "p0",
    "n0",
    "cursor",
    "id",
    "nodes",
    "None",
    "count",
    "_",
)
"""Response keys, names in generated code among them; few, so that they meet."""

INTROSPECTIONS = (
    "__schema { queryType { name kind } __typename }",
    "__schema { directives { name args { name type { name } } } }",
    '__type(name: "PageInfo") { name fields { name type { kind ofType { name } } } }',
    '__type(name: "Nothing") { name }',
    '__type(name: "Query") { kind __typename }',
    '__type(name: "OrderDirection") { enumValues(includeDeprecated: true) { name } }',
)

ROWS = ("edges", "nodes")
"""Fields of a connection that lead to rows."""

MAX_DEPTH = 4
"""How many relations stand within each other at the most."""

MAX_OPEN = 2
"""How deep named fragments are written within each other."""


SIZES = (2, 4, 6, 9, 15)
"""About how many selections a document has."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A document, and the variables of one or two requests for its operation."""

    source: str
    requests: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field of an object type.

    Attributes:
        name: The field.
        type: Its type as text.
        named: The name of the type without lists and non-null.
        leaf: Whether it has no selections.
        target: The relation that it leads to; None for values.
        many: Whether it leads to a connection.
        function: The function that it calls; None if it calls none.
        arguments: Its arguments.
    """

    name: str
    type: str
    named: str
    leaf: bool
    target: TableType | None
    many: bool
    function: FunctionBinding | None
    arguments: Mapping[str, GraphQLArgument]


_TYPENAME = FieldInfo(
    "__typename", "String!", "String", leaf=True, target=None, many=False, function=None, arguments={}
)


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """The fields of a type.

    Attributes:
        is_node: Whether it is an object type with global ids.
        fields: All of them by name.
        relations: Those that lead to rows; some more than once, to be chosen more often.
        values: The others, likewise.
        leaves: Those without selections.
    """

    is_node: bool
    fields: Mapping[str, FieldInfo]
    relations: tuple[FieldInfo, ...]
    values: tuple[FieldInfo, ...]
    leaves: tuple[FieldInfo, ...]


def _weight(field: FieldInfo) -> int:
    """How often a field is among those to choose from, so that others do not crowd it out."""
    return 2 if field.function is not None or field.name in ROWS else 1


class Generator:
    """Writes operations for one schema, with what its database offers."""

    def __init__(self, schema: Schema, samples: Samples) -> None:
        self.schema = schema
        self.samples = samples
        self.types = {
            name: self._type_info(graphql_type)
            for name, graphql_type in schema.graphql.type_map.items()
            if isinstance(graphql_type, (GraphQLObjectType, GraphQLInterfaceType)) and name[:2] != "__"
        }
        self.connections = {t.connection_name: t for t in schema.model.types.values()}
        self.nodes = [name for name, info in self.types.items() if info.is_node]

    def _type_info(self, graphql_type: GraphQLObjectType | GraphQLInterfaceType) -> TypeInfo:
        fields = {name: self._field_info(graphql_type.name, name) for name in graphql_type.fields}
        return TypeInfo(
            is_node=any(interface.name == NODE for interface in graphql_type.interfaces),
            fields={**fields, _TYPENAME.name: _TYPENAME},
            relations=tuple(f for f in fields.values() for _ in range(_weight(f)) if f.target is not None),
            values=tuple(f for f in fields.values() for _ in range(_weight(f)) if f.target is None),
            leaves=tuple(f for f in fields.values() if f.leaf),
        )

    def _function(self, type_name: str, name: str) -> FunctionBinding | None:
        model = self.schema.model
        if type_name == QUERY:
            return model.roots[name].function if name in model.roots else None
        return model.types[type_name].functions.get(name) if type_name in model.types else None

    def _field_info(self, type_name: str, name: str) -> FieldInfo:
        model = self.schema.model
        graphql_type: Any = self.schema.graphql.get_type(type_name)
        graphql_field = graphql_type.fields[name]
        named = get_named_type(graphql_field.type)
        target, many = None, False
        function = self._function(type_name, name)
        if function is not None:
            target = None if function.target is None else model.by_table[function.target]
            many = target is not None and function.function.returns_set
        elif type_name == QUERY and name in model.roots:
            target, many = model.roots[name].type, model.roots[name].is_connection
        elif type_name in model.types and name in model.types[type_name].relations:
            relation = model.types[type_name].relations[name]
            target, many = model.by_table[relation.target], isinstance(relation, ToMany)
        leaf = is_leaf_type(named)
        field_type = str(graphql_field.type)
        return FieldInfo(name, field_type, named.name, leaf, target, many, function, graphql_field.args)

    def operation(self, random: Random) -> Operation:
        """A random operation."""
        return _Writer(self, random).operation()


@dataclass(frozen=True, slots=True)
class _Fragment:
    """A named fragment: the type it is on, what it selects, and how deep and large that is."""

    name: str
    on: str
    text: str
    scope: Scope
    depth: int
    size: int


class _Writer:
    """Writes one document."""

    def __init__(self, generator: Generator, random: Random) -> None:
        self._types = generator.types
        self._connections = generator.connections
        self._random = random
        self._inputs = Inputs(random)
        self._arguments = ArgumentWriter(random, generator.schema, generator.samples, self._inputs)
        self._fragments: list[_Fragment] = []
        self._open = 0
        self._left = random.choice(SIZES)
        self._deepest = 0
        self._nodes = random.sample(generator.nodes, min(2, len(generator.nodes)))

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def operation(self) -> Operation:
        """The document and its requests."""
        body = self._selections(QUERY, Scope(), 0)
        definitions = self._inputs.definitions
        name = self._random.choice(("", "", " Name"))
        if definitions or name or self._chance(0.5):
            body = f"query{name}{f'({definitions})' if definitions else ''} {body}"
        parts = [body, *(f"fragment {f.name} on {f.on} {f.text}" for f in self._fragments)]
        self._random.shuffle(parts)
        return Operation("\n".join(parts), self._inputs.requests())

    def _selections(self, type_name: str, scope: Scope, depth: int) -> str:
        """A selection set on a type, `depth` relations below the root."""
        count = self._random.choice((1, 1, 2, 2, 3, 4))
        return f"{{ {' '.join(self._selection(type_name, scope, depth) for _ in range(count))} }}"

    def _selection(self, type_name: str, scope: Scope, depth: int) -> str:
        self._left -= 1
        draw = self._random.random()
        if self._left > 0:
            if draw < 0.09:
                return self._spread(type_name, scope, depth)
            if draw < 0.18:
                return self._inline(type_name, scope, depth)
            if type_name == NODE and self._nodes and draw < 0.75:
                return self._on_type(self._random.choice(self._nodes), scope, depth)
        return self._field(type_name, scope, depth)

    def _inline(self, type_name: str, scope: Scope, depth: int) -> str:
        if self._types[type_name].is_node and self._chance(0.3):
            return f"... on {NODE} {self._directives()}{{ {self._field(NODE, scope, depth)} }}"
        condition = self._random.choice(("", f"on {type_name} "))
        return f"... {condition}{self._directives()}{self._selections(type_name, scope, depth)}"

    def _on_type(self, type_name: str, scope: Scope, depth: int) -> str:
        if self._chance(0.2) and self._open < MAX_OPEN:
            return self._spread(type_name, scope, depth)
        return f"... on {type_name} {self._directives()}{self._selections(type_name, scope, depth)}"

    def _spread(self, type_name: str, scope: Scope, depth: int) -> str:
        """A named fragment: one that is there, where one fits, or a new one."""
        is_node = self._types[type_name].is_node
        known = [
            fragment
            for fragment in self._fragments
            if (fragment.on == type_name or (is_node and fragment.on == NODE))
            and depth + fragment.depth <= MAX_DEPTH
            and fragment.size <= self._left + 3
            and scope.accepts(fragment.scope)
        ]
        if known and self._chance(0.7):
            fragment = self._random.choice(known)
            self._left -= fragment.size
        elif self._open < MAX_OPEN:
            fragment = self._fragment(NODE if is_node and self._chance(0.1) else type_name, scope, depth)
        else:
            return self._field(type_name, scope, depth)
        scope.take(fragment.scope)
        self._deepest = max(self._deepest, depth + fragment.depth)
        return f"...{fragment.name} {self._directives()}".rstrip()

    def _fragment(self, type_name: str, scope: Scope, depth: int) -> _Fragment:
        own = Scope(base=scope)
        left, deepest, self._deepest = self._left, self._deepest, depth
        self._open += 1
        text = self._selections(type_name, own, depth)
        self._open -= 1
        size, reached = left - self._left, self._deepest - depth
        self._deepest = max(deepest, self._deepest)
        fragment = _Fragment(f"F{len(self._fragments)}", type_name, text, own, reached, size)
        self._fragments.append(fragment)
        return fragment

    def _field(self, type_name: str, scope: Scope, depth: int) -> str:
        if type_name == QUERY and self._chance(0.03):
            return self._introspection(scope)
        info = self._types[type_name]
        again = [key for key, entry in scope.entries.items() if type_name in entry.uses and key[:2] != "i_"]
        if again and self._chance(0.12):
            key = self._random.choice(again)
            name, arguments = scope.entries[key].uses[type_name]
            chosen = info.fields[name]
        else:
            chosen = self._chosen(info, depth)
            arguments = self._arguments_of(type_name, chosen, depth)
            key = self._key(type_name, chosen, arguments, scope)
        entry = Entry(chosen.type, chosen.leaf, {type_name: (chosen.name, arguments)}, Scope())
        below = scope.add(key, entry)
        alias = "" if key == chosen.name and self._chance(0.95) else f"{key}: "
        text = f"{alias}{chosen.name}{arguments} {self._directives()}".rstrip()
        if chosen.leaf:
            return text
        inner = depth + (chosen.target is not None)
        self._deepest = max(self._deepest, inner)
        return f"{text} {self._selections(chosen.named, below, inner)}"

    def _introspection(self, scope: Scope) -> str:
        key = f"i_{self._random.randrange(10**6)}"
        chosen = self._random.choice(INTROSPECTIONS)
        scope.add(key, Entry(chosen, leaf=False, uses={QUERY: (chosen, "")}, scope=Scope()))
        return f"{key}: {chosen}"

    def _chosen(self, info: TypeInfo, depth: int) -> FieldInfo:
        """A field; one without selections where the document gets too large."""
        random = self._random
        if random.random() < 0.07:
            return _TYPENAME
        wanted = not info.values or random.random() < (0.85 if depth == 0 else 0.4)
        if wanted and self._left > 0 and depth < MAX_DEPTH and info.relations:
            return random.choice(info.relations)
        fields = info.values if self._left > 0 else info.leaves
        return random.choice(fields) if fields else _TYPENAME

    def _arguments_of(self, type_name: str, chosen: FieldInfo, depth: int) -> str:
        if chosen.many and chosen.target is not None:
            small = depth > 0
            return self._arguments.connection(chosen.target, chosen.arguments, chosen.function, small=small)
        if chosen.function is not None:
            return self._arguments.call(chosen.function, chosen.arguments)
        if type_name in self._connections and chosen.name == "groups":
            return self._arguments.groups(self._connections[type_name], chosen.arguments)
        if type_name == QUERY and chosen.target is not None:
            return self._arguments.lookup(chosen.target, chosen.arguments)
        if type_name == QUERY and chosen.name in {"node", "nodes"}:
            return self._arguments.node(chosen.name, self._nodes, chosen.arguments)
        return self._arguments.plain(chosen.arguments) if chosen.arguments else ""

    def _key(self, type_name: str, chosen: FieldInfo, arguments: str, scope: Scope) -> str:
        """A response key that the field can have here."""
        random = self._random
        entry = Entry(chosen.type, chosen.leaf, {type_name: (chosen.name, arguments)}, Scope())
        names = list(self._types[type_name].fields)
        wishes = [chosen.name] if random.random() < 0.75 else []
        wishes += [random.choice(ALIASES), random.choice(names)]
        free = (key for key in wishes if scope.fits(key, entry))
        return next(free, None) or f"u{random.randrange(10**6)}"

    def _directives(self) -> str:
        draw = self._random.random()
        if draw > 0.14:
            return ""
        wanted = self._chance(0.7)
        include = f"@include(if: {self._inputs.condition(wanted=wanted)}) " if draw < 0.08 else ""
        skip = "" if 0.02 < draw < 0.08 else f"@skip(if: {self._inputs.condition(wanted=not wanted)}) "
        return include + skip

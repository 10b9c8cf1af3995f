"""Answers of the schema about itself, `__schema` and `__type`, as JSON that is ready to be sent. Pure.

graphql-core would complete every field of every type by itself: of a thousand tables that takes half a
minute. Here selections are compiled once, and what the same selection gives of the same type, field or
argument is written once; most types are told of in many places. What each field gives is asked of
graphql-core's own resolvers, so that there is one definition of introspection.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLObjectType,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
    print_ast,
)

from core.errors import BadUserInput
from resolvers.arguments import compile_arguments
from resolvers.selections import Document
from resolvers.subtrees import reached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from graphql import (
        DocumentNode,
        GraphQLField,
        GraphQLOutputType,
        GraphQLSchema,
        OperationDefinitionNode,
    )

    Writer = Callable[[Any], str]

ROOTS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
"""The root fields that the schema itself answers."""

PAIRS = {"__Field", "__InputValue", "__EnumValue"}
"""What graphql-core's resolvers give as a pair of a name and what has it."""

MAX_CHARACTERS = 2**28
"""What may be written for one answer, parts that it has within each other counted again: some five times what
the full query takes of a thousand tables."""

MAX_KEPT_BYTES = 2**24
"""How much of the answers is kept for each schema, compressed."""

MAX_KNOWN = 4096
"""How many objects are known at once by what a selection gives of them: most meet again soon, or never."""

Key = tuple["str | tuple[str, Any]", ...]
"""The text of a question and its variables."""

Values = dict[str, bytes]
"""The values of the root fields by response key, as JSON."""

Kept = dict[str, tuple[int, bytes]]
"""The same compressed, each beside its length before."""


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(slots=True)
class Answers:
    """Answers that were asked for last: those of one schema, by what was asked and the variables.

    They are kept compressed: names repeat so often that a thirtieth is left.

    Attributes:
        max_bytes: How much is kept.
    """

    max_bytes: int = MAX_KEPT_BYTES
    _kept: OrderedDict[Key, Kept] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def get(self, key: Key) -> Kept | None:
        """What `compressed` made of the answer, if it is kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, values: Kept) -> None:
        """Keeps an answer, and lets go of those that were not asked for the longest."""
        size = _size(key, values)
        if size > self.max_bytes or key in self._kept:
            return
        self._kept[key] = values
        self._bytes += size
        while self._bytes > self.max_bytes:
            oldest, values = self._kept.popitem(last=False)
            self._bytes -= _size(oldest, values)


def compressed(values: Values) -> Kept:
    """An answer as it is kept."""
    return {key: (len(value), zlib.compress(value, 1)) for key, value in values.items()}


def decompressed(kept: Kept) -> Values:
    """An answer that was kept; of a thousand tables it takes a tenth of a second, in which others run."""
    return {key: zlib.decompress(value, bufsize=size) for key, (size, value) in kept.items()}


def _size(key: Key, kept: Kept) -> int:
    return sum(len(str(part)) for part in key) + sum(len(value) for _, value in kept.values())


class Question:
    """An operation, or a part of one, whose root fields are `__schema` and `__type` alone.

    Args:
        schema: The schema.
        operation: The operation.
        document: Has its fragments.

    Attributes:
        operation: The operation.
    """

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, document: DocumentNode
    ) -> None:
        self.operation = operation
        self._schema = schema
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        # Whatever else the document has may have variables that cannot be part of a key.
        self._fragments, names = reached((operation.selection_set,), fragments)
        self._variables = tuple(sorted(names))
        self._text = "\n".join(map(print_ast, (operation.selection_set, *self._fragments.values())))

    def key(self, variables: Mapping[str, Any]) -> Key:
        """What the answer depends on."""
        given = ((name, variables[name]) for name in self._variables if name in variables)
        return (self._text, *given)

    def writing(self, variables: Mapping[str, Any]) -> Writing:
        """An answer that is about to be written.

        Args:
            variables: Coerced.

        Raises:
            UnsuitableValue: There will be errors, which graphql-core has to tell.
        """
        document = Document(self._schema, self._fragments, variables)
        fields: dict[str, list[FieldNode]] = {}
        for node in self.operation.selection_set.selections:
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
        return Writing(document, fields)


class Writing:
    """One answer while it is written; what is kept meanwhile goes with it.

    Args:
        document: Schema, fragments and coerced variables.
        fields: The root fields by response key.

    Raises:
        UnsuitableValue: An argument is not what it should be.
    """

    def __init__(self, document: Document, fields: Mapping[str, Sequence[FieldNode]]) -> None:
        self._document = document
        self._info = SimpleNamespace(schema=document.schema)
        self._left = MAX_CHARACTERS
        self._stopped = False
        self._roots = [(key, self._root(ROOTS[nodes[0].name.value], nodes)) for key, nodes in fields.items()]

    def stop(self) -> None:
        """Ends the writing, in whatever thread, soon."""
        self._stopped = True

    def write(self) -> Values:
        """The values of the root fields by response key, as JSON.

        Raises:
            BadUserInput: The answer would be too large.
            StoppedError: It was stopped.
        """
        # In pieces, for what is made at once keeps the event loop waiting.
        return {key: b"".join([piece.encode() for piece in pieces()]) for key, pieces in self._roots}

    def _root(self, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Callable[[], Iterator[str]]:
        """What writes the value of a root field, in pieces: there may be thousands of types in it."""
        named = get_named_type(definition.type)
        if not isinstance(named, GraphQLObjectType):
            raise TypeError("root fields of introspection are objects")
        root = self._resolved(definition, nodes)
        parts = [(start, self._pieces(named, of_key)) for start, of_key in self._starts(named, nodes)]

        def pieces() -> Iterator[str]:
            source = root(None)
            if source is None:
                yield "null"
                return
            yield "{"
            for start, part in parts:
                yield start
                yield from part(source)
            yield "}"

        return pieces

    def _starts(
        self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> Iterator[tuple[str, list[FieldNode]]]:
        """What is selected of an object, each with its key as it stands in the answer."""
        for number, (key, of_key) in enumerate(self._document.subfields(object_type, nodes).items()):
            yield f"{',' if number else ''}{orjson.dumps(key).decode()}:", of_key

    def _pieces(
        self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> Callable[[Any], Iterator[str]]:
        """What writes the value of a field, each item of a list by itself."""
        definition = object_type.fields.get(nodes[0].name.value)
        if definition is None or not isinstance(get_nullable_type(definition.type), GraphQLList):
            whole = self._field(object_type, nodes)
            return lambda source: iter((whole(source),))
        values = self._resolved(definition, nodes)
        one = self._one(definition.type, nodes)

        def pieces(source: Any) -> Iterator[str]:
            items = values(source)
            if items is None:
                yield "null"
                return
            yield "["
            for number, item in enumerate(items):
                yield f",{one(item)}" if number else one(item)
            yield "]"

        return pieces

    def _resolved(self, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Callable[[Any], Any]:
        """What gives the value of a field of an object."""
        info, resolve = self._info, definition.resolve
        if resolve is None:
            raise TypeError("fields of introspection have resolvers")
        arguments = compile_arguments(definition, nodes[0])(self._document.variables)
        if arguments:
            return lambda source: resolve(source, info, **arguments)
        return lambda source: resolve(source, info)

    def _field(self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Writer:
        """What writes the value that a field has of an object; none is null where it may not be."""
        definition = object_type.fields.get(nodes[0].name.value)
        if definition is None:  # `__typename`
            written = orjson.dumps(object_type.name).decode()
            return lambda _: written
        resolved = self._resolved(definition, nodes)
        one = self._one(definition.type, nodes)
        if not isinstance(get_nullable_type(definition.type), GraphQLList):
            return lambda source: one(resolved(source))

        def write(source: Any) -> str:
            values = resolved(source)
            return "null" if values is None else f"[{','.join(map(one, values))}]"

        return write

    def _one(self, output: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Writer:
        """What writes one value of a type, or of a list of it."""
        named = get_named_type(output)
        return self._object(named, nodes) if isinstance(named, GraphQLObjectType) else self._leaf(named)

    def _leaf(self, leaf: Any) -> Writer:
        known: dict[Any, str] = {None: "null"}

        def write(value: Any) -> str:
            written = known.get(value)
            if written is None:
                if len(known) >= MAX_KNOWN:
                    known.clear()
                    known[None] = "null"
                written = known[value] = orjson.dumps(leaf.coerce_output_value(value)).decode()
            return written

        return write

    def _object(self, object_type: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Writer:
        parts = [
            (start, self._field(object_type, of_key)) for start, of_key in self._starts(object_type, nodes)
        ]
        known: dict[object, str] = {}
        # Fields, arguments and values of enums come as pairs that are new each time.
        pairs = object_type.name in PAIRS

        def write(source: Any) -> str:
            if source is None:
                return "null"
            key = (source[0], id(source[1])) if pairs else id(source)
            written = known.get(key)
            if written is None:
                if len(known) >= MAX_KNOWN:
                    known.clear()
                written = (
                    f"{{{''.join([piece for start, value in parts for piece in (start, value(source))])}}}"
                )
                known[key] = written
                self._count(written)
            return written

        return write

    def _count(self, written: str) -> None:
        if self._stopped:
            raise StoppedError
        self._left -= len(written)
        if self._left < 0:
            raise BadUserInput("The introspection asks for too much at once.")

"""Assembly functions: from rows to parts of the answer, generated for one selection.

What they make is ready for JSON; nothing completes a field at a time. The source is made of positions and
of names bound beside it (`_Names`): nothing that a caller sent becomes code but response keys, which
GraphQL limits to letters, digits and underscores, and which stand there as quoted strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType

from resolvers.opaque import encode_global_id
from resolvers.plan import LookupStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphql import GraphQLOutputType, GraphQLSchema

    from resolvers.plan import ConnectionStep, RowSelection, SelectedField

ATTRIBUTES = "loadstone.attributes"
"""Extension of composite types: attribute by field."""

TYPENAME = "__typename"


class _Names:
    """Objects that generated code refers to, each under a name of its own."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def add(self, value: object) -> str:
        name = f"n{len(self.bound)}"
        self.bound[name] = value
        return name


def _define(name: str, parameters: str, body: str, names: _Names) -> Callable[..., Any]:
    source = f"def {name}({parameters}):\n    return {body}\n"
    exec(compile(source, f"<{name}>", "exec"), names.bound)  # noqa: S102 - see the module's docstring
    function: Callable[..., Any] = names.bound[name]
    return function


def compile_rows(schema: GraphQLSchema, selection: RowSelection) -> Callable[..., list[Any]]:
    """A function from rows, and the results of each relation by key, to the rows' objects.

    The results come in the order of `selection.relations`: for each, a dictionary from key (the value itself,
    or a tuple if it has several parts) to what stands in the answer. KeyError where a row that must be there
    is missing.
    """
    names = _Names()
    order = {key: f"c{i}" for i, key in enumerate(selection.relations)}
    items = []
    for field in selection.fields:
        if field.name == TYPENAME:
            code = repr(selection.type.name)
        elif field.key in order:
            code = _relation(selection, field, order[field.key], names)
        elif field.name in selection.slots:
            code = _column(schema, selection, field, names)
        else:
            parts = ", ".join(f"r[{p}]" for p in selection.id_positions)
            code = f"{names.add(encode_global_id)}({selection.type.name!r}, ({parts},))"
        items.append(f"{field.key!r}: {code}")
    body = f"[{{{', '.join(items)}}} for r in rows]"
    return _define("assemble", ", ".join(["rows", *order.values()]), body, names)


def compile_keys(positions: tuple[int, ...]) -> Callable[[Sequence[Any]], dict[Any, Any]]:
    """A function from rows to their keys, each once, in order; keys with a NULL part are left out."""
    key = _key(positions)
    given = "(k := {}) is not None" if len(positions) == 1 else "None not in (k := {})"
    body = f"{{k: None for r in rows if {given.format(key)}}}"
    return _define("keys", "rows", body, _Names())


def _key(positions: tuple[int, ...]) -> str:
    parts = [f"r[{position}]" for position in positions]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _relation(selection: RowSelection, field: SelectedField, results: str, names: _Names) -> str:
    step = selection.relations[field.key]
    key = _key(step.key_positions)
    if isinstance(step, LookupStep):
        required = step.relation is not None and step.relation.required
        return f"{results}[{key}]" if required else f"{results}.get({key})"
    return f"{results}.get({key}, {names.add(empty_connection(step))})"


def _column(schema: GraphQLSchema, selection: RowSelection, field: SelectedField, names: _Names) -> str:
    slot = selection.slots[field.name]
    object_type = schema.get_type(selection.type.name)
    if not isinstance(object_type, GraphQLObjectType):
        raise TypeError(f"{selection.type.name} is no object type")
    finish = completer(object_type.fields[field.name].type, field.parts)
    code = "v"
    for step in (slot.to_json, finish):
        if step is not None:
            code = f"{names.add(step)}({code})"
    value = f"r[{slot.position}]"
    return value if code == "v" else f"None if (v := {value}) is None else {code}"


def completer(
    graphql_type: GraphQLOutputType, parts: tuple[SelectedField, ...]
) -> Callable[[Any], Any] | None:
    """What completion would still do to a value that is no row; None where nothing."""
    if isinstance(graphql_type, GraphQLNonNull):
        return completer(graphql_type.of_type, parts)
    if isinstance(graphql_type, GraphQLList):
        return _list_completer(completer(graphql_type.of_type, parts))
    if isinstance(graphql_type, GraphQLEnumType):
        names = {value.value: name for name, value in graphql_type.values.items()}
        plain = all(label == name for label, name in names.items())
        return None if plain else names.__getitem__
    if isinstance(graphql_type, GraphQLObjectType):
        return _object_completer(graphql_type, parts)
    return None


def _list_completer(item: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if item is None:
        return None
    return lambda values: [None if value is None else item(value) for value in values]


def _object_completer(
    object_type: GraphQLObjectType, parts: tuple[SelectedField, ...]
) -> Callable[[Any], Any]:
    attributes: Mapping[str, str] = object_type.extensions.get(ATTRIBUTES, {})
    template = {part.key: object_type.name if part.name == TYPENAME else None for part in parts}
    fields = [
        (
            part.key,
            attributes.get(part.name, part.name),
            completer(object_type.fields[part.name].type, part.parts),
        )
        for part in parts
        if part.name != TYPENAME
    ]

    def complete(value: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = dict(template)
        for key, name, finish in fields:
            part = value[name]
            made[key] = part if part is None or finish is None else finish(part)
        return made

    return complete


def empty_connection(step: ConnectionStep) -> dict[str, Any]:
    """The connection of a parent that has no key."""
    return {field.key: _empty(step, field) for field in step.fields}


def _empty(step: ConnectionStep, field: SelectedField) -> Any:
    if field.name == TYPENAME:
        return step.type.connection_name
    if field.name == "totalCount":
        return 0
    if field.name == "pageInfo":
        values = {"hasNextPage": False, "hasPreviousPage": False, TYPENAME: "PageInfo"}
        return {part.key: values.get(part.name) for part in field.parts}
    return []


def compile_connection(step: ConnectionStep) -> Callable[..., dict[str, Any]]:
    """A function that makes one connection of a step.

    Its parameters: the page's rows, whether rows follow and precede, a function from row to cursor, the
    count, and for each of `step.places` the objects of the rows.
    """
    places = {place: f"p{i}" for i, place in enumerate(step.places)}
    items = [f"{field.key!r}: {_connection_field(step, field, places)}" for field in step.fields]
    parameters = ", ".join(["rows", "has_next", "has_previous", "cursor", "count", *places.values()])
    return _define("connect", parameters, f"{{{', '.join(items)}}}", _Names())


def _connection_field(
    step: ConnectionStep, field: SelectedField, places: Mapping[tuple[str, ...], str]
) -> str:
    if field.name == TYPENAME:
        return repr(step.type.connection_name)
    if field.name == "totalCount":
        return "count"
    if field.name == "nodes":
        return places[field.key,]
    if field.name == "pageInfo":
        values = {
            "hasNextPage": "has_next",
            "hasPreviousPage": "has_previous",
            "startCursor": "cursor(rows[0]) if rows else None",
            "endCursor": "cursor(rows[-1]) if rows else None",
            TYPENAME: "'PageInfo'",
        }
        return f"{{{', '.join(f'{part.key!r}: {values[part.name]}' for part in field.parts)}}}"
    return _edges(step, field, places)


def _edges(step: ConnectionStep, field: SelectedField, places: Mapping[tuple[str, ...], str]) -> str:
    sources = {"r": "rows"}
    items = []
    for part in field.parts:
        if part.name == TYPENAME:
            code = repr(step.type.edge_name)
        elif part.name == "cursor":
            code = "cursor(r)"
        else:
            code = f"o{len(sources)}"
            sources[code] = places[field.key, part.key]
        items.append(f"{part.key!r}: {code}")
    targets, values = ", ".join(sources), ", ".join(sources.values())
    loop = f"for {targets} in zip({values})" if len(sources) > 1 else "for r in rows"
    return f"[{{{', '.join(items)}}} {loop}]"

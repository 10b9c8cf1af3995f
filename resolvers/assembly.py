"""Assembly functions: from rows to parts of the answer, generated for one selection.

What they make is ready for JSON; nothing completes a field at a time. The source is made of positions and
of names bound beside it (`Names`): nothing that a caller sent becomes code but response keys, which
GraphQL limits to letters, digits and underscores, and which stand there as quoted strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLObjectType

from db.aggregates import empty_record
from resolvers.aggregate_planning import AGGREGATE, GROUPS
from resolvers.opaque import encode_global_id
from resolvers.plan import ESTIMATE, LookupStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asyncpg import Record
    from graphql import GraphQLOutputType, GraphQLSchema

    from resolvers.plan import ConnectionStep, RowSelection, SelectedField, Slot

ATTRIBUTES = "loadstone.attributes"
"""Extension of composite types: attribute by field."""

TYPENAME = "__typename"


class Names:
    """Objects that generated code refers to, each under a name of its own."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def add(self, value: object) -> str:
        """A name for the value."""
        name = f"n{len(self.bound)}"
        self.bound[name] = value
        return name


def define(name: str, parameters: str, body: str, names: Names) -> Callable[..., Any]:
    """A function of that body; see the module on what may stand in it."""
    source = f"def {name}({parameters}):\n    return {body}\n"
    exec(compile(source, f"<{name}>", "exec"), names.bound)  # noqa: S102 - see the module's docstring
    # Taken out of its own names: a function among them would keep itself.
    function: Callable[..., Any] = names.bound.pop(name)
    return function


def compile_rows(
    schema: GraphQLSchema, selection: RowSelection, *, given: bool = False
) -> Callable[..., dict[Any, Any]]:
    """A function that makes the objects of rows found by key.

    Args:
        schema: Has the types.
        selection: What is selected of each row.
        given: Whether a function gives the rows: then no constraint need hold among them.

    What is made has these parameters: the keys, the row of each key (or none), for each of
    `selection.fetched()` what it came to by key, and for each of `selection.calls` an iterator over its
    values, in the order of the rows. A key is the value itself, or a tuple if it has several parts. Its
    result: the object of each key that has a row.
    KeyError where a related row that must be there is missing, or a value that may not be null.
    """
    names = Names()
    results = _results(selection, 0)
    row = _row(schema, selection, results, names, given=given)
    body = f"{{k: {row} for k in keys if (r := found.get(k)) is not None}}"
    return define("assemble", ", ".join(["keys", "found", *results.values()]), body, names)


def compile_keys(positions: tuple[int, ...]) -> Callable[[Iterable[Sequence[Any]]], dict[Any, Any]]:
    """A function from groups of rows to their keys, each once, in order.

    A key of one part may be among them that is None; keys of several parts with a None are left out.
    """
    key = _key(positions)
    if len(positions) == 1:
        body = f"fromkeys([{key} for g in groups for r in g])"
    else:
        body = f"{{k: None for g in groups for r in g if None not in (k := {key})}}"
    names = Names()
    names.bound["fromkeys"] = dict.fromkeys
    return define("keys", "groups", body, names)


def _results(selection: RowSelection, start: int) -> dict[int, str]:
    """Names of what the relations and calls of rows came to, counted from a number; by the `id` of each."""
    fetched = (*selection.fetched(), *selection.calls.values())
    return {id(each): f"c{number}" for number, each in enumerate(fetched, start)}


def _row(
    schema: GraphQLSchema,
    selection: RowSelection,
    results: Mapping[int, str],
    names: Names,
    *,
    given: bool = False,
) -> str:
    """The object of a row `r`; `results` are names of what its relations and calls came to."""
    items = []
    for field in selection.fields:
        if field.name == TYPENAME:
            code = repr(selection.type.name)
        elif field.key in selection.calls:
            code = f"next({results[id(selection.calls[field.key])]})"
        elif field.key in selection.relations:
            code = _relation(schema, selection.relations[field.key], results, names)
        elif field.name in selection.slots or field.key in selection.computed:
            code = _column(schema, selection, field, names, given=given)
        else:
            parts = ", ".join(f"r[{p}]" for p in selection.id_positions)
            code = f"{names.add(encode_global_id)}({selection.type.name!r}, ({parts},))"
        items.append(f"{field.key!r}: {code}")
    return f"{{{', '.join(items)}}}"


def _key(positions: tuple[int, ...]) -> str:
    parts = [f"r[{position}]" for position in positions]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _relation(
    schema: GraphQLSchema, step: LookupStep | ConnectionStep, results: Mapping[int, str], names: Names
) -> str:
    if isinstance(step, LookupStep) and step.is_joined:
        missing = f"{names.add(_missing)}()" if step.is_required else "None"
        return f"{_row(schema, step.selection, results, names)} if r[{step.info.marker}] else {missing}"
    rows, key = results[id(step)], _key(step.key_positions)
    if isinstance(step, LookupStep):
        return f"{rows}[{key}]" if step.is_required else f"{rows}.get({key})"
    return f"{rows}.get({key}, {names.add(empty_connection(step))})"


def _missing() -> Any:
    raise KeyError("a joined row, or a value that may not be null")


def _column(
    schema: GraphQLSchema, selection: RowSelection, field: SelectedField, names: Names, *, given: bool
) -> str:
    slot = selection.computed.get(field.key) or selection.slots[field.name]
    object_type = schema.get_type(selection.type.name)
    if not isinstance(object_type, GraphQLObjectType):
        raise TypeError(f"{selection.type.name} is no object type")
    output = object_type.fields[field.name].type
    finish = completer(output, field.parts)
    code = "v"
    for step in (slot.to_json, finish):
        if step is not None:
            code = f"{names.add(step)}({code})"
    value = f"r[{slot.position}]"
    if given and isinstance(output, GraphQLNonNull):
        return f"{names.add(_missing)}() if (v := {value}) is None else {code}"
    return value if code == "v" else f"None if (v := {value}) is None else {code}"


def compile_value(
    schema: GraphQLSchema, type_name: str, field: SelectedField, slot: Slot
) -> Callable[[Record], Any]:
    """A function that makes the value of a field of an object type from a record."""
    object_type = schema.get_type(type_name)
    if not isinstance(object_type, GraphQLObjectType):
        raise TypeError(f"{type_name} is no object type")
    finish = completer(object_type.fields[field.name].type, field.parts)
    steps = [step for step in (slot.to_json, finish) if step is not None]

    def value_of(record: Record) -> Any:
        value = record[slot.position]
        if value is not None:
            for step in steps:
                value = step(value)
        return value

    return value_of


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
    if field.name == AGGREGATE and step.aggregate is not None:
        return step.aggregate.templates[field.key].plain(empty_record(step.aggregate.aggregates))
    return []


def compile_connections(schema: GraphQLSchema, step: ConnectionStep) -> Callable[..., dict[Any, Any]]:
    """A function that makes the connections of a step.

    Its parameters: the keys; by key the rows, or where `pageInfo` is selected a triple of rows, whether rows
    follow and whether rows precede; by key the row that has the count; by response key of `estimatedCount`,
    `aggregate` and `groups`, and then by key, what stands there; a function from row to cursor; and for each
    of `step.places` what its relations and calls came to, as in `compile_rows`. Its result: the connection of
    each key.
    """
    names = Names()
    places: dict[tuple[str, ...], str] = {}
    children: list[str] = []
    for place, selection in step.places.items():
        own = _results(selection, len(children))
        places[place] = _row(schema, selection, own, names, given=step.call is not None)
        children += own.values()
    items = [f"{field.key!r}: {_connection_field(step, field, places)}" for field in step.fields]
    parameters = ", ".join(["keys", "pages", "counts", "made", "cursor", *children])
    # A list of one is how a comprehension names a value.
    page = "rows, has_next, has_previous" if step.page_info else "rows"
    loop = f"for k in keys for {page} in (pages[k],)" if step.page is not None else "for k in keys"
    return define("connect", parameters, f"{{k: {{{', '.join(items)}}} {loop}}}", names)


def _connection_field(
    step: ConnectionStep, field: SelectedField, places: Mapping[tuple[str, ...], str]
) -> str:
    if field.name == TYPENAME:
        return repr(step.type.connection_name)
    if field.name == "totalCount":
        return "(n[0][0] if (n := counts[k]) else 0)"
    if field.name in {ESTIMATE, AGGREGATE, GROUPS}:
        return f"made[{field.key!r}][k]"
    if field.name == "nodes":
        return f"[{places[field.key,]} for r in rows]"
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
    items = []
    for part in field.parts:
        if part.name == TYPENAME:
            code = repr(step.type.edge_name)
        elif part.name == "cursor":
            code = "cursor(r)"
        else:
            code = places[field.key, part.key]
        items.append(f"{part.key!r}: {code}")
    return f"[{{{', '.join(items)}}} for r in rows]"

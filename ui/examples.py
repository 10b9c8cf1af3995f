"""Saved examples for a schema that nobody has seen before.

The schema alone decides: the table with the most relations is taken as the one worth showing, and each
example is left out where the schema lacks a part of it. Keys are guessed (the row numbered 1), since
nothing is read from the database.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import graphql
import inflection

from resolvers.opaque import encode_global_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROWS = 10
_RELATED_ROWS = 3
_COLUMNS = 4

# Scalars that make poor columns of a first look: long, or without meaning to a reader.
_DULL_SCALARS = frozenset({"ID", "JSON", "Base64", "UUID"})
_LABELS = ("name", "title", "fullName", "label", "displayName", "description", "code")
# Keys to try, by scalar. Numbers are likely to start at 1; of the others only the form can be shown.
_NUMBER_KEYS: Mapping[str, Any] = {"Int": 1, "BigInt": "1"}
_OTHER_KEYS: Mapping[str, Any] = {"String": "", "UUID": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True, slots=True)
class Example:
    """A saved operation.

    Attributes:
        title: What the list of examples says, unique in its list.
        query: The GraphQL document.
        variables: Its variables as JSON text, or empty.
    """

    title: str
    query: str
    variables: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A field that gives a connection: where it stands, what it takes, what its rows are."""

    name: str
    arguments: Mapping[str, graphql.GraphQLArgument]
    connection: graphql.GraphQLObjectType
    row: graphql.GraphQLObjectType


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A root field that gives one row by its key, with a key to try."""

    name: str
    argument: graphql.GraphQLArgument
    row: graphql.GraphQLObjectType
    key_name: str
    key: Any
    is_number: bool


def examples_for(schema: graphql.GraphQLSchema) -> tuple[Example, ...]:
    """Makes examples that are valid for the schema, the most telling one first.

    Args:
        schema: A generated schema; it may lack any part, keys, relations and tables included.

    Returns:
        At least one example; the same schema gives the same ones.
    """
    root = schema.query_type
    lists = list(_lists(root)) if root else []
    if not root or not lists:
        return (_overview(),)
    tables = frozenset(each.row.name for each in lists)
    shown = max(lists, key=lambda each: _prominence(each, tables))  # the first of equals
    # A key that is likely to exist is worth more than the same table again; the order is kept otherwise.
    lookups = sorted(_lookups(root), key=lambda each: (not each.is_number, each.row is not shown.row))
    found = (
        _rows(shown, tables),
        _by_key(lookups[0]) if lookups else None,
        _filtered(shown),
        _paged(shown),
        _refetched(schema, root, lookups),
    )
    return tuple(example for example in found if example)


def _rows(shown: _List, tables: frozenset[str]) -> Example:
    """A page of rows, each with one row it points to and a few that point to it."""
    to_one = min(_to_one(shown.row, tables), key=lambda each: _dullness(shown.row, each[1]), default=None)
    to_many = min(_lists(shown.row), key=lambda each: _dullness(shown.row, each.row), default=None)
    related = [name for name in (to_one and to_one[0], to_many and to_many.name) if name]
    selection = list(_columns(shown.row))
    if to_one:
        selection.append(f"{to_one[0]} {{ {_label(to_one[1])} }}")
    if to_many:
        rows = f"nodes {{ {_label(to_many.row)} }}"
        selection.append(f"{_call(to_many, first=_RELATED_ROWS)} {{ {_total(to_many)} {rows} }}")
    title = _words(shown.name).capitalize()
    if related:
        title += " with " + " and ".join(_words(name) for name in related)
    page_info = _page_info(shown, "hasNextPage", "endCursor")
    # Without totalCount: the page runs this one by itself, and counting a large table takes long.
    body = f"nodes {{ {' '.join(selection)} }} {page_info}"
    return Example(title, _document(_pascal(shown.name), f"{_call(shown, first=_ROWS)} {{ {body} }}"))


def _by_key(lookup: _Lookup) -> Example:
    columns = ["id"] if "id" in lookup.row.fields else []
    body = f"{lookup.name}(by: $by) {{ {' '.join([*columns, *_columns(lookup.row)])} }}"
    return Example(
        f"One {_words(lookup.name)} by its key",
        "# The key is in the variables below.\n"
        + _document(f"{_pascal(lookup.name)}ByKey($by: {lookup.argument.type})", body),
        _json({"by": {lookup.key_name: lookup.key}}),
    )


def _filtered(shown: _List) -> Example | None:
    """Rows that satisfy a condition on a column, in the order of that column."""
    for column in [_label(shown.row), *_columns(shown.row)]:
        condition, order = _condition(shown, column), _order(shown, column)
        if condition and order:
            call = _call(shown, first=_ROWS, filter=condition, orderBy=order)
            body = f"{_total(shown)} nodes {{ {' '.join(_columns(shown.row))} }}"
            return Example(
                f"{_words(shown.name).capitalize()}, filtered and ordered",
                _document(f"{_pascal(shown.name)}Filtered", f"{call} {{ {body} }}"),
            )
    return None


def _paged(shown: _List) -> Example | None:
    after = shown.arguments.get("after")
    if not after or "edges" not in shown.connection.fields:
        return None
    page_info = _page_info(shown, "hasNextPage", "endCursor")
    body = f"edges {{ cursor node {{ {_label(shown.row)} }} }} {page_info}"
    return Example(
        f"{_words(shown.name).capitalize()}, page by page",
        "# Next page: set after to endCursor.\n"
        + _document(
            f"{_pascal(shown.name)}Page($after: {after.type})",
            f"{_call(shown, first=_ROWS, after='$after')} {{ {body} }}",
        ),
        _json({"after": None}),
    )


def _refetched(
    schema: graphql.GraphQLSchema, root: graphql.GraphQLObjectType, lookups: list[_Lookup]
) -> Example | None:
    node = root.fields.get("node")
    interface = node and graphql.get_named_type(node.type)
    if not isinstance(interface, graphql.GraphQLInterfaceType):
        return None
    for lookup in lookups:
        if lookup.is_number and schema.is_sub_type(interface, lookup.row):
            body = f"node(id: $id) {{ __typename id ... on {lookup.row.name} {{ {_label(lookup.row)} }} }}"
            return Example(
                "Any row by its id",
                "# The id is in the variables below.\n" + _document("AnyRow($id: ID!)", body),
                _json({"id": encode_global_id(lookup.row.name, [int(lookup.key)])}),
            )
    return None


def _overview() -> Example:
    fields = "__schema { queryType { fields { name description } } }"
    return Example("What this API offers", _document("Overview", fields))


def _lists(parent: graphql.GraphQLObjectType) -> Iterator[_List]:
    """The fields of a type that give connections and can be asked without arguments."""
    for name, field in parent.fields.items():
        connection = graphql.get_named_type(field.type)
        if not isinstance(connection, graphql.GraphQLObjectType) or _needs_arguments(field):
            continue
        nodes = connection.fields.get("nodes")
        row = nodes and graphql.get_named_type(nodes.type)
        if isinstance(row, graphql.GraphQLObjectType):
            yield _List(name, field.args, connection, row)


def _lookups(root: graphql.GraphQLObjectType) -> Iterator[_Lookup]:
    """The root fields that give a row by a key, each with the easiest of its keys."""
    for name, field in root.fields.items():
        row = graphql.get_named_type(field.type)
        argument = field.args.get("by")
        taken = argument and graphql.get_named_type(argument.type)
        if not isinstance(row, graphql.GraphQLObjectType) or not isinstance(
            taken, graphql.GraphQLInputObjectType
        ):
            continue
        keys = {key_name: graphql.get_named_type(key.type).name for key_name, key in taken.fields.items()}
        guesses = (
            _Lookup(name, field.args["by"], row, key_name, tried[kind], tried is _NUMBER_KEYS)
            for tried in (_NUMBER_KEYS, _OTHER_KEYS)
            for key_name, kind in keys.items()
            if kind in tried
        )
        yield from itertools.islice(guesses, 1)


def _to_one(
    parent: graphql.GraphQLObjectType, tables: frozenset[str]
) -> Iterator[tuple[str, graphql.GraphQLObjectType]]:
    for name, field in parent.fields.items():
        target = field.type.of_type if graphql.is_non_null_type(field.type) else field.type
        if (
            isinstance(target, graphql.GraphQLObjectType)
            and target.name in tables
            and not _needs_arguments(field)
        ):
            yield name, target


def _prominence(each: _List, tables: frozenset[str]) -> tuple[int, bool, int, int]:
    """How much there is to see: relations both ways first, then rows that have a name."""
    to_one, to_many = sum(1 for _ in _to_one(each.row, tables)), sum(1 for _ in _lists(each.row))
    is_named = _label(each.row) in _LABELS
    return bool(to_one) + bool(to_many), is_named, to_one + to_many, len(_columns(each.row))


def _dullness(parent: graphql.GraphQLObjectType, related: graphql.GraphQLObjectType) -> tuple[bool, bool]:
    """A relation to rows of the same table, or to rows of numbers only, tells less than others."""
    label = _label(related)
    return related is parent, label == "__typename" or label.endswith("Id")


def _columns(row: graphql.GraphQLObjectType) -> list[str]:
    """A few columns worth reading, the label first; `__typename` where there is none."""
    label = _label(row)
    return [label, *(name for name in _readable(row) if name != label)][:_COLUMNS]


def _label(row: graphql.GraphQLObjectType) -> str:
    """The column by which a person knows a row."""
    readable = _readable(row)
    known = [name for name in _LABELS if name in readable]
    texts = [name for name, kind in readable.items() if kind == "String"]
    return next(iter([*known, *texts, *readable]), "__typename")


def _readable(row: graphql.GraphQLObjectType) -> dict[str, str]:
    """The columns of single, short values with the names of their types, numbers of rows last."""
    readable = {}
    for name, field in row.fields.items():
        kind = field.type.of_type if graphql.is_non_null_type(field.type) else field.type
        if graphql.is_leaf_type(kind) and kind.name not in _DULL_SCALARS and not _needs_arguments(field):
            readable[name] = kind.name
    return dict(sorted(readable.items(), key=lambda column: column[0].endswith("Id")))


def _condition(shown: _List, column: str) -> str | None:
    operators = _input_field(shown, "filter", column)
    if not isinstance(operators, graphql.GraphQLInputObjectType):
        return None
    for operator, value, kind in (("ilike", '"%a%"', "String"), ("isNull", "false", "Boolean")):
        field = operators.fields.get(operator)
        if field and graphql.get_named_type(field.type).name == kind:
            return f"{{ {column}: {{ {operator}: {value} }} }}"
    return None


def _order(shown: _List, column: str) -> str | None:
    directions = _input_field(shown, "orderBy", column)
    if not isinstance(directions, graphql.GraphQLEnumType) or "ASC" not in directions.values:
        return None
    return f"[{{ {column}: ASC }}]"


def _input_field(shown: _List, argument: str, column: str) -> graphql.GraphQLNamedType | None:
    """The named type of the field for a column in the input object that an argument takes."""
    taken = shown.arguments.get(argument)
    fields = taken and graphql.get_named_type(taken.type)
    if not isinstance(fields, graphql.GraphQLInputObjectType) or column not in fields.fields:
        return None
    named: graphql.GraphQLNamedType = graphql.get_named_type(fields.fields[column].type)
    return named


def _needs_arguments(field: graphql.GraphQLField) -> bool:
    return any(graphql.is_required_argument(argument) for argument in field.args.values())


def _call(each: _List, **arguments: int | str) -> str:
    """The field with those of the arguments that it takes."""
    given = ", ".join(f"{name}: {value}" for name, value in arguments.items() if name in each.arguments)
    return f"{each.name}({given})" if given else each.name


def _total(each: _List) -> str:
    return "totalCount" if "totalCount" in each.connection.fields else ""


def _page_info(each: _List, *fields: str) -> str:
    return f"pageInfo {{ {' '.join(fields)} }}" if "pageInfo" in each.connection.fields else ""


def _document(head: str, body: str) -> str:
    """The operation in its usual layout."""
    return graphql.print_ast(graphql.parse(f"query {head} {{ {body} }}")) + "\n"


def _json(variables: Mapping[str, Any]) -> str:
    return json.dumps(variables, indent=2, ensure_ascii=False)


def _words(name: str) -> str:
    """A field's name as words: `invoiceLines` as `invoice lines`."""
    return inflection.underscore(name).replace("_", " ").strip()


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]

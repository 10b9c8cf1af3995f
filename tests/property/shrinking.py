"""Making a document smaller while something about it stays true."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    parse,
    print_ast,
    validate,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from graphql import GraphQLSchema, SelectionNode

Requests = tuple[dict[str, Any], ...]
LISTS = frozenset({"selections", "directives", "arguments", "fields", "values"})
"""Lists whose items can be left out one by one."""


async def shrunk(
    schema: GraphQLSchema,
    source: str,
    requests: Requests,
    holds: Callable[[str, Requests], Awaitable[bool]],
    *,
    seconds: float = 20,
) -> tuple[str, Requests]:
    """The smallest valid document that is found, and its requests' variables, of which `holds` is true."""
    end = time.monotonic() + seconds
    best, given = print_ast(parse(source)), requests
    improved = True
    while improved:
        improved = False
        for candidate, its_requests in _smaller(best, given):
            if time.monotonic() > end:
                return best, given
            if not validate(schema, parse(candidate)) and await holds(candidate, its_requests):
                best, given, improved = candidate, its_requests, True
                break
    return best, given


def _smaller(source: str, requests: Requests) -> Iterator[tuple[str, Requests]]:
    """Fewer requests, smaller documents, fewer variables."""
    if len(requests) > 1:
        yield from ((source, (request,)) for request in requests)
    document = parse(source, no_location=True)
    for changed in _changed(document, _fragments(document)):
        if isinstance(changed, DocumentNode):
            pruned, used = _pruned(changed)
            text = print_ast(pruned)
            if len(text) < len(source):
                yield text, tuple({name: each[name] for name in each if name in used} for each in requests)
    for name in sorted(set().union(*requests)):
        yield source, tuple({other: each[other] for other in each if other != name} for each in requests)


def _changed(node: Node, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[Node]:
    """The node with one item left out somewhere, or with a fragment's selections instead of the fragment."""
    for name in node.keys:
        value = getattr(node, name, None)
        if isinstance(value, Node):
            yield from (_with(node, name, made) for made in _changed(value, fragments))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                before, after = value[:index], value[index + 1 :]
                if name in LISTS and (len(value) > 1 or name != "selections"):
                    yield _with(node, name, before + after)
                inner = _selected(item, fragments)
                if inner:
                    yield _with(node, name, before + inner + after)
                yield from (_with(node, name, (*before, made, *after)) for made in _changed(item, fragments))


def _with(node: Node, name: str, value: Any) -> Node:
    changes: Any = {name: value}
    return replace(node, **changes)


def _selected(node: Node, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[SelectionNode, ...]:
    """What stands for a fragment: for one with a name one without, and for that what it selects."""
    if isinstance(node, FragmentSpreadNode):
        fragment = fragments[node.name.value]
        return (
            InlineFragmentNode(
                type_condition=fragment.type_condition,
                directives=node.directives,
                selection_set=fragment.selection_set,
            ),
        )
    return tuple(node.selection_set.selections) if isinstance(node, InlineFragmentNode) else ()


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


def _pruned(document: DocumentNode) -> tuple[DocumentNode, set[str]]:
    """The document without unused fragments and variables; the names of the variables that are left."""
    fragments = _fragments(document)
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    used: dict[str, FragmentDefinitionNode] = {}
    variables = set()
    waiting: list[Node] = [operation.selection_set]
    for node in waiting:
        if isinstance(node, VariableNode):
            variables.add(node.name.value)
        if isinstance(node, FragmentSpreadNode) and node.name.value not in used:
            used[node.name.value] = fragments[node.name.value]
            waiting.append(fragments[node.name.value])
        for name in node.keys:
            value = getattr(node, name, None)
            waiting.extend((value,) if isinstance(value, Node) else value if isinstance(value, tuple) else ())
    kept = tuple(d for d in operation.variable_definitions or () if d.variable.name.value in variables)
    operation = replace(operation, variable_definitions=kept)
    return DocumentNode(definitions=(operation, *used.values())), variables

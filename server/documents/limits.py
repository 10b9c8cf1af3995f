"""How much a document may ask for: told from its text, and from its selections in one pass. Pure.

Everything after it (validation, cost, planning) may take time in proportion to what is counted here. Each
fragment is looked at once, wherever it is spread; numbers that double with each level are only added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    Source,
)

if TYPE_CHECKING:
    from graphql import DocumentNode, SelectionSetNode

CHARACTERS_PER_TOKEN = 20
"""Characters of text for each token of the limit. graphql-core's lexer takes up to 0.2 µs for each, of long
comments, names and strings too."""

SELECTIONS_PER_TOKEN = 4
"""Selections for each token of the limit, of all operations, counted wherever their fragments are spread."""

USES_PER_TOKEN = 2
"""Uses of variables for each token of the limit, of all operations, those of fragments for each operation."""

MAX_INTROSPECTION_DEPTH = 30
"""How deep fields below `__schema` and `__type` may be: tools ask for types of types, some 15 deep."""

MAX_NESTING = 200
"""How many selections may stand within each other through fragments, fields or not. The parser allows as many
within one definition; rules and resolvers go into them by recursion."""

ROOTS = frozenset({"__schema", "__type"})

# Of documents that parse it finds no token that the lexer does not, and is some ten times as fast. What
# begins as a string ends with the text at the latest, and no part is gone through twice.
_TOKEN = re.compile(
    r'#[^\r\n]*+|"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:""")?+|"(?:[^"\\\r\n]++|\\.)*+"?+'
    r"|[_A-Za-z][_0-9A-Za-z]*+|-?+[0-9][-+.0-9A-Za-z_]*+|\.\.\.|[^\s,\ufeff]"
)


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """What a document may have, from the settings of these names.

    Attributes:
        max_tokens: Lexical tokens.
        max_depth: Fields within each other.
        max_aliases: Aliases of an operation.
        max_root_fields: Fields of an operation that are within no other.
    """

    max_tokens: int
    max_depth: int
    max_aliases: int
    max_root_fields: int

    @property
    def max_characters(self) -> int:
        """Length of the text."""
        return CHARACTERS_PER_TOKEN * self.max_tokens

    @property
    def max_selections(self) -> int:
        """Selections of all operations, those of fragments wherever they are spread."""
        return SELECTIONS_PER_TOKEN * self.max_tokens

    @property
    def max_uses(self) -> int:
        """Uses of variables of all operations, those of fragments for each operation."""
        return USES_PER_TOKEN * self.max_tokens


class Extent(NamedTuple):
    """What is counted of selections, with all that they spread.

    Attributes:
        depth: Fields within each other, without those below introspection.
        introspection: Fields within each other where one of them is an introspection root; 0 without any.
        aliases: Fields with an alias.
        root_fields: Fields that are within no other.
        selections: Fields, spreads and inline fragments.
        nesting: Selection sets within each other.
    """

    depth: int
    introspection: int
    aliases: int
    root_fields: int
    selections: int
    nesting: int


def text_error(source: str, limits: DocumentLimits) -> GraphQLError | None:
    """What a document is refused for before it is parsed."""
    if len(source) > limits.max_characters:
        message = (
            f"The document is longer than {limits.max_characters} characters, which max_tokens"
            f" ({limits.max_tokens}) allows. Long values are for variables."
        )
        return GraphQLError(message)
    left = limits.max_tokens
    for token in _TOKEN.finditer(source):
        if source[token.start()] != "#":
            left -= 1
            if left < 0:
                message = f"The document has more than {limits.max_tokens} tokens (max_tokens)."
                return GraphQLError(message, source=Source(source), positions=[token.start()])
    return None


def selection_errors(document: DocumentNode, limits: DocumentLimits) -> list[GraphQLError]:
    """What a document is refused for before it is validated. Cycles of fragments are not among it."""
    selections = 0
    for operation, extent in _extents(document):
        selections += extent.selections
        exceeded = [
            f"The operation {message.format(limit)}."
            for value, limit, message in (
                (extent.depth, limits.max_depth, "is more than {} fields deep (max_depth)"),
                (
                    extent.introspection,
                    MAX_INTROSPECTION_DEPTH,
                    "asks for the schema more than {} fields deep",
                ),
                (extent.nesting, MAX_NESTING, "has more than {} selections within each other"),
                (extent.aliases, limits.max_aliases, "has more than {} aliases (max_aliases)"),
                (
                    extent.root_fields,
                    limits.max_root_fields,
                    "has more than {} root fields (max_root_fields)",
                ),
            )
            if value > limit
        ]
        if exceeded:
            return [GraphQLError(message, operation) for message in exceeded]
    if selections > limits.max_selections:
        message = (
            f"The operations have more than {limits.max_selections} selections, which max_tokens"
            f" ({limits.max_tokens}) allows; those of fragments count wherever they are spread."
        )
        return [GraphQLError(message)]
    return []


class _Spread(NamedTuple):
    """Where a fragment is spread: within how many fields and selection sets, and whether of the schema."""

    name: str
    depth: int
    nesting: int
    in_introspection: bool


class _Part(NamedTuple):
    """A definition by itself."""

    own: Extent
    spreads: list[_Spread]


def _extents(document: DocumentNode) -> list[tuple[OperationDefinitionNode, Extent]]:
    """Operations, each with its extent."""
    operations = []
    fragments: dict[str, _Part] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            operations.append((definition, _part(definition.selection_set)))
        elif isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = _part(definition.selection_set)
    known: dict[str, Extent] = {}
    for name in fragments:
        _learn(name, fragments, known)
    return [(operation, _whole(part, known)) for operation, part in operations]


def _learn(name: str, fragments: dict[str, _Part], known: dict[str, Extent]) -> None:
    """Learns the extent of a fragment and of all that it spreads, without recursion: chains are long.

    A spread that closes a cycle adds nothing; validation refuses it.
    """
    if name in known:
        return
    path = [(name, iter(fragments[name].spreads))]
    on_path = {name}
    while path:
        current, spreads = path[-1]
        following = next(
            (
                spread.name
                for spread in spreads
                if spread.name in fragments and spread.name not in known and spread.name not in on_path
            ),
            None,
        )
        if following is None:
            path.pop()
            on_path.remove(current)
            known[current] = _whole(fragments[current], known)
        else:
            path.append((following, iter(fragments[following].spreads)))
            on_path.add(following)


def _whole(part: _Part, known: dict[str, Extent]) -> Extent:
    """The extent of a definition with all that it spreads."""
    depth, introspection, aliases, root_fields, selections, nesting = part.own
    for name, at, level, in_introspection in part.spreads:
        spread = known.get(name)
        if spread is None:
            continue
        if in_introspection:
            introspection = max(introspection, at + spread.depth)
        else:
            depth = max(depth, at + spread.depth)
        if spread.introspection:
            introspection = max(introspection, at + spread.introspection)
        aliases += spread.aliases
        root_fields += 0 if at else spread.root_fields
        selections += spread.selections
        nesting = max(nesting, level + spread.nesting)
    return Extent(depth, introspection, aliases, root_fields, selections, nesting)


def _part(selection_set: SelectionSetNode) -> _Part:
    depth = introspection = aliases = root_fields = selections = nesting = 0
    spreads = []
    pending = [(selection_set, 0, 1, False)]
    while pending:
        current, at, level, in_introspection = pending.pop()
        nesting = max(nesting, level)
        selections += len(current.selections)
        for selection in current.selections:
            if isinstance(selection, FragmentSpreadNode):
                spreads.append(_Spread(selection.name.value, at, level, in_introspection))
                continue
            below, asks = at, in_introspection
            if isinstance(selection, FieldNode):
                below = at + 1
                asks = in_introspection or selection.name.value in ROOTS
                aliases += selection.alias is not None
                root_fields += at == 0
                if asks:
                    introspection = max(introspection, below)
                else:
                    depth = max(depth, below)
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set is not None:
                pending.append((selection.selection_set, below, level + 1, asks))
    return _Part(Extent(depth, introspection, aliases, root_fields, selections, nesting), spreads)

"""What `loadstone documents build` does: from the sources of clients to a manifest.

Operations and fragments are found in GraphQL files, and in the templates of JavaScript and TypeScript: those
of `gql` and `graphql`, called or not, and those behind a comment that says GraphQL (see `scripts`). Each
operation becomes a document of its own, with the fragments that it needs, whatever files they stand in. It is
printed as graphql-js prints it, which is what clients send: so the same sources give the same manifest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from core.errors import StartupError
from server.documents.scripts import templates_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graphql import DefinitionNode, Node

GRAPHQL_ENDINGS = (".graphql", ".gql")
SCRIPT_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
_LEFT_OUT = "node_modules"

_CONTENT = re.compile(r"(?m)^[\s,]*[^\s,#]")
"""What a file has that is more than comments."""
_UNKNOWN = "${}"


class NotBuiltError(Exception):
    """The sources do not make a manifest; one line for each reason."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class SourceText:
    """GraphQL that stands in a file.

    Attributes:
        place: The file, for messages.
        line: The line of the file that it begins on, from 1.
        text: The text.
    """

    place: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class _Defined:
    node: OperationDefinitionNode | FragmentDefinitionNode
    name: str
    where: str


def find_sources(names: Iterable[str]) -> list[SourceText]:
    """The GraphQL in files.

    Args:
        names: Files, folders (with what is below them, but for hidden ones and `node_modules`), or patterns
            such as `src/**/*.graphql`.

    Raises:
        StartupError: A file cannot be read, or there is none by a name.
    """
    return [source for file in _files(names) for source in texts_in(str(file), _read(file))]


def texts_in(place: str, content: str) -> list[SourceText]:
    """The GraphQL in the text of a file, whose name says what it is."""
    if not place.endswith(SCRIPT_ENDINGS):
        return [SourceText(place, 1, content)]
    return [
        SourceText(place, 1 + content.count("\n", 0, start), text) for start, text in templates_in(content)
    ]


def build_operations(sources: Iterable[SourceText], *, typenames: bool = False) -> list[tuple[str, str, str]]:
    """The name, the type and the text of each operation, by name.

    Args:
        sources: What they are made of. Definitions of types, which folders may hold too, are left alone.
        typenames: Whether `__typename` is asked for of every object, as caches of clients need it.

    Raises:
        NotBuiltError: See there.
    """
    troubles: list[str] = []
    operations: dict[str, _Defined] = {}
    fragments: dict[str, _Defined] = {}
    for defined in _definitions(sources, troubles):
        is_operation = isinstance(defined.node, OperationDefinitionNode)
        known = (operations if is_operation else fragments).setdefault(defined.name, defined)
        if known is not defined and (is_operation or print_ast(known.node) != print_ast(defined.node)):
            what = "operation" if is_operation else "fragment"
            troubles.append(f"{defined.where}: another {what} {defined.name} is at {known.where}")
    built = []
    for name, each in sorted(operations.items()):
        needed = _needed(each, fragments, troubles)
        parts = [each.node, *(fragments[fragment].node for fragment in sorted(needed))]
        if isinstance(each.node, OperationDefinitionNode):
            texts = [print_ast(visit(part, _AddTypenames()) if typenames else part) for part in parts]
            built.append((name, each.node.operation.value, "\n\n".join(texts)))
    if not troubles and not built:
        troubles.append("there are no operations")
    if troubles:
        raise NotBuiltError(troubles)
    return built


class _AddTypenames(Visitor):
    """Asks for `__typename` wherever Apollo Client does: not at the root, nor within introspection."""

    def enter_selection_set(
        self, node: SelectionSetNode, _key: object, parent: object, *_: object
    ) -> SelectionSetNode | None:
        names = [each.name.value for each in node.selections if isinstance(each, FieldNode)]
        if isinstance(parent, OperationDefinitionNode) or any(name.startswith("__") for name in names):
            return None
        return SelectionSetNode(selections=(*node.selections, FieldNode(name=NameNode(value="__typename"))))


def _definitions(sources: Iterable[SourceText], troubles: list[str]) -> Iterator[_Defined]:
    for source in sources:
        try:
            document = parse(source.text)
        except GraphQLError as error:
            if _CONTENT.search(source.text):
                troubles.append(_refused(source, error))
            continue
        for node in document.definitions:
            where = _where(source, _line(node))
            if not isinstance(node, (OperationDefinitionNode, FragmentDefinitionNode)):
                continue
            if node.name is None:
                troubles.append(f"{where}: an operation must have a name")
            else:
                yield _Defined(node, node.name.value, where)


def _refused(source: SourceText, error: GraphQLError) -> str:
    line = error.locations[0].line if error.locations else 1
    at = source.text.find(_UNKNOWN)
    if at >= 0 and source.text.count("\n", 0, at) + 1 == line:
        return (
            f"{_where(source, line)}: what ${{…}} puts here is not known; only whole fragments may be put in"
        )
    return f"{_where(source, line)}: {error.message}"


def _needed(defined: _Defined, fragments: Mapping[str, _Defined], troubles: list[str]) -> set[str]:
    """Names of the fragments that an operation needs, and those that these need."""
    found: set[str] = set()
    waiting = [defined]
    while waiting:
        each = waiting.pop()
        for name in _spread(each.node):
            if name not in fragments:
                troubles.append(f"{each.where}: there is no fragment {name}")
            elif name not in found:
                found.add(name)
                waiting.append(fragments[name])
    return found


def _spread(node: Node) -> list[str]:
    names: dict[str, None] = {}

    class Collect(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            names[spread.name.value] = None

    visit(node, Collect())
    return list(names)


def _where(source: SourceText, line: int) -> str:
    return f"{source.place}:{source.line + line - 1}"


def _line(node: DefinitionNode) -> int:
    return 1 if node.loc is None else node.loc.start_token.line


def _files(names: Iterable[str]) -> list[Path]:
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            here = sorted(
                each for each in path.rglob("*") if _is_source(each.relative_to(path)) and each.is_file()
            )
        elif path.exists():
            here = [path]
        else:
            here = sorted(each for each in _matching(path) if each.is_file())
        if not here:
            raise StartupError(f"there are no GraphQL documents at {name}")
        found.update(dict.fromkeys(here))
    return list(found)


def _matching(pattern: Path) -> Iterator[Path]:
    if pattern.is_absolute():
        return Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
    return Path().glob(str(pattern))


def _is_source(path: Path) -> bool:
    is_hidden = any(part.startswith(".") or part == _LEFT_OUT for part in path.parts)
    return not is_hidden and path.suffix in (*GRAPHQL_ENDINGS, *SCRIPT_ENDINGS)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise StartupError(f"cannot read {file}: {reason}") from None

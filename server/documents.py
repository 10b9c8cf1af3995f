"""Documents that have been parsed, validated and prepared: kept by their text, as many as fit a bound."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphql import DocumentNode, OperationDefinitionNode

    from resolvers.prepared import PreparedOperation

MAX_BYTES = 64 * 2**20
"""Memory that kept documents may take, by estimate."""

BYTES_PER_CHARACTER = 250
"""What a character of a document comes to once it is parsed, planned and compiled (measured: 100 to 280)."""

DocumentKey = tuple[str, "str | None", bool]
"""Text of a document, the name of its operation to run, and whether it may ask for the schema."""


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A valid document, its operation to run, and what the engine keeps of it."""

    operation: OperationDefinitionNode
    prepared: PreparedOperation


class DocumentCache:
    """Keeps the documents that were asked for last.

    Args:
        max_bytes: How much memory they may take, by estimate.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._documents: OrderedDict[DocumentKey, KnownDocument] = OrderedDict()

    def __len__(self) -> int:
        return len(self._documents)

    def get(self, key: DocumentKey) -> KnownDocument | None:
        """The document, if it is kept."""
        known = self._documents.get(key)
        if known is not None:
            self._documents.move_to_end(key)
        return known

    def put(self, key: DocumentKey, known: KnownDocument) -> None:
        """Keeps a document, and lets go of those that were not asked for the longest."""
        size = _size(key)
        if size > self._max_bytes or key in self._documents:
            return
        self._documents[key] = known
        self._bytes += size
        while self._bytes > self._max_bytes:
            oldest, _ = self._documents.popitem(last=False)
            self._bytes -= _size(oldest)


def unlink_tokens(document: DocumentNode) -> None:
    """Lets go of tokens that no node begins or ends with, and of the links between the others.

    Linked both ways, they could be freed by the garbage collector alone, and with them the document, once it
    is kept no more. What has lived for long is looked at so rarely that memory would grow without end.
    """
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _size(key: DocumentKey) -> int:
    return BYTES_PER_CHARACTER * len(key[0])

"""Documents that have been parsed, validated and prepared: kept by their text, as many as fit a bound."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from dataclasses import dataclass, field
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
    """A valid document, its operation to run, and what the engine keeps of it.

    Attributes:
        operation: The operation.
        prepared: The same, ready to be run.
        number: Of the document in this process: for another engine, or prepared anew, it has another one.
    """

    operation: OperationDefinitionNode
    prepared: PreparedOperation
    number: int = field(default_factory=itertools.count(1).__next__)


class KeptDocuments:
    """Keeps the documents that were asked for last, of all engines together.

    Args:
        max_bytes: How much memory they may take, by estimate.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.documents: OrderedDict[tuple[EngineDocuments, DocumentKey], KnownDocument] = OrderedDict()

    def for_engine(self) -> EngineDocuments:
        """Those of one more engine."""
        return EngineDocuments(self)


class EngineDocuments:
    """The documents that one engine has prepared.

    Args:
        kept: Those of all engines.
    """

    __slots__ = ("_closed", "_kept")

    def __init__(self, kept: KeptDocuments) -> None:
        self._kept = kept
        self._closed = False

    def get(self, key: DocumentKey) -> KnownDocument | None:
        """The document, if it is kept."""
        documents = self._kept.documents
        known = documents.get((self, key))
        if known is not None:
            documents.move_to_end((self, key))
        return known

    def put(self, key: DocumentKey, known: KnownDocument) -> None:
        """Keeps a document, and lets go of those that were not asked for the longest."""
        kept = self._kept
        size = _size(key)
        if self._closed or size > kept.max_bytes or (self, key) in kept.documents:
            return
        kept.documents[self, key] = known
        kept.bytes += size
        while kept.bytes > kept.max_bytes:
            (_, oldest), _ = kept.documents.popitem(last=False)
            kept.bytes -= _size(oldest)

    def close(self) -> None:
        """Lets go of all of them, and keeps no more: the engine is not served any longer."""
        self._closed = True
        kept = self._kept
        for owner, key in [each for each in kept.documents if each[0] is self]:
            del kept.documents[owner, key]
            kept.bytes -= _size(key)


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

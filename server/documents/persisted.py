"""From a request to the text of its document: sent with it, or named by a hash or an id.

Two protocols: Apollo's automatic persisted queries (`extensions.persistedQuery`), by which clients register
texts that are valid, and persisted documents (`documentId`) as an appendix of GraphQL over HTTP has them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from core.errors import ErrorCode, RequestError
from server.documents.hashing import SHA256_HEX, sha256_of

if TYPE_CHECKING:
    from server.documents.store import DocumentStore
    from server.documents.trusted import TrustedDocuments
    from server.http.decoding import GraphQLRequest

APQ_VERSION = 1
_SHA256_PREFIX = "sha256:"


class Persisting(StrEnum):
    """Which documents are answered."""

    APQ = "apq"
    """All; clients may register them."""
    ONLY = "only"
    """Those of the manifest."""
    OFF = "off"
    """All; clients may register none."""


class DocumentText(NamedTuple):
    """The text of a document.

    Attributes:
        source: The text.
        is_named: Whether the request has named it alone, and not sent it.
        registers: The hash that it is to be registered by, once it has turned out valid.
    """

    source: str
    is_named: bool = False
    registers: str | None = None


class PersistedDocuments:
    """Finds the texts of documents, and registers them.

    Args:
        persisting: Which documents are answered.
        trusted: Those of the manifest.
        store: Those that clients have registered.

    Attributes:
        trusted: Those of the manifest as it is now.
    """

    def __init__(self, persisting: Persisting, trusted: TrustedDocuments, store: DocumentStore) -> None:
        self._persisting = persisting
        self._only = persisting is Persisting.ONLY
        self._registers = persisting is Persisting.APQ
        self._store = store
        self.trusted = trusted

    def at_hand(self, request: GraphQLRequest) -> DocumentText | None:
        """The text of a request's document; None if it has to be fetched.

        Raises:
            RequestError: The text is not that of its hash, or is not answered, or the protocol is not spoken.
        """
        source = request.source
        if source is None:
            return self._named(request)
        text = DocumentText(source)
        persisted = request.persisted_query
        if persisted is not None:
            if persisted.version != APQ_VERSION or self._persisting is Persisting.OFF:
                raise _not_supported()
            text = self._checked(source, persisted.sha256)
        if self._only and source not in self.trusted.texts:
            message = "Only the documents of this service's manifest are answered: name one by its id."
            raise RequestError(message, ErrorCode.PERSISTED_QUERY_ID_REQUIRED)
        return text

    async def fetch(self, request: GraphQLRequest) -> DocumentText:
        """The text of a document that is named alone, and not at hand.

        Raises:
            RequestError: There is none by that name, or names stand for nothing here.
        """
        name = _sha256_in(request)
        if self._registers and SHA256_HEX.fullmatch(name):
            found = await self._store.fetch(name)
            if found is not None:
                return DocumentText(found, is_named=True)
        elif self._persisting is Persisting.OFF and not (request.document_id and self.trusted.by_id):
            raise _not_supported()
        # Apollo's clients look for the message, or for the code.
        raise RequestError("PersistedQueryNotFound", ErrorCode.PERSISTED_QUERY_NOT_FOUND)

    async def register(self, text: DocumentText) -> None:
        """Has a text that is valid be found by its hash, where its request asks for that."""
        if text.registers is not None:
            await self._store.put(text.registers, text.source)

    def _named(self, request: GraphQLRequest) -> DocumentText | None:
        persisted = request.persisted_query
        if request.document_id is None and persisted is not None and persisted.version != APQ_VERSION:
            raise _not_supported()
        name = _sha256_in(request)
        by_id = self.trusted.by_id
        found = by_id.get(name)
        if found is None and request.document_id is not None:
            found = by_id.get(request.document_id)
        if found is None and self._registers:
            found = self._store.get(name)
        return None if found is None else DocumentText(found, is_named=True)

    def _checked(self, source: str, digest: str) -> DocumentText:
        """A text whose hash is given; to be registered, unless it is or must not be."""
        known = self._store.get(digest)
        if known == source:
            return DocumentText(known)
        if sha256_of(source) != digest:
            message = "extensions.persistedQuery.sha256Hash is not the hash of the query."
            raise RequestError(message, ErrorCode.PERSISTED_QUERY_MISMATCH)
        is_new = self._registers and source not in self.trusted.texts
        return DocumentText(source, registers=digest if is_new else None)


def _sha256_in(request: GraphQLRequest) -> str:
    """The SHA-256 hash that names a request's document, or what stands in its place."""
    if request.document_id is not None:
        return request.document_id.removeprefix(_SHA256_PREFIX)
    return "" if request.persisted_query is None else request.persisted_query.sha256


def _not_supported() -> RequestError:
    return RequestError("PersistedQueryNotSupported", ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED)

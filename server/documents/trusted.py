"""Trusted documents: those of a manifest that the operator gives, in every instance's memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.documents.hashing import sha256_of
from server.documents.manifest import ManifestError, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from server.documents.manifest import ManifestDocument


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Documents by what clients call them.

    Attributes:
        by_id: Texts, by the ids of the manifest and by their SHA-256 hashes.
        texts: All texts.
    """

    by_id: Mapping[str, str]
    texts: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[ManifestDocument]) -> TrustedDocuments:
        """Those of a manifest."""
        by_id: dict[str, str] = {}
        for document in documents:
            by_id[sha256_of(document.source)] = document.source
            by_id[document.id] = document.source
        return cls(by_id, frozenset(by_id.values()))


NOT_ANY = TrustedDocuments({}, frozenset())
"""Where there is no manifest."""


def load_manifest(path: Path, setting: str = "trusted_documents") -> list[ManifestDocument]:
    """The documents of a manifest.

    Args:
        path: Its file.
        setting: What names the file, for messages.

    Raises:
        StartupError: It cannot be read, or is no manifest.
    """
    try:
        return read_manifest(path.read_bytes())
    except OSError as error:
        raise StartupError(f"{setting}: cannot read {path}: {error.strerror}") from None
    except ManifestError as error:
        raise StartupError(f"{setting}: {path}: {error}") from None


def load_trusted(path: Path | None) -> TrustedDocuments:
    """The trusted documents of a manifest; none without one. Errors as `load_manifest`."""
    return NOT_ANY if path is None else TrustedDocuments.of(load_manifest(path))

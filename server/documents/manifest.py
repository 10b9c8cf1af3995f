"""Manifests: the documents of clients by their ids, as Apollo's and Relay's tools write them. Pure.

Apollo's, which `loadstone documents build` writes as well:

    {"format": "apollo-persisted-query-manifest", "version": 1,
     "operations": [{"id": …, "name": …, "type": …, "body": …}]}

Relay's: `{id: text}`. An id that looks like a hash (MD5, SHA-1, SHA-256 in hexadecimal) must be that of the
text; any other is taken as it is.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from server.documents.hashing import sha256_of
from server.strict_json import DuplicateMemberError, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT = "apollo-persisted-query-manifest"
VERSION = 1

MAX_ID = 200
"""Longest id, in characters."""

_ID = re.compile(r"[A-Za-z0-9._~-]+(?::[A-Za-z0-9._~-]+)?")
_HEX = re.compile(r"[0-9a-fA-F]+")
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
_SHA256_PREFIX = "sha256:"


class ManifestError(Exception):
    """It is no manifest, or one that does not hold together; one line."""


@dataclass(frozen=True, slots=True)
class ManifestDocument:
    """A document of a manifest.

    Attributes:
        id: What clients call it.
        name: Its operation, as far as the manifest says.
        source: Its text.
    """

    id: str
    name: str | None
    source: str


def read_manifest(content: bytes) -> list[ManifestDocument]:
    """The documents of a manifest of either format.

    Raises:
        ManifestError: See there.
    """
    try:
        manifest = read_json(content)
    except DuplicateMemberError:
        raise ManifestError("a member stands there twice") from None
    except ValueError:
        raise ManifestError("it is not valid JSON in UTF-8") from None
    if not isinstance(manifest, dict):
        raise ManifestError("a manifest is an object in JSON")
    found: dict[str, ManifestDocument] = {}
    for document in _apollo(manifest) if "format" in manifest else _relay(manifest):
        _check(document)
        known = found.setdefault(document.id, document)
        if known.source != document.source:
            raise ManifestError(f"the id {document.id} stands for two documents")
    if not found:
        raise ManifestError("it has no documents")
    return list(found.values())


def write_manifest(operations: Iterable[tuple[str, str, str]]) -> str:
    """A manifest in Apollo's format, ids being SHA-256 hashes.

    Args:
        operations: The name, the type (`query`, `mutation`, `subscription`) and the text of each.
    """
    listed = [
        {"id": sha256_of(source), "name": name, "type": kind, "body": source}
        for name, kind, source in operations
    ]
    manifest = {"format": FORMAT, "version": VERSION, "operations": listed}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2).decode() + "\n"


def _apollo(manifest: dict[str, Any]) -> Iterator[ManifestDocument]:
    if manifest["format"] != FORMAT or manifest.get("version") != VERSION:
        raise ManifestError(f"its format must be {FORMAT}, its version {VERSION}")
    operations = manifest.get("operations")
    if not isinstance(operations, list):
        raise ManifestError("operations must be a list")
    for number, operation in enumerate(operations, 1):
        if not isinstance(operation, dict):
            raise ManifestError(f"operation {number} must be an object")
        name = operation.get("name")
        called = f" ({name})" if isinstance(name, str) else ""
        for member in ("id", "body"):
            if not isinstance(operation.get(member), str):
                raise ManifestError(f"operation {number}{called} must have {member}, a text")
        yield ManifestDocument(operation["id"], name if called else None, operation["body"])


def _relay(manifest: dict[str, Any]) -> Iterator[ManifestDocument]:
    for key, source in manifest.items():
        if not isinstance(source, str):
            raise ManifestError(f"the document of the id {key[:MAX_ID]!r} must be a text")
        yield ManifestDocument(key, None, source)


def _check(document: ManifestDocument) -> None:
    """Refuses ids that cannot be sent, and hashes that are another text's."""
    given = document.id
    if len(given) > MAX_ID or _ID.fullmatch(given) is None:
        raise ManifestError(
            f"the id {given[:MAX_ID]!r} must be letters, digits and - . _ ~, at most {MAX_ID} of them"
        )
    has_prefix = given.startswith(_SHA256_PREFIX)
    digits = given.removeprefix(_SHA256_PREFIX)
    algorithm = "sha256" if has_prefix else _HASHES.get(len(digits))
    if algorithm is None or not (has_prefix or _HEX.fullmatch(digits)):
        return
    text = document.source.encode("utf-8", "surrogatepass")
    if hashlib.new(algorithm, text, usedforsecurity=False).hexdigest() != digits:
        of = "" if document.name is None else f" of {document.name}"
        raise ManifestError(f"the id {given} is not the {algorithm.upper()} hash of its document{of}")

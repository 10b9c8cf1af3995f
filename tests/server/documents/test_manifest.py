from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import StartupError
from server.documents.manifest import ManifestDocument, ManifestError, read_manifest, write_manifest
from server.documents.trusted import TrustedDocuments, load_trusted

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "query Name { name }"
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
SHA1 = hashlib.sha1(TEXT.encode(), usedforsecurity=False).hexdigest()
MD5 = hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest()


def apollo(*operations: object, **changed: object) -> dict[str, object]:
    head = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    return {**head, **changed}


def operation(**changed: object) -> dict[str, object]:
    return {"id": SHA256, "name": "Name", "type": "query", "body": TEXT, **changed}


def read(manifest: object) -> list[ManifestDocument]:
    return read_manifest(json.dumps(manifest).encode())


def test_apollos_format() -> None:
    assert read(apollo(operation(clientName="web"))) == [ManifestDocument(SHA256, "Name", TEXT)]


@pytest.mark.parametrize("given", [SHA256, SHA1, MD5, f"sha256:{SHA256}", "Name-v1.2", "x-app:name", "42"])
def test_relays_format(given: str) -> None:
    assert read({given: TEXT}) == [ManifestDocument(given, None, TEXT)]
    trusted = TrustedDocuments.of(read({given: TEXT}))
    assert trusted.by_id == {given: TEXT, SHA256: TEXT}
    assert trusted.texts == {TEXT}


def test_what_is_written_is_read() -> None:
    other = "mutation Ada { a }"
    written = write_manifest([("Name", "query", TEXT), ("Ada", "mutation", other)])
    digest = hashlib.sha256(other.encode()).hexdigest()
    assert json.loads(written)["operations"] == [
        operation(),
        operation(id=digest, name="Ada", type="mutation", body=other),
    ]
    assert read_manifest(written.encode()) == [
        ManifestDocument(SHA256, "Name", TEXT),
        ManifestDocument(digest, "Ada", other),
    ]


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ([], "a manifest is an object in JSON"),
        ({}, "it has no documents"),
        (apollo(), "it has no documents"),
        (apollo(format="other"), "its format must be apollo-persisted-query-manifest, its version 1"),
        (apollo(version=2), "its format must be apollo-persisted-query-manifest, its version 1"),
        (apollo(operations={}), "operations must be a list"),
        (apollo(1), "operation 1 must be an object"),
        (apollo(operation(), operation(body=None)), "operation 2 (Name) must have body, a text"),
        (apollo(operation(id=1)), "operation 1 (Name) must have id, a text"),
        (
            apollo(operation(body=TEXT + " ")),
            f"the id {SHA256} is not the SHA256 hash of its document of Name",
        ),
        (apollo(operation(id="a"), operation(id="a", body="{ b }")), "the id a stands for two documents"),
        ({MD5: TEXT + " "}, f"the id {MD5} is not the MD5 hash of its document"),
        ({SHA1: TEXT + " "}, f"the id {SHA1} is not the SHA1 hash of its document"),
        ({SHA256.upper(): TEXT}, f"the id {SHA256.upper()} is not the SHA256 hash of its document"),
        ({f"sha256:{MD5}": TEXT}, f"the id sha256:{MD5} is not the SHA256 hash of its document"),
        ({"sha256:Name": TEXT}, "the id sha256:Name is not the SHA256 hash of its document"),
        ({"a": 1}, "the document of the id 'a' must be a text"),
        ({"a b": TEXT}, "the id 'a b' must be letters, digits and - . _ ~, at most 200 of them"),
        ({"": TEXT}, "the id '' must be letters, digits and - . _ ~, at most 200 of them"),
    ],
)
def test_what_is_no_manifest(manifest: Any, told: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read(manifest)
    assert str(caught.value) == told


def test_an_id_that_stands_there_twice() -> None:
    with pytest.raises(ManifestError, match=r"^a member stands there twice$"):
        read_manifest(b'{"a": "{ a }", "a": "{ b }"}')


def test_files_that_cannot_be_used_end_the_start(tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    with pytest.raises(StartupError, match=r"^trusted_documents: cannot read .*documents.json: No such file"):
        load_trusted(file)
    file.write_bytes(b"\xff")
    with pytest.raises(StartupError, match=r"^trusted_documents: .*json: it is not valid JSON in UTF-8$"):
        load_trusted(file)

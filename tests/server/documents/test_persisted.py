"""Both protocols by which documents are named, in all modes: against the service, in process."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from redis.asyncio import Redis

from server.application import open_service
from server.documents.persisted import PersistedDocuments, Persisting
from server.documents.shared import PREFIX, SharedDocuments
from server.documents.store import DocumentStore
from server.documents.trusted import load_trusted
from server.pipeline import answer
from server.redis_connection import RedisConnection
from server.settings import Settings
from tests.support.valkey import suspended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from demo.valkey import EmbeddedValkey
    from server.service import Service
    from server.stages import Stages

DATABASE = """
CREATE TABLE artist (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO artist VALUES (1, 'Ada');
"""
TEXT = "query Artist($id: Int = 1) { artist(by: {rowId: $id}) { name } }"
TRUSTED = "query Trusted { artists { nodes { name } } }"
CHANGE = 'mutation Change { updateArtist(by: {rowId: 1}, set: {name: "Ada"}) { affectedCount } }'
DATA = {"data": {"artist": {"name": "Ada"}}}
TRUSTED_DATA = {"data": {"artists": {"nodes": [{"name": "Ada"}]}}}


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hashed(text: str, *, version: object = 1, digest: str | None = None) -> dict[str, Any]:
    """What names a document by Apollo's protocol."""
    persisted = {"version": version, "sha256Hash": digest or digest_of(text)}
    return {"extensions": {"persistedQuery": persisted}}


@dataclass(frozen=True)
class Asking:
    """Sends requests to the stages of a service."""

    stages: Stages
    channel: Callable[..., Any]
    accept: str = "application/graphql-response+json"

    async def post(self, body: object) -> tuple[int, Any]:
        """The status and the body of the answer."""
        sent = json.dumps(body).encode()
        return await self._answer(self.channel("POST", "/graphql", sent, headers=self._headers))

    async def get(self, **parameters: Any) -> tuple[int, Any]:
        """The same by GET."""
        texts = {
            name: each if isinstance(each, str) else json.dumps(each) for name, each in parameters.items()
        }
        return await self._answer(self.channel("GET", f"/graphql?{urlencode(texts)}", headers=self._headers))

    @property
    def _headers(self) -> dict[str, str]:
        return {"accept": self.accept}

    async def _answer(self, channel: Any) -> tuple[int, Any]:
        response = await answer(channel.exchange, self.stages)
        return response.status, json.loads(response.body)


def code_of(answered: tuple[int, Any]) -> tuple[int, str]:
    status, body = answered
    assert set(body) == {"errors"}
    [error] = body["errors"]
    return status, error["extensions"]["code"]


@pytest.fixture(scope="module")
async def database_url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(DATABASE)


@pytest.fixture(scope="module")
async def service(database_url: str) -> AsyncIterator[Service]:
    async with open_service(Settings(database_url=database_url, schema_watch="off")) as opened:
        yield opened


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps({hashlib.md5(TRUSTED.encode(), usedforsecurity=False).hexdigest(): TRUSTED}))
    return file


@pytest.fixture
def instance(service: Service, channel: Any) -> Callable[..., Asking]:
    """Makes instances of the service, each with a store of its own."""

    def make(
        mode: str = "apq",
        manifest: Path | None = None,
        redis: RedisConnection | None = None,
        max_operations: int = 0,
        max_bytes: int = 2**20,
    ) -> Asking:
        shared = None if redis is None else SharedDocuments(redis, 60)
        store = DocumentStore(60, shared, max_bytes)
        documents = PersistedDocuments(Persisting(mode), load_trusted(manifest), store)
        limits = replace(service.stages.limits, max_batch_operations=max_operations)
        return Asking(replace(service.stages, documents=documents, limits=limits), channel)

    return make


@pytest.fixture
async def redis(valkey: EmbeddedValkey) -> AsyncIterator[RedisConnection]:
    async with RedisConnection.open(valkey.url) as connection:
        await connection.run(lambda client: client.flushdb())
        yield connection


async def test_a_document_is_registered_with_its_hash_and_found_by_it(instance: Any) -> None:
    asking: Asking = instance()
    not_found = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    for accept in ("application/json", "application/graphql-response+json"):
        assert await replace(asking, accept=accept).post(hashed(TEXT)) == (200, {"errors": [not_found]})
    assert await asking.get(**hashed(TEXT)) == (200, {"errors": [not_found]})
    assert await asking.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
    for _ in range(2):
        assert await asking.post(hashed(TEXT)) == (200, DATA)
        assert await asking.get(**hashed(TEXT)) == (200, DATA)
        assert await asking.post({**hashed(TEXT), "variables": {"id": 2}}) == (
            200,
            {"data": {"artist": None}},
        )
        assert await asking.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
        assert await asking.get(documentId=f"sha256:{digest_of(TEXT)}", variables={"id": 1}) == (200, DATA)
    assert await asking.post({**hashed(TEXT), "query": None, "documentId": None}) == (200, DATA)


async def test_documents_are_registered_by_get_too(instance: Any) -> None:
    asking: Asking = instance()
    assert await asking.get(query=TEXT, **hashed(TEXT)) == (200, DATA)
    assert await asking.get(**hashed(TEXT)) == (200, DATA)


async def test_a_batch_names_documents(instance: Any) -> None:
    asking: Asking = instance(max_operations=3)
    status, [unknown, registered] = await asking.post([hashed("{ other }"), {"query": TEXT, **hashed(TEXT)}])
    assert (status, registered) == (200, DATA)
    assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert await asking.post([hashed(TEXT)]) == (200, [DATA])


@pytest.mark.parametrize("digest", [digest_of("{ other }"), digest_of(TEXT).upper(), "wrong", ""])
async def test_a_hash_that_is_not_the_documents_stores_nothing(instance: Any, digest: str) -> None:
    asking: Asking = instance()
    for _ in range(2):
        body = {"query": TEXT, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
        assert code_of(await asking.post(body)) == (400, "PERSISTED_QUERY_MISMATCH")
    for text in (TEXT, "{ other }"):
        assert code_of(await asking.post(hashed(text))) == (200, "PERSISTED_QUERY_NOT_FOUND")
    await asking.post({"query": TEXT, **hashed(TEXT)})
    assert code_of(await asking.post(body)) == (400, "PERSISTED_QUERY_MISMATCH")


@pytest.mark.parametrize(
    "text", ["{ artist", "{ unknown }", "query A { artists { nodes { name } } } query B { __typename }"]
)
async def test_what_is_not_valid_is_not_registered(instance: Any, text: str) -> None:
    asking: Asking = instance()
    for _ in range(2):
        status, body = await asking.post({"query": text, **hashed(text)})
        assert (status, "data" in body) == (400, False)
        assert code_of(await asking.post(hashed(text))) == (200, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_mutation_by_get_is_neither_run_nor_registered(instance: Any) -> None:
    asking: Asking = instance()
    status, _ = await asking.get(query=CHANGE, **hashed(CHANGE))
    assert status == 405
    assert code_of(await asking.post(hashed(CHANGE))) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert (await asking.post({"query": CHANGE, **hashed(CHANGE)}))[0] == 200
    assert (await asking.get(**hashed(CHANGE)))[0] == 405
    assert await asking.post(hashed(CHANGE)) == (200, {"data": {"updateArtist": {"affectedCount": 1}}})


@pytest.mark.parametrize("version", [0, 2])
async def test_another_version_of_the_protocol(instance: Any, version: int) -> None:
    asking: Asking = instance()
    for body in (hashed(TEXT, version=version), {"query": TEXT, **hashed(TEXT, version=version)}):
        assert code_of(await asking.post(body)) == (200, "PERSISTED_QUERY_NOT_SUPPORTED")


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": "hash"}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": "1", "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": True, "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 1}}},
        {"extensions": {"persistedQuery": None}},
        {"documentId": 1},
        {"documentId": None},
        {"documentId": "a", "query": "{ __typename }"},
        {},
    ],
)
async def test_what_is_malformed(instance: Any, body: Any) -> None:
    asking: Asking = instance()
    assert code_of(await asking.post(body)) == (400, "BAD_REQUEST")


async def test_off(instance: Any, manifest: Path) -> None:
    asking: Asking = instance("off")
    not_supported = (
        200,
        {
            "errors": [
                {
                    "message": "PersistedQueryNotSupported",
                    "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
                }
            ]
        },
    )
    assert await asking.post(hashed(TEXT)) == not_supported
    assert await asking.post({"query": TEXT, **hashed(TEXT)}) == not_supported
    assert await asking.post({"documentId": "a"}) == not_supported
    assert await asking.post({"query": TEXT}) == (200, DATA)
    trusting: Asking = instance("off", manifest)
    assert await trusting.post({"documentId": f"sha256:{digest_of(TRUSTED)}"}) == (200, TRUSTED_DATA)
    assert code_of(await trusting.post({"documentId": "a"})) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert await trusting.post(hashed(TEXT)) == not_supported


@pytest.mark.parametrize("mode", ["apq", "only"])
async def test_trusted_documents(instance: Any, manifest: Path, mode: str) -> None:
    asking: Asking = instance(mode, manifest)
    digest = digest_of(TRUSTED)
    md5 = hashlib.md5(TRUSTED.encode(), usedforsecurity=False).hexdigest()
    for name in (md5, digest, f"sha256:{digest}"):
        assert await asking.post({"documentId": name}) == (200, TRUSTED_DATA)
        assert await asking.get(documentId=name) == (200, TRUSTED_DATA)
    assert await asking.post(hashed(TRUSTED)) == (200, TRUSTED_DATA)
    assert await asking.get(**hashed(TRUSTED)) == (200, TRUSTED_DATA)
    assert await asking.post({"query": TRUSTED}) == (200, TRUSTED_DATA)
    assert await asking.post({"query": TRUSTED, **hashed(TRUSTED)}) == (200, TRUSTED_DATA)
    for name in ("0" * 32, f"sha256:{'0' * 64}", "0" * 64, "no such", "x-other:id", ""):
        assert code_of(await asking.post({"documentId": name})) == (200, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_flood_of_registrations_leaves_trusted_documents(instance: Any, manifest: Path) -> None:
    asking: Asking = instance("apq", manifest, max_bytes=5000)
    texts = [f"query Q{number} {{ __typename }}" for number in range(30)]
    for text in texts:
        assert (await asking.post({"query": text, **hashed(text)}))[0] == 200
    answers = [await asking.post(hashed(text)) for text in texts]
    assert code_of(answers[0]) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert answers[-1] == (200, {"data": {"__typename": "Query"}})
    assert await asking.post({"documentId": digest_of(TRUSTED)}) == (200, TRUSTED_DATA)


async def test_only(instance: Any, manifest: Path) -> None:
    asking: Asking = instance("only", manifest)
    for text in (TEXT, "{ __typename }", "{ __schema { queryType { name } } }", "{", TRUSTED + " ", ""):
        for body in ({"query": text}, {"query": text, **hashed(text)}):
            assert code_of(await asking.post(body)) == (400, "PERSISTED_QUERY_ID_REQUIRED")
        assert code_of(await asking.post(hashed(text))) == (200, "PERSISTED_QUERY_NOT_FOUND")
    wrong = {"query": TRUSTED, **hashed(TRUSTED, digest=digest_of(TEXT))}
    assert code_of(await asking.post(wrong)) == (400, "PERSISTED_QUERY_MISMATCH")


async def test_instances_share_documents(
    instance: Any, redis: RedisConnection, valkey: EmbeddedValkey
) -> None:
    one, other, third = [instance(redis=redis) for _ in range(3)]
    assert await one.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
    async with Redis.from_url(valkey.url) as admin:
        assert await other.post(hashed(TEXT)) == (200, DATA)
        await admin.set(PREFIX + digest_of(TEXT), "{ __typename }")
        assert code_of(await third.post(hashed(TEXT))) == (200, "PERSISTED_QUERY_NOT_FOUND")
        assert await admin.exists(PREFIX + digest_of(TEXT)) == 0
        assert await third.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
        assert await admin.get(PREFIX + digest_of(TEXT)) == TEXT.encode()


async def test_trusted_documents_stay_where_they_are(
    instance: Any, redis: RedisConnection, manifest: Path
) -> None:
    asking: Asking = instance(manifest=manifest, redis=redis)
    assert await asking.post({"query": TRUSTED, **hashed(TRUSTED)}) == (200, TRUSTED_DATA)
    assert await redis.run(lambda client: client.dbsize()) == 0


async def test_without_redis_answers_are_right(
    instance: Any, redis: RedisConnection, valkey: EmbeddedValkey, manifest: Path
) -> None:
    asking, other = instance(manifest=manifest, redis=redis), instance(redis=redis)
    await asking.post({"query": TEXT, **hashed(TEXT)})
    async with suspended(valkey):
        assert await asking.post(hashed(TEXT)) == (200, DATA)
        assert await asking.post({"documentId": digest_of(TRUSTED)}) == (200, TRUSTED_DATA)
        assert await asking.post({"query": TRUSTED, **hashed(TRUSTED)}) == (200, TRUSTED_DATA)
        assert code_of(await other.post(hashed(TEXT))) == (200, "PERSISTED_QUERY_NOT_FOUND")
        assert await other.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
        assert await other.post(hashed(TEXT)) == (200, DATA)


async def test_settings_say_what_is_answered_and_the_manifest_is_read_anew(
    database_url: str,
    valkey: EmbeddedValkey,
    manifest: Path,
    channel: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(
        database_url=database_url,
        schema_watch="off",
        redis_url=valkey.url,
        persisted_documents="only",
        trusted_documents=manifest,
    )
    async with open_service(settings) as service:
        asking = Asking(service.stages, channel)
        assert await asking.post({"query": TRUSTED}) == (200, TRUSTED_DATA)
        await asyncio.to_thread(manifest.write_text, json.dumps({digest_of(TEXT): TEXT}))
        await service.reload("SIGHUP")
        assert await asking.post({"documentId": digest_of(TEXT)}) == (200, DATA)
        assert code_of(await asking.post({"query": TRUSTED})) == (400, "PERSISTED_QUERY_ID_REQUIRED")
        await asyncio.to_thread(manifest.write_text, "{")
        await service.reload("SIGHUP")
        assert await asking.post({"documentId": digest_of(TEXT)}) == (200, DATA)
    assert "SIGHUP; trusted documents stay as they are: trusted_documents: " in caplog.text


async def test_settings_say_that_documents_are_shared(
    database_url: str, valkey: EmbeddedValkey, redis: RedisConnection, channel: Any
) -> None:
    settings = Settings(
        database_url=database_url, schema_watch="off", redis_url=valkey.url, persisted_seconds=77
    )
    async with open_service(settings) as service:
        asking = Asking(service.stages, channel)
        assert await asking.post({"query": TEXT, **hashed(TEXT)}) == (200, DATA)
    assert 70 < await redis.run(lambda client: client.ttl(PREFIX + digest_of(TEXT))) <= 77

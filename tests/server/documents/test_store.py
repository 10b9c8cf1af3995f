from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from typing import TYPE_CHECKING

import pytest
from redis.asyncio import Redis

from server.documents.shared import INDEX, PREFIX, SharedDocuments
from server.documents.store import MAX_DOCUMENT_BYTES, DocumentStore
from server.redis_connection import RedisConnection
from tests.support.valkey import suspended

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.valkey import EmbeddedValkey

TEXTS = [f"query Name{number} {{ name }}" for number in range(40)]


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
async def redis(valkey: EmbeddedValkey) -> AsyncIterator[RedisConnection]:
    async with RedisConnection.open(valkey.url) as connection:
        await connection.run(lambda client: client.flushdb())
        yield connection


@pytest.fixture
async def admin(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey.url) as client:
        yield client


async def test_texts_that_were_not_used_for_the_longest_go_first() -> None:
    store = DocumentStore(60, max_bytes=4000)
    for text in TEXTS:
        await store.put(digest_of(text), text)
        assert store.get(digest_of(TEXTS[0])) == TEXTS[0]
    assert store.bytes <= 4000
    kept = [text for text in TEXTS if store.get(digest_of(text)) is not None]
    assert kept == [TEXTS[0], *TEXTS[-len(kept) + 1 :]]
    assert len(kept) > 5


async def test_texts_that_nobody_uses_are_forgotten() -> None:
    store = DocumentStore(0.6)
    for text in TEXTS[:2]:
        await store.put(digest_of(text), text)
    for _ in range(8):
        await asyncio.sleep(0.1)
        assert store.get(digest_of(TEXTS[0])) == TEXTS[0]
    assert store.get(digest_of(TEXTS[1])) is None
    assert store.bytes < 1000


async def test_the_same_object_is_given_each_time() -> None:
    store = DocumentStore(60)
    await store.put(digest_of(TEXTS[0]), TEXTS[0])
    assert store.get(digest_of(TEXTS[0])) is TEXTS[0]


async def test_long_texts_are_not_stored() -> None:
    store = DocumentStore(60)
    longest, longer = "é" * (MAX_DOCUMENT_BYTES // 2), "é" * (MAX_DOCUMENT_BYTES // 2) + " "
    for text in (longest, longer):
        await store.put(digest_of(text), text)
    assert [store.get(digest_of(text)) is None for text in (longest, longer)] == [False, True]


async def test_other_instances_find_what_one_has_stored(redis: RedisConnection, admin: Redis) -> None:
    text, digest = TEXTS[0], digest_of(TEXTS[0])
    await DocumentStore(60, SharedDocuments(redis, 60)).put(digest, text)
    other = DocumentStore(60, SharedDocuments(redis, 60))
    assert other.get(digest) is None
    assert await other.fetch(digest) == text
    assert other.get(digest) == text
    assert await admin.get(PREFIX + digest) == text.encode()
    assert 50 < await admin.ttl(PREFIX + digest) <= 60
    assert await other.fetch(digest_of("{ other }")) is None


async def test_who_asks_at_once_asks_once(redis: RedisConnection, admin: Redis) -> None:
    text, digest = TEXTS[0], digest_of(TEXTS[0])
    await DocumentStore(60, SharedDocuments(redis, 60)).put(digest, text)
    other = DocumentStore(60, SharedDocuments(redis, 60))
    await admin.config_resetstat()
    asked = [asyncio.create_task(other.fetch(digest)) for _ in range(50)]
    await asyncio.sleep(0)
    asked[0].cancel()  # whoever began it
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers[1:] == [text] * 49
    assert (await admin.info("commandstats"))["cmdstat_getrange"]["calls"] == 1


@pytest.mark.parametrize(
    "value", [b"{ other }", b"\xff\xfe", TEXTS[0].encode() + b" ", b"x" * (2 * MAX_DOCUMENT_BYTES)]
)
async def test_an_altered_text_is_refused_and_removed(
    redis: RedisConnection, admin: Redis, value: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    digest = digest_of(TEXTS[0])
    await admin.set(PREFIX + digest, value)
    store = DocumentStore(60, SharedDocuments(redis, 60))
    assert await store.fetch(digest) is None
    assert store.get(digest) is None
    assert await admin.get(PREFIX + digest) is None
    assert caplog.text.count("was removed") == 1


async def test_another_kind_of_value_is_refused_and_replaced(redis: RedisConnection, admin: Redis) -> None:
    digest = digest_of(TEXTS[0])
    await admin.rpush(PREFIX + digest, "text")
    store = DocumentStore(60, SharedDocuments(redis, 60))
    assert await store.fetch(digest) is None
    await store.put(digest, TEXTS[0])
    assert await admin.get(PREFIX + digest) == TEXTS[0].encode()


async def test_a_flood_is_bounded(redis: RedisConnection, admin: Redis) -> None:
    shared = SharedDocuments(redis, 60, most=10)
    for text in TEXTS[:20]:
        await shared.put(digest_of(text), text)
    await asyncio.sleep(1.1)  # uses are told apart by the second
    await shared.put(digest_of(TEXTS[12]), TEXTS[12])
    for text in TEXTS[20:29]:
        await shared.put(digest_of(text), text)
    stored = sorted([key async for key in admin.scan_iter(PREFIX + "*")])
    expected = [TEXTS[12], *TEXTS[20:29]]
    assert stored == sorted((PREFIX + digest_of(text)).encode() for text in expected)
    assert await admin.zcard(INDEX) == 10


async def test_use_keeps_a_text_where_it_is_shared(redis: RedisConnection, admin: Redis) -> None:
    text, digest = TEXTS[0], digest_of(TEXTS[0])
    store = DocumentStore(1, SharedDocuments(redis, 1))
    await store.put(digest, text)
    for _ in range(8):
        await asyncio.sleep(0.2)
        assert store.get(digest) == text
    assert await admin.get(PREFIX + digest) == text.encode()
    await admin.delete(PREFIX + digest)
    await asyncio.sleep(0.3)
    assert store.get(digest) == text
    await asyncio.sleep(0.1)
    assert await admin.get(PREFIX + digest) == text.encode()
    await store.close()


async def test_while_redis_hangs_texts_are_kept_here(
    valkey: EmbeddedValkey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with RedisConnection.open(valkey.url) as redis:
        store = DocumentStore(60, SharedDocuments(redis, 60))
        text, digest = TEXTS[0], digest_of(TEXTS[0])
        async with suspended(valkey):
            began = time.monotonic()
            await store.put(digest, text)
            assert store.get(digest) == text
            assert await store.fetch(digest_of("{ other }")) is None
            assert time.monotonic() - began < 1

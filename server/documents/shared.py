"""Registered documents in Redis, which all instances see; passed by while it is away."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from server.documents.hashing import sha256_of
from server.documents.store import MAX_DOCUMENT_BYTES
from server.redis_connection import RedisUnavailableError

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from server.redis_connection import RedisConnection

_log = logging.getLogger("loadstone")

PREFIX = "loadstone:document:"
"""Begins the keys of documents; their hashes follow."""

INDEX = "loadstone:documents"
"""The key of the hashes of all of them, by when they were used last."""

MAX_DOCUMENTS = 4096
"""How many there may be: 256 MiB at most, 8 MiB where documents have 2 KiB."""

_PUT = """
local digest, source, seconds, most, prefix = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local now = tonumber(redis.call('TIME')[1])
redis.call('SET', KEYS[1], source, 'EX', seconds)
redis.call('ZADD', KEYS[2], now, digest)
redis.call('EXPIRE', KEYS[2], seconds)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(seconds))
local over = redis.call('ZCARD', KEYS[2]) - most
if over > 0 then
  for _, old in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do
    redis.call('DEL', prefix .. old)
  end
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, over - 1)
end
"""
"""Stores a document, and lets go of those that were not used for the longest."""


class SharedDocuments:
    """Texts by their SHA-256 hashes, each of which is looked at again when a text is read.

    Args:
        redis: Where they are.
        seconds: How long a text is kept that nobody uses.
        most: How many there may be.
    """

    def __init__(self, redis: RedisConnection, seconds: int, most: int = MAX_DOCUMENTS) -> None:
        self._redis = redis
        self._seconds = seconds
        self._most = most

    async def get(self, digest: str) -> str | None:
        """The text with this hash; None where Redis has none, has another one, or is away."""
        with suppress(RedisUnavailableError):  # the client is asked for the text
            found = await self._redis.run(lambda client: self._read(client, digest))
            if not found:
                return None
            text = found.decode("utf-8", "replace")
            if sha256_of(text) == digest:
                return text
            _log.warning("Redis had another text than that of its hash, which was removed: %s", digest)
            await self._redis.run(lambda client: client.delete(PREFIX + digest))
        return None

    async def put(self, digest: str, source: str) -> None:
        """Stores a text, or has it stay."""
        with suppress(RedisUnavailableError):  # other instances will ask for it
            await self._redis.run(lambda client: self._write(client, digest, source))

    async def _read(self, client: Redis, digest: str) -> bytes:
        """The value, cut off where it is too long to be right; it stays for as long as it would anew."""
        key = PREFIX + digest
        pipeline = client.pipeline(transaction=False)
        pipeline.getrange(key, 0, MAX_DOCUMENT_BYTES)
        pipeline.expire(key, self._seconds)
        found, _ = await pipeline.execute(raise_on_error=False)  # replicas let nothing stay
        if isinstance(found, Exception):
            raise found
        value: bytes = found
        return value

    async def _write(self, client: Redis, digest: str, source: str) -> None:
        put = client.register_script(_PUT)
        arguments: list[str | bytes | int] = [digest, source.encode(), self._seconds, self._most, PREFIX]
        await put(keys=[PREFIX + digest, INDEX], args=arguments)

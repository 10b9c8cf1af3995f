"""From settings to what keeps answers, and hears and tells of changes."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.caching.answers import AnswerCache
from server.caching.changes import NOTIFY, Changes
from server.caching.feeds import DatabaseFeed
from server.caching.messages import read_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from db.pool import Pool
    from server.caching.changes import Publish
    from server.caching.feeds import Feed
    from server.caching.freshness import CacheRules
    from server.redis_connection import RedisConnection
    from server.settings import Settings

_log = logging.getLogger("loadstone")

PATIENCE = 1.0
"""How long the start waits for the feeds."""

TELL_SECONDS = 1.0
"""How long the database may take to pass on a word."""


@dataclass(frozen=True, slots=True)
class Caching:
    """What stages need to keep answers.

    Attributes:
        answers: The kept answers.
        changes: Told of what is written.
    """

    answers: AnswerCache
    changes: Changes


def keeps_answers(settings: Settings, rules: CacheRules) -> bool:
    """Whether answers are kept at all.

    Args:
        settings: All settings.
        rules: What the schema says of it that the server begins with.
    """
    return rules.keep_anything or any(options.cache_seconds for _, options in settings.objects)


@asynccontextmanager
async def open_caching(
    settings: Settings, pool: Pool, redis: RedisConnection | None
) -> AsyncIterator[Caching]:
    """What keeps answers; leaving the context lets go of them.

    Args:
        settings: All settings.
        pool: Reaches the database as the server's own role.
        redis: Reaches Redis; None where it is not set.
    """
    me = secrets.token_hex(8)
    answers = AnswerCache(
        settings.cache_bytes, settings.cache_stale_seconds, obeys=settings.cache_request_control
    )
    store = answers.store

    def heard(text: bytes | str) -> None:
        change = read_message(text, me)
        if change is not None:
            store.invalidate(change)

    url = settings.require_database_url()
    feeds: list[Feed] = []
    ways: list[Publish] = []
    if redis is not None and settings.redis_url is not None:
        from server.caching.redis_feed import RedisFeed  # noqa: PLC0415 - its client takes a while to import

        [[database]] = await pool.read("SELECT pg_catalog.current_database()", [])
        channel = f"loadstone:changes:{database}"
        feeds.append(RedisFeed(settings.redis_url, channel, heard, store.clear))
        ways.append(redis.publishing(channel))
    if not pool.sessions.pooled:
        feeds.append(DatabaseFeed(url, heard, store.clear))

        async def notify(message: bytes) -> None:
            async with asyncio.timeout(TELL_SECONDS):
                await pool.read(NOTIFY, [message.decode()])

        ways.append(notify)
    if not feeds:
        _log.warning("answers are kept for their whole time, whatever others write: there is no redis_url")
    answers.feeds = tuple(feeds)
    changes = Changes(store, ways, me)
    tasks = [asyncio.create_task(feed.run()) for feed in feeds]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(feed.begun.wait() for feed in feeds))
        yield Caching(answers, changes)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await changes.close()
        await answers.close()

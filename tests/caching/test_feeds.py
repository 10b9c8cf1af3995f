"""Feeds end when they are told to, whatever they are at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.caching import feeds, redis_feed
from server.caching.feeds import DatabaseFeed
from server.caching.redis_feed import RedisFeed

if TYPE_CHECKING:
    from demo.valkey import EmbeddedValkey
    from server.caching.feeds import Feed


@pytest.mark.parametrize("kind", ["Redis", "the database"])
async def test_feeds_end(
    url: str, valkey: EmbeddedValkey, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (feeds, redis_feed):
        monkeypatch.setattr(module, "BEAT_SECONDS", 0.002)

    def nothing(*_: object) -> None:
        return

    for number in range(60):
        feed: Feed = DatabaseFeed(url, nothing, nothing)
        if kind == "Redis":
            feed = RedisFeed(valkey.url, "feeds", nothing, nothing)
        task = asyncio.create_task(feed.run())
        await asyncio.sleep(0.0005 * (number % 30))
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=3)
        assert done

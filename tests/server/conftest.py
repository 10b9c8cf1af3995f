"""A fake ASGI server's end of one request, for every test that wants one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.channel import channel_maker

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.channel import Channel


@pytest.fixture
def channel() -> Callable[..., Channel]:
    """Makes requests; see `channel_maker`."""
    return channel_maker()

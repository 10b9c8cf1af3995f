"""The application for any ASGI server: `hypercorn -c hypercorn.toml server.asgi:app`.

Settings come from the environment and `loadstone.toml`, when the server starts the application.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from server.application import Application, open_service
from server.hypercorn_guard import guard_hypercorn
from server.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.service import Service


@asynccontextmanager
async def _open() -> AsyncIterator[Service]:
    settings = resolve(flags={}, environment=os.environ).settings
    async with open_service(settings) as service:
        yield service


guard_hypercorn()
app = Application(_open)

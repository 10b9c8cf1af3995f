"""Hypercorn, the default: HTTP by h11 and h2, in Python, on our event loop."""

from __future__ import annotations

import logging
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import hypercorn.asyncio
from hypercorn.config import Config

from server.hypercorn_guard import guard_hypercorn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence

    from hypercorn.typing import Framework

    from server.application import Application
    from server.listening import Listener
    from server.settings import Settings


async def serve(
    application: Application,
    settings: Settings,
    listeners: Sequence[Listener],
    *,
    ready: Callable[[], None],
    asked: asyncio.Event,
) -> None:
    """Serves until asked to stop; see `Runner`."""
    guard_hypercorn()

    async def until_asked() -> None:
        # Hypercorn waits for this once its sockets are open.
        ready()
        await asked.wait()

    await hypercorn.asyncio.serve(
        cast("Framework", application),
        hypercorn_config(settings, listeners),
        shutdown_trigger=until_asked,
        mode="asgi",
    )


def hypercorn_values() -> Mapping[str, Any]:
    """What `hypercorn.toml` sets."""
    return tomllib.loads((resources.files("server") / "hypercorn.toml").read_text(encoding="utf-8"))


def hypercorn_config(settings: Settings, listeners: Sequence[Listener]) -> Config:
    """`hypercorn.toml` with the sockets and the certificate of the settings."""
    config = Config.from_mapping(hypercorn_values())
    config.errorlog = logging.getLogger("loadstone.hypercorn")
    config.errorlog.setLevel(config.loglevel)
    secure = [f"fd://{listener.descriptor}" for listener in listeners if listener.secure]
    cleartext = [f"fd://{listener.descriptor}" for listener in listeners if not listener.secure]
    if secure:
        config.certfile, config.keyfile = str(settings.tls_cert), str(settings.tls_key)
        config.bind, config.insecure_bind = secure, cleartext
    else:
        config.bind = cleartext
    return config

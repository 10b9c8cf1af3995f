"""Running the application on Hypercorn in this process, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import uvloop
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.utils import LifespanFailureError

from server.application import Application, open_service
from server.hypercorn_guard import guard_hypercorn

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from hypercorn.typing import Framework

    from server.listening import Listener
    from server.settings import Settings
    from ui.examples import Example


def hypercorn_values() -> Mapping[str, Any]:
    """What `hypercorn.toml` sets."""
    return tomllib.loads(Path(__file__).with_name("hypercorn.toml").read_text(encoding="utf-8"))


class Stop:
    """Whether the process has been asked to stop: politely, and then without waiting."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.forced = asyncio.Event()

    def ask(self) -> None:
        """Asks to stop; the second time, at once."""
        (self.forced if self.asked.is_set() else self.asked).set()

    def on_signals(self) -> None:
        """Asks at SIGINT and SIGTERM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.ask)


def run_until_stopped(main: Callable[[Stop], Coroutine[Any, Any, int]]) -> int:
    """Runs on a new uvloop; returns the exit status: that of `main`, or 1 when forced to stop."""

    async def until_forced() -> int:
        asyncio.get_running_loop().set_exception_handler(_on_unhandled)
        stop = Stop()
        stop.on_signals()
        work = asyncio.create_task(main(stop))
        forced = asyncio.create_task(stop.forced.wait())
        await asyncio.wait((work, forced), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            forced.cancel()
            return work.result()
        work.cancel()
        await asyncio.wait((work,))
        return 1

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(until_forced())


async def serve_application(  # noqa: PLR0913 - what a process is told
    settings: Settings,
    listeners: Sequence[Listener],
    stop: Stop,
    *,
    ready: Callable[[], None],
    report_warnings: bool = True,
    examples: tuple[Example, ...] = (),
) -> int:
    """Serves until asked to stop, then ends what is in flight.

    Args:
        settings: All settings.
        listeners: Sockets to accept connections from.
        stop: Ends serving.
        ready: Called once connections are accepted and answered.
        report_warnings: Whether to log what the schema had to be made valid for.
        examples: What GraphiQL offers; made from the schema unless given.

    Raises:
        StartupError: The service cannot start.
    """
    guard_hypercorn()
    application = Application(
        partial(open_service, settings, report_warnings=report_warnings, examples=examples)
    )

    async def until_stopped() -> None:
        # Hypercorn waits for this once its sockets are open.
        ready()
        await stop.asked.wait()

    try:
        await serve(
            cast("Framework", application),
            hypercorn_config(settings, listeners),
            shutdown_trigger=until_stopped,
            mode="asgi",
        )
    except LifespanFailureError:
        if application.failure is None:
            raise
        raise application.failure from None
    return 0


def _on_unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Connections that end at shutdown, and clients that do not speak TLS, are nothing to report.
    if not isinstance(context.get("exception"), asyncio.CancelledError | ssl.SSLError):
        loop.default_exception_handler(context)


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

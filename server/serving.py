"""Running the application in this process, until told to stop."""

from __future__ import annotations

import asyncio
import errno
import signal
import ssl
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import uvloop

from server.application import Application, open_service
from server.http.decoding import BODY_SECONDS
from server.idle import IDLE_SECONDS, closing_idle_connections
from server.runners import load_runner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from server.listening import Listener
    from server.settings import Settings
    from ui.examples import Example


class Stop:
    """What the process has been asked by signals: to stop, politely and then without waiting; to read anew.

    Attributes:
        asked: Set when it is to stop.
        forced: Set when it is to stop at once.
        hung_up: Set when schema and documents are to be read anew; whoever does that clears it.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.forced = asyncio.Event()
        self.hung_up = asyncio.Event()

    def ask(self) -> None:
        """Asks to stop; the second time, at once."""
        (self.forced if self.asked.is_set() else self.asked).set()

    def on_signals(self, *, hangup_stops: bool) -> None:
        """Asks at SIGINT and SIGTERM to stop, and at SIGHUP that or to read anew."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.ask)
        loop.add_signal_handler(signal.SIGHUP, self.ask if hangup_stops else self.hung_up.set)


def run_until_stopped(main: Callable[[Stop], Coroutine[Any, Any, int]], *, hangup_stops: bool = False) -> int:
    """Runs on a new uvloop; returns the exit status: that of `main`, or 1 when forced to stop.

    Args:
        main: What runs.
        hangup_stops: Whether SIGHUP is the end of a terminal, and not a request to read the schema anew.
    """

    async def until_forced() -> int:
        asyncio.get_running_loop().set_exception_handler(_on_unhandled)
        stop = Stop()
        stop.on_signals(hangup_stops=hangup_stops)
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
    """Serves until asked to stop, then ends what is in flight; returns the exit status.

    Args:
        settings: All settings; `server` says what runs the application.
        listeners: Sockets to accept connections from.
        stop: Ends serving.
        ready: Called once connections are accepted and answered.
        report_warnings: Whether to log what the schema had to be made valid for.
        examples: What GraphiQL offers; made from the schema unless given.

    Raises:
        StartupError: The service cannot start.
    """
    serve = load_runner(settings.server)
    application = Application(
        partial(open_service, settings, report_warnings=report_warnings, examples=examples)
    )
    ports = [listener.address.port for listener in listeners]
    # While a request is worked on, nothing moves on its connection.
    idle_seconds = max(IDLE_SECONDS, settings.request_timeout + BODY_SECONDS)
    async with (
        application.opened(),
        closing_idle_connections(ports, idle_seconds),
        _reloading_at_hangup(application, stop),
    ):
        await serve(application, settings, listeners, ready=ready, asked=stop.asked)
    return 0


@asynccontextmanager
async def _reloading_at_hangup(application: Application, stop: Stop) -> AsyncIterator[None]:
    """Reads everything anew at each SIGHUP, while the context lasts."""

    async def reload() -> None:
        while True:
            await stop.hung_up.wait()
            stop.hung_up.clear()
            await application.reload("SIGHUP")

    reloading = asyncio.create_task(reload())
    try:
        yield
    finally:
        reloading.cancel()


def _on_unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Connections that end at shutdown, clients that do not speak TLS, and those who take nothing of what
    # is sent to them, are nothing to report.
    error = context.get("exception")
    given_up = isinstance(error, TimeoutError) and error.errno == errno.ETIMEDOUT
    if not given_up and not isinstance(error, asyncio.CancelledError | ssl.SSLError):
        loop.default_exception_handler(context)

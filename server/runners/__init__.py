"""HTTP servers that can run the application, by the names that `--server` takes.

Each has a module here with one function, a `Runner`. Beside its server a runner needs nothing of the
application but ASGI, or that it answers an `Exchange`; and the application nothing of any server.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from core.errors import StartupError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from server.application import Application
    from server.listening import Listener
    from server.settings import Settings

SERVERS = ("hypercorn", "granian")
"""Names of servers, the default first; each is also the name of the package that it needs."""

GRACE_SECONDS = 25.0
"""How long requests in flight may take at shutdown: more than request_timeout, less than the 30 s after
which orchestrators kill."""

CLOSE_SECONDS = 10.0
"""How long letting go of everything else may take; what hangs is left behind."""


class Runner(Protocol):
    """Runs the application on a server, in this process and on the running event loop."""

    async def __call__(
        self,
        application: Application,
        settings: Settings,
        listeners: Sequence[Listener],
        *,
        ready: Callable[[], None],
        asked: asyncio.Event,
    ) -> None:
        """Serves until asked to stop, then ends what is in flight.

        When cancelled it ends at once, and the requests in flight with it.

        Args:
            application: Opened: it answers requests.
            settings: All settings.
            listeners: Sockets to accept connections from.
            ready: Called once connections are accepted and answered.
            asked: Set when it is to stop.
        """


def require_server(name: str) -> None:
    """Makes sure that a server is installed.

    Raises:
        StartupError: It is not.
    """
    if find_spec(name) is None:
        raise StartupError(
            f'server is {name}, but the package {name} is not installed: pip install "loadstone[{name}]"'
        )


def load_runner(name: str) -> Runner:
    """The runner of one of the `SERVERS`."""
    # A server that is not used need not be installed, and takes a while to import.
    if name == "granian":
        from server.runners.granian import serve as serve_on_granian  # noqa: PLC0415

        return serve_on_granian
    from server.runners.hypercorn import serve as serve_on_hypercorn  # noqa: PLC0415

    return serve_on_hypercorn

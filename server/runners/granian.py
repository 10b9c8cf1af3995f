"""Granian: HTTP by hyper, in Rust, on a thread of its own; the application runs on our event loop."""

from __future__ import annotations

import asyncio
import base64
import re
import resource
from typing import TYPE_CHECKING, Any, cast

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined] # it is what the module is for
from granian.server.embed import Server

from core.errors import StartupError
from server.listening import BACKLOG
from server.runners import CLOSE_SECONDS, GRACE_SECONDS
from server.runners.rsgi import RsgiExchange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from granian._granian import RSGIHTTPProtocol
    from granian.rsgi import Scope

    from server.application import Application
    from server.listening import Listener
    from server.settings import Settings

# What the values are for is said in hypercorn.toml, which has the same.
KEEP_ALIVE_SECONDS = 75
MAX_HEAD_BYTES = 65_536
MAX_STREAMS = 100

STREAM_WINDOW = 2**20
"""Bytes of a body that a client may send at once."""

CONNECTION_WINDOW = 2**24
"""The same for all streams of a connection."""

_START_SECONDS = 0.05

_KEY = re.compile(
    rb"-----BEGIN (?P<kind>RSA |EC |)PRIVATE KEY-----"
    rb"(?P<der>[A-Za-z0-9+/=\s]+)"
    rb"-----END (?P=kind)PRIVATE KEY-----"
)
# Object identifiers of RSA, P-256, P-384 and Ed25519.
_KEY_TYPES = tuple(map(bytes.fromhex, ("2a864886f70d010101", "2a8648ce3d030107", "2b81040022", "2b6570")))
_SPARE_DESCRIPTORS = 64

# To our own log. Granian warns at every start that running within a process is experimental.
_LOG = {"loggers": {"_granian": {"handlers": [], "propagate": True}}}


async def serve(
    application: Application,
    settings: Settings,
    listeners: Sequence[Listener],
    *,
    ready: Callable[[], None],
    asked: asyncio.Event,
) -> None:
    """Serves until asked to stop; see `Runner`."""
    if settings.tls_key is not None:
        check_key(settings.tls_key)
    requests = _Requests(application)
    servers = [_server(requests, settings, listener, len(listeners)) for listener in listeners]
    serving = [asyncio.create_task(server.serve()) for server in servers]
    asking = asyncio.create_task(asked.wait())
    try:
        # What cannot be served ends at once, with its reason on standard error.
        ended, _ = await asyncio.wait(serving, timeout=_START_SECONDS)
        if ended:
            raise StartupError("granian cannot serve: it ended as soon as it was started")
        ready()
        await asyncio.wait((asking, *serving), return_when=asyncio.FIRST_COMPLETED)
        if not asked.is_set():
            raise RuntimeError("granian has ended without being asked to")
        for server in servers:
            server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait(serving, timeout=GRACE_SECONDS)
    finally:
        asking.cancel()
        await requests.cancel()


def check_key(path: Path) -> None:
    """Makes sure that Granian can use a private key: it would abort the process.

    Raises:
        StartupError: It cannot.
    """
    for key in _KEY.finditer(path.read_bytes()):
        der = base64.b64decode(key["der"])
        if key["kind"] == b"RSA " or any(identifier in der for identifier in _KEY_TYPES):
            return
    raise StartupError(
        f"tls_key: granian uses keys of RSA, P-256, P-384 and Ed25519, and {path} is of another kind"
    )


class _Requests:
    """The application as Granian is given it, and the requests in flight."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._running: set[asyncio.Task[Any]] = set()
        self._ended = False

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        """Handles one request."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._running.add(task)
        try:
            await self._application.answer(RsgiExchange(scope, protocol, self._application.watch))
        except asyncio.CancelledError:
            if not self._ended:
                raise
        finally:
            self._running.discard(task)

    async def cancel(self) -> None:
        """Cancels what is in flight, and waits until that is done."""
        self._ended = True
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSE_SECONDS)


class _Server(Server):
    """Granian within this process, on a socket that is open already."""

    def __init__(self, application: _Requests, descriptor: int, **options: Any) -> None:
        super().__init__(application, **options)
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        is_unix = False
        self._shd = SocketHolder(self._descriptor, is_unix, BACKLOG)  # type: ignore[assignment, call-arg]


def _server(requests: _Requests, settings: Settings, listener: Listener, listeners: int) -> _Server:
    return _Server(
        requests,
        listener.descriptor,
        interface=Interfaces.RSGI,
        http=HTTPModes.auto,
        websockets=False,
        backlog=BACKLOG,
        backpressure=_most_connections(settings) // listeners,
        http1_settings=HTTP1Settings(
            header_read_timeout=KEEP_ALIVE_SECONDS * 1000, max_buffer_size=MAX_HEAD_BYTES
        ),
        http2_settings=HTTP2Settings(
            initial_connection_window_size=CONNECTION_WINDOW,
            initial_stream_window_size=STREAM_WINDOW,
            max_concurrent_streams=MAX_STREAMS,
            max_headers_size=MAX_HEAD_BYTES,
        ),
        log_level=LogLevels.error,
        log_dictconfig=_LOG,
        ssl_cert=settings.tls_cert if listener.secure else None,
        ssl_key=settings.tls_key if listener.secure else None,
        ssl_protocol_min=SSLProtocols.tls12,
    )


def _most_connections(settings: Settings) -> int:
    """How many connections may be open: out of descriptors, Granian would ask for one without pause."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(BACKLOG // 8, most - settings.pool_size - _SPARE_DESCRIPTORS)

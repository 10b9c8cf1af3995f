"""Sockets that the server listens on: bound before anything else, so that a busy port is found at once."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.setting_kinds import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.settings import Settings

BACKLOG = 1024
"""Connections that wait to be accepted; servers set it anew."""

WRITE_SECONDS = 30
"""How long a client may take nothing of what is sent to it, until its connection is given up."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket.

    Attributes:
        descriptor: Its file descriptor, inheritable.
        address: What it is bound to, with the port that the system chose for port 0.
        secure: Whether it speaks TLS.
    """

    descriptor: int
    address: Address
    secure: bool

    def __str__(self) -> str:
        scheme, protocols = ("https", "h2, HTTP/1.1") if self.secure else ("http", "HTTP/1.1, h2c")
        return f"{scheme}://{self.address}/graphql ({protocols})"


def open_listeners(settings: Settings) -> list[Listener]:
    """Binds every address of the settings and listens on it.

    `bind` is TLS when there is a certificate and no `tls_bind`, else cleartext.

    Raises:
        StartupError: An address cannot be had, or the certificate cannot be used.
    """
    only_tls = settings.tls_cert is not None and not settings.tls_bind
    if settings.tls_cert is not None:
        _check_certificate(settings)
    return [
        *open_addresses("bind", settings.bind, secure=only_tls),
        *open_addresses("tls_bind", settings.tls_bind, secure=True),
    ]


def open_addresses(setting: str, addresses: Sequence[Address], *, secure: bool) -> list[Listener]:
    """Binds addresses and listens on them; StartupError, naming the setting, when one cannot be had."""
    return [_open(setting, address, secure=secure) for address in addresses]


def _open(setting: str, address: Address, *, secure: bool) -> Listener:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit both on Linux. Without the first, the end of an answer may wait 40 ms for the
        # acknowledgement of what went before it (Nagle's algorithm and delayed acknowledgements).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, WRITE_SECONDS * 1000)
        listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
        port: int = listener.getsockname()[1]
    except OSError as error:
        listener.close()
        raise StartupError(f"{setting}: cannot listen on {address}: {_reason(error)}") from None
    listener.settimeout(0)
    listener.set_inheritable(True)
    return Listener(listener.detach(), Address(address.host, port), secure)


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is in use by another program"
    return (error.strerror or str(error)).lower()


def _check_certificate(settings: Settings) -> None:
    for setting in ("tls_cert", "tls_key"):
        path = getattr(settings, setting)
        try:
            path.read_bytes()
        except OSError as error:
            raise StartupError(f"{setting}: cannot read {path}: {error.strerror}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(str(settings.tls_cert), str(settings.tls_key), password="")
    except ssl.SSLError as error:
        reason = error.reason or "not a PEM certificate and key"
        raise StartupError(
            f"tls_cert, tls_key: {settings.tls_cert} and {settings.tls_key} cannot be used: "
            f"{reason.lower().replace('_', ' ')}"
        ) from None

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest
from hypercorn.config import Config

from core.errors import StartupError
from server import listening
from server.listening import Listener, open_listeners
from server.runners.hypercorn import hypercorn_config, hypercorn_values
from server.setting_kinds import Address
from server.settings import Settings


def taken(listener: Listener) -> socket.socket:
    """The socket of a listener, which closes it in the end."""
    return socket.socket(fileno=listener.descriptor)


def test_a_free_port_is_told() -> None:
    [listener] = open_listeners(Settings(bind=(Address("127.0.0.1", 0),)))
    with taken(listener) as opened:
        assert opened.getsockname() == ("127.0.0.1", listener.address.port)
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        assert str(listener) == f"http://127.0.0.1:{listener.address.port}/graphql (HTTP/1.1, h2c)"


def test_a_busy_port_is_said_to_be_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        address = Address("127.0.0.1", busy.getsockname()[1])
        with pytest.raises(StartupError, match=r"^bind: cannot listen on .* in use by another program$"):
            open_listeners(Settings(bind=(address,)))


def test_connections_send_at_once() -> None:
    [listener] = open_listeners(Settings(bind=(Address("127.0.0.1", 0),)))
    with taken(listener) as opened, socket.create_connection(opened.getsockname()):
        opened.settimeout(5)
        accepted, _ = opened.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "WRITE_SECONDS", 1)
    [listener] = open_listeners(Settings(bind=(Address("127.0.0.1", 0),)))
    with taken(listener) as opened, socket.create_connection(opened.getsockname()):
        opened.settimeout(10)
        connection, _ = opened.accept()
        connection.settimeout(10)
        with connection, pytest.raises(TimeoutError) as caught:
            connection.sendall(b"x" * 50_000_000)
    assert caught.value.errno == errno.ETIMEDOUT


def test_a_host_that_has_no_address() -> None:
    with pytest.raises(StartupError, match=r"^bind: cannot listen on nowhere\.invalid:80: "):
        open_listeners(Settings(bind=(Address("nowhere.invalid", 80),)))


def test_hypercorn_knows_every_value_of_its_file() -> None:
    assert [name for name in hypercorn_values() if not hasattr(Config, name)] == []


def test_hypercorn_gets_the_sockets_of_the_settings() -> None:
    cleartext = Listener(7, Address("h", 1), secure=False)
    secure = Listener(8, Address("h", 2), secure=True)
    alone = hypercorn_config(Settings(), [cleartext])
    assert (alone.bind, alone.ssl_enabled) == (["fd://7"], False)
    both = hypercorn_config(Settings(tls_cert=Path("c"), tls_key=Path("k")), [cleartext, secure])
    assert (both.bind, both.insecure_bind, both.ssl_enabled) == (["fd://8"], ["fd://7"], True)
    assert both.keep_alive_timeout == hypercorn_values()["keep_alive_timeout"]

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.errors import StartupError
from server.runners import CLOSE_SECONDS, GRACE_SECONDS, SERVERS, granian, require_server
from server.runners.hypercorn import hypercorn_values

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_is_installed(name: str) -> None:
    require_server(name)


def test_a_server_that_is_not_installed_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "granian", None)
    with pytest.raises(StartupError) as caught:
        require_server("granian")
    assert str(caught.value) == (
        'server is granian, but the package granian is not installed: pip install "loadstone[granian]"'
    )


def test_servers_do_the_same() -> None:
    values = hypercorn_values()
    assert values["graceful_timeout"] == GRACE_SECONDS
    assert values["shutdown_timeout"] == CLOSE_SECONDS
    assert values["keep_alive_timeout"] == granian.KEEP_ALIVE_SECONDS
    assert values["h2_max_concurrent_streams"] == granian.MAX_STREAMS
    assert values["h11_max_incomplete_size"] == values["h2_max_header_list_size"] == granian.MAX_HEAD_BYTES


RSA = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize(
    ("key", "form", "usable"),
    [
        (RSA, PrivateFormat.PKCS8, True),
        (RSA, PrivateFormat.TraditionalOpenSSL, True),
        (ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8, True),
        (ec.generate_private_key(ec.SECP256R1()), PrivateFormat.TraditionalOpenSSL, True),
        (ec.generate_private_key(ec.SECP384R1()), PrivateFormat.TraditionalOpenSSL, True),
        (ec.generate_private_key(ec.SECP521R1()), PrivateFormat.PKCS8, False),
        (ec.generate_private_key(ec.SECP521R1()), PrivateFormat.TraditionalOpenSSL, False),
        (ed25519.Ed25519PrivateKey.generate(), PrivateFormat.PKCS8, True),
        (ed448.Ed448PrivateKey.generate(), PrivateFormat.PKCS8, False),
    ],
)
def test_a_key_that_granian_cannot_use_is_refused(
    key: ec.EllipticCurvePrivateKey, form: PrivateFormat, *, usable: bool, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    if usable:
        granian.check_key(path)
    else:
        with pytest.raises(StartupError, match=r"^tls_key: granian uses keys of RSA, .* is of another kind$"):
            granian.check_key(path)

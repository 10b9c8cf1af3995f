"""Key files and sets of keys: what can be a key, and what ends the start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from core.errors import StartupError
from server.identity.keys import keys_of_file, keys_of_jwks, keys_of_secret
from tests.support.tokens import PRIVATE_KEYS, base64url, public_jwk, public_pem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def message(path: Path, content: str | bytes | None) -> str:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StartupError) as caught:
        keys_of_file(path)
    told = str(caught.value)
    assert told.startswith("jwt_key_file: ")
    assert "\n" not in told
    return told


def pem_of(key: Any) -> str:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def jwk_of_secret(length: int) -> dict[str, Any]:
    return {"kty": "oct", "k": base64url(b"s" * length)}


def test_a_file_may_have_several_pem_keys(path: Path) -> None:
    old = PRIVATE_KEYS["RS256"].public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    path.write_text(f"The old one:\n{old}\n{public_pem('ES384')}{public_pem('Ed448')}")
    algorithms = [key.algorithms for key in keys_of_file(path).keys]
    assert algorithms == [
        {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
        {"ES384"},
        {"EdDSA"},
    ]


def test_a_file_may_be_a_jwk_or_a_set_of_them(path: Path) -> None:
    path.write_text(json.dumps(public_jwk("ES256", kid="a", use="sig", key_ops=["verify"])))
    [key] = keys_of_file(path).keys
    assert key.kid == "a"
    assert key.algorithms == {"ES256"}
    path.write_text(json.dumps({"keys": [public_jwk("EdDSA", kid="b"), jwk_of_secret(48)]}))
    assert [key.algorithms for key in keys_of_file(path).keys] == [{"EdDSA"}, {"HS256", "HS384"}]


def private_pem() -> bytes:
    pem: bytes = PRIVATE_KEYS["ES256"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"\xff", "it is not UTF-8"),
        ("", "it has no PEM key and is no JWK"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "keys: "),
        (private_pem(), "public keys alone, not a PRIVATE KEY"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "not a CERTIFICATE"),
        (pem_of(rsa.generate_private_key(65537, 1024)), "at least 2048 bits"),  # noqa: S505
        (pem_of(ec.generate_private_key(ec.SECP256K1())), "curve secp256k1"),
        (pem_of(x25519.X25519PrivateKey.generate()), "must be RSA, EC or EdDSA"),
        ("{", "keys: "),
        ("{}", "kty of a key must be"),
        ('{"keys": []}', "it has no key"),
        (json.dumps(jwk_of_secret(31)), "at least 32 bytes"),
        (json.dumps(public_jwk("ES256", d="AAAA")), "not a private one"),
        (json.dumps(public_jwk("ES256", use="enc")), "not for verifying"),
        (json.dumps(public_jwk("ES256", key_ops=["sign"])), "not for verifying"),
        (json.dumps(public_jwk("ES256", alg="HS256")), "alg of a key"),
        (json.dumps(public_jwk("ES256", alg="none")), "alg of a key"),
        (json.dumps(public_jwk("ES256", alg=["ES256"])), "keys: "),
        (json.dumps(public_jwk("ES256", kid=1)), "kid of a key"),
        (json.dumps(public_jwk("ES256", crv="P-384")), "keys: "),
        (json.dumps({**public_jwk("ES256"), "x": 1}), "keys: "),
    ],
    ids=range(22),
)
def test_files_that_have_no_key(content: str | bytes | None, why: str, path: Path) -> None:
    assert why in message(path, content)


def test_a_published_set_may_have_keys_that_are_not_for_us() -> None:
    keys = keys_of_jwks({
        "keys": [
            public_jwk("RS256", use="enc"),
            {"kty": "new"},
            {},
            jwk_of_secret(32),
            public_jwk("ES256", d="AAAA"),
            public_jwk("ES384", kid="good"),
        ]
    })  # fmt: skip
    assert [key.kid for key in keys.keys] == ["good"]


def test_no_key_shows_itself() -> None:
    assert "sssss" not in repr(keys_of_secret("s" * 32))


@pytest.mark.parametrize("secret", [public_pem("RS256"), json.dumps(public_jwk("RS256"))])
def test_a_public_key_is_no_secret(secret: str) -> None:
    with pytest.raises(StartupError, match=r"jwt_secret: .* public keys belong in jwt_key_file"):
        keys_of_secret(secret)

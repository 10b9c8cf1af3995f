"""Tokens as issuers make them, and as attackers do."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 1_800_000_000
"""What time it is for verifiers in tests, in seconds since the epoch."""

SECRET = "a secret of thirty-two characters"  # noqa: S105

PRIVATE_KEYS: Mapping[str, Any] = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "Ed448": ed448.Ed448PrivateKey.generate(),
}
"""A key of each kind, by an algorithm of its own (Ed448's is EdDSA too)."""


def claims(**changed: Any) -> dict[str, Any]:
    """Claims that hold, with some changed; None takes one away."""
    made = {"role": "traveller", "sub": "17", "exp": NOW + 60, **changed}
    return {name: value for name, value in made.items() if value is not None}


def base64url(data: bytes) -> str:
    """As tokens have it: without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(
    payload: Mapping[str, Any] | bytes,
    algorithm: str = "HS256",
    key: Any = SECRET,
    header: Mapping[str, Any] | bytes | None = None,
) -> str:
    """A token with a payload, and a header if given, exactly as they are; signed all the same.

    Args:
        payload: The claims, or their bytes.
        algorithm: What it is signed by.
        key: What it is signed with.
        header: The header, or its bytes; with `algorithm` as its `alg` unless given.
    """
    head = {"alg": algorithm, "typ": "JWT"} if header is None else header
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (head, payload)]
    signed = ".".join(map(base64url, parts))
    made = jwt.get_algorithm_by_name(algorithm)
    prepared = key.encode() if isinstance(key, str) else key
    return f"{signed}.{base64url(made.sign(signed.encode(), prepared))}"


def public_jwk(name: str, **members: Any) -> dict[str, Any]:
    """The public JWK of a key."""
    key = PRIVATE_KEYS[name].public_key()
    algorithm = jwt.get_algorithm_by_name("EdDSA" if name == "Ed448" else name)
    made: dict[str, Any] = {**algorithm.to_jwk(key, as_dict=True), **members}
    made.pop("key_ops", None)
    return {**made, **members}


def public_pem(name: str) -> str:
    """The public key in PEM."""
    pem: bytes = PRIVATE_KEYS[name].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()

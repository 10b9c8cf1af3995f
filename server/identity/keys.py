"""Keys that tokens are verified with. What a key may verify follows from the key, never from the token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from core.errors import StartupError
from server.identity.algorithms import (
    CURVE_ALGORITHMS,
    EDWARDS_ALGORITHM,
    MIN_RSA_BITS,
    PUBLIC_KEY_ALGORITHMS,
    RSA_ALGORITHMS,
    SECRET_ALGORITHMS,
    SHORTEST_SECRET,
)
from server.identity.strict_json import read_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_KEYS = 100
"""How many keys one set may have: a token without a key id is tried with each."""

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_PEM_PUBLIC = frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"})

_UNUSABLE = (ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm, jwt.PyJWTError)
"""What reading a key raises that is none."""


class Verdict(Enum):
    """What a set of keys says of a signature."""

    VALID = "valid"
    WRONG_SIGNATURE = "wrong signature"
    UNKNOWN_KEY = "unknown key"
    UNKNOWN_ALGORITHM = "unknown algorithm"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key.

    Attributes:
        kid: Its id; None where it has none, and may be meant by any.
        algorithms: What it verifies.
        key: The secret's bytes, or the public key.
    """

    kid: str | None
    algorithms: frozenset[str]
    key: Any = field(repr=False)

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Whether it has made that signature, by one of its algorithms."""
        verified: bool = jwt.get_algorithm_by_name(algorithm).verify(signed, self.key, signature)
        return verified


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A set of keys.

    Attributes:
        keys: The keys.
        kids: Their ids.
    """

    keys: tuple[VerificationKey, ...]
    kids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kids", frozenset(key.kid for key in self.keys if key.kid is not None))

    def __add__(self, other: Keys) -> Keys:
        return Keys((*self.keys, *other.keys))

    def check(self, algorithm: str, kid: str | None, signed: bytes, signature: bytes) -> Verdict:
        """What becomes of a signature.

        Args:
            algorithm: Which the token says it is by.
            kid: Which key the token says it is by; None where it does not say.
            signed: What is signed.
            signature: The signature.
        """
        able = [key for key in self.keys if algorithm in key.algorithms]
        if not able:
            return Verdict.UNKNOWN_ALGORITHM
        meant = [key for key in able if kid is None or key.kid is None or key.kid == kid]
        if not meant:
            return Verdict.UNKNOWN_KEY
        if any(key.verifies(algorithm, signed, signature) for key in meant):
            return Verdict.VALID
        return Verdict.WRONG_SIGNATURE


NO_KEYS = Keys(())


def secret_key(secret: bytes, kid: str | None = None) -> VerificationKey:
    """A shared secret as a key.

    Raises:
        ValueError: It is too short for any algorithm, or a key of another kind.
    """
    algorithms = frozenset(name for name, least in SECRET_ALGORITHMS.items() if len(secret) >= least)
    if not algorithms:
        raise ValueError(f"a secret must have at least {SHORTEST_SECRET} bytes")
    try:
        jwt.get_algorithm_by_name("HS256").prepare_key(secret)
    except jwt.InvalidKeyError:
        raise ValueError("it is a key of another kind, not a shared secret") from None
    return VerificationKey(kid, algorithms, secret)


def keys_of_secret(secret: str) -> Keys:
    """The key that `jwt_secret` is.

    Raises:
        StartupError: It is a key of another kind.
    """
    try:
        return Keys((secret_key(secret.encode()),))
    except ValueError as error:
        raise StartupError(f"jwt_secret: {error}; public keys belong in jwt_key_file") from None


def keys_of_file(path: Path) -> Keys:
    """The keys of a file: public keys in PEM, a JWK or a set of them.

    Raises:
        StartupError: It cannot be read, or has no key, or one that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise StartupError(f"jwt_key_file: cannot read {path}: {reason}") from None
    try:
        keys = _keys_of_jwks_text(text) if text.lstrip().startswith("{") else _keys_of_pem(text)
    except _UNUSABLE as error:
        told = " ".join(str(error).split())
        raise StartupError(f"jwt_key_file: {path}: {told}") from None
    return Keys(tuple(keys))


def keys_of_jwks(document: Mapping[str, Any]) -> Keys:
    """The usable keys of a published set: public ones, for signatures, of kinds that are known here.

    Raises:
        ValueError: It is no set of keys.
    """
    usable = []
    for jwk in _members_of(document):
        try:
            key = _key_of_jwk(jwk)
        except _UNUSABLE:
            continue  # for another purpose, or for readers that know more: RFC 7517, 5
        if key.algorithms <= PUBLIC_KEY_ALGORITHMS:  # a secret that is published is none
            usable.append(key)
    return Keys(tuple(usable))


def _keys_of_jwks_text(text: str) -> list[VerificationKey]:
    document = read_object(text.encode())
    if "keys" not in document:
        return [_key_of_jwk(document)]
    found = [_key_of_jwk(jwk) for jwk in _members_of(document)]
    if not found:
        raise ValueError("it has no key")
    return found


def _members_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    members = document.get("keys")
    if not isinstance(members, list) or not all(isinstance(jwk, dict) for jwk in members):
        raise ValueError("it is no set of keys")
    if len(members) > MAX_KEYS:
        raise ValueError(f"it has more than {MAX_KEYS} keys")
    return members


def _keys_of_pem(text: str) -> Iterable[VerificationKey]:
    blocks = list(_PEM.finditer(text))
    if not blocks:
        raise ValueError("it has no PEM key and is no JWK")
    if len(blocks) > MAX_KEYS:
        raise ValueError(f"it has more than {MAX_KEYS} keys")
    for block in blocks:
        if block[1] not in _PEM_PUBLIC:
            raise ValueError(f"it must have public keys alone, not a {block[1]}")
    return [_public_key(load_pem_public_key(block[0].encode()), None) for block in blocks]


def _key_of_jwk(jwk: dict[str, Any]) -> VerificationKey:
    kid, use, operations, only = (jwk.get(name) for name in ("kid", "use", "key_ops", "alg"))
    if kid is not None and not isinstance(kid, str):
        raise ValueError("the kid of a key must be a text")
    if use not in {None, "sig"} or (operations is not None and "verify" not in operations):
        raise ValueError("a key is not for verifying signatures")
    kind = jwk.get("kty")
    if kind == "oct":
        key = secret_key(jwt.algorithms.HMACAlgorithm.from_jwk(jwk), kid)
    elif "d" in jwk:
        raise ValueError("it must have public keys alone, not a private one")
    elif kind == "RSA":
        key = _public_key(jwt.algorithms.RSAAlgorithm.from_jwk(jwk), kid)
    elif kind == "EC":
        key = _public_key(jwt.algorithms.ECAlgorithm.from_jwk(jwk), kid)
    elif kind == "OKP":
        key = _public_key(jwt.algorithms.OKPAlgorithm.from_jwk(jwk), kid)
    else:
        raise ValueError("the kty of a key must be RSA, EC, OKP or oct")
    if only is None:
        return key
    if only not in key.algorithms:
        raise ValueError("the alg of a key does not go with it")
    return VerificationKey(kid, frozenset({only}), key.key)


def _public_key(key: object, kid: str | None) -> VerificationKey:
    match key:
        case RSAPublicKey():
            if key.key_size < MIN_RSA_BITS:
                raise ValueError(f"an RSA key must have at least {MIN_RSA_BITS} bits")
            return VerificationKey(kid, RSA_ALGORITHMS, key)
        case EllipticCurvePublicKey():
            algorithm = CURVE_ALGORITHMS.get(key.curve.name)
            if algorithm is None:
                raise ValueError(f"keys on the curve {key.curve.name} are not known here")
            return VerificationKey(kid, frozenset({algorithm}), key)
        case Ed25519PublicKey() | Ed448PublicKey():
            return VerificationKey(kid, frozenset({EDWARDS_ALGORITHM}), key)
        case _:
            raise ValueError("keys must be RSA, EC or EdDSA")

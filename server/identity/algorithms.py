"""Signature algorithms of tokens (RFC 7518, 8037) and what their keys must be. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_ALGORITHMS: Mapping[str, int] = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Algorithms of a shared secret, and the bytes it must have at least (RFC 7518, 3.2)."""

SHORTEST_SECRET = min(SECRET_ALGORITHMS.values())

RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})

MIN_RSA_BITS = 2048

CURVE_ALGORITHMS: Mapping[str, str] = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
"""The algorithm of each elliptic curve."""

EDWARDS_ALGORITHM = "EdDSA"

PUBLIC_KEY_ALGORITHMS = frozenset({*RSA_ALGORITHMS, *CURVE_ALGORITHMS.values(), EDWARDS_ALGORITHM})
"""Algorithms whose keys can be published."""

"""Tokens made here, for development: in production an issuer of yours makes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt

from core.errors import StartupError
from server.identity.keys import keys_of_secret
from server.identity.role_claim import check_role, claim_path
from server.identity.strict_json import check_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.settings import Settings

ALGORITHM = "HS256"
LONGEST_SECONDS = 10 * 365 * 86_400


def mint_token(settings: Settings, role: str, given: Iterable[str], seconds: int, now: float) -> str:
    """A token that the server of these settings takes.

    Args:
        settings: All settings; `jwt_secret` must be set.
        role: Its role.
        given: Further claims, each as `name=value`; the value is JSON, or else a text.
        seconds: How long it holds.
        now: Seconds since the epoch.

    Raises:
        StartupError: There is no secret, or a claim or the role is wrong.
    """
    if settings.jwt_secret is None:
        raise StartupError("jwt_secret is not set: tokens are made with it")
    keys_of_secret(settings.jwt_secret)
    try:
        check_role(role)
    except ValueError as error:
        raise StartupError(f"--role must be {error}") from None
    if settings.jwt_roles and role not in settings.jwt_roles:
        raise StartupError(f"--role must be one of jwt_roles, not {role!r}")
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise StartupError(f"--seconds must be from 1 to {LONGEST_SECONDS}, not {seconds}")
    claims: dict[str, Any] = {"iat": int(now), "exp": int(now) + seconds}
    if settings.jwt_issuer is not None:
        claims["iss"] = settings.jwt_issuer
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience[0]
    claims.update(_claim(text) for text in given)
    _put_role(claims, settings.jwt_role_claim, role)
    return jwt.encode(claims, settings.jwt_secret, ALGORITHM)


def _claim(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise StartupError(f"--claim must be NAME=VALUE, not {text!r}")
    try:
        read: object = json.loads(value)
    except ValueError:
        read = value
    try:
        check_value(read)
    except ValueError as error:
        raise StartupError(f"--claim {name}: {error}") from None
    return name, read


def _put_role(claims: dict[str, Any], path: str, role: str) -> None:
    *outer, last = claim_path(path)
    holder = claims
    for key in outer:
        holder = holder.setdefault(key, {})
        if not isinstance(holder, dict):
            raise StartupError(f"--claim {json.dumps(key)} must be an object: the role stands in it")
    holder[last] = role

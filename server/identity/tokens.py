"""Tokens (RFC 7519, 7515): from the text of one to an identity, or to why not."""

from __future__ import annotations

import base64
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from db.identity import Identity
from server.identity.algorithms import PUBLIC_KEY_ALGORITHMS
from server.identity.keys import Keys, Verdict
from server.identity.refusals import forbidden, invalid_token, not_verifiable
from server.identity.role_claim import check_role, role_at
from server.identity.strict_json import read_object
from server.strict_json import DuplicateMemberError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.identity.role_claim import ClaimPath

MAX_BYTES = 8192
"""The longest token that is looked at."""

SKEW_SECONDS = 30.0
"""How far the clock of who issued a token may be from ours."""

KEPT = 4096
"""How many tokens are kept with what they came to."""

RETRY_SECONDS = 60

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

_REFUSED: Mapping[Verdict, str] = {
    Verdict.WRONG_SIGNATURE: "The signature of the token is not valid.",
    Verdict.UNKNOWN_KEY: "The token is signed by a key that is not known here.",
    Verdict.UNKNOWN_ALGORITHM: "The token is signed by an algorithm that is not accepted here.",
}
_MALFORMED = "The token is not well-formed."


class KeySource(Protocol):
    """Where keys come from. They may be others later; `keys` is then another object."""

    @property
    def keys(self) -> Keys:
        """The keys that hold now."""

    @property
    def complete(self) -> bool:
        """Whether all keys are there that there ought to be."""

    async def renew(self) -> bool:
        """Looks for newer keys, unless that was done a moment ago; says whether it has looked."""


@dataclass(frozen=True, slots=True)
class FixedKeys:
    """Keys that stay as they are."""

    keys: Keys
    complete: bool = True

    async def renew(self) -> bool:
        """There are no newer ones."""
        return False


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What must hold of a token beside its signature.

    Attributes:
        role_claim: Where its role stands.
        roles: Which roles it may name; None for any.
        audience: Whom it must be for, one of these; none for whomever.
        issuer: Who must have issued it; None for whoever.
    """

    role_claim: ClaimPath = ("role",)
    roles: frozenset[str] | None = None
    audience: frozenset[str] = frozenset()
    issuer: str | None = None


class _Token(NamedTuple):
    algorithm: str
    kid: str | None
    signed: bytes
    signature: bytes
    payload: bytes


class _Known(NamedTuple):
    identity: Identity
    until: float


class TokenVerifier:
    """Makes identities of tokens.

    A token that has been verified is kept until it expires, or the keys change: it costs its signature once,
    and gives the same `Identity` each time.

    Args:
        source: The keys.
        rules: What else must hold.
        kept: How many tokens are kept, those asked for last.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        source: KeySource,
        rules: TokenRules,
        *,
        kept: int = KEPT,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._rules = rules
        self._most = kept
        self._now = now
        self._kept: OrderedDict[str, _Known] = OrderedDict()
        self._kept_for = source.keys

    @property
    def count(self) -> int:
        """How many tokens are kept."""
        return len(self._kept)

    def known(self, token: str) -> Identity | None:
        """The identity of a token that has been verified, and still holds; None where it must be verified."""
        if self._source.keys is not self._kept_for:
            self._kept.clear()
            self._kept_for = self._source.keys
        known = self._kept.get(token)
        if known is None:
            return None
        if self._now() >= known.until:
            del self._kept[token]
            return None
        self._kept.move_to_end(token)
        return known.identity

    async def identify(self, token: str) -> Identity:
        """The identity of a token.

        Raises:
            HttpError: 401, with why; 403 where its role is not allowed; 503 where its key cannot be had.
        """
        known = self.known(token)
        if known is not None:
            return known
        parsed = _parse(token)
        await self._check_signature(parsed)
        claims = _read(parsed.payload)
        expires = _check_claims(claims, self._rules, self._now())
        # The text as it was signed: what is made of it again might have other numbers.
        identity = Identity(_role(claims, self._rules), parsed.payload.decode())
        self._keep(token, _Known(identity, expires + SKEW_SECONDS))
        return identity

    async def _check_signature(self, token: _Token) -> None:
        verdict = self._check(token)
        published = token.algorithm in PUBLIC_KEY_ALGORITHMS
        if (
            verdict is not Verdict.VALID
            and published
            and token.kid is not None
            and token.kid not in self._source.keys.kids
            and await self._source.renew()
        ):
            verdict = self._check(token)
        if verdict is Verdict.VALID:
            return
        if published and not self._source.complete:
            raise not_verifiable(RETRY_SECONDS)
        raise invalid_token(_REFUSED[verdict])

    def _check(self, token: _Token) -> Verdict:
        return self._source.keys.check(token.algorithm, token.kid, token.signed, token.signature)

    def _keep(self, token: str, known: _Known) -> None:
        self._kept[token] = known
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _parse(text: str) -> _Token:
    if len(text) > MAX_BYTES:
        raise invalid_token(f"The token is longer than {MAX_BYTES} bytes.")
    if _COMPACT.fullmatch(text) is None:
        raise invalid_token(_MALFORMED)
    head, payload, signature = text.split(".")
    header = _read(_decoded(head))
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or not isinstance(kid, str | None):
        raise invalid_token(_MALFORMED)
    if "crit" in header:
        raise invalid_token("The token has critical extensions, of which none is known here.")
    if header.get("b64", True) is not True:
        raise invalid_token(_MALFORMED)
    signed = text[: len(head) + 1 + len(payload)].encode("ascii")
    return _Token(algorithm, kid, signed, _decoded(signature), _decoded(payload))


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise invalid_token(_MALFORMED) from None


def _read(part: bytes) -> dict[str, Any]:
    try:
        return read_object(part)
    except DuplicateMemberError:
        raise invalid_token("The token has a member twice.") from None
    except ValueError:
        raise invalid_token(_MALFORMED) from None


def _check_claims(claims: Mapping[str, Any], rules: TokenRules, now: float) -> float:
    """When the token expires, in seconds since the epoch; HttpError where it does not hold."""
    expires = _date(claims, "exp")
    if expires is None:
        raise invalid_token("The token does not say when it expires (exp).")
    if now >= expires + SKEW_SECONDS:
        raise invalid_token("The token has expired.")
    begins, issued = _date(claims, "nbf"), _date(claims, "iat")
    if begins is not None and now < begins - SKEW_SECONDS:
        raise invalid_token("The token does not hold yet (nbf).")
    if issued is not None and now < issued - SKEW_SECONDS:
        raise invalid_token("The token was issued in the future (iat).")
    if rules.issuer is not None and claims.get("iss") != rules.issuer:
        raise invalid_token("The token is from another issuer (iss).")
    if rules.audience and rules.audience.isdisjoint(_audience(claims.get("aud"))):
        raise invalid_token("The token is for another audience (aud).")
    return expires


def _date(claims: Mapping[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid_token(f"The {name} of the token is no number.")
    return float(value)


def _audience(given: object) -> list[str]:
    values = given if isinstance(given, list) else [given]
    return [value for value in values if isinstance(value, str)]


def _role(claims: Mapping[str, Any], rules: TokenRules) -> str:
    role = role_at(rules.role_claim, claims)
    if role is None:
        raise invalid_token("The token names no role.")
    if not isinstance(role, str):
        raise invalid_token("The role of the token is no text.")
    if rules.roles is not None and role not in rules.roles:
        raise forbidden("The role of the token is not allowed here.")
    try:
        return check_role(role)
    except ValueError:
        raise forbidden("The role of the token is not allowed here.") from None

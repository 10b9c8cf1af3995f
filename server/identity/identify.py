"""The stage that says who asks: the header fields of a request → an identity, or why there is none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import ErrorCode, RequestError
from db.identity import LOGIN, Identity
from schema.extending import Authenticator, Caller, Request
from server.identity.refusals import ambiguous, forbidden, invalid_token, unauthenticated
from server.identity.role_claim import check_role
from server.identity.strict_json import write_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schema.extensions import Extension
    from server.identity.api_keys import ApiKeys
    from server.identity.tokens import TokenVerifier

AUTHORIZATION = "authorization"
API_KEY = "x-api-key"

_SCHEME = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """Says who sent a request.

    Attributes:
        anonymous: Who asks without credentials; None where nobody may. `LOGIN` where authentication is off.
        tokens: Verifies tokens; None where none are accepted.
        api_keys: Knows API keys; None where none are accepted.
        authenticators: Functions of users, which are asked first, in their order.
        seconds: How long these may take, together.
    """

    anonymous: Identity | None
    tokens: TokenVerifier | None = None
    api_keys: ApiKeys | None = None
    authenticators: tuple[Authenticator, ...] = ()
    seconds: float = 20.0

    def with_extensions(self, extensions: Sequence[Extension]) -> Identifier:
        """The same with the functions of these extensions in place of those before.

        Where authentication was off, requests whose sender these do not know are refused from now on.
        """
        authenticators = authenticators_of(extensions)
        anonymous = None if self.anonymous is LOGIN and authenticators else self.anonymous
        return replace(self, authenticators=authenticators, anonymous=anonymous)

    def is_anonymous(self, identity: Identity) -> bool:
        """Whether that is who asks without credentials."""
        return identity is self.anonymous

    @property
    def asks_code(self) -> bool:
        """Whether functions of users say who asks, by header fields that only they know."""
        return bool(self.authenticators)

    async def identify(self, headers: Mapping[str, str]) -> Identity:
        """Who sent a request.

        It waits for nothing but functions of users, and now and then for a key that is not known yet.

        Args:
            headers: The header fields, by their names in lower case.

        Raises:
            HttpError: 401 where credentials are missing or not taken; 400 for two of them; 403 for a role
                that is not allowed; 503 where a token cannot be verified now.
            RequestError: What a function of a user raised, or it took too long (TIMEOUT).
        """
        if self.authenticators:
            identity = await self._ask(headers)
            if identity is not None:
                return identity
        authorization = headers.get(AUTHORIZATION)
        # Where no API keys are accepted, the field is meant for somebody else.
        api_key = None if self.api_keys is None else headers.get(API_KEY)
        if authorization is None:
            if api_key is not None and self.api_keys is not None:
                return self.api_keys.identify(api_key)
            return self._without_credentials()
        if api_key is not None:
            raise ambiguous()
        if self.tokens is None:
            if self.anonymous is LOGIN:
                return LOGIN
            raise invalid_token("Tokens are not accepted here.")
        token = _bearer_token(authorization)
        return self.tokens.known(token) or await self.tokens.identify(token)

    def _without_credentials(self) -> Identity:
        if self.anonymous is None:
            raise unauthenticated("Credentials are needed.")
        return self.anonymous

    async def _ask(self, headers: Mapping[str, str]) -> Identity | None:
        request = Request(MappingProxyType(headers))
        try:
            async with asyncio.timeout(self.seconds) as limit:
                for authenticator in self.authenticators:
                    caller = await authenticator.function(request)
                    if caller is not None:
                        return _identity_of(caller, authenticator)
        except TimeoutError:
            if not limit.expired():
                raise
            message = f"Authentication took longer than {self.seconds:g} seconds."
            raise RequestError(message, ErrorCode.TIMEOUT) from None
        except RequestError as error:
            raise _refusal(error) from None
        return None


def _bearer_token(authorization: str) -> str:
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise unauthenticated("The Authorization header must be Bearer and a token.")
    return authorization[len(_SCHEME) :].strip(" ")


def _identity_of(caller: Caller, authenticator: Authenticator) -> Identity:
    if not isinstance(caller, Caller):
        raise TypeError(f"{authenticator.name} must return a Caller or None, not a {type(caller).__name__}")
    claims = None if caller.claims is None else write_object(dict(caller.claims))
    return Identity(check_role(caller.role), claims)


def _refusal(error: RequestError) -> RequestError:
    match error.extensions["code"]:
        case ErrorCode.UNAUTHENTICATED:
            return unauthenticated(error.message)
        case ErrorCode.FORBIDDEN:
            return forbidden(error.message)
        case _:
            return error


def authenticators_of(extensions: Sequence[Extension]) -> tuple[Authenticator, ...]:
    """Each function that authenticates once, in the order of the extensions."""
    return tuple(dict.fromkeys(each for extension in extensions for each in extension.authenticators))

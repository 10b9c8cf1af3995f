"""From settings to what says who asks."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from db.identity import LOGIN, Identity
from server.identity.api_keys import load_api_keys
from server.identity.identify import Identifier, authenticators_of
from server.identity.jwks import Jwks
from server.identity.keys import NO_KEYS, keys_of_file, keys_of_secret
from server.identity.role_claim import claim_path
from server.identity.tokens import FixedKeys, TokenRules, TokenVerifier

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from schema.extensions import Extension
    from server.identity.tokens import KeySource
    from server.settings import Settings


@asynccontextmanager
async def open_identifier(
    settings: Settings, extensions: Sequence[Extension] = ()
) -> AsyncIterator[Identifier]:
    """What says who asks, by the settings; leaving the context ends what it does in the background.

    Keys by `jwt_jwks_url` are looked for at once. Where they cannot be had, the log says so, and they are
    looked for again.

    Args:
        settings: All settings.
        extensions: What modules of users add.

    Raises:
        StartupError: A file cannot be read, or has something in it that cannot be used.
    """
    api_keys = None if settings.api_keys_file is None else load_api_keys(settings.api_keys_file)
    authenticators = authenticators_of(extensions)
    anonymous = None if settings.anonymous_role is None else Identity(settings.anonymous_role)
    if not settings.authenticates and not authenticators:
        anonymous = LOGIN
    async with _open_tokens(settings) as tokens:
        yield Identifier(
            anonymous=anonymous,
            tokens=tokens,
            api_keys=api_keys,
            authenticators=authenticators,
            seconds=settings.request_timeout,
        )


@asynccontextmanager
async def _open_tokens(settings: Settings) -> AsyncIterator[TokenVerifier | None]:
    if not settings.accepts_tokens:
        yield None
        return
    rules = TokenRules(
        role_claim=claim_path(settings.jwt_role_claim),
        roles=frozenset(settings.jwt_roles) or None,
        audience=frozenset(settings.jwt_audience),
        issuer=settings.jwt_issuer,
    )
    async with _open_keys(settings) as source:
        yield TokenVerifier(source, rules)


@asynccontextmanager
async def _open_keys(settings: Settings) -> AsyncIterator[KeySource]:
    keys = NO_KEYS
    if settings.jwt_secret is not None:
        keys += keys_of_secret(settings.jwt_secret)
    if settings.jwt_key_file is not None:
        keys += keys_of_file(settings.jwt_key_file)
    if settings.jwt_jwks_url is None:
        yield FixedKeys(keys)
        return
    source = Jwks(settings.jwt_jwks_url, keys)
    await source.renew()
    running = asyncio.create_task(source.run())
    try:
        yield source
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await source.close()

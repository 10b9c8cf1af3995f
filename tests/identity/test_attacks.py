"""Attacks on tokens against a whole service, while no connection of its pool is to be had."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.application import open_service
from server.routes import route
from server.settings import Settings
from tests.identity.conftest import DATABASE, ROLES
from tests.support.channel import channel_maker
from tests.support.tokens import PRIVATE_KEYS, SECRET, base64url, compact, public_pem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from server.service import Service

POOL = 2


def claims(**changed: Any) -> dict[str, Any]:
    made = {"role": "member", "sub": "member 1", "exp": time.time() + 60, **changed}
    return {name: value for name, value in made.items() if value is not None}


def unsigned(payload: dict[str, Any]) -> str:
    head = base64url(b'{"alg":"none"}')
    return f"{head}.{base64url(json.dumps(payload).encode())}."


ATTACKS: dict[str, tuple[Callable[[], str], int]] = {
    "alg none": (lambda: unsigned(claims()), 401),
    "signed with the public key as secret": (
        lambda: compact(claims(), "HS256", public_pem("RS256").ljust(64)),
        401,
    ),
    "another family's algorithm": (lambda: compact(claims(), "ES256", PRIVATE_KEYS["ES256"]), 401),
    "another secret": (lambda: compact(claims(), "HS256", "x" * 32), 401),
    "crit": (lambda: compact(claims(), header={"alg": "HS256", "crit": ["exp"]}), 401),
    "without exp": (lambda: compact(claims(exp=None)), 401),
    "expired": (lambda: compact(claims(exp=time.time() - 31)), 401),
    "not yet": (lambda: compact(claims(nbf=time.time() + 60)), 401),
    "role an object": (lambda: compact(claims(role={"name": "clerk"})), 401),
    "role a list": (lambda: compact(claims(role=["clerk"])), 401),
    "no role": (lambda: compact(claims(role=None)), 401),
    "two roles": (
        lambda: compact(b'{"role": "member", "exp": %d, "role": "clerk"}' % (time.time() + 60)),
        401,
    ),
    "unknown role": (lambda: compact(claims(role="nobody")), 403),
    "superuser": (lambda: compact(claims(role="postgres")), 403),
    "BYPASSRLS": (lambda: compact(claims(role="mighty")), 403),
    "the login role": (lambda: compact(claims(role="login_of_tests")), 403),
    "a role that the login role may not become": (lambda: compact(claims(role="stranger")), 403),
    "no token": (lambda: "", 401),
    "rubbish": (lambda: "a.b.c", 401),
    "endless": (lambda: "a" * 100_000, 401),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file: Path = tmp_path_factory.mktemp("keys") / "rs256.pem"
    file.write_text(public_pem("RS256"))
    return file


@pytest.fixture(scope="module")
async def service(create_database: Callable[[str], Awaitable[str]], keys: Path) -> AsyncIterator[Service]:
    url = await create_database(ROLES + DATABASE)
    settings = Settings(
        database_url=url.replace("//postgres@", "//login_of_tests@"),
        jwt_secret=SECRET,
        jwt_key_file=keys,
        pool_size=POOL,
    )
    async with open_service(settings) as opened:
        await opened.live.engine("member")
        yield opened


async def ask(service: Service, authorization: str) -> tuple[int, dict[str, Any]]:
    asked = channel_maker()(
        "POST",
        "/graphql",
        b'{"query": "{ __typename whoami }"}',
        headers={"authorization": authorization, "accept": "application/graphql-response+json"},
    )
    response = await route(asked.exchange, service)
    return response.status, orjson.loads(response.body)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_attacks_are_refused_without_a_connection(service: Service, attack: str) -> None:
    make, status = ATTACKS[attack]
    [pool] = service.live.builder.pools
    held = [await pool.take() for _ in range(POOL)]
    try:
        found, body = await ask(service, f"Bearer {make()}")
    finally:
        for connection in held:
            await pool.release(connection)
    code = {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}[status]
    assert (found, body["errors"][0]["extensions"]["code"]) == (status, code)
    assert set(body) == {"errors"}


async def test_a_token_that_holds_is_taken(service: Service) -> None:
    for token in (compact(claims()), compact(claims(), "RS256", PRIVATE_KEYS["RS256"])):
        status, body = await ask(service, f"Bearer {token}")
        assert (status, body) == (200, {"data": {"__typename": "Query", "whoami": "member"}})
    assert (await ask(service, f"Bearer {compact(claims(exp=time.time() - 25))}"))[0] == 200

"""Keys that are published: rotated, withdrawn, slow, huge, redirected, away, and asked for by a flood."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from server.http.errors import HttpError
from server.identity.jwks import (
    LONGEST_REFRESH_SECONDS,
    MAX_BYTES,
    REFRESH_SECONDS,
    Fetched,
    FetchFailedError,
    Jwks,
    fetch,
    in_thread,
)
from server.identity.keys import keys_of_secret
from server.identity.tokens import TokenRules, TokenVerifier
from tests.support.issuer import Issuer
from tests.support.tokens import NOW, PRIVATE_KEYS, SECRET, claims, compact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with Issuer.serving() as serving:
        serving.publish(first="ES256")
        yield serving


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def token(kid: str | None, name: str = "ES256", **changed: Any) -> str:
    return compact(claims(**changed), name, PRIVATE_KEYS[name], {"alg": name, "kid": kid})


def by(source: Jwks) -> TokenVerifier:
    return TokenVerifier(source, TokenRules(), now=lambda: NOW)


async def status(verifier: TokenVerifier, text: str) -> int:
    """What a request with that token is answered with, as far as its credentials go."""
    try:
        await verifier.identify(text)
    except HttpError as error:
        return error.status
    return 200


@asynccontextmanager
async def running(source: Jwks) -> AsyncIterator[None]:
    """Looks for keys in the background, as it is served."""
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await source.close()


async def until(issuer: Issuer, fetches: int) -> None:
    async with asyncio.timeout(5):
        while issuer.fetches < fetches:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def test_keys_are_fetched_and_verify(issuer: Issuer) -> None:
    source = Jwks(issuer.url)
    assert await source.renew()
    assert source.complete
    verifier = by(source)
    assert [await status(verifier, token(kid)) for kid in ("first", None)] == [200, 200]
    assert issuer.fetches == 1


async def test_whose_certificate_is_not_trusted_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    async with Issuer.serving(tls) as issuer:
        issuer.publish(first="ES256")
        with pytest.raises(FetchFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            await fetch(issuer.url, 5)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert (await fetch(issuer.url, 5)).body == issuer.body
        with pytest.raises(FetchFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            await fetch(issuer.url.replace("127.0.0.1", "localhost"), 5)


async def test_a_flood_of_unknown_key_ids_asks_once_a_minute(issuer: Issuer) -> None:
    clock = Clock()
    source = Jwks(issuer.url, clock=clock)
    await source.renew()
    verifier = by(source)

    async def flood() -> None:
        found = await asyncio.gather(*(status(verifier, token(f"{clock.now} {n}")) for n in range(200)))
        assert set(found) == {401}

    await flood()
    assert issuer.fetches == 1
    clock.now = 59.9
    await flood()
    assert issuer.fetches == 1
    clock.now = 60.0
    await flood()
    await flood()
    assert issuer.fetches == 2
    assert await status(verifier, token("first")) == 200


async def test_rotated_keys_are_found_by_their_id(issuer: Issuer) -> None:
    clock = Clock()
    source = Jwks(issuer.url, clock=clock)
    await source.renew()
    verifier = by(source)
    issuer.publish(second="ES384")
    assert await status(verifier, token("second", "ES384")) == 401  # it was looked a moment ago
    clock.now = 60.0
    waiting = [status(verifier, token("second", "ES384", sub=str(n))) for n in range(20)]
    assert set(await asyncio.gather(*waiting)) == {200}
    assert issuer.fetches == 2
    assert await status(verifier, token("first")) == 401


async def test_who_leaves_while_keys_are_fetched_harms_nobody(issuer: Issuer) -> None:
    clock = Clock()
    source = Jwks(issuer.url, clock=clock)
    await source.renew()
    verifier = by(source)
    issuer.publish(second="ES384")
    issuer.delay = 0.1
    clock.now = 60.0
    first = asyncio.create_task(status(verifier, token("second", "ES384")))
    others = asyncio.create_task(status(verifier, token("second", "ES384")))
    await until(issuer, 2)
    first.cancel()
    assert await others == 200


async def test_withdrawn_keys_take_known_tokens_with_them(issuer: Issuer) -> None:
    source = Jwks(issuer.url, pause=0.0)
    await source.renew()
    verifier = by(source)
    text = token("first")
    assert await status(verifier, text) == 200
    await source.renew()
    assert verifier.known(text) is not None  # the same set as before
    issuer.publish(second="ES256")
    await source.renew()
    assert verifier.known(text) is None
    assert await status(verifier, text) == 401


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        (None, REFRESH_SECONDS),
        ("max-age=300", 300),
        ('public, Max-Age="120", must-revalidate', 120),
        ("s-maxage=7", REFRESH_SECONDS),
        ("max-age=0", 60),
        ("no-store", REFRESH_SECONDS),
        ("max-age=999999999", LONGEST_REFRESH_SECONDS),
        ("max-age=-1", REFRESH_SECONDS),
    ],
)
async def test_keys_are_looked_for_before_they_are_old(
    issuer: Issuer, cache_control: str | None, seconds: float
) -> None:
    if cache_control is not None:
        issuer.headers["Cache-Control"] = cache_control
    source = Jwks(issuer.url, clock=Clock())
    await source.renew()
    assert source.due == seconds


async def test_keys_are_looked_for_in_the_background(issuer: Issuer) -> None:
    issuer.headers["Cache-Control"] = "max-age=0"
    source = Jwks(issuer.url, pause=0.02)
    async with running(source):
        await until(issuer, 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": 500}, "the status 500"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "the status 302"),
        ({"status": 204}, "the status 204"),
        ({"body": b"<html>"}, "no set of keys"),
        ({"body": b"[]"}, "no set of keys"),
        ({"body": b"{}"}, "no set of keys"),
        ({"body": b'{"keys":[1]}'}, "no set of keys"),
        ({"body": b'{"keys":[],"keys":[]}'}, "no set of keys"),
        ({"body": b'{"keys":[%s{}]}' % (b"{}," * 100)}, "more than 100 keys"),
        ({"body": b"[" * 5000}, "no set of keys"),
        ({"body": b" " * (MAX_BYTES + 1)}, "longer than"),
        ({"drip": True}, "longer than 0.3 seconds"),
        ({"delay": 9}, "longer than 0.3 seconds"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_goes_wrong_leaves_the_keys_as_they_were(
    issuer: Issuer, change: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Jwks(issuer.url, pause=0.0, deadline=0.3)
    await source.renew()
    verifier = by(source)
    for name, value in change.items():
        setattr(issuer, name, value)
    await source.renew()
    await source.renew()
    assert issuer.fetches == 3
    assert await status(verifier, token("first")) == 200
    [record] = [record for record in caplog.records if record.levelno == logging.WARNING]  # told once
    assert reason in record.getMessage()
    assert "the keys before hold meanwhile" in record.getMessage()


async def test_a_slow_fetch_ends_with_its_thread(issuer: Issuer) -> None:
    issuer.drip = True
    with pytest.raises(FetchFailedError):
        await fetch(issuer.url, 0.2)

    async with asyncio.timeout(5):
        while any(thread.name == "jwks" for thread in threading.enumerate()):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_the_end_waits_for_no_fetch() -> None:
    def wait() -> Fetched:
        time.sleep(3)
        return Fetched(b"", None)

    async def fetch_in_vain() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await in_thread(wait)

    began = time.monotonic()
    await asyncio.to_thread(asyncio.run, fetch_in_vain())
    assert time.monotonic() - began < 2


async def test_without_keys_tokens_are_not_refused_but_put_off(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    source = Jwks("http://127.0.0.1:1/keys", keys_of_secret(SECRET), clock=clock)
    assert await source.renew()
    assert not source.complete
    assert "tokens cannot be verified" in caplog.text
    verifier = by(source)
    with pytest.raises(HttpError) as caught:
        await verifier.identify(token("first"))
    assert (caught.value.status, caught.value.extensions["code"]) == (503, "UNAUTHENTICATED")
    assert dict(caught.value.headers)[b"retry-after"] == b"60"
    # What needs none of these keys is told at once.
    assert await status(verifier, compact(claims())) == 200
    assert await status(verifier, compact(claims(), key="x" * 32)) == 401
    assert await status(verifier, "a.b.c") == 401


async def test_keys_that_come_late_are_found(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    issuer.status = 503
    source = Jwks(issuer.url, pause=0.03)
    async with running(source):
        await until(issuer, 2)
        issuer.status = 200
        async with asyncio.timeout(5):
            while not source.complete:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)
        assert await status(by(source), token("first")) == 200
    assert "there are keys again" in caplog.text


async def test_keys_hold_through_an_outage_of_a_day(issuer: Issuer) -> None:
    clock = Clock()
    source = Jwks(issuer.url, keys_of_secret(SECRET), clock=clock)
    await source.renew()
    verifier = by(source)
    text = token("first")
    issuer.status = 500
    clock.now = 86_399.0
    await source.renew()
    assert await status(verifier, text) == 200
    clock.now = 86_500.0
    await source.renew()
    assert await status(verifier, text) == 503
    assert await status(verifier, compact(claims())) == 200
    issuer.status = 200
    clock.now = 86_600.0
    await source.renew()
    assert await status(verifier, text) == 200


async def test_a_set_may_be_empty(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    """The issuer withdraws all keys: that is no outage."""
    source = Jwks(issuer.url, pause=0.0)
    await source.renew()
    issuer.publish_set([])
    await source.renew()
    assert await status(by(source), token(None)) == 401
    assert "no key of" in caplog.text


async def test_published_secrets_are_none(issuer: Issuer) -> None:
    issuer.publish_set([{"kty": "oct", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA", "kid": "a"}])
    source = Jwks(issuer.url)
    await source.renew()
    assert source.keys.keys == ()

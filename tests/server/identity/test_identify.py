"""The stage: which credentials are looked at, and what comes of none, of two, and of functions of users."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING

import pytest

from core.errors import ErrorCode, RequestError, StartupError
from db.identity import LOGIN, Identity
from schema.extending import Authenticator, Caller, Request, authenticate
from server.extensions import load_extensions
from server.http.errors import HttpError
from server.identity.api_keys import new_api_key
from server.identity.identify import Identifier
from server.identity.opening import open_identifier
from server.settings import Settings
from tests.support.issuer import Issuer
from tests.support.tokens import PRIVATE_KEYS, SECRET, claims, compact, public_pem

if TYPE_CHECKING:
    from pathlib import Path

ALWAYS = 4_000_000_000
TOKEN = compact(claims(exp=ALWAYS))


async def refused(identifier: Identifier, status: int, **headers: str) -> HttpError:
    with pytest.raises(HttpError) as caught:
        await identifier.identify(fields(**headers))
    assert caught.value.status == status
    return caught.value


def fields(**headers: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def challenge(error: HttpError) -> str:
    return dict(error.headers)[b"www-authenticate"].decode()


async def test_off_unless_something_says_who_asks() -> None:
    async with open_identifier(Settings()) as identifier:
        for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": f"Bearer {TOKEN}"}):
            assert await identifier.identify(headers) is LOGIN
        assert identifier.is_anonymous(LOGIN)


async def test_tokens() -> None:
    async with open_identifier(Settings(jwt_secret=SECRET, anonymous_role="visitor")) as identifier:
        for scheme in ("Bearer", "bearer", "BEARER", "Bearer "):
            identity = await identifier.identify({"authorization": f"{scheme} {TOKEN}"})
            assert identity.role == "traveller"
            assert identity is await identifier.identify({"authorization": f"Bearer {TOKEN}"})
        assert not identifier.is_anonymous(identity)
        anonymous = await identifier.identify({})
        assert anonymous == Identity("visitor", None)
        assert anonymous is await identifier.identify({"x-api-key": "is somebody else's field"})
        assert identifier.is_anonymous(anonymous)
        for wrong in ("", "Bearer", f"Bearer{TOKEN}", f"Token {TOKEN}", TOKEN, "Basic eDp5"):
            error = await refused(identifier, 401, authorization=wrong)
            assert challenge(error) == "Bearer"
        # Wrong credentials do not make anybody anonymous.
        for wrong in ("Bearer x", "Bearer ", f"Bearer {TOKEN}, Bearer {TOKEN}", f"Bearer {TOKEN} x"):
            assert "invalid_token" in challenge(await refused(identifier, 401, authorization=wrong))


async def test_without_an_anonymous_role_credentials_are_needed() -> None:
    async with open_identifier(Settings(jwt_secret=SECRET)) as identifier:
        error = await refused(identifier, 401)
        assert (error.message, challenge(error)) == ("Credentials are needed.", "Bearer")
        assert error.extensions == {"code": "UNAUTHENTICATED"}


async def test_an_anonymous_role_alone_takes_no_tokens() -> None:
    async with open_identifier(Settings(anonymous_role="visitor")) as identifier:
        assert await identifier.identify({}) == Identity("visitor")
        error = await refused(identifier, 401, authorization=f"Bearer {TOKEN}")
        assert error.message == "Tokens are not accepted here."


async def test_api_keys(tmp_path: Path) -> None:
    made = new_api_key("reports", "clerk")
    (tmp_path / "keys.toml").write_text(made.entry)
    settings = Settings(jwt_secret=SECRET, api_keys_file=tmp_path / "keys.toml")
    async with open_identifier(settings) as identifier:
        assert await identifier.identify({"x-api-key": made.key}) == Identity("clerk")
        await refused(identifier, 401, x_api_key="")
        await refused(identifier, 401, x_api_key="other")
        for authorization in (f"Bearer {TOKEN}", "Bearer x", "Basic eDp5"):
            error = await refused(identifier, 400, x_api_key=made.key, authorization=authorization)
            assert error.extensions == {"code": "BAD_REQUEST"}
            assert 'error="invalid_request"' in challenge(error)


async def test_keys_of_all_settings_hold_together(tmp_path: Path) -> None:
    (tmp_path / "keys.pem").write_text(public_pem("RS256"))
    async with Issuer.serving() as issuer:
        issuer.publish(a="ES256")
        settings = Settings(
            jwt_secret=SECRET,
            jwt_key_file=tmp_path / "keys.pem",
            jwt_jwks_url=issuer.url,
            jwt_roles=("clerk",),
        )
        async with open_identifier(settings) as identifier:
            for algorithm in ("HS256", "RS256", "ES256"):
                key = PRIVATE_KEYS.get(algorithm, SECRET)
                token = compact(
                    claims(exp=ALWAYS, role="clerk"), algorithm, key, {"alg": algorithm, "kid": "a"}
                )
                assert (await identifier.identify({"authorization": f"Bearer {token}"})).role == "clerk"
            error = await refused(identifier, 403, authorization=f"Bearer {TOKEN}")
            assert error.extensions == {"code": "FORBIDDEN"}
        assert issuer.fetches == 1


async def test_the_start_does_not_wait_for_an_address_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(jwt_jwks_url="http://127.0.0.1:1/keys", anonymous_role="visitor")
    async with asyncio.timeout(3), open_identifier(settings) as identifier:
        assert await identifier.identify({}) == Identity("visitor")
        token = compact(claims(exp=ALWAYS), "ES256", PRIVATE_KEYS["ES256"])
        error = await refused(identifier, 503, authorization=f"Bearer {token}")
        assert error.message == "The keys that tokens are verified with are not available now."
    assert "jwt_jwks_url: no keys from http://127.0.0.1:1/keys" in caplog.text


async def test_files_that_are_wrong_end_the_start(tmp_path: Path) -> None:
    for settings in (Settings(jwt_key_file=tmp_path / "a"), Settings(api_keys_file=tmp_path / "a")):
        with pytest.raises(StartupError, match="_file: cannot read"):
            async with open_identifier(settings):
                pass


# Functions of users -------------------------------------------------------------------------------------

EXTENSION = """
from __future__ import annotations

from schema.extending import Caller, ErrorCode, Request, RequestError, authenticate

SESSIONS = {"abc": "traveller"}


@authenticate
async def by_session(request: Request) -> Caller | None:
    session = request.headers.get("x-session")
    if session is None:
        return None
    if session not in SESSIONS:
        raise RequestError("The session \\"has\\" ended: sign in, Zoë.", ErrorCode.UNAUTHENTICATED)
    return Caller(SESSIONS[session], {"sub": session, "a": [1, {"b": None}]})
"""


@pytest.fixture
def extension(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", sys.path[:])
    path = tmp_path / "sessions.py"
    path.write_text(EXTENSION)
    return path


async def test_functions_of_users_are_asked_first(extension: Path) -> None:
    extensions = load_extensions([str(extension)])
    async with open_identifier(Settings(jwt_secret=SECRET), [*extensions, *extensions]) as identifier:
        assert len(identifier.authenticators) == 1
        session = {"x-session": "abc", "authorization": "Bearer what is this"}
        expected = Identity("traveller", '{"a":[1,{"b":null}],"sub":"abc"}')
        assert await identifier.identify(session) == expected
        assert (await identifier.identify({"authorization": f"Bearer {TOKEN}"})).role == "traveller"
        await refused(identifier, 401)
        error = await refused(identifier, 401, x_session="other")
        assert error.message == 'The session "has" ended: sign in, Zoë.'
        assert challenge(error) == "Bearer"


async def test_a_function_alone_turns_authentication_on(extension: Path) -> None:
    extensions = load_extensions([str(extension)])
    async with open_identifier(Settings(), extensions) as identifier:
        await refused(identifier, 401)
    async with open_identifier(Settings()) as identifier:
        await refused(identifier.with_extensions(extensions), 401)
        assert await identifier.with_extensions([]).identify({}) is LOGIN


def asking(*functions: Authenticator) -> Identifier:
    return Identifier(anonymous=None, authenticators=functions, seconds=0.05)


async def test_the_first_that_knows_the_sender_is_believed() -> None:
    @authenticate
    async def nobody(_: Request) -> Caller | None:
        return None

    @authenticate
    async def one(_: Request) -> Caller | None:
        return Caller("one")

    @authenticate
    async def other(_: Request) -> Caller | None:
        return Caller("other")

    assert await asking(nobody, one, other).identify({}) == Identity("one")
    assert await one(Request({})) == Caller("one")


async def test_what_functions_raise() -> None:
    @authenticate
    async def forbids(_: Request) -> Caller | None:
        raise RequestError('Not "you".', ErrorCode.FORBIDDEN)

    @authenticate
    async def breaks(_: Request) -> Caller | None:
        raise KeyError("defect")

    @authenticate
    async def conflicts(_: Request) -> Caller | None:
        raise RequestError("Later.", ErrorCode.OVERLOADED)

    error = await refused(asking(forbids), 403)
    assert (error.message, challenge(error)) == (
        'Not "you".',
        'Bearer error="insufficient_scope", error_description="Not ?you?."',
    )
    with pytest.raises(KeyError):
        await asking(breaks).identify({})
    with pytest.raises(RequestError) as caught:
        await asking(conflicts).identify({})
    assert caught.value.extensions["code"] == "OVERLOADED"


async def test_functions_that_take_too_long() -> None:
    @authenticate
    async def sleeps(_: Request) -> Caller | None:
        await asyncio.sleep(9)
        return None

    @authenticate
    async def times_out(_: Request) -> Caller | None:
        raise TimeoutError

    with pytest.raises(RequestError) as caught:
        await asking(sleeps).identify({})
    assert caught.value.extensions["code"] == "TIMEOUT"
    with pytest.raises(TimeoutError):
        await asking(times_out).identify({})


@pytest.mark.parametrize(
    "caller",
    ["clerk", Caller(""), Caller("none"), Caller("a", {"b": object()}), Caller("a", {"b": "\x00"})],
    ids=["a text", "no role", "none", "no JSON", "NUL"],
)
async def test_callers_that_are_none(caller: object) -> None:
    @authenticate
    async def mistaken(_: Request) -> Caller | None:
        return caller  # type: ignore[return-value]

    with pytest.raises((TypeError, ValueError)):
        await asking(mistaken).identify({})


async def test_header_fields_cannot_be_changed() -> None:
    @authenticate
    async def changes(request: Request) -> Caller | None:
        request.headers["authorization"] = "mine"  # type: ignore[index]
        return None

    with pytest.raises(TypeError):
        await asking(changes).identify({"authorization": "yours"})


@pytest.mark.parametrize(
    "function", ["def f(request): ...", "async def f(): ...", "async def f(request, more): ..."]
)
def test_functions_that_cannot_be_asked(function: str, extension: Path) -> None:
    extension.write_text(f"from schema.extending import authenticate\n@authenticate\n{function}\n")
    with pytest.raises(StartupError, match=re.escape("authenticate: f must be an async function")):
        load_extensions([str(extension)])

"""`loadstone token` and `loadstone api-key`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from db.identity import Identity
from server.cli import main
from server.identity.api_keys import load_api_keys
from server.identity.opening import open_identifier
from server.settings import Settings, resolve
from tests.support.tokens import SECRET

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without a settings file."""
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    found = capsys.readouterr()
    assert found.out == ""
    [line] = found.err.splitlines()
    return line.removeprefix("loadstone: ")


async def claims_of(token: str, settings: Settings) -> tuple[str | None, dict[str, Any]]:
    async with open_identifier(settings) as identifier:
        identity = await identifier.identify({"authorization": f"Bearer {token}"})
    return identity.role, json.loads(identity.claims or "")


async def test_a_token_is_taken_by_the_server_of_the_same_settings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADSTONE_JWT_SECRET", SECRET)
    given = ["--claim", "sub=7", "--claim", "name=Ada, of all", "--claim", 'org={"id": [1, null]}']
    token = run(capsys, "token", "--role", "traveller", *given, "--seconds", "60").strip()
    role, claims = await claims_of(token, Settings(jwt_secret=SECRET))
    assert role == claims["role"] == "traveller"
    assert claims["exp"] - claims["iat"] == 60
    assert [claims[name] for name in ("sub", "name", "org")] == [7, "Ada, of all", {"id": [1, None]}]


async def test_a_token_goes_by_all_settings(capsys: pytest.CaptureFixture[str]) -> None:
    flags: dict[str, str | list[str]] = {
        "jwt_secret": SECRET,
        "jwt_issuer": "https://a/",
        "jwt_audience": ["api", "admin"],
        "jwt_role_claim": '"https://a/claims".role',
        "jwt_roles": ["clerk"],
    }
    arguments: list[str] = []
    for name, value in flags.items():
        for each in value if isinstance(value, list) else [value]:
            arguments += [f"--{name.replace('_', '-')}", each]
    token = run(capsys, "token", "--role", "clerk", *arguments).strip()
    role, claims = await claims_of(token, resolve(flags=flags, environment={}).settings)
    assert (role, claims["https://a/claims"], claims["aud"]) == ("clerk", {"role": "clerk"}, "api")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--role", "a"], "jwt_secret is not set"),
        (["--role", "none"], "--role must be the name of a role"),
        (["--role", "a", "--jwt-roles", "b"], "--role must be one of jwt_roles, not 'a'"),
        (["--role", "a", "--seconds", "0"], "--seconds must be from 1 to"),
        (["--role", "a", "--seconds", "soon"], "argument --seconds: invalid int value"),
        (["--role", "a", "--claim", "b"], "--claim must be NAME=VALUE, not 'b'"),
        (["--role", "a", "--claim", "b=NaN"], "--claim b: nan is no number of JSON"),
        (["--role", "a", "--claim", 'b="\\u0000"'], "--claim b: NUL character"),
        (["--role", "a", "--claim", "b=1", "--jwt-role-claim", "b.c"], '--claim "b" must be an object'),
        ([], "the following arguments are required: --role"),
    ],
)
def test_tokens_that_cannot_be_made(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = [] if "not set" in why else ["--jwt-secret", SECRET]
    assert refused(capsys, "token", *arguments, *secret).startswith(why)


def test_an_api_key_and_its_entry(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = run(capsys, "api-key", "--name", "reports", "--role", "clerk").splitlines()
    path = tmp_path / "keys.toml"
    path.write_text("\n".join(lines[3:]))
    assert load_api_keys(path).identify(lines[1]) == Identity("clerk")
    assert lines[1] not in path.read_text()


@pytest.mark.parametrize(("name", "role"), [("", "clerk"), ("reports", "none"), ("reports", "")])
def test_api_keys_that_cannot_be_made(name: str, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "api-key", "--name", name, "--role", role).startswith("--")

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from core.errors import StartupError
from db.identity import Identity
from server.http.errors import HttpError
from server.identity.api_keys import ApiKeys, hash_of, load_api_keys, new_api_key

if TYPE_CHECKING:
    from pathlib import Path

HASH = "a" * 64
ENTRY = f'[[keys]]\nname = "reports"\nrole = "clerk"\nsha256 = "{HASH}"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.toml"


def message(path: Path, content: str | bytes | None) -> str:
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StartupError) as caught:
        load_api_keys(path)
    told = str(caught.value)
    assert told.startswith("api_keys_file: ")
    assert "\n" not in told
    return told


def refused(keys: ApiKeys, key: str) -> str:
    with pytest.raises(HttpError) as caught:
        keys.identify(key)
    assert (caught.value.status, caught.value.extensions["code"]) == (401, "UNAUTHENTICATED")
    assert dict(caught.value.headers)[b"www-authenticate"] == b"Bearer"
    return caught.value.message


def test_a_key_that_is_made_is_taken(path: Path) -> None:
    one, other = new_api_key('the "reports"\x7f\n', "clerk"), new_api_key("jobs", 'a "role"')
    path.write_text(f"# Ours.\n{one.entry}\n\n{other.entry}\nclaims = {{team = 'a', n = 1}}\n")
    keys = load_api_keys(path)
    assert keys.identify(one.key) == Identity("clerk")
    assert keys.identify(other.key) == Identity('a "role"', '{"n":1,"team":"a"}')
    assert keys.identify(one.key) is keys.identify(one.key)
    assert one.key not in path.read_text()
    assert tomllib.loads(one.entry)["keys"][0]["name"] == 'the "reports"\x7f\n'
    for key in (
        one.key + "x",
        one.key.upper(),
        hash_of(one.key),
        "",
        "x" * 10_000,
        "é\udcff",
        f"{one.key}, x",
    ):
        assert refused(keys, key) == "The API key is not known here."


def test_keys_are_not_guessed() -> None:
    keys = {new_api_key("a", "b").key for _ in range(100)}
    assert len(keys) == 100
    assert {len(key.removeprefix("loadstone_")) for key in keys} == {43}  # 32 bytes


def test_a_key_may_expire(path: Path) -> None:
    made = new_api_key("reports", "clerk")
    path.write_text(f"{made.entry}\nexpires = 2030-01-01T02:00:00+02:00\n")
    end = 1_893_456_000
    keys = load_api_keys(path)
    assert ApiKeys(keys.by_hash, lambda: end - 1).identify(made.key) == Identity("clerk")
    assert refused(ApiKeys(keys.by_hash, lambda: end), made.key) == "The API key has expired."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        (b"\xff", "is not valid TOML"),
        ("[[keys]", "is not valid TOML"),
        ("keys = 1", "must have tables [[keys]] and nothing else"),
        ("keys = [1]", "must have tables [[keys]] and nothing else"),
        (f"a = 1\n{ENTRY}", "must have tables [[keys]] and nothing else"),
        (ENTRY.replace("role", "rol"), "entry 1 of {}: rol is not known; did you mean role?"),
        (ENTRY.replace('name = "reports"\n', ""), "entry 1 of {}: name must be a text"),
        (ENTRY.replace('"reports"', '""'), "name must be a text"),
        (ENTRY.replace('"clerk"', "7"), "role must be a text"),
        (ENTRY.replace('"clerk"', '"none"'), "role must be the name of a role"),
        (ENTRY.replace(HASH, HASH.upper()), "sha256 must be 64 hexadecimal digits in lower case"),
        (ENTRY.replace(HASH, "the key itself"), "sha256 must be 64 hexadecimal digits"),
        (ENTRY + "claims = 1\n", "claims: no object"),
        (ENTRY + 'claims = {a = "\\u0000"}\n', "claims: NUL character"),
        (ENTRY + "claims = {a = nan}\n", "claims: nan is no number"),
        (ENTRY + "claims = {a = 1979-05-27}\n", "claims: a date is no value of JSON"),
        (ENTRY + "claims = {a = 99999999999999999999}\n", "claims: Integer exceeds 64-bit range"),
        (ENTRY + "expires = 2030-01-01T00:00:00\n", "expires must be a date and time with an offset"),
        (ENTRY + 'expires = "2030-01-01T00:00:00Z"\n', "expires must be a date and time with an offset"),
        (ENTRY + ENTRY, "entry 2 of {}: its sha256 is that of another one"),
        (ENTRY + ENTRY.replace(HASH, "b" * 64), "entry 2 of {}: its name is that of another one"),
    ],
    ids=range(22),
)
def test_files_that_are_wrong(content: str | bytes | None, why: str, path: Path) -> None:
    assert why.format(path) in message(path, content)

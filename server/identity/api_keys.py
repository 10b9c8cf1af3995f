"""API keys: credentials of machines, of which the server has the hashes alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import time
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from core.errors import StartupError
from core.suggestions import suggestion
from db.identity import Identity
from server.identity.refusals import unauthenticated
from server.identity.role_claim import check_role
from server.identity.strict_json import write_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PREFIX = "loadstone_"
"""What keys begin with, so that those that leak are found."""

RANDOM_BYTES = 32
"""Chance in a key: too much to be guessed, so that a plain hash keeps it."""

MAX_CHARACTERS = 512
"""The longest key that is looked at."""

_ENTRIES = "keys"
_MEMBERS = ("name", "role", "sha256", "claims", "expires")
_REQUIRED = _MEMBERS[:3]
_SHA256 = re.compile("[0-9a-f]{64}")


class ApiKey(NamedTuple):
    """What a key stands for.

    Attributes:
        name: What it is called; callers are not told.
        identity: Who has it.
        expires: Until when it holds, in seconds since the epoch; None for ever.
    """

    name: str
    identity: Identity
    expires: float | None


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """All keys that are accepted.

    Attributes:
        by_hash: Each by the SHA-256 of its text, in hexadecimal.
        now: Seconds since the epoch.
    """

    by_hash: Mapping[str, ApiKey]
    now: Callable[[], float] = time.time

    def identify(self, key: str) -> Identity:
        """Whose key that is.

        Raises:
            HttpError: 401; nobody's, or it holds no longer.
        """
        # Finding a hash takes no secret time: nobody can choose the hash of a guess.
        found = None if len(key) > MAX_CHARACTERS else self.by_hash.get(hash_of(key))
        if found is None:
            raise unauthenticated("The API key is not known here.")
        if found.expires is not None and self.now() >= found.expires:
            raise unauthenticated("The API key has expired.")
        return found.identity


class NewApiKey(NamedTuple):
    """A key that has just been made.

    Attributes:
        key: Its text, for the client alone.
        entry: What the file of keys is to have, as TOML.
    """

    key: str
    entry: str


def hash_of(key: str) -> str:
    """The SHA-256 of a key, in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def new_api_key(name: str, role: str) -> NewApiKey:
    """Makes a key.

    Raises:
        StartupError: The name is empty, or the role cannot be one.
    """
    if not name:
        raise StartupError("--name must not be empty")
    try:
        check_role(role)
    except ValueError as error:
        raise StartupError(f"--role must be {error}") from None
    key = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    members = {"name": name, "role": role, "sha256": hash_of(key)}
    lines = [f"{member} = {_toml_text(value)}" for member, value in members.items()]
    return NewApiKey(key, "\n".join([f"[[{_ENTRIES}]]", *lines]))


def _toml_text(text: str) -> str:
    # JSON's texts are TOML's, but for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_api_keys(path: Path) -> ApiKeys:
    """The keys of a file.

    Raises:
        StartupError: It cannot be read, or an entry is wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartupError(f"api_keys_file: cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StartupError(f"api_keys_file: {path} is not valid TOML: {error}") from None
    entries = content.pop(_ENTRIES, [])
    if content or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StartupError(f"api_keys_file: {path} must have tables [[{_ENTRIES}]] and nothing else")
    by_hash: dict[str, ApiKey] = {}
    for number, entry in enumerate(entries, 1):
        try:
            key = _read_entry(entry)
            _check_apart(entry, by_hash)
        except ValueError as error:
            raise StartupError(f"api_keys_file: entry {number} of {path}: {error}") from None
        by_hash[entry["sha256"]] = key
    return ApiKeys(by_hash)


def _check_apart(entry: dict[str, Any], others: Mapping[str, ApiKey]) -> None:
    if entry["sha256"] in others:
        raise ValueError("its sha256 is that of another one")
    if any(entry["name"] == other.name for other in others.values()):
        raise ValueError("its name is that of another one")


def _read_entry(entry: dict[str, Any]) -> ApiKey:
    for member in entry:
        if member not in _MEMBERS:
            raise ValueError(f"{member} is not known{suggestion(member, _MEMBERS)}")
    for member in _REQUIRED:
        if not isinstance(entry.get(member), str) or not entry[member]:
            raise ValueError(f"{member} must be a text")
    if _SHA256.fullmatch(entry["sha256"]) is None:
        raise ValueError("sha256 must be 64 hexadecimal digits in lower case")
    try:
        role = check_role(entry["role"])
    except ValueError as error:
        raise ValueError(f"role must be {error}") from None
    claims = None
    if "claims" in entry:
        try:
            claims = write_object(entry["claims"])
        except ValueError as error:
            raise ValueError(f"claims: {error}") from None
    expires = entry.get("expires")
    if expires is not None and (not isinstance(expires, dt.datetime) or expires.tzinfo is None):
        raise ValueError("expires must be a date and time with an offset, such as 2030-01-01T00:00:00Z")
    identity = Identity(role, claims, entry["name"])
    return ApiKey(entry["name"], identity, None if expires is None else expires.timestamp())

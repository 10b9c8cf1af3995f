"""Which role a caller is to have: names of roles, and where in the claims one stands. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ROLE_BYTES = 63
"""The longest name PostgreSQL gives a role."""

NO_ROLE = "none"
"""What PostgreSQL takes for the role that has logged in, and not for a name."""

ClaimPath = tuple[str, ...]
"""Names of members, from the outermost object on."""

_KEY = re.compile(r'[^."\s][^."]*|"(?:[^"\\]|\\.)*"')


def claim_path(text: str) -> ClaimPath:
    """A path as settings have it: keys with dots between them, those with dots in them in double quotes.

    `realm_access.role`, `"https://example.com/claims".role`.

    Raises:
        ValueError: It is none.
    """
    path: list[str] = []
    position = 0
    while True:
        key = _KEY.match(text, position)
        if key is None:
            break
        try:
            path.append(json.loads(key[0]) if key[0].startswith('"') else key[0])
        except ValueError:
            break
        position = key.end()
        if position == len(text):
            return tuple(path)
        if text[position] != ".":
            break
        position += 1
    raise ValueError("keys with dots between them, those that have dots in double quotes")


def role_at(path: ClaimPath, claims: Mapping[str, Any]) -> object:
    """What stands at a path of the claims; None where nothing does."""
    value: object = claims
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def check_role(name: str) -> str:
    """The name, if it can be that of a role.

    Raises:
        ValueError: It cannot.
    """
    if not name or "\x00" in name or name == NO_ROLE or len(name.encode()) > MAX_ROLE_BYTES:
        raise ValueError(f"the name of a role, 1 to {MAX_ROLE_BYTES} bytes and not {NO_ROLE}")
    return name

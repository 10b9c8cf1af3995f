from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.role_claim import check_role, claim_path, role_at


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("role", ("role",)),
        ("realm_access.role", ("realm_access", "role")),
        ('"https://example.com/role"', ("https://example.com/role",)),
        ('"https://hasura.io/jwt/claims".x-hasura-role', ("https://hasura.io/jwt/claims", "x-hasura-role")),
        ("https://example", ("https://example",)),
        ('a."b\\"c".d', ("a", 'b"c', "d")),
        ("my role", ("my role",)),
    ],
)
def test_paths(text: str, path: tuple[str, ...]) -> None:
    assert claim_path(text) == path


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", '"a', 'a"b', '"a"b', 'a."b"c', '"\\x"', "a. b"]
)
def test_texts_that_are_no_path(text: str) -> None:
    with pytest.raises(ValueError, match="keys with dots between them"):
        claim_path(text)


@given(st.lists(st.text(min_size=1), min_size=1))
def test_any_keys_can_be_quoted(keys: list[str]) -> None:
    import json  # noqa: PLC0415

    assert claim_path(".".join(json.dumps(key) for key in keys)) == tuple(keys)


def test_roles_at_paths() -> None:
    claims = {"a": {"b": "x"}, "a.b": "y", "c": ["z"]}
    assert role_at(("a", "b"), claims) == "x"
    assert role_at(("a.b",), claims) == "y"
    assert role_at(("a", "b", "c"), claims) is None
    assert role_at(("c", "0"), claims) is None
    assert role_at(("d",), claims) is None


@pytest.mark.parametrize("name", ["", "none", "a\x00", "r" * 64])
def test_names_that_no_role_has(name: str) -> None:
    with pytest.raises(ValueError, match="the name of a role"):
        check_role(name)
    assert check_role("None") == "None"

"""The secret of the demo: made once, for its owner alone."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from demo.secret import ensure_secret

if TYPE_CHECKING:
    from pathlib import Path


def test_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "token.toml"
    secret = ensure_secret(file)
    assert len(secret) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(file.read_text()) == {"jwt_secret": secret}
    file.chmod(0o644)
    assert ensure_secret(file) == secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert ensure_secret(tmp_path / "other.toml") != secret


@pytest.mark.parametrize("content", [b"", b'jwt_secret = "short"\n', b"\xff"])
def test_is_made_anew_when_damaged(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token.toml"
    file.write_bytes(content)
    assert len(ensure_secret(file)) == 64
    assert list(tmp_path.iterdir()) == [file]

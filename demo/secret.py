"""The secret that signs the tokens of the demo's travellers: made at the first start, kept with the data."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_BYTES: Final = 48
_LINE: Final = re.compile(r'jwt_secret = "([\w-]{64})"\n')  # 48 bytes in base64


def ensure_secret(file: Path) -> str:
    """The secret in this settings file, made anew when the file is missing or damaged.

    Args:
        file: Settings file for `loadstone token --config`, readable by its owner alone.

    Raises:
        OSError: The file cannot be used.
    """
    with suppress(FileNotFoundError, UnicodeDecodeError):
        if match := _LINE.fullmatch(file.read_text(encoding="utf-8")):
            file.chmod(0o600)
            return match[1]
    secret = secrets.token_urlsafe(_BYTES)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(f'jwt_secret = "{secret}"\n')
    new.replace(file)
    return secret

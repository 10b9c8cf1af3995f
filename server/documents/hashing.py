"""What documents are named by. Pure."""

from __future__ import annotations

import hashlib
import re

SHA256_HEX = re.compile(r"[0-9a-f]{64}")
"""A SHA-256 hash as clients write it."""


def sha256_of(source: str) -> str:
    """The SHA-256 hash of a document's text in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()

"""Answers to callers whose credentials are not taken: status, code and challenge (RFC 6750)."""

from __future__ import annotations

import re

from core.errors import ErrorCode
from server.http.errors import HttpError

INVALID_REQUEST = "invalid_request"
INVALID_TOKEN = "invalid_token"  # noqa: S105 - a code of RFC 6750
INSUFFICIENT_SCOPE = "insufficient_scope"

_NOT_IN_DESCRIPTIONS = re.compile(r"[^ -!#-\[\]-~]")


def unauthenticated(message: str, error: str | None = None) -> HttpError:
    """401: the caller is not known, or not by what it sent.

    Args:
        message: One sentence that says why.
        error: The code of RFC 6750; None where there was no token.
    """
    return HttpError(401, message, ErrorCode.UNAUTHENTICATED, [_challenge(message, error)])


def invalid_token(message: str) -> HttpError:
    """401: the token is not taken."""
    return unauthenticated(message, INVALID_TOKEN)


def forbidden(message: str) -> HttpError:
    """403: the caller is known, and may not be what it wants to be."""
    return HttpError(403, message, ErrorCode.FORBIDDEN, [_challenge(message, INSUFFICIENT_SCOPE)])


def ambiguous() -> HttpError:
    """400: two credentials, which may be those of two callers."""
    message = "A request must have one credential, not both a token and an API key."
    return HttpError(400, message, ErrorCode.BAD_REQUEST, [_challenge(message, INVALID_REQUEST)])


def not_verifiable(seconds: int) -> HttpError:
    """503: the token may be a good one, but its key cannot be had now."""
    message = "The keys that tokens are verified with are not available now."
    return HttpError(503, message, ErrorCode.UNAUTHENTICATED, [(b"retry-after", b"%d" % seconds)])


def _challenge(message: str, error: str | None) -> tuple[bytes, bytes]:
    if error is None:
        return (b"www-authenticate", b"Bearer")
    description = _NOT_IN_DESCRIPTIONS.sub("?", message)
    challenge = f'Bearer error="{error}", error_description="{description}"'
    return (b"www-authenticate", challenge.encode("ascii"))

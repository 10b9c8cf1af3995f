"""The closed set of errors that callers can see, each with a stable code.

Every error that leaves the process as part of an answer is a `RequestError`; its `code` is the
`extensions.code` of the GraphQL error. Everything else is a defect and leaves as
`INTERNAL_SERVER_ERROR` with an id that the log also has. `StartupError` ends a command with one
line and exit status 2.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorCode(StrEnum):
    """Codes are part of the public contract: never renamed, never reused."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    CONFLICT = "CONFLICT"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    FORBIDDEN = "FORBIDDEN"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    OVERLOADED = "OVERLOADED"
    TIMEOUT = "TIMEOUT"
    VALUE_NOT_REPRESENTABLE = "VALUE_NOT_REPRESENTABLE"


class RequestError(Exception):
    """An error that the caller is told about.

    Args:
        message: One sentence for the caller; never SQL, paths or stack traces.
        code: The stable code.
        extensions: Further members of `extensions` in the answer.
    """

    def __init__(
        self,
        message: str,
        code: ErrorCode,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.extensions: dict[str, object] = {**(extensions or {}), "code": code.value}


class BadUserInput(RequestError):  # noqa: N818 - named for its code
    """A value given by the caller cannot be used."""

    def __init__(self, message: str, extensions: Mapping[str, object] | None = None) -> None:
        super().__init__(message, ErrorCode.BAD_USER_INPUT, extensions)


class StartupError(Exception):
    """A command cannot start: one clear line for the operator, exit status 2."""

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
    CONSTRAINT_VIOLATION = "CONSTRAINT_VIOLATION"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    FORBIDDEN = "FORBIDDEN"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    OVERLOADED = "OVERLOADED"
    PERSISTED_QUERY_ID_REQUIRED = "PERSISTED_QUERY_ID_REQUIRED"
    PERSISTED_QUERY_MISMATCH = "PERSISTED_QUERY_MISMATCH"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    THROTTLED = "THROTTLED"
    TIMEOUT = "TIMEOUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
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


class ConstraintKind(StrEnum):
    """What a constraint is about."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"
    CHECK = "check"
    NOT_NULL = "not_null"
    EXCLUSION = "exclusion"


class ConstraintViolation(RequestError):  # noqa: N818 - named for its code
    """What was to be written does not meet a constraint of the database.

    Attributes:
        kind: What the constraint is about.
        schema: Schema of its table; None where PostgreSQL does not say.
        table: Its table, likewise.
        constraint: Its name, likewise.
        column: The column that must not be NULL; None for other kinds.
        detail: What PostgreSQL says of the row; not for callers.
    """

    def __init__(  # noqa: PLR0913 - what PostgreSQL says
        self,
        kind: ConstraintKind,
        message: str,
        *,
        schema: str | None,
        table: str | None,
        constraint: str | None,
        column: str | None,
        detail: str | None,
    ) -> None:
        extensions: dict[str, object] = {"kind": kind.value, "constraint": constraint}
        super().__init__(message, ErrorCode.CONSTRAINT_VIOLATION, extensions)
        self.kind = kind
        self.schema = schema
        self.table = table
        self.constraint = constraint
        self.column = column
        self.detail = detail

    def rename(self, schema: str, table: str, constraint: str | None) -> None:
        """Has it be about a constraint of another table, or of another name."""
        self.schema, self.table, self.constraint = schema, table, constraint
        self.extensions["constraint"] = constraint


class BadUserInput(RequestError):  # noqa: N818 - named for its code
    """A value given by the caller cannot be used."""

    def __init__(self, message: str, extensions: Mapping[str, object] | None = None) -> None:
        super().__init__(message, ErrorCode.BAD_USER_INPUT, extensions)


class StaleSchemaError(Exception):
    """The database refused a statement that does not fit its schema: it may have changed since it was read.

    Not for callers: the operation is prepared anew where the schema has changed, and a defect where not.

    Attributes:
        only_prepared: Only what had been prepared is out of date: the same statement may succeed now.
    """

    def __init__(self, message: str, *, only_prepared: bool) -> None:
        super().__init__(message)
        self.only_prepared = only_prepared


class StartupError(Exception):
    """A command cannot start: one clear line for the operator, exit status 2."""

"""PostgreSQL's errors as errors for callers, by SQLSTATE.

What has no entry here is a defect of ours and stays what it is: it leaves the process as
`INTERNAL_SERVER_ERROR`. See https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from __future__ import annotations

import asyncpg

from core.errors import (
    BadUserInput,
    ConstraintKind,
    ConstraintViolation,
    ErrorCode,
    RequestError,
    StaleSchemaError,
)

# 28 and 3D: a login that worked at the start is refused now, or the database is gone.
_UNAVAILABLE_CLASSES = ("08", "28", "3D", "53", "57P")
_CHANGED_BY_OTHERS = ("Others changed the same rows at the same time; try again.", ErrorCode.CONFLICT)
_BY_STATE = {
    "57014": ("The database took too long.", ErrorCode.TIMEOUT),
    "42501": ("Permission denied.", ErrorCode.FORBIDDEN),
    "21000": ("Two of the given rows have the same key.", ErrorCode.BAD_USER_INPUT),
    "40001": _CHANGED_BY_OTHERS,
    "40P01": _CHANGED_BY_OTHERS,
    "55P03": _CHANGED_BY_OTHERS,
}
_SYNTAX_ERROR = "42601"
_OF_THE_SCHEMA = frozenset(
    {
        "3F000",  # invalid_schema_name
        "428C9",  # generated_always
        "42703",  # undefined_column
        "42704",  # undefined_object
        "42804",  # datatype_mismatch
        "42809",  # wrong_object_type
        "42846",  # cannot_coerce
        "42883",  # undefined_function: operators too
        "42P01",  # undefined_table
        "42P10",  # invalid_column_reference: ON CONFLICT without such a key
        "55000",  # object_not_in_prerequisite_state: a view that takes no rows
    }
)
"""What statements meet that were made for another schema."""

_OF_NAMES = frozenset({"3F000", "42602", "42704", "42725", "42883", "42P01"})
"""What names can be refused with that are values: of `regclass`, `regtype` and their like."""
_TYPE_NAME = "invalid type name"
_OF_PARAMETERS = "guc.c"

_OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
"""What was prepared in the session is out of date; the driver has let go of it."""
_RAISED = "P0001"
"""RAISE EXCEPTION without a code of its own: what the author of a function or trigger tells callers."""

_CONSTRAINTS = {
    "23502": (ConstraintKind.NOT_NULL, "A value is missing."),
    "23503": (ConstraintKind.FOREIGN_KEY, "A row that is referred to is not there, or is still referred to."),
    "23505": (ConstraintKind.UNIQUE, "There is a row with this key already."),
    "23514": (ConstraintKind.CHECK, "A value is not one of those that are allowed."),
    "23P01": (ConstraintKind.EXCLUSION, "There is a row that excludes this one."),
    "23001": (ConstraintKind.FOREIGN_KEY, "The row is still referred to."),
}
"""By SQLSTATE; what the constraint's comment does not say better."""

UNREACHABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    # What the driver makes of a statement that meets the server's farewell.
    asyncpg.InternalClientError,
)
"""Raised when the connection is gone or none can be made."""


def translate(error: Exception) -> Exception:
    """The error that the caller is told; `error` itself where it is a defect of ours."""
    if _is_refused_by_driver(error):
        return BadUserInput("A value does not fit the type of its column.")
    if is_statement_outdated(error):
        return StaleSchemaError(str(error), only_prepared=True)
    if isinstance(error, asyncpg.PostgresError):
        return _translate_state(error)
    if isinstance(error, UNREACHABLE):
        return unavailable()
    return error


def unavailable() -> RequestError:
    """The database cannot be asked."""
    return RequestError("The database is unavailable.", ErrorCode.DATABASE_UNAVAILABLE)


def is_connection_lost(error: Exception) -> bool:
    """Whether the statement may be sent again on another connection, if it only reads."""
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state.startswith(("08", "57P"))
    return isinstance(error, UNREACHABLE)


def is_statement_outdated(error: Exception) -> bool:
    """Whether only what was prepared does not fit any more: the statement may be sent again."""
    return isinstance(error, _OUTDATED)


def _is_refused_by_driver(error: Exception) -> bool:
    """Whether the driver could not encode a parameter: only the server's errors have a message apart."""
    return isinstance(error, asyncpg.DataError) and error.message is None


def _translate_state(error: asyncpg.PostgresError) -> Exception:
    state, said = error.sqlstate or "", error.message or ""
    if state in _BY_STATE:
        return RequestError(*_BY_STATE[state])
    if state in _CONSTRAINTS:
        return _violation(error, *_CONSTRAINTS[state])
    about_input = _about_input(error, state, said)
    if about_input is not None:
        return BadUserInput(about_input)
    if state in _OF_THE_SCHEMA:
        return StaleSchemaError(str(error), only_prepared=False)
    return unavailable() if state.startswith(_UNAVAILABLE_CLASSES) else error


def _about_input(error: asyncpg.PostgresError, state: str, said: str) -> str | None:
    """What to tell the caller of their input; None if the error is not about that."""
    if state == _RAISED:
        return said
    if state.startswith("22") or (state == _SYNTAX_ERROR and "jsonpath" in said):
        return f"A value cannot be used: {said}."
    if _is_unknown_name(error, state):
        return f"A value cannot be used: {said}."
    if state.startswith("54"):
        return "The operation asks for more than the database can do at once."
    return None


def _is_unknown_name(error: asyncpg.PostgresError, state: str) -> bool:
    """Whether a name is unknown that is a value: what is wrong with a statement has a position in it.

    What is wrong within a function has a context; names of types have one of their own. Parameters of the
    configuration are named by views and functions alone.
    """
    if (error.context or error.message or "").startswith(_TYPE_NAME):
        return True
    somewhere = error.context or error.position or error.server_source_filename == _OF_PARAMETERS
    return state in _OF_NAMES and not somewhere


def _violation(error: asyncpg.PostgresError, kind: ConstraintKind, message: str) -> ConstraintViolation:
    return ConstraintViolation(
        kind,
        message,
        schema=error.schema_name,
        table=error.table_name,
        constraint=error.constraint_name,
        column=error.column_name,
        detail=error.detail,
    )

"""PostgreSQL's errors as errors for callers, by SQLSTATE.

What has no entry here is a defect of ours and stays what it is: it leaves the process as
`INTERNAL_SERVER_ERROR`. See https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from __future__ import annotations

import asyncpg

from core.errors import BadUserInput, ErrorCode, RequestError

# 28 and 3D: a login that worked at the start is refused now, or the database is gone.
_UNAVAILABLE_CLASSES = ("08", "28", "3D", "53", "57P")
_QUERY_CANCELED = "57014"
_INSUFFICIENT_PRIVILEGE = "42501"
_SYNTAX_ERROR = "42601"

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


def _is_refused_by_driver(error: Exception) -> bool:
    """Whether the driver could not encode a parameter: only the server's errors have a message apart."""
    return isinstance(error, asyncpg.DataError) and error.message is None


def _translate_state(error: asyncpg.PostgresError) -> Exception:
    state = error.sqlstate or ""
    if state == _QUERY_CANCELED:
        return RequestError("The database took too long.", ErrorCode.TIMEOUT)
    if state == _INSUFFICIENT_PRIVILEGE:
        return RequestError("Permission denied.", ErrorCode.FORBIDDEN)
    if state.startswith("22") or (state == _SYNTAX_ERROR and "jsonpath" in (error.message or "")):
        return BadUserInput(f"A value cannot be used: {error.message}.")
    if state.startswith("54"):
        return BadUserInput("The operation asks for more than the database can do at once.")
    if state.startswith(_UNAVAILABLE_CLASSES):
        return unavailable()
    return error

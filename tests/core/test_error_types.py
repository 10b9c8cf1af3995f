"""The errors that callers can see."""

from __future__ import annotations

import pytest

from core.errors import BadUserInput, ErrorCode, RequestError

# Codes are part of the public contract: these stand for ever.
CODES = {
    *("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "FORBIDDEN", "OVERLOADED"),
    *("TIMEOUT", "CONFLICT", "DATABASE_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "BAD_REQUEST"),
    *("VALUE_NOT_REPRESENTABLE", "UNAUTHENTICATED"),
}


def test_codes_are_never_renamed() -> None:
    assert {code.value for code in ErrorCode} >= CODES
    assert all(code.name == code.value for code in ErrorCode)


def test_extensions_carry_the_code_and_what_else_is_given() -> None:
    error = RequestError("Too late.", ErrorCode.TIMEOUT, {"after": 5})
    assert (str(error), error.message) == ("Too late.", "Too late.")
    assert error.extensions == {"after": 5, "code": "TIMEOUT"}


def test_nothing_overrides_the_code() -> None:
    error = RequestError("Late.", ErrorCode.TIMEOUT, {"code": "OTHER"})
    assert error.extensions == {"code": "TIMEOUT"}


def test_bad_user_input_is_a_request_error() -> None:
    with pytest.raises(RequestError) as caught:
        raise BadUserInput("No.", {"argument": "first"})
    assert caught.value.extensions == {"argument": "first", "code": "BAD_USER_INPUT"}

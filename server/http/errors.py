"""Errors of HTTP itself: they have a status of their own, whatever media type the answer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ErrorCode, RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence


class HttpError(RequestError):
    """The HTTP request cannot be answered as asked.

    Args:
        status: HTTP status code.
        message: One sentence for the caller.
        code: The stable code.
        headers: Further header fields of the answer, such as `Allow`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: ErrorCode = ErrorCode.BAD_REQUEST,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(message, code)
        self.status = status
        self.headers = tuple(headers)


def method_not_allowed(method: str, allowed: str) -> HttpError:
    """405 with the `Allow` field that it must have."""
    return HttpError(405, f"{method[:20]} is not allowed here.", headers=[(b"allow", allowed.encode())])


class ClientGoneError(Exception):
    """The client has closed the stream or the connection: there is nobody to answer."""

"""Which request the running code works for: how logs, callers and other services name it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The place of a request in a distributed trace; see https://www.w3.org/TR/trace-context/.

    Attributes:
        trace_id: Of the whole trace: 32 hexadecimal digits in lower case.
        parent_id: What the caller calls the request: 16 of them.
        span_id: What we call the work for it: 16 of them.
        sampled: Whether the caller may have recorded it.
        tracestate: What tracing systems have noted on the way, as they wrote it; empty where nothing.
    """

    trace_id: str
    parent_id: str
    span_id: str
    sampled: bool
    tracestate: str

    @property
    def traceparent(self) -> str:
        """The header field `traceparent` of what is asked of other services for this request."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


class RequestTrace(NamedTuple):
    """How a request is known.

    Attributes:
        request_id: The header field `X-Request-Id` of its answer.
        trace: Its place in a trace; None if its caller named none.
    """

    request_id: str
    trace: TraceContext | None

    def __str__(self) -> str:
        told = f"request {self.request_id}"
        return told if self.trace is None else f"{told}, trace {self.trace.trace_id}"


CURRENT_REQUEST: ContextVar[RequestTrace | None] = ContextVar("current_request", default=None)
"""Set at the beginning of each request, for the task that works for it and those that this one begins."""


def current_request() -> RequestTrace | None:
    """How the request is known that the running code works for; None outside of requests."""
    return CURRENT_REQUEST.get()

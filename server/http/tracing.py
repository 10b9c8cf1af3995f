"""Request ids, and W3C Trace Context (https://www.w3.org/TR/trace-context/, level 1). Pure but for ids."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from core.tracing import RequestTrace, TraceContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.http.responses import HeaderFields

MAX_MEMBERS = 32
"""Members of a `tracestate`."""

# What may stand in a log line, a header field and an address without harm.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:/@+=-]{1,128}")
# What follows belongs to later versions; of version 00, nothing may.
_TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<parent>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?",
    re.DOTALL,
)
_SAMPLED = 1
_MEMBER = re.compile(
    r"(?P<key>[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
    r"=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
)


def trace_request(headers: Mapping[str, str]) -> RequestTrace:
    """How a request is known: as its caller names it, where that does no harm.

    Args:
        headers: Header fields by lower-case name; several of a name joined by commas.
    """
    request_id = headers.get("x-request-id")
    if request_id is None or _REQUEST_ID.fullmatch(request_id) is None:
        request_id = _new_id()
    traceparent = headers.get("traceparent")
    trace = None
    if traceparent is not None:
        trace = trace_context(traceparent, headers.get("tracestate", ""))
    return RequestTrace(request_id, trace)


def trace_context(traceparent: str, tracestate: str) -> TraceContext | None:
    """What the header fields of these names say; None where `traceparent` is not well-formed."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or (found["version"] == "00" and found["more"] is not None):
        return None
    return TraceContext(
        trace_id=found["trace"],
        parent_id=found["parent"],
        span_id=_new_id(),
        sampled=bool(int(found["flags"], 16) & _SAMPLED),
        tracestate=tracestate if _is_tracestate(tracestate) else "",
    )


def trace_fields(trace: RequestTrace) -> HeaderFields:
    """Header fields of the answer.

    `Server-Timing` is what scripts of a page can read of answers that they have not asked for themselves.
    """
    request_id = (b"x-request-id", trace.request_id.encode())
    if trace.trace is None:
        return (request_id,)
    return (request_id, (b"server-timing", b'traceparent;desc="%s"' % trace.trace.traceparent.encode()))


def _new_id() -> str:
    # No secret: ids are only not to meet.
    return f"{random.getrandbits(64) or 1:016x}"


def _is_tracestate(text: str) -> bool:
    members = [member for each in text.split(",") if (member := each.strip(" \t"))]
    if len(members) > MAX_MEMBERS:
        return False
    found = [_MEMBER.fullmatch(member) for member in members]
    return len({each["key"] for each in found if each is not None}) == len(members)

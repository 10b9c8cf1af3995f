from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tracing import CURRENT_REQUEST
from server.http.tracing import MAX_MEMBERS, trace_context, trace_fields, trace_request
from server.responding import internal_error

if TYPE_CHECKING:
    from collections.abc import Mapping

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("given", ["a", "7bd1-x_y.z~:/@+=", "A" * 128, "0" * 32])
def test_ids_of_callers_are_taken(given: str) -> None:
    assert trace_request({"x-request-id": given}).request_id == given


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "a, b", "A" * 129, "a\n", "é", '"', "a\x00", "<script>", "%0a"]
)
def test_ids_that_could_do_harm_are_replaced(given: str) -> None:
    made = trace_request({"x-request-id": given}).request_id
    assert re.fullmatch("[0-9a-f]{16}", made)


def test_ids_are_made_where_callers_have_none() -> None:
    assert len({trace_request({}).request_id for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("traceparent", "sampled"),
    [
        (TRACEPARENT, True),
        (f"00-{TRACE}-{PARENT}-00", False),
        (f"00-{TRACE}-{PARENT}-ff", True),
        (f"00-{TRACE}-{PARENT}-fe", False),
        (f"cc-{TRACE}-{PARENT}-01", True),
        (f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like", True),
        (f"fe-{TRACE}-{PARENT}-01-", True),
    ],
)
def test_traces_go_on(traceparent: str, *, sampled: bool) -> None:
    trace = trace_context(traceparent, "congo=t61rcWkgMzE")
    assert trace is not None
    assert (trace.trace_id, trace.parent_id, trace.sampled) == (TRACE, PARENT, sampled)
    assert trace.tracestate == "congo=t61rcWkgMzE"
    assert re.fullmatch("[0-9a-f]{16}", trace.span_id)
    assert trace.span_id not in {PARENT, "0" * 16}
    assert trace.traceparent == f"00-{TRACE}-{trace.span_id}-0{sampled:d}"


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        TRACEPARENT.upper(),
        f"ff-{TRACE}-{PARENT}-01",
        f"0-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{TRACE[:-1]}g-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-1",
        f"00-{TRACE}-{PARENT}-0g",
        f"00-{TRACE}-{PARENT}-01-what-the-future-will-be-like",
        f"00-{TRACE}-{PARENT}-01-",
        f"cc-{TRACE}-{PARENT}-01.what",
        f"00_{TRACE}_{PARENT}_01",
        f"{TRACEPARENT}, {TRACEPARENT}",
        f" {TRACEPARENT}",
        f"{TRACEPARENT}\n",
    ],
)
def test_what_is_no_traceparent_is_no_trace(traceparent: str) -> None:
    assert trace_context(traceparent, "congo=1") is None


KEYS = ["a", "a0_-*/", "a" * 256, "0tenant@system", "t" * 241 + "@" + "s" * 14]


@pytest.mark.parametrize(
    "tracestate",
    [
        "",
        ",",
        "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
        "a=1 \t,\t , b=2",
        "a= 1",
        "a=!~;<>?",
        "a=" + "x" * 256,
        *(f"{key}=1" for key in KEYS),
        ",".join(f"k{n}=1" for n in range(MAX_MEMBERS)),
    ],
)
def test_states_are_kept_as_they_are(tracestate: str) -> None:
    trace = trace_context(TRACEPARENT, tracestate)
    assert trace is not None
    assert trace.tracestate == tracestate


@pytest.mark.parametrize(
    "tracestate",
    [
        "a",
        "a=",
        "=1",
        "A=1",
        "0a=1",
        "a=1,a=2",
        "a=1=2",
        "a=é",
        "a =1",
        "a=1,;b",
        "a@=1",
        "a@0=1",
        "@s=1",
        "a@b@c=1",
        "a=" + "x" * 257,
        "a" * 257 + "=1",
        "t" * 242 + "@s=1",
        "t@" + "s" * 15 + "=1",
        ",".join(f"k{n}=1" for n in range(MAX_MEMBERS + 1)),
    ],
)
def test_a_state_that_is_none_leaves_the_trace(tracestate: str) -> None:
    trace = trace_context(TRACEPARENT, tracestate)
    assert trace is not None
    assert trace.tracestate == ""


@given(st.text() | st.text("00-abf1=,@ "), st.text() | st.text("a0=,@ ~"))
def test_any_fields_can_be_read(traceparent: str, tracestate: str) -> None:
    trace_context(traceparent, tracestate)
    trace_context(TRACEPARENT, tracestate)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "mine"}, [rb"x-request-id: mine"]),
        ({"x-request-id": "mine", "traceparent": "00"}, [rb"x-request-id: mine"]),
        (
            {"x-request-id": "mine", "traceparent": TRACEPARENT},
            [
                rb"x-request-id: mine",
                rb'server-timing: traceparent;desc="00-%s-[0-9a-f]{16}-01"' % TRACE.encode(),
            ],
        ),
    ],
)
def test_answers_name_them(headers: Mapping[str, str], expected: list[bytes]) -> None:
    fields = [b": ".join(field) for field in trace_fields(trace_request(headers))]
    assert len(fields) == len(expected)
    assert all(map(re.fullmatch, expected, fields))


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"x-request-id": "mine"}, " (request mine)"),
        ({"x-request-id": "mine", "traceparent": TRACEPARENT}, f" (request mine, trace {TRACE})"),
    ],
)
def test_the_log_of_internal_errors_names_them(
    headers: Mapping[str, str], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = CURRENT_REQUEST.set(trace_request(headers))
    try:
        error = internal_error(ZeroDivisionError())
    finally:
        CURRENT_REQUEST.reset(token)
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"internal error {error['extensions']['id']}{told}"
    assert set(error["extensions"]) == {"code", "id"}

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.media_types import GRAPHQL_ANSWERS, MediaType, is_json_request, negotiate

MODERN = MediaType.GRAPHQL_RESPONSE
LEGACY = MediaType.JSON
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, LEGACY),
        ("", LEGACY),
        ("*/*", LEGACY),
        ("application/*", LEGACY),
        ("application/json", LEGACY),
        ("application/graphql-response+json", MODERN),
        ("Application/GraphQL-Response+JSON; charset=UTF-8", MODERN),
        ('application/graphql-response+json; charset="utf-8", application/json; charset=utf-8', MODERN),
        ("application/graphql-response+json, application/json;q=0.9", MODERN),
        ("application/json;q=0.9, application/graphql-response+json", MODERN),
        ("application/json, application/graphql-response+json", LEGACY),
        ("application/graphql-response+json;q=0.1, application/json;q=0.2", LEGACY),
        ("*/*, application/graphql-response+json", MODERN),
        ("*/*;q=0.1, application/json;q=0", MODERN),
        ("text/html, */*;q=0.1", LEGACY),
        (BROWSER, LEGACY),
        ("image/png", None),
        ("application/json;q=0", None),
        ("application/json;q=nonsense", None),
        ("application/json; charset=latin-1", None),
        ("nonsense", None),
    ],
)
def test_what_answers_are(accept: str | None, chosen: MediaType | None) -> None:
    assert negotiate(accept) is chosen


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("application/json, text/html", False),
        ("text/html;q=0.5, application/json", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_when_the_page_is_wanted(accept: str | None, *, page: bool) -> None:
    assert (negotiate(accept, (*GRAPHQL_ANSWERS, MediaType.HTML)) is MediaType.HTML) is page


@given(st.text() | st.text("application/json;q=01.,* "))
def test_any_header_can_be_read(accept: str) -> None:
    assert negotiate(accept) in {MODERN, LEGACY, None}
    is_json_request(accept)


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("application/json", True),
        ("APPLICATION/JSON;CHARSET=UTF-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json; charset=utf-16", False),
        ("application/json, text/plain", False),
        ("application/graphql", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("", False),
        (None, False),
    ],
)
def test_what_requests_must_be(content_type: str | None, *, accepted: bool) -> None:
    assert is_json_request(content_type) is accepted

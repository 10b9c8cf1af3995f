"""Whose requests are refused, who may read answers, and what answers carry for browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.http.browsers import BrowserRules, is_navigation
from server.http.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.http.exchange import Exchange
    from tests.support.channel import Channel

APP = "https://app.example.com"
LOCAL = "http://localhost:3000"
ANSWER = Response(200, b"{}", ((b"vary", b"accept"), (b"content-type", b"application/json")))
LOOK_ALIKE = [
    "null",
    "https://app.example.com.evil.com",
    "https://evil-app.example.com",
    "https://x.app.example.com",
    "https://example.com",
    "https://app.example.com:8443",
    "https://app.example.com:443",
    "http://app.example.com",
    "https://App.example.com",
    "HTTPS://app.example.com",
    "https://app.example.com.",
    "https://app.example.com/",
    "https://app.example.com, https://app.example.com",
    "https://app.example.com@evil.com",
    "http://localhost:30000",
    "http://127.0.0.1:3000",
    " https://app.example.com",
    "*",
    "",
]


@pytest.fixture
def sent(channel: Callable[..., Channel]) -> Callable[..., Exchange]:
    """Makes requests with header fields, by the names that Python allows."""

    def make(method: str = "POST", host: str = "api.example.com", **fields: str) -> Exchange:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        return channel(method, "/graphql", headers={"host": host, **headers}).exchange

    return make


def fields(rules: BrowserRules, exchange: Exchange, response: Response = ANSWER) -> dict[str, str]:
    headers = rules.completed(exchange, response).headers
    assert len({name for name, _ in headers}) == len(headers)
    return {name.decode(): value.decode() for name, value in headers}


def cors(found: Mapping[str, str]) -> dict[str, str]:
    prefix = "access-control-"
    return {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}


# Cross-site requests -----------------------------------------------------------------------------------


def test_clients_that_are_no_browsers_are_not_concerned(sent: Callable[..., Exchange]) -> None:
    assert not BrowserRules().refuses(sent())


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_browser_says_is_believed_behind_proxies_that_change_host(
    sent: Callable[..., Exchange], site: str
) -> None:
    exchange = sent(host="10.0.0.7:8000", sec_fetch_site=site, origin="https://api.example.com")
    assert not BrowserRules().refuses(exchange)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "none, cross-site", "Same-Origin"])
def test_requests_of_other_sites_are_refused(sent: Callable[..., Exchange], site: str) -> None:
    assert BrowserRules().refuses(sent(sec_fetch_site=site))
    assert BrowserRules().refuses(sent(sec_fetch_site=site, origin="https://api.example.com"))
    allowing = BrowserRules(frozenset({APP}))
    assert allowing.refuses(sent(sec_fetch_site=site))
    assert not allowing.refuses(sent(sec_fetch_site=site, origin=APP))
    assert not BrowserRules(frozenset({"*"})).refuses(sent(sec_fetch_site=site, origin="null"))


@pytest.mark.parametrize("origin", LOOK_ALIKE)
@pytest.mark.parametrize("site", [None, "cross-site"])
def test_look_alikes_of_allowed_origins_are_refused(
    sent: Callable[..., Exchange], origin: str, site: str | None
) -> None:
    exchange = sent(origin=origin, **({} if site is None else {"sec_fetch_site": site}))
    rules = BrowserRules(frozenset({APP, LOCAL}))
    assert rules.refuses(exchange)
    assert cors(fields(rules, exchange)) == {}


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        ("https://api.example.com", "api.example.com", True),
        ("http://api.example.com", "api.example.com", True),
        ("https://api.example.com", "api.example.com:443", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://localhost", "localhost:8000", False),
        ("http://api.example.com", "api.example.com:443", False),
        ("https://evil.com", "api.example.com", False),
        ("https://api.example.com.evil.com", "api.example.com", False),
        ("https://api.example.com.", "api.example.com", False),
        ("ftp://api.example.com", "api.example.com", False),
        ("null", "null", False),
        ("https://", "", False),
    ],
)
def test_without_word_of_the_site_an_origin_is_held_against_the_host(
    sent: Callable[..., Exchange], origin: str, host: str, is_own: bool
) -> None:
    assert BrowserRules().refuses(sent(host=host, origin=origin)) is not is_own


def test_over_tls_a_page_in_clear_is_another_site(sent: Callable[..., Exchange]) -> None:
    exchange = sent(origin="http://api.example.com")
    assert not BrowserRules().refuses(exchange)
    exchange.is_secure = True
    assert BrowserRules().refuses(exchange)


@pytest.mark.parametrize(
    ("method", "mode", "destination", "navigates"),
    [
        ("GET", "navigate", "document", True),
        ("HEAD", "navigate", "document", True),
        ("POST", "navigate", "document", False),
        ("GET", "navigate", "iframe", False),
        ("GET", "navigate", "embed", False),
        ("GET", "no-cors", "image", False),
        ("GET", "cors", "empty", False),
    ],
)
def test_only_a_window_of_its_own_is_navigation(
    sent: Callable[..., Exchange], method: str, mode: str, destination: str, navigates: bool
) -> None:
    exchange = sent(method, sec_fetch_mode=mode, sec_fetch_dest=destination)
    assert is_navigation(exchange) is navigates


# CORS --------------------------------------------------------------------------------------------------


def test_without_the_setting_there_is_no_word_of_cors(sent: Callable[..., Exchange]) -> None:
    for method in ("POST", "GET", "OPTIONS"):
        exchange = sent(method, origin=APP, access_control_request_method="POST")
        found = fields(BrowserRules(), exchange)
        assert cors(found) == {}
        assert found["vary"] == "accept"


def test_allowed_origins_may_read(sent: Callable[..., Exchange]) -> None:
    rules = BrowserRules(frozenset({APP, LOCAL}))
    for origin in (APP, LOCAL):
        found = fields(rules, sent(origin=origin))
        exposed = (
            "x-request-id, server-timing, ratelimit, ratelimit-policy, retry-after, etag, age, cache-status, "
            "www-authenticate"
        )
        assert cors(found) == {
            "allow-origin": origin,
            "allow-credentials": "true",
            "expose-headers": exposed,
        }


def test_caches_are_told_that_the_origin_matters(sent: Callable[..., Exchange]) -> None:
    rules = BrowserRules(frozenset({APP}))
    assert fields(rules, sent(origin=APP))["vary"] == "accept, origin"
    assert fields(rules, sent())["vary"] == "accept, origin"
    assert fields(rules, sent(), Response(204, b"", ()))["vary"] == "origin"


def test_preflight_requests_are_told_what_may_be_sent(sent: Callable[..., Exchange]) -> None:
    rules = BrowserRules(frozenset({APP}))
    found = cors(fields(rules, sent("OPTIONS", origin=APP, access_control_request_method="POST")))
    allowed = set(found["allow-headers"].split(", "))
    assert {"authorization", "content-type", "x-api-key", "traceparent"} < allowed
    assert {"x-loadstone-cost", "x-loadstone-explain"} < allowed
    assert found["allow-methods"] == "GET, HEAD, POST"
    assert (found["max-age"], found["allow-origin"]) == ("7200", APP)
    assert "allow-methods" not in cors(fields(rules, sent("OPTIONS", origin=APP)))


def test_anyone_may_read_but_not_with_cookies(sent: Callable[..., Exchange]) -> None:
    rules = BrowserRules(frozenset({"*"}))
    for origin in (APP, "null"):
        found = fields(rules, sent(origin=origin))
        assert found["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in found
        assert found["vary"] == "accept"


# Documents ---------------------------------------------------------------------------------------------


def test_what_may_become_a_document_is_kept_from_it(sent: Callable[..., Exchange]) -> None:
    found = fields(BrowserRules(), sent("GET"))
    assert found["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert found["cross-origin-resource-policy"] == "same-origin"
    assert found["referrer-policy"] == "no-referrer"
    own = Response(200, b"", ((b"content-security-policy", b"default-src 'self'"),))
    assert fields(BrowserRules(), sent("GET"), own) == {"content-security-policy": "default-src 'self'"}
    assert BrowserRules().completed(sent("POST"), ANSWER) is ANSWER


def test_hsts_goes_by_tls_and_only_if_set(sent: Callable[..., Exchange]) -> None:
    rules, exchange = BrowserRules(hsts_seconds=300), sent()
    assert "strict-transport-security" not in fields(rules, exchange)
    exchange.is_secure = True
    assert fields(rules, exchange)["strict-transport-security"] == "max-age=300"
    assert "strict-transport-security" not in fields(BrowserRules(), exchange)

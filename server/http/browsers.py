"""Browsers: pages of which other sites may send requests and read answers, and what answers must not become.

A page of any site can have its reader's browser send requests here, from within the reader's network and
with what the browser adds by itself. What a browser says of a request (Fetch Metadata, `Origin`) tells such
requests from those of our own page; clients that are no browsers say nothing of the kind, and are not
concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.http.responses import varying

if TYPE_CHECKING:
    from server.http.exchange import Exchange
    from server.http.responses import HeaderFields, Response

ANYONE = "*"
"""In place of origins: pages of all sites."""

PREFLIGHT_SECONDS = 7200
"""How long browsers remember what a preflight request was answered; Chromium takes no more."""

REQUEST_FIELDS = (
    "authorization",
    "content-type",
    "x-api-key",
    "x-loadstone-cost",
    "x-loadstone-explain",
    "x-request-id",
    "traceparent",
    "tracestate",
    "baggage",
    "if-none-match",
    "cache-control",
    "apollo-require-preflight",
    "apollographql-client-name",
    "apollographql-client-version",
)
"""Header fields that pages of other sites may send, beside those that need no leave."""

ANSWER_FIELDS = (
    "x-request-id",
    "server-timing",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "etag",
    "age",
    "cache-status",
    "www-authenticate",
)
"""Header fields that they may read, beside those that need no leave."""

_OWN_SITE = frozenset({"same-origin", "none"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

_DOCUMENT_FIELDS: HeaderFields = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
)
_READABLE: HeaderFields = ((b"access-control-expose-headers", ", ".join(ANSWER_FIELDS).encode()),)
_PREFLIGHT: HeaderFields = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", ", ".join(REQUEST_FIELDS).encode()),
    (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
)


@dataclass(frozen=True, slots=True)
class BrowserRules:
    """What browsers may do.

    Attributes:
        origins: The origins whose pages may ask and read the answers, as browsers send them; `ANYONE` alone
            for all.
        hsts_seconds: How long browsers that came by TLS shall come by nothing else; 0 for no word of it.
    """

    origins: frozenset[str] = frozenset()
    hsts_seconds: int = 0

    def refuses(self, exchange: Exchange) -> bool:
        """Whether a browser sent the request for a page of another site, whose origin is not allowed."""
        headers = exchange.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if (site is None and origin is None) or self._allows(origin):
            return False
        # What the browser says of itself holds behind proxies, too, which may have changed Host.
        if site is not None:
            return site not in _OWN_SITE
        return not _is_own(origin or "", exchange)

    def completed(self, exchange: Exchange, response: Response) -> Response:
        """The answer with what browsers need to know of it."""
        added: HeaderFields = ()
        # What a POST is answered can be neither shown nor embedded: those that need no preflight get nothing.
        if exchange.method != "POST" and not _has_policy(response):
            added = _DOCUMENT_FIELDS
        if self.hsts_seconds and exchange.is_secure:
            added += ((b"strict-transport-security", b"max-age=%d" % self.hsts_seconds),)
        if self.origins:
            added += self._cors(exchange)
            if ANYONE not in self.origins:
                response = varying(response, b"origin")
        return response._replace(headers=response.headers + added) if added else response

    def _allows(self, origin: str | None) -> bool:
        return origin in self.origins or ANYONE in self.origins

    def _cors(self, exchange: Exchange) -> HeaderFields:
        origin = exchange.headers.get("origin")
        if ANYONE in self.origins:
            allowed: HeaderFields = ((b"access-control-allow-origin", b"*"),)
        elif origin is not None and origin in self.origins:
            allowed = (
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-credentials", b"true"),
            )
        else:
            return ()
        is_preflight = exchange.method == "OPTIONS" and "access-control-request-method" in exchange.headers
        return allowed + (_PREFLIGHT if is_preflight else _READABLE)


def is_navigation(exchange: Exchange) -> bool:
    """Whether the answer is for a window of its own: somebody followed a link."""
    headers = exchange.headers
    return (
        exchange.method in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _is_own(origin: str, exchange: Exchange) -> bool:
    """Whether an origin is the address that the request went to; proxies may have taken TLS off."""
    scheme, _, authority = origin.partition("://")
    if scheme not in _DEFAULT_PORTS or (exchange.is_secure and scheme != "https"):
        return False
    host = exchange.headers.get("host", "").removesuffix(_DEFAULT_PORTS[scheme])
    return authority != "" and authority == host


def _has_policy(response: Response) -> bool:
    return any(name == b"content-security-policy" for name, _ in response.headers)

"""The page and the files it loads, as ready answers: bytes and headers.

`dist/` is built from `src/` by `npm ci && npm run build` (see `build.mjs`) and committed, so that
serving it needs no Node. Its file names carry a hash of their content: browsers keep them for good.
"""

from __future__ import annotations

import functools
import html
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.examples import Example

DIST = Path(__file__).parent / "dist"
ASSETS_PATH = "/graphiql/assets/"

_CONTENT_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".ttf": b"font/ttf",
    ".txt": b"text/plain; charset=utf-8",
    ".woff2": b"font/woff2",
}

# Everything from this server, and nothing from anywhere else.
_CONTENT_SECURITY_POLICY = (
    b"default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; "
    # Monaco places each line, and colours each theme, by style attributes and <style> elements that it
    # makes as it goes: there is nothing that a nonce or a hash could be given to.
    b"style-src 'self' 'unsafe-inline'; "
    # data: for the small icons inside Monaco's style sheet.
    b"img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loadstone</title>
<link rel="icon" href="{icon}">
{fonts}
<link rel="stylesheet" href="{style}">
<script type="module" src="{script}"></script>
</head>
<body>
<div id="graphiql"><noscript>The GraphQL explorer needs JavaScript.</noscript></div>
<script type="application/json" id="page">{data}</script>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """A complete answer to a GET request.

    Attributes:
        body: The bytes of the file or page.
        headers: Names in lower case and values, as ASGI sends them.
    """

    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


@functools.cache
def assets() -> Mapping[str, Asset]:
    """Returns every file of the page by its request path, read once."""
    return MappingProxyType(
        {
            ASSETS_PATH + name: _asset(
                (DIST / name).read_bytes(),
                _CONTENT_TYPES[Path(name).suffix],
                # The file of licences is the one whose name stays when its content changes.
                b"no-cache" if name.endswith(".txt") else b"public, max-age=31536000, immutable",
            )
            for name in _manifest()["files"]
        }
    )


def page(endpoint: str, *, examples: tuple[Example, ...]) -> Asset:
    """Renders the page.

    Args:
        endpoint: Where the page sends operations: an absolute path, or one relative to the page.
        examples: The saved examples; the page opens on the first one and runs it.

    Returns:
        The HTML with its headers, among them a Content-Security-Policy that lets the page load and
        reach nothing but this server.
    """
    entries, files = _manifest()["entries"], _manifest()["files"]
    data = json.dumps({"endpoint": endpoint, "examples": [asdict(example) for example in examples]})
    text = _PAGE.format(
        icon=html.escape(ASSETS_PATH + entries["icon.svg"]),
        fonts="\n".join(
            f'<link rel="preload" as="font" crossorigin href="{html.escape(ASSETS_PATH + name)}">'
            for name in files
            if name.endswith(".woff2")
        ),
        style=html.escape(ASSETS_PATH + entries["main.css"]),
        script=html.escape(ASSETS_PATH + entries["main.js"]),
        # Inside a script element only `<` could end it early.
        data=data.replace("<", "\\u003c"),
    )
    return _asset(
        text.encode(),
        b"text/html; charset=utf-8",
        b"no-cache",
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"vary", b"accept"),
    )


@functools.cache
def _manifest() -> dict[str, dict[str, str]]:
    manifest: dict[str, dict[str, str]] = json.loads((DIST / "manifest.json").read_text())
    return manifest


def _asset(body: bytes, content_type: bytes, cache_control: bytes, *headers: tuple[bytes, bytes]) -> Asset:
    return Asset(
        body,
        (
            (b"content-type", content_type),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", cache_control),
            (b"x-content-type-options", b"nosniff"),
            # Of scripts too: that of a worker holds for what the worker loads.
            (b"content-security-policy", _CONTENT_SECURITY_POLICY),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"referrer-policy", b"no-referrer"),
            *headers,
        ),
    )
